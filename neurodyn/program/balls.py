"""Runs a program on balls of Arb, as a second opinion on what intervals say.

A ball holds a number of many digits and how far it may be off (Johansson 2017, IEEE Transactions on Computers 66:1281).
Arb's functions and roundings are its own: nothing but the order of the steps is shared with the intervals.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from neurodyn.program.interval_function import literal
from neurodyn.program.interval_ops import NoInterval
from neurodyn.program.program import Program, Result, Step, literal_value
from neurodyn.program.rearranged import MOVED, aligned, moved

BITS = 128
Objects = NDArray[np.object_]
arb = flint.arb


@contextmanager
def many_digits() -> Iterator[None]:
    """Ball arithmetic with the bits of `BITS`."""
    before, flint.ctx.prec = flint.ctx.prec, BITS
    try:
        yield
    finally:
        flint.ctx.prec = before


def matrix(entries: Objects) -> Any:
    """A matrix of balls, for what Arb does with matrices."""
    return flint.arb_mat(entries.tolist())


def between(low: Any, high: Any) -> Objects:
    """Balls that hold all numbers between these."""
    if low is high:
        return _each(lambda a: arb(float(a)), low)
    return _each(lambda a, b: arb(float(a)).union(arb(float(b))), low, high)


def _each(function: Callable[..., Any], *arrays: Any) -> Objects:
    """A function of balls, element by element."""
    return np.asarray(np.frompyfunc(function, len(arrays), 1)(*arrays), dtype=object)


def _whole_power(x: Any, n: int) -> Any:
    """By products: the power of a ball around 0 would be no number."""
    found, factor, left = arb(1), x, n
    while left:
        found = found * factor if left & 1 else found
        factor, left = factor * factor, left >> 1
    return found.nonnegative_part() if n % 2 == 0 else found


def _power(x: Any, n: Any) -> Any:
    whole = n.unique_fmpz() if n.is_exact() and n.is_integer() else None
    return x**n if whole is None or whole <= 0 else _whole_power(x, int(whole))


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + (-x).exp())


def _logcosh(x: Any) -> Any:
    return abs(x) + (-2 * abs(x)).exp().log1p() - arb.const_log2()


def _exprel(x: Any) -> Any:
    return x.hypgeom_1f1(1, 2)


def _exprel_slope(x: Any) -> Any:
    return x.hypgeom_1f1(2, 3) / 2


def _less(a: Any, b: Any) -> Any:
    """1 where it surely is, 0 where it surely is not, both where it may be."""
    return arb(1) if a < b else arb(0) if a >= b else arb(0.5, 0.5)


def _less_equal(a: Any, b: Any) -> Any:
    return arb(1) if a <= b else arb(0) if a > b else arb(0.5, 0.5)


def _select(condition: Any, a: Any, b: Any) -> Any:
    return a if condition > 0 else b if condition < 1 else a.union(b)


ELEMENTWISE: Mapping[str, Callable[..., Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "negative": operator.neg, "power": _power, "absolute": abs, "sigmoid": _sigmoid, "logcosh": _logcosh,
    "softplus": lambda x: x.exp().log1p(), "relu": lambda x: x.max(arb(0)), "larger": lambda a, b: a.max(b),
    "smaller": lambda a, b: a.min(b), "as_number": lambda x: x,
    "exprel": _exprel, "exprel_slope": _exprel_slope,
    "less": _less, "less_equal": _less_equal, "greater": lambda a, b: _less(b, a),
    "greater_equal": lambda a, b: _less_equal(b, a), "select": _select, "heaviside": lambda x: _less(arb(0), x),
    "sign": lambda x: x.sgn(), "one_if_zero": lambda x: x.union(arb(1)) if x.contains(0) else x,
    "finite_or_zero": lambda x: x.mid(),  # subtracted before exponentials and added behind logarithms: any will do
    **{n: operator.methodcaller(n) for n in (
        "sqrt", "exp", "log", "expm1", "log1p", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "asin", "acos",
        "atan", "erf", "sin", "cos", "tan",
    )},
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Balls:
    """A program that is run on balls; its constants are the exact binary values.

    Raises:
        NoInterval: when it has a step that balls lack.
    """

    program: Program
    constants: Mapping[str, Any]

    def __call__(self, t: Objects, variables: Mapping[str, Objects]) -> dict[str, Objects]:
        """The outputs by name, with an axis of boxes where they depend on the states."""
        values: dict[int, Objects] = {}
        given = {**{n: between(v, v) for n, v in self.constants.items()}, **variables}
        with many_digits():
            for number, step in self.program.steps.items():
                own = [values[o.value] for o in step.operands]
                values[number] = _value(step, own) if own else _loaded(step, given, t)
        return {r.name: _wanted(r, self.program.steps[r.value], values[r.value]) for r in self.program.results}


def _loaded(step: Step, given: Mapping[str, Objects], t: Objects) -> Objects:
    if step.op == "time":
        return t
    if step.op == "load":
        return given[str(step.data)]
    if step.op == "literal":
        number = literal(float(literal_value(step)))
        return between(number.low, number.high)
    if step.op == "positions":
        return between(np.arange(float(str(step.data))), np.arange(float(str(step.data))))
    raise NoInterval(step.op)


def _value(step: Step, own: list[Objects]) -> Objects:
    if step.op in MOVED:
        return np.asarray(moved(step, own[0]), dtype=object)
    if step.op == "contract":
        return _contract(step, *own)
    if step.op == "sum":
        axes = tuple(step.operands[0].letters.index(a) for a in step.over)
        return np.asarray(own[0].sum(axis=axes), dtype=object)
    if step.op in JOINED:
        return JOINED[step.op](step, *own)
    if step.op == "refined_squares":  # what is refined is rounding, which balls hold anyway
        return own[0]
    here = [aligned(x, o.letters, step.axes) for x, o in zip(own, step.operands, strict=True)]
    if step.op == "whole_power":
        return _each(lambda x: _whole_power(x, int(str(step.data))), here[0])
    if step.op not in ELEMENTWISE:
        raise NoInterval(step.op)
    return _each(ELEMENTWISE[step.op], *here)


def _contract(step: Step, a: Objects, b: Objects) -> Objects:
    first, second = (o.letters for o in step.operands)
    axes = (*step.axes, *(x for x in dict.fromkeys((*first, *second)) if x not in step.axes))
    product = aligned(a, first, axes) * aligned(b, second, axes)
    return np.asarray(product.sum(axis=tuple(range(len(step.axes), len(axes)))), dtype=object)


def _on_diagonal(step: Step, x: Objects, value: Objects) -> Objects:
    """A dense value with something added where positions are equal."""
    kept = tuple(dict.fromkeys(step.over))
    whole = np.array(x)
    places = np.einsum(f"{''.join(step.over)}->{''.join(kept)}", whole)  # a view
    places[...] = places + aligned(value, step.operands[1].letters, kept)
    return whole


def _stack(step: Step, *own: Objects) -> Objects:
    inner = [a for k, a in enumerate(step.axes) if k != step.data]
    parts = [aligned(x, o.letters, inner) for x, o in zip(own, step.operands, strict=True)]
    return np.stack(np.broadcast_arrays(*parts), axis=int(str(step.data)))


def _broadcast(step: Step, x: Objects) -> Objects:
    here = aligned(x, step.operands[0].letters, step.axes)
    return np.broadcast_to(here, [v if n is None else n for n, v in zip(step.shape, here.shape, strict=True)])


def _reduced(join: Callable[[Any, Any], Any]) -> Callable[[Step, Objects], Objects]:
    """All terms along some axes joined by an operation."""

    def rule(step: Step, x: Objects) -> Objects:
        for axis in sorted((step.operands[0].letters.index(a) for a in step.over), reverse=True):
            x = np.asarray(np.frompyfunc(join, 2, 1).reduce(x, axis=axis), dtype=object)
        return x

    return rule


JOINED: Mapping[str, Callable[..., Objects]] = {
    "add_diagonal": _on_diagonal, "stack": _stack, "broadcast": _broadcast,
    "product": _reduced(operator.mul), "largest": _reduced(lambda a, b: a.max(b)),
    "smallest": _reduced(lambda a, b: a.min(b)),
}  # fmt: skip


def _wanted(result: Result, step: Step, found: Objects) -> Objects:
    """An output with its axes in the order wanted."""
    names = [f"new {n}" if k is None else step.axes[k] for n, k in enumerate(result.axes)]
    return np.asarray(aligned(found, step.axes, names), dtype=object)
