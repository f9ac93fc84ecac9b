"""Reductions of runs in lanes: what each lane keeps of its path, and what comes of that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.backends.ensemble.frame import ATOL, Kept
from neurodyn.backends.plan import Floats, Plan
from neurodyn.system.reductions import FirstCrossing, Max, Mean, Min, Reduction, SettledAt


@dataclass(frozen=True, eq=False)
class Keeping:
    """The reductions of a plan as a loop knows them.

    Attributes:
        kept: one for each, in order.
        observed: the observables that they read.
        numbers: how many numbers these have.
        limits: what is written behind the tolerances in `span`.
        slots: how many numbers each lane keeps.
    """

    plan: Plan
    kept: tuple[Kept, ...]
    observed: tuple[str, ...]
    numbers: int
    limits: Floats
    slots: int

    @classmethod
    def of(cls, plan: Plan) -> Keeping:
        layout, sign = plan.system.layout, 1.0 if plan.forward else -1.0
        shapes = {one.reads: shape(plan, one) for one in plan.reduce.values()}
        places = dict(zip(layout.names, layout.offsets, strict=True))
        observed = tuple(name for name in shapes if name is not None and name not in places)
        at = 0
        for name in observed:
            places[name], at = at, at + int(np.prod(shapes[name]))
        kept, limits, slot = [], [], 0
        for number, one in enumerate(plan.reduce.values()):
            count = int(np.prod(shapes[one.reads]))
            first = places[one.reads] if one.reads is not None else 0
            direction = one.direction if isinstance(one, FirstCrossing) else ""
            limit = ATOL + layout.size + 2 * number
            seen, late = one.reads in observed, one.begin is not None
            kept.append(Kept(one.word, direction, first, count, seen, late, slot, limit))
            limits += [sign * (one.begin or 0.0), _limit(plan, one)]
            slot += kept[-1].slots
        return cls(plan, tuple(kept), observed, at, np.array(limits), slot)

    @property
    def called(self) -> tuple[str, ...]:
        """The elementary functions that it takes."""
        return ("log",) if any(own.word == SettledAt.word for own in self.kept) else ()

    def found(self, kept: Floats) -> dict[str, Floats]:
        """The reductions by name, from what the lanes have kept, a row for each trial."""
        lead = () if self.plan.trials is None else (self.plan.trials,)
        sign, found = (1.0 if self.plan.forward else -1.0), {}
        for (name, one), own in zip(self.plan.reduce.items(), self.kept, strict=True):
            values = kept[:, own.slot : own.slot + own.count]
            if isinstance(one, Mean):
                time = kept[:, own.slot + own.count, None]
                values = values / np.where(time > 0, time, np.nan)
            elif isinstance(one, Max | Min):
                values = np.where(np.isinf(values), np.nan, values if isinstance(one, Max) else -values)
            else:
                values = sign * values
            found[name] = values.reshape((*lead, *shape(self.plan, one)))
        return found


def _limit(plan: Plan, one: Reduction) -> float:
    """What values are compared with; speeds are counted in absolute tolerances."""
    if isinstance(one, FirstCrossing):
        return float(one.level)
    return one.tolerance / plan.atol if isinstance(one, SettledAt) else 0.0


def shape(plan: Plan, one: Reduction) -> tuple[int, ...]:
    """Of what a reduction comes to."""
    if one.reads is None:
        return ()
    return plan.system.bound().shape(plan.system.structure.letters(one.reads), None)
