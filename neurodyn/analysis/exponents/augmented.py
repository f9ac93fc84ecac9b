"""A system together with vectors that are carried along by its linearisation, as a system of its own.

It is a model in the language like any other: the flow (or map) of each state, and beside it that of the state's
direction, which has one letter more. What is derived stays in index notation, so products with matrices stay such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sympy import Add, Expr

from neurodyn.analysis.exponents.refused import acting_events
from neurodyn.analysis.exponents.saltation import Saltation
from neurodyn.analysis.exponents.spelling import Derived, Spelling, own_equations
from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.forward import Forward
from neurodyn.calculus.letters import reindex
from neurodyn.calculus.rewrite import Definition
from neurodyn.system.jacobian import derived as derivatives
from neurodyn.system.structure import Structure
from neurodyn.system.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Augmented:
    """A system with directions.

    Attributes:
        base: the system itself.
        alone: the same without events from which nothing follows, which no engine need look for.
        system: with the directions as further states, and the sum of rates of growth of all volumes, if it is traced.
        count: how many directions there are.
        traced: whether the last state is the integral of the trace of the Jacobian.
    """

    base: System
    alone: System
    system: System
    count: int
    traced: bool

    def pack(self, states: Floats, directions: Floats) -> Floats:
        """States (trials, size) and directions (trials, size, count), in scales, as states of the whole."""
        layout, trials = self.base.layout, len(states)
        parts, scaled = [states], directions * layout.scales[:, None]
        for shape, at in zip(layout.shapes, layout.offsets, strict=True):
            parts.append(scaled[:, at : at + int(np.prod(shape))].reshape(trials, -1))
        return np.concatenate([*parts, np.zeros((trials, int(self.traced)))], axis=1)

    def unpack(self, whole: Floats) -> tuple[Floats, Floats, Floats]:
        """States, directions in scales, and the integral of the trace (0 where it is not traced)."""
        n = self.base.layout.size
        states, vectors = whole[:, :n], whole[:, n : n + n * self.count].reshape(len(whole), n, self.count)
        trace = whole[:, -1] if self.traced else np.zeros(len(whole))
        return states, vectors / self.base.layout.scales[:, None], trace


def augmented(system: System, count: int) -> Augmented:
    """A flow or map with directions, all values bound."""
    structure, spelling = system.structure, Spelling(system)
    one = spelling.index("directions", count)
    names: dict[str, str] = {}

    def named(name: str) -> str:
        if name not in names:
            names[name] = spelling.free(f"{name}_along")
        return names[name]

    own = own_equations(system)
    forward = Forward(structure.varying, {n: d.letters for n, d in own.items()}, (one,), named)
    moved = {named(n): Definition((*d.letters, one), forward.of(d.expr)) for n, d in own.items()}
    saltation = Saltation(system, forward) if acting_events(system) else None
    crossings = [saltation.crossing(system.model.rules[n]) for n in acting_events(system)] if saltation else []
    smooth = not (system.model.discrete or crossings)
    trace = _trace(structure) if count == system.layout.size and smooth else None
    volume = {} if trace is None else {spelling.free("volume"): Definition((), trace)}
    each = [np.repeat(system.layout.scales[at : at + int(np.prod(s))], count) for s, at in _slots(system)]
    definitions = {**structure.varying, **forward.found, **(saltation.definitions if saltation else {})}
    scales = [system.layout.scales, *each, np.ones(len(volume))]
    whole = spelling.system_of(Derived({**own, **moved, **volume}, definitions, crossings), scales)
    alone = Derived(own, structure.varying, [crossing.of(own) for crossing in crossings])
    return Augmented(system, Spelling(system).system_of(alone, scales[:1]), whole, count, trace is not None)


def _slots(system: System) -> zip[tuple[tuple[int, ...], int]]:
    return zip(system.layout.shapes, system.layout.offsets, strict=True)


def _trace(structure: Structure) -> Expr | None:
    """The sum of the derivatives of each rate by its own state; None where it goes through recursions."""
    terms = []
    for name, flow in structure.flows.items():
        found = derivatives(structure, {name: flow}, {name: structure.letters(name)})
        if found.hidden:
            return None
        output = found.outputs.get((name, name))
        if output is not None:
            row, column = output.letters[: len(flow.letters)], output.letters[len(flow.letters) :]
            terms.append(sum_over(reindex(output.expr, dict(zip(column, row, strict=True))), row))
    return Add(*terms)
