"""The functions of a system with events as one scalar graph: its flow, levels of conditions, jumps, and what is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.curves import Curves
from neurodyn.backends.ensemble.hybrid.rules import firsts, jump_outputs, level_outputs, set_outputs
from neurodyn.backends.ensemble.segments import Rows, Segments
from neurodyn.backends.ensemble.unrolling import Flow, Unrolling, lowered, unrolling_of
from neurodyn.program.lower import Output
from neurodyn.program.scalars import Leaf
from neurodyn.system.happenings import Happenings

if TYPE_CHECKING:
    from neurodyn.system.system import System

KINDS = ("flow", "levels", "jumps", "sets")


@dataclass(frozen=True, eq=False)
class Whole:
    """All of it, lowered.

    Attributes:
        counts: how many outputs each kind has.
    """

    flow: Flow
    counts: Mapping[str, int]


def whole_of(system: System, curved: Curves) -> Whole:
    """The lowered functions; shared by systems of other values."""

    def made() -> Whole:
        structure, names = system.structure, system.layout.names
        flows = [Output(n, structure.placed(n, structure.flows[n].letters), structure.flows[n].expr) for n in names]
        parts = [flows, level_outputs(system), jump_outputs(system), set_outputs(system)]
        outputs = [output for part in parts for output in part]
        flow = lowered(system, outputs, {**structure.definitions, **curved.definitions})
        trains = tuple(n for n in flow.inputs if n in system.model.events)
        flow = replace(flow, inputs=tuple(n for n in flow.inputs if n not in trains), draws=trains)
        return Whole(flow, dict(zip(KINDS, map(len, parts), strict=True)))

    found: Whole = system.formulas.get(("events of lanes", system.by_trial, curved.key), made)
    return found


def graph_of(
    system: System,
    whole: Whole,
    happenings: Happenings,
    numbers: Mapping[int, NDArray[Any]],
    inputs: Segments,
    varied: Rows,
) -> Unrolling:
    """The graph; impulses that arrive are read behind the states, one number for each actor."""
    first, size = firsts(happenings), system.layout.size
    trains = {n: Leaf("state", size + first[n], happenings.trains[n]) for n in whole.flow.draws}
    return unrolling_of(system, whole.flow, numbers, inputs, varied, trains)


def parts_of(whole: Whole, unrolling: Unrolling) -> dict[str, tuple[int, ...]]:
    """The nodes of each kind that there is."""
    outputs, found, begin = unrolling.unrolled.outputs, dict[str, tuple[int, ...]](), 0
    for kind, count in whole.counts.items():
        names = whole.flow.wanted[begin : begin + count]
        begin += count
        nodes = [np.ravel(outputs[n]) for n in names]
        if nodes:
            found[kind] = tuple(int(k) for part in nodes for k in part)
    return found
