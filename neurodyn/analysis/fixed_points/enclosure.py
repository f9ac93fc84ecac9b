"""The rate of a field and its Jacobian on boxes of states, by intervals and by balls.

Of a map it is the new state less the old one, after one step or several, so that fixed points are the zeros of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.enclosed import enclosed
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.jumps import jumps
from neurodyn.analysis.fixed_points.levels import Held
from neurodyn.program.balls import Balls, between
from neurodyn.program.interval_matrices import products
from neurodyn.program.interval_ops import NoInterval
from neurodyn.program.intervals import Interval
from neurodyn.program.lower import Output
from neurodyn.program.program import Program
from neurodyn.system.jacobian import jacobian_of, spans

Array = NDArray[np.float64]
Objects = NDArray[np.object_]


class Enclosure:
    """What a field is sure to do on boxes of states, (boxes, size).

    Attributes:
        period: of a map, after how many steps it is compared with the state before.
        levels: what is held of a flow, in place of as many rates.

    Raises:
        NoInterval: when run, for an operation that intervals lack.
        Unknown: for a field that jumps in a way that is not known.
    """

    def __init__(self, field: Field, period: int = 1) -> None:
        self.period = period
        self.levels: Held | None = None
        self.system, self.t, self.layout = field.system, field.t, field.system.layout
        structure = self.system.structure
        self.is_map = field.kind == "map"
        self._rows = structure.maps if self.is_map else structure.flows
        outputs = [Output(n, structure.placed(n, d.letters), d.expr) for n, d in self._rows.items()]
        derived = jacobian_of(structure)
        self._pairs = tuple(derived.outputs)
        self._value = enclosed(self.system, outputs, structure.definitions)
        self._slope = enclosed(self.system, list(derived.outputs.values()), derived.definitions)
        self.inputs = field.inputs
        where = jumps(structure)
        self._jumps = enclosed(self.system, where, structure.definitions) if where else None

    def after(self, period: int) -> Enclosure:
        """The same, after another number of steps."""
        other = copy(self)
        other.period = period
        return other

    @property
    def program(self) -> tuple[Program, Mapping[str, Any]]:
        """The rate (of a map, the new state) as a program, and the values of its constants."""
        return self._value.program, self._value.constants

    # --- intervals ------------------------------------------------------------------------------------------------

    def rate(self, x: Interval) -> Interval:
        """The rate on boxes, (boxes, size)."""
        if not self.is_map:
            return self.levels.rate(self.step(x), x) if self.levels else self.step(x)
        new = x
        for _ in range(self.period):
            new = self.step(new)
        return new - x

    def step(self, x: Interval) -> Interval:
        """The rate of a flow, and of a map the new state."""
        found = self._value(Interval.point(self.t), self.given(x))
        ends = (self.layout.pack({n: getattr(v, end) for n, v in found.items()}, True) for end in ("low", "high"))
        return Interval(*ends)

    def jacobian(self, x: Interval) -> Interval:
        """The Jacobian of the rate on boxes, (boxes, size, size)."""
        found = self._slopes(x)
        if not self.is_map:
            return self.levels.jacobian(found) if self.levels else found
        for _ in range(self.period - 1):
            x = self.step(x)
            found = products(self._slopes(x), found)
        return found - Interval.point(np.eye(self.layout.size))

    def _slopes(self, x: Interval) -> Interval:
        found = self._slope(Interval.point(self.t), self.given(x))
        ends = (self._matrix({n: getattr(v, end) for n, v in found.items()}, len(x.low)) for end in ("low", "high"))
        return self._unless_it_jumps(x, Interval(*ends))

    def _unless_it_jumps(self, x: Interval, slopes: Interval) -> Interval:
        """Slopes that are unbounded in boxes in which something jumps."""
        if self._jumps is None:
            return slopes
        here = self.jumps_in(x)[:, None, None]
        return Interval(np.where(here, -np.inf, slopes.low), np.where(here, np.inf, slopes.high))

    @property
    def may_jump(self) -> bool:
        """Whether the rate is not shown to be continuous."""
        return self._jumps is not None

    def jumps_in(self, x: Interval) -> NDArray[np.bool_]:
        """In which boxes the rate may jump."""
        found: Mapping[str, Interval] = {}
        if self._jumps is not None:
            found = self._jumps(Interval.point(self.t), self.given(x))
        apart = [np.any((v.low != v.high).reshape(len(x.low), -1), axis=1) for v in found.values()]
        here: NDArray[np.bool_] = np.logical_or.reduce([np.zeros(len(x.low), dtype=bool), *apart])
        return here

    def middle(self, x: Array) -> Array:
        """The rate at states (states, size), as numbers that may be off by rounding."""
        found = self.rate(Interval.point(x))
        return found.low + (found.high - found.low) / 2

    # --- balls ----------------------------------------------------------------------------------------------------

    def ball_rate(self, x: Objects) -> Objects:
        """The rate on one box of balls, (size,)."""
        if not self.is_map:
            rate = self._ball_step(x)
            return self.levels.ball_rate(rate, x) if self.levels else rate
        new = x
        for _ in range(self.period):
            new = self._ball_step(new)
        return np.asarray(new - x)

    def ball_jacobian(self, x: Objects) -> Objects:
        """The Jacobian of the rate on one box of balls, (size, size)."""
        found = self._ball_slope(x)
        if not self.is_map:
            return self.levels.ball_jacobian(found) if self.levels else found
        for _ in range(self.period - 1):
            x = self._ball_step(x)
            found = self._ball_slope(x) @ found
        return np.asarray(found - np.eye(self.layout.size, dtype=int))

    def _ball_step(self, x: Objects) -> Objects:
        found = Balls(self._value.program, self._value.constants)(between(self.t, self.t), self._balls(x))
        return np.concatenate([np.broadcast_to(found[n], (1, *s)).ravel() for n, s in self._shapes])

    def _ball_slope(self, x: Objects) -> Objects:
        if self.may_jump and self.jumps_in(Interval(*(_ends(x, end)[None] for end in ("lower", "upper"))))[0]:
            raise NoInterval("slopes at jumps")
        found = Balls(self._slope.program, self._slope.constants)(between(self.t, self.t), self._balls(x))
        size, shapes = self.layout.size, dict(self._shapes)
        whole = between(np.zeros((size, size)), np.zeros((size, size)))
        for row, column in self._pairs:
            down, along = self._spans[row], self._spans[column]
            block = np.broadcast_to(found[f"d{row}/d{column}"], (1, *shapes[row], *shapes[column]))
            whole[down, along] = block.reshape(down.stop - down.start, -1)
        return whole

    @property
    def _shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        return tuple(zip(self.layout.names, self.layout.shapes, strict=True))

    def _balls(self, x: Objects) -> dict[str, Objects]:
        states = {n: x[self._spans[n]].reshape(1, *shape) for n, shape in self._shapes}
        return {**states, **{n: between(v, v) for n, v in self.inputs.items()}}

    # --- what both need -------------------------------------------------------------------------------------------

    def given(self, x: Interval) -> dict[str, Interval]:
        """States and inputs by name."""
        lows, highs = self.layout.unpack(x.low), self.layout.unpack(x.high)
        return {
            **{n: Interval(lows[n], highs[n]) for n in lows},
            **{n: Interval.point(v) for n, v in self.inputs.items()},
        }

    def _matrix(self, found: Mapping[str, Any], boxes: int) -> Array:
        whole = np.zeros((boxes, self.layout.size, self.layout.size))
        for row, column in self._pairs:
            down, along = self._spans[row], self._spans[column]
            whole[:, down, along] = found[f"d{row}/d{column}"].reshape(boxes, down.stop - down.start, -1)
        return whole

    @cached_property
    def _spans(self) -> dict[str, slice]:
        return spans(self.layout)


def _ends(x: Objects, end: str) -> Array:
    """The lower or upper ends of balls, rounded outwards."""
    away = -np.inf if end == "lower" else np.inf
    return np.nextafter([float(getattr(b, end)()) for b in x], away)
