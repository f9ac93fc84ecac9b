"""Runs that have come to a known attractor end, on whole arrays; the rule is that of `Attractors`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Floats, Plan
from neurodyn.errors import InputError
from neurodyn.system.attractors import checked

if TYPE_CHECKING:
    from neurodyn.system.attractors import Attractors

# Within this part of the radius a distance may grow: it is made of errors there.
INNER = 0.1
# How many distances are computed at once.
ROOM = 1_000_000


def stopped_at(plan: Plan, asked: Any) -> Attractors | None:
    """The attractors of a plan, where it can have some."""
    what = "events, or bounds of states" if "event:reset" in plan.needed else "white noise" if plan.noisy else "delays"
    if asked is not None and ("event:reset" in plan.needed or plan.noisy or plan.remembers):
        raise InputError(
            f"stop_at: {plan.system.name} has {what}, and what comes next does not follow from where it is.",
            code="bad-attractors",
            remedy="Leave it out.",
        )
    return checked(plan.system, asked)


class Goals:
    """How near the trials of a plan have come."""

    def __init__(self, plan: Plan, asked: Attractors) -> None:
        self._scales, trials = plan.system.layout.scales, plan.trials or 1
        self._points, self._asked = np.asarray(asked.points) / self._scales, asked
        self._count, self._near = np.zeros(trials, np.intp), np.full(trials, -1)
        self._far, self.attractor = np.full(trials, np.inf), np.full(trials, -1)

    def reached(self, rows: NDArray[np.intp], states: Floats) -> NDArray[np.bool_]:
        """Which of these trials have come to an attractor with the step that led to these states."""
        far, near = self._nearest(states / self._scales)
        radius, before = self._asked.radius, self._far[rows]
        inside = far <= radius
        goes_on = (self._near[rows] == near) & ((far <= before) | (far <= INNER * radius))
        count = np.where(inside, np.where(goes_on, self._count[rows] + 1, 1), 0)
        self._count[rows], self._near[rows], self._far[rows] = count, np.where(inside, near, -1), far
        there: NDArray[np.bool_] = count >= self._asked.steps
        self.attractor[rows[there]] = near[there]
        return there

    def _nearest(self, states: Floats) -> tuple[Floats, NDArray[np.intp]]:
        """The distance to the nearest point, and its number; the first of equal ones."""
        far, near = np.full(len(states), np.inf), np.full(len(states), -1)
        some = max(1, ROOM // max(1, states.size))
        for first in range(0, len(self._points), some):
            points = self._points[first : first + some]
            distances = np.abs(states[:, None] - points).max(axis=2, initial=0.0)
            best = np.argmin(distances, axis=1)
            least = distances[np.arange(len(states)), best]
            near, far = np.where(least < far, first + best, near), np.minimum(least, far)
        return far, near
