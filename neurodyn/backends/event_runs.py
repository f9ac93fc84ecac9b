"""Trials of a system with events: each has instants of its own, so they run one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.backends.event_log import joined as joined_log
from neurodyn.backends.outcome import joined
from neurodyn.backends.plan import Plan
from neurodyn.backends.progress import Progress, Share
from neurodyn.backends.trajectory import DONE, Stop, Trajectory
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.backends.instants import Instants


def with_events(trajectory: Trajectory, instants: Instants) -> Trajectory:
    """A trajectory with what has happened in it."""
    counts = {**trajectory.counts, "events": instants.log.count}
    return replace(trajectory, fired=instants.log.fired(), pending=instants.pending(), counts=counts)


def in_turn(plan: Plan, run: Callable[[Plan, Progress], Trajectory], progress: Progress) -> Trajectory:
    """All trials, one after the other, until the user interrupts one."""
    if plan.save_at is None:
        raise InputError(
            f"The trials of {plan.system.name} have steps of their own, which cannot be saved side by side.",
            code="own-steps",
            remedy="Give the times to save, or run the trials one by one.",
        )
    if plan.remembers:
        raise InputError(
            f"{plan.system.name} has events and reads earlier states, which is run for one trial at a time.",
            code="trials-of-delays",
            remedy="Run it several times, with other seeds.",
        )
    assert plan.trials is not None
    found: list[Trajectory] = []
    for k in range(plan.trials):
        own = replace(plan.one(k), pending=_own(plan, k))
        found.append(run(own, Share(progress, k, plan.trials)))
        if found[-1].outcome.status == "interrupted":
            break
    return _stacked(plan, found)


def _stacked(plan: Plan, found: list[Trajectory]) -> Trajectory:
    """The trials as one trajectory over common times; NaN after the stop of each."""
    assert plan.save_at is not None and plan.trials is not None
    count = max(one.time.size for one in found)
    y = np.full((count, plan.trials, plan.start.shape[1]), np.nan)
    end = np.array(plan.start)
    stops = []
    for k, one in enumerate(found):
        y[: one.time.size, k] = one.y
        end[k] = one.end
        outcome = one.outcome
        if outcome.status == "failed":
            outcome = replace(outcome, message=f"Trial {k}: {outcome.message}")
        stops.append(Stop(outcome, one.end_time, one.time.size))
    now = found[-1].outcome if found[-1].outcome.status == "interrupted" else DONE
    stops += [Stop(now, plan.t0, 0) for _ in range(plan.trials - len(found))]
    failed = {k: stop.outcome for k, stop in enumerate(stops) if stop.outcome.status == "failed"}
    return Trajectory(
        plan.save_at[:count],
        y,
        joined(plan, failed, now),
        found[0].method,
        {name: sum(one.counts[name] for one in found) for name in found[0].counts},
        max(stop.time for stop in stops),
        end,
        stops,
        fired=joined_log([one.fired for one in found]),
        pending=_together(found),
        scheme=found[0].scheme,
        reduced=_reduced(plan, found),
    )


def _reduced(plan: Plan, found: list[Trajectory]) -> dict[str, np.ndarray]:
    """The reductions of all trials; NaN for those that were not begun."""
    stacked = {name: np.stack([one.reduced[name] for one in found]) for name in plan.reduce}
    rest = (plan.trials or 1) - len(found)
    return {name: np.concatenate([a, np.full((rest, *a.shape[1:]), np.nan)]) for name, a in stacked.items()}


def _together(found: list[Trajectory]) -> dict[str, np.ndarray]:
    """What all trials go on with: what is on its way gains the number of the trial as a first column."""
    kept: dict[str, np.ndarray] = {}
    memories = [one.pending or {} for one in found]
    for name in memories[0]:
        rows = [memory[name] for memory in memories]
        if name.startswith("sent:"):
            kept[name] = np.concatenate([np.insert(row, 0, k, axis=1) for k, row in enumerate(rows)])
        else:
            kept[name] = np.stack(rows)
    return kept


def _own(plan: Plan, k: int) -> dict[str, np.ndarray] | None:
    """What one trial goes on with."""
    if plan.pending is None:
        return None
    return {
        name: rows[rows[:, 0] == k, 1:] if name.startswith("sent:") else rows[k] for name, rows in plan.pending.items()
    }
