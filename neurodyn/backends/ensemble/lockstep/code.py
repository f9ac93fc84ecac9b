"""The compiled loop of fixed steps of a plan."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

from neurodyn.backends.ensemble.answer import ends_only
from neurodyn.backends.ensemble.compiler import Code, compiled
from neurodyn.backends.ensemble.flow_text import FlowText, Standing, flow_text
from neurodyn.backends.ensemble.lockstep.frame import POINTERS, WHOLES, Draw, Shape
from neurodyn.backends.ensemble.lockstep.loop import loop_text
from neurodyn.backends.ensemble.lockstep.parts import TABLEAUS, Parts
from neurodyn.backends.ensemble.lockstep.streams import Stream
from neurodyn.backends.ensemble.machine import Machine
from neurodyn.backends.ensemble.methods import tableau
from neurodyn.backends.ensemble.random_streams import draws
from neurodyn.backends.ensemble.segments import Rows, Segments
from neurodyn.backends.ensemble.unrolling import Unrolling
from neurodyn.backends.ensemble.vector_math import functions
from neurodyn.backends.plan import Plan

RUN = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * len(WHOLES), *[ctypes.c_void_p] * len(POINTERS))


@dataclass(frozen=True, eq=False)
class Steps:
    """A loop, ready to run.

    Attributes:
        method: its name.
        parameters: what the equations read of the values of the system.
        constants: what they read of the values of a trial.
    """

    code: Code
    method: str
    shape: Shape
    width: int
    parameters: tuple[Standing, ...]
    constants: tuple[Standing, ...]


def coded(
    plan: Plan,
    method: str,
    parts: Parts,
    unrolling: Unrolling,
    inputs: Segments,
    varied: Rows,
    streams: tuple[Stream, ...],
    machine: Machine,
) -> Steps:
    """The loop of a plan; one of the same equations and shape is compiled once."""
    key = ("ensemble text", unrolling, inputs.ramps, machine.width)
    text: FlowText = plan.system.formulas.get(
        key, lambda: flow_text(unrolling.graph, {"flow": unrolling.rates}, machine.width, inputs.ramps)
    )
    count = varied.values.shape[1]
    constants = [(slot, standing) for slot, standing in enumerate(text.lanes) if standing[0] < count]
    shape = Shape(
        states=plan.system.layout.size,
        inputs=inputs.count,
        slots=len(text.lanes),
        constants=tuple((slot, column) for column, (slot, _) in enumerate(constants)),
        columns=len(constants),
        draws=_draws(text.lanes, count, streams),
        streams=streams,
        factors=parts.factors,
        zeros=frozenset(k for k, node in enumerate(unrolling.rates) if unrolling.graph.value(node) == 0.0),
        saved=not ends_only(plan),
        forward=plan.forward,
    )

    def made() -> Code:
        loop = loop_text(None if plan.discrete else tableau(TABLEAUS.get(method, method)), shape, machine.width)
        numbers = draws((stream.kind for stream in streams), machine.width)
        return compiled("\n".join([numbers, functions(text.functions, machine.width), text.text, loop]), machine, RUN)

    code: Code = plan.system.formulas.get(("ensemble steps", text, method, shape, machine), made)
    name = method if plan.noisy or plan.discrete else tableau(method).name
    return Steps(code, name, shape, machine.width, text.parameters, tuple(standing for _, standing in constants))


def _draws(lanes: Sequence[Standing], first: int, streams: Sequence[Stream]) -> tuple[Draw, ...]:
    """Which of the numbers that differ between lanes are drawn, and from where."""
    owners = [(k, element) for k, stream in enumerate(streams) for element in range(stream.size)]
    return tuple(
        Draw(slot, *owners[place - first], inverted) for slot, (place, inverted) in enumerate(lanes) if place >= first
    )
