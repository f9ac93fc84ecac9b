"""The inputs of a map, which are read at its steps alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.backends.ensemble.curves import Curves
from neurodyn.backends.ensemble.segments import Place, Segments
from neurodyn.backends.plan import Plan

if TYPE_CHECKING:
    from neurodyn.system.signals import Signal


def by_step(plan: Plan) -> Curves:
    """All inputs that trials share, as they are."""
    return Curves({}, {n: s for n, s in plan.signals.items() if n not in plan.system.by_trial})


def read_by_step(plan: Plan, names: tuple[str, ...], signals: Mapping[str, Signal]) -> Segments:
    """The values of these inputs at each step; one that jumps at a step has there the value after the jump."""
    values, steps = plan.system.bound(), np.arange(plan.t0, plan.until)
    places, columns = dict[str, Place](), [np.empty((len(steps), 0))]
    for name in names:
        shape = values.shape(plan.system.structure.letters(name), None)
        places[name] = sum(part.shape[1] for part in columns), shape
        read = [signals[name].on(t, t)(t) for t in steps.tolist()]
        columns.append(np.stack([np.broadcast_to(np.asarray(v, dtype=float), shape).ravel() for v in read]))
    found = np.concatenate(columns, axis=1)
    lines = np.zeros((len(steps), 2 * found.shape[1]))
    lines[:, ::2] = found
    return Segments(places, (), lines)
