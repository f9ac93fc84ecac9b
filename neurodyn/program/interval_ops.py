"""What each step of a program does to intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import special

from neurodyn.program import rearranged, runtime
from neurodyn.program.intervals import (
    SPECIAL,
    Interval,
    decreasing,
    even,
    increasing,
    magnitude,
    power,
    wave,
)
from neurodyn.program.program import Step

NO, YES = Interval.point(0.0), Interval.point(1.0)


class NoInterval(Exception):
    """An operation that intervals lack."""


def _truth(sure: Any, possible: Any) -> Interval:
    """A condition: 1 where it surely holds, 0 where it surely does not, both where it may."""
    return Interval(np.asarray(sure, dtype=float), np.asarray(possible, dtype=float))


def _less(a: Interval, b: Interval) -> Interval:
    return _truth(a.high < b.low, a.low < b.high)


def _less_equal(a: Interval, b: Interval) -> Interval:
    return _truth(a.high <= b.low, a.low <= b.high)


def _equal(a: Interval, b: Interval) -> Interval:
    same = (a.low == a.high) & (b.low == b.high) & (a.low == b.low)
    return _truth(same, (a.low <= b.high) & (b.low <= a.high))


def _not(a: Interval) -> Interval:
    return Interval(1.0 - a.high, 1.0 - a.low)


def _tan(x: Interval) -> Interval:
    found = increasing(np.tan)(x)
    turns = np.floor(x.low / np.pi + 0.5 - 1e-9) != np.floor(x.high / np.pi + 0.5 + 1e-9)
    return Interval(np.where(turns, -np.inf, found.low), np.where(turns, np.inf, found.high))


def _modulo(a: Interval, b: Interval) -> Interval:
    if not ((b.low == b.high).all() and (b.low > 0).all()):
        raise NoInterval("a remainder by what is not a positive number")
    turn = np.floor(a.low / b.low)
    same = (turn == np.floor(a.high / b.low)) & np.isfinite(turn)
    shift = Interval.point(np.where(same, turn, 0.0) * b.low)
    moved = a - shift
    return Interval(np.where(same, np.maximum(moved.low, 0.0), 0.0), np.where(same, moved.high, b.high))


def _finite_or_zero(x: Interval) -> Interval:
    """The largest term, which is subtracted before exponentials and added behind the logarithm.

    What comes of that is the same for any number, so one is taken for all of a box.
    """
    near = np.where(np.isfinite(x.high), x.high, np.where(np.isfinite(x.low), x.low, 0.0))
    return Interval.point(near)


def _one_if_zero(x: Interval) -> Interval:
    zero = (x.low <= 0) & (x.high >= 0)
    return Interval(np.where(zero, np.minimum(x.low, 1.0), x.low), np.where(zero, np.maximum(x.high, 1.0), x.high))


def _atan2(y: Interval, x: Interval) -> Interval:
    shape = np.broadcast_shapes(y.low.shape, x.low.shape)
    return Interval(np.full(shape, -np.pi - 1e-15), np.full(shape, np.pi + 1e-15))


def _special(function: Callable[..., Any], least: float = 0.0, most: float = np.inf) -> Callable[..., Interval]:
    return increasing(function, least, most, SPECIAL)


def _sigmoid(x: Any) -> Any:
    """1/(1 + exp(-x)); SciPy's is 0 where exp(-x) overflows, which is 10^12 units of the last place off."""
    small = np.exp(np.minimum(x, 0.0))
    return np.where(x < 0, small / (1 + small), special.expit(x))


ELEMENTWISE: Mapping[str, Callable[..., Interval]] = {
    "add": Interval.__add__, "subtract": Interval.__sub__, "multiply": Interval.__mul__,
    "divide": Interval.__truediv__, "negative": Interval.__neg__, "modulo": _modulo, "power": power,
    "sqrt": lambda x: increasing(np.sqrt, 0.0)(Interval(np.maximum(x.low, 0.0), x.high)),
    "exp": increasing(np.exp, 0.0), "log": increasing(np.log), "expm1": increasing(np.expm1, -1.0),
    "log1p": increasing(np.log1p), "sinh": increasing(np.sinh), "tanh": increasing(np.tanh, -1.0, 1.0),
    "asinh": increasing(np.arcsinh), "acosh": increasing(np.arccosh, 0.0), "atanh": increasing(np.arctanh),
    "asin": increasing(np.arcsin), "acos": decreasing(np.arccos, 0.0), "atan": increasing(np.arctan),
    "erf": _special(special.erf, -1.0, 1.0), "sigmoid": _special(_sigmoid, 0.0, 1.0),
    "softplus": _special(runtime.softplus), "exprel": _special(special.exprel), "absolute": magnitude,
    "exprel_slope": _special(runtime.exprel_slope), "cosh": even(increasing(np.cosh, 1.0)),
    "logcosh": even(_special(runtime.logcosh)), "i0e": even(decreasing(special.i0e, 0.0, ulps=SPECIAL)),
    "sin": wave(np.sin, np.pi / 2), "cos": wave(np.cos, 0.0), "tan": _tan, "atan2": _atan2,
    "heaviside": lambda x: _less(NO, x), "floor": lambda x: x.map(np.floor), "sign": lambda x: x.map(np.sign),
    "relu": lambda x: x.map(lambda v: np.maximum(v, 0.0)),
    "larger": lambda a, b: Interval(np.maximum(a.low, b.low), np.maximum(a.high, b.high)),
    "smaller": lambda a, b: Interval(np.minimum(a.low, b.low), np.minimum(a.high, b.high)),
    "less": _less, "less_equal": _less_equal, "greater": lambda a, b: _less(b, a),
    "greater_equal": lambda a, b: _less_equal(b, a), "equal": _equal, "not_equal": lambda a, b: _not(_equal(a, b)),
    "not": _not, "and": lambda a, b: Interval(a.low * b.low, a.high * b.high),
    "or": lambda a, b: Interval(np.maximum(a.low, b.low), np.maximum(a.high, b.high)),
    "finite_or_zero": _finite_or_zero, "one_if_zero": _one_if_zero,
}  # fmt: skip


def aligned(x: Interval, letters: Sequence[str], axes: Sequence[str]) -> Interval:
    """An interval with these axes, of length 1 where it lacks one."""
    return x.map(lambda v: rearranged.aligned(v, letters, axes))


def select(condition: Interval, a: Interval, b: Interval) -> Interval:
    """One or the other, or both where it is not known which."""
    yes, no = condition.low >= 1, condition.high <= 0
    low = np.where(yes, a.low, np.where(no, b.low, np.minimum(a.low, b.low)))
    return Interval(low, np.where(yes, a.high, np.where(no, b.high, np.maximum(a.high, b.high))))


def reduction(step: Step, x: Interval) -> Interval:
    """A reduction over some axes."""
    (operand,) = step.operands
    axes = tuple(operand.letters.index(a) for a in step.over)
    if step.op in ("sum", "count"):
        return x.total(axes)
    if step.op in ("largest", "smallest"):
        best = np.max if step.op == "largest" else np.min
        return x.map(lambda v: best(v, axis=axes))
    if step.op != "product":
        raise NoInterval(step.op)
    moved = x.map(lambda v: np.moveaxis(v, axes, tuple(range(len(axes)))))
    flat = moved.map(lambda v: v.reshape(-1, *v.shape[len(axes) :]))
    found = Interval.point(np.ones(flat.low.shape[1:]))
    for k in range(len(flat.low)):
        found = found * Interval(flat.low[k], flat.high[k])
    return found


def contract(step: Step, a: Interval, b: Interval) -> Interval:
    """A sum of products."""
    first, second = (o.letters for o in step.operands)
    summed = [x for x in dict.fromkeys((*first, *second)) if x not in step.axes]
    axes = (*step.axes, *summed)
    product = aligned(a, first, axes) * aligned(b, second, axes)
    return product.total(tuple(range(len(step.axes), len(axes))))


def moved(step: Step, x: Interval) -> Interval:
    """What only moves elements."""
    return x.map(lambda v: rearranged.moved(step, v))
