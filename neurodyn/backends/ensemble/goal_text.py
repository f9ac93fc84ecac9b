"""Lanes that have come to a known attractor end, as LLVM text; the rule is that of `goals`.

Distances are counted in absolute tolerances, as the table of points is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from neurodyn.backends.ensemble.body import Place
from neurodyn.backends.ensemble.frame import ATOL, Frame
from neurodyn.backends.ensemble.vector_math.values import Flag, Real
from neurodyn.backends.goals import INNER
from neurodyn.backends.plan import Floats, Plan

# Of a lane: steps in a row, the point, the distance; the attractor that was reached.
COUNT, NEAR, FAR, REACHED = 0, 1, 2, 3
NUMBERS = 4
BEGIN = {COUNT: 0.0, NEAR: -1.0, FAR: math.inf, REACHED: -1.0}
RADIUS, STEPS, POINTS = 0, 1, 2


def goal_table(plan: Plan) -> Floats:
    """What stands behind the limits of reductions in `span`: the radius, how many steps in a row, and the points."""
    asked = plan.stop_at
    if asked is None:
        return np.empty(0)
    points = np.asarray(asked.points) / (plan.atol * plan.system.layout.scales)
    return np.array([asked.radius / plan.atol, asked.steps, *points.ravel()])


def make_room(frame: Frame) -> None:
    """Room on the stack."""
    frame.body.room("goal", frame.body.reals, NUMBERS)
    for place, value in BEGIN.items():
        frame.body.store(value, "%goal", place)


def write_start(frame: Frame, new: Flag) -> None:
    """Lanes that have taken a trial are nowhere yet."""
    body = frame.body
    for place, value in BEGIN.items():
        body.store(new.choose(value, body.load("%goal", place)), "%goal", place)


def write_step(frame: Frame, good: Flag) -> Flag:
    """Which lanes have come to an attractor with a good step."""
    body, first = frame.body, _first(frame)
    far, near = _nearest(frame, first)
    radius = body.read("%span", first + RADIUS)
    inside = far <= radius
    goes_on = near.equals(body.load("%goal", NEAR)) & ((far <= body.load("%goal", FAR)) | (far <= radius * INNER))
    count = inside.choose(goes_on.choose(body.load("%goal", COUNT) + 1.0, 1.0), 0.0)
    there = good & (count >= body.read("%span", first + STEPS))
    now = {COUNT: count, NEAR: inside.choose(near, -1.0), FAR: far}
    for place, value in now.items():
        body.store(good.choose(value, body.load("%goal", place)), "%goal", place)
    body.store(there.choose(near, body.load("%goal", REACHED)), "%goal", REACHED)
    return there


def _first(frame: Frame) -> int:
    return ATOL + frame.shape.states + 2 * len(frame.shape.kept)


def _nearest(frame: Frame, first: int) -> tuple[Real, Real]:
    """The distance to the nearest point, and its number; the first of equal ones."""
    body, states = frame.body, frame.shape.states

    def one(p: Place, best: Sequence[Real]) -> Sequence[Real]:
        row: Place = p * states if isinstance(p, int) else body.put(f"mul i64 {p}, {states}")

        def farther(c: Place, most: Sequence[Real]) -> Sequence[Real]:
            place = row + c if isinstance(row, int) and isinstance(c, int) else body.put(f"add i64 {row}, {c}")
            point = body.read("%span", place, first + POINTS)
            size = body.load("%u", c).fma(1.0 / body.read("%span", c, ATOL), -point).size()
            return [(most[0] > size).choose(most[0], size)]

        far = body.added(states, [body.number(0.0)], farther)[0]
        nearer = far < best[0]
        number = body.number(float(p)) if isinstance(p, int) else body.given(body.put(f"sitofp i64 {p} to double"))
        return nearer.choose(far, best[0]), nearer.choose(number, best[1])

    far, near = body.added(frame.shape.goals, [body.number(math.inf), body.number(-1.0)], one)
    return far, near
