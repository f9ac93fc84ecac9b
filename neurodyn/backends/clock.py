"""The fixed steps of a run: whole multiples of dt, counted from t = 0, and what is told from them.

Counting from 0, and not from where a run begins, makes a run that is continued take the same steps as one run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neurodyn.backends.plan import Floats, Plan
from neurodyn.errors import InputError

# Times that are closer than this part of a step count as one.
NEAR = 1e-6
# Rounding of a time must stay far below what counts as near.
LEAST = 1e4


@dataclass(frozen=True)
class Clock:
    """Steps of length dt."""

    dt: float

    def number(self, t: float) -> int | None:
        """The number of the step that begins at this time; None between two of them."""
        nearest = round(t / self.dt)
        return nearest if abs(t - nearest * self.dt) <= NEAR * self.dt else None

    def following(self, t: float, number: int | None, forward: bool) -> int:
        """The number of the first step that begins after a time, at which the step of some number begins."""
        if number is None:
            return math.floor(t / self.dt) + 1 if forward else math.ceil(t / self.dt) - 1
        return number + 1 if forward else number - 1

    def regular(self, t0: float, until: float, most: int) -> Floats:
        """About so many times at equal numbers of steps, from t0, and the end."""
        sign, start = (1 if until > t0 else -1), self.number(t0)
        first, last = (self.following(t, self.number(t), up) for t, up in ((t0, sign > 0), (until, sign < 0)))
        stride = max(1, -(-abs(last - first) // most))
        first = first if start is None else start + sign * stride
        return np.concatenate([[t0], self.dt * np.arange(first, last + sign, sign * stride), [until]])


def check_step(dt: float, t0: float, until: float) -> None:
    """Refuse a step that no clock can count."""
    if not 0 < dt < math.inf:
        raise InputError(f"dt is {dt:g}.", code="bad-step", remedy="Give a step above 0.")
    if dt < LEAST / NEAR * np.spacing(max(abs(t0), abs(until))):
        raise InputError(
            f"dt is {dt:g}, which is too small to be told from 0 at t = {max(abs(t0), abs(until)):g}.",
            code="bad-step",
            remedy="Give a larger step, or begin at t = 0.",
        )


def check_times(plan: Plan) -> None:
    """Refuse to save between two steps: what takes fixed steps is known at them alone."""
    if plan.dt is None or plan.save_at is None:
        return
    clock, ends = Clock(plan.dt), {plan.t0, plan.until, *plan.edges().tolist()}
    for t in plan.save_at.tolist():
        if clock.number(t) is None and t not in ends:
            nearest = round(t / plan.dt) * plan.dt
            raise InputError(
                f"t = {t:g} is to be saved, but lies between two steps of dt = {plan.dt:g}"
                f"{', where no noise is drawn' if plan.noisy else ''}.",
                code="between-steps",
                remedy=f"Save at whole multiples of dt, such as {nearest:g}, and let `every` be one.",
            )
