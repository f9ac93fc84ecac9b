"""Runs a program on intervals: what comes out holds every value that the program has on numbers within them.

The exact real function is meant, not its value in floating point. Boxes lie along the axis of trials.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.program.interval_ops import (
    ELEMENTWISE,
    NoInterval,
    aligned,
    contract,
    moved,
    reduction,
    select,
)
from neurodyn.program.intervals import Interval, outward, whole_power
from neurodyn.program.program import Program, Result, Step, literal_value
from neurodyn.program.rearranged import MOVED

REDUCED = frozenset({"sum", "count", "largest", "smallest", "product"})
PARTS = 1024.0
Values = dict[int, Interval]


@dataclass(frozen=True, eq=False)
class Intervals:
    """A program that is run on intervals.

    Raises:
        NoInterval: when it has a step that intervals lack.
    """

    program: Program
    constants: Mapping[str, Any]

    def __call__(self, t: Interval, variables: Mapping[str, Interval]) -> dict[str, Interval]:
        """The outputs by name, (boxes, ...) where they depend on the states.

        Args:
            t: the time.
            variables: states (boxes, ...) and inputs, by name.
        """
        values: Values = {}
        given = {**{n: Interval.point(v) for n, v in self.constants.items()}, **variables}
        with np.errstate(all="ignore"):
            for number, step in self.program.steps.items():
                values[number] = _value(step, values, given, t)
            boxes = next((len(v.low) for n, v in variables.items() if n in self.program.states), 1)
            return {
                r.name: _output(r, self.program.steps[r.value], values[r.value], boxes) for r in self.program.results
            }


def _value(step: Step, values: Values, given: Mapping[str, Interval], t: Interval) -> Interval:
    own = [values[o.value] for o in step.operands]
    if step.op == "literal":
        return literal(float(literal_value(step)))
    if step.op == "time":
        return t
    if step.op == "load":
        return given[str(step.data)]
    if step.op == "positions":
        return Interval.point(np.arange(float(str(step.data))))
    if step.op in ELEMENTWISE or step.op in ("select", "whole_power", "as_number"):
        return _elementwise(step, [aligned(x, o.letters, step.axes) for x, o in zip(own, step.operands, strict=True)])
    if step.op in REDUCED:
        return reduction(step, own[0])
    if step.op in MOVED:
        return moved(step, own[0])
    return _joined(step, own)


def literal(value: float) -> Interval:
    """A number of a text, which may have been rounded unless it is a whole number of small parts of 2."""
    exact = not np.isfinite(value) or (value * PARTS).is_integer()
    return Interval.point(value) if exact else outward(np.asarray(value), np.asarray(value))


def _elementwise(step: Step, own: list[Interval]) -> Interval:
    if step.op == "select":
        return select(*own)
    if step.op == "whole_power":
        return whole_power(own[0], int(str(step.data)))
    return own[0] if step.op == "as_number" else ELEMENTWISE[step.op](*own)


def _joined(step: Step, own: list[Interval]) -> Interval:
    if step.op == "contract":
        return contract(step, *own)
    if step.op == "stack":
        inner = [a for k, a in enumerate(step.axes) if k != step.data]
        parts = [aligned(x, o.letters, inner) for x, o in zip(own, step.operands, strict=True)]
        return _both(parts, lambda ends: np.stack(np.broadcast_arrays(*ends), axis=int(str(step.data))))
    if step.op == "broadcast":
        x = aligned(own[0], step.operands[0].letters, step.axes)
        shape = tuple(v if n is None else n for n, v in zip(step.shape, x.low.shape, strict=True))
        return x.map(lambda v: np.broadcast_to(v, shape))
    if step.op == "add_diagonal":
        return _on_diagonal(step, *own)
    if step.op == "refined_squares":  # what is refined is rounding, which intervals hold anyway
        return own[0]
    raise NoInterval(step.op)


def _on_diagonal(step: Step, x: Interval, value: Interval) -> Interval:
    """A dense value with something added where positions are equal."""
    kept = tuple(dict.fromkeys(step.over))
    subscripts = f"{''.join(step.over)}->{''.join(kept)}"
    whole = Interval(x.low.copy(), x.high.copy())
    places = whole.map(lambda v: np.einsum(subscripts, v))  # views
    found = places + aligned(value, step.operands[1].letters, kept)
    places.low[...], places.high[...] = found.low, found.high
    return whole


def _both(parts: list[Interval], join: Callable[[list[Any]], Any]) -> Interval:
    return Interval(join([p.low for p in parts]), join([p.high for p in parts]))


def _output(result: Result, step: Step, found: Interval, boxes: int) -> Interval:
    """An output with its axes in the order wanted, those that it lacks filled."""
    wanted = [f"new {n}" if k is None else step.axes[k] for n, k in enumerate(result.axes)]
    x = aligned(found, step.axes, wanted)
    shape = tuple(boxes if n is None else n for n in result.shape)
    return x.map(lambda v: np.array(np.broadcast_to(v, shape)))
