"""Polynomials through values at the points of a step, as LLVM text: functions that the loops of lanes call.

They are those of `nodes`, lane by lane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from neurodyn.backends.ensemble.body import Body, function
from neurodyn.backends.ensemble.vector_math.values import Real
from neurodyn.backends.nodes import FOR_A_TOP, ITERATIONS, Nodes
from neurodyn.backends.plan import Floats

Write = Callable[[Body, Nodes, Sequence[Real], Sequence[Real]], Real]


def node_functions(points: Nodes, width: int) -> str:
    """`@nd_top` of values, the largest along the step; `@nd_root` of values and two points, where it is 0 between
    them; `@nd_at` of values and a point."""
    return "\n".join(
        _function(name, points, width, more, write)
        for name, more, write in (("top", 0, _top), ("root", 2, _between), ("at", 1, _at))
    )


def call(body: Body, name: str, given: Sequence[Real]) -> Real:
    """Call one of them."""
    operands = ", ".join(f"{body.reals} {value.name}" for value in given)
    return body.real(f"call {body.reals} @nd_{name}({operands})")


def combined(row: Sequence[float], values: Sequence[Real]) -> Real:
    """A sum of values with constant weights."""
    found: Real | None = None
    for weight, value in zip(row, values, strict=True):
        if weight:
            found = value * float(weight) if found is None else value.fma(float(weight), found)
    return values[0].w.number(0.0) if found is None else found


def _function(name: str, points: Nodes, width: int, more: int, write: Write) -> str:
    body = Body(width)
    given = [Real(body, f"%a{k}") for k in range(points.count + more)]
    found = write(body, points, given[: points.count], given[points.count :])
    body.act(f"ret {body.reals} {found.name}")
    arguments = ", ".join(f"{body.reals} {value.name}" for value in given)
    return function(f"internal {body.reals} @nd_{name}({arguments})", body, "noinline ")


def _product(matrix: Floats, values: Sequence[Real]) -> list[Real]:
    return [combined(row.tolist(), values) for row in matrix]


def _series_at(series: Sequence[Real], x: Real) -> Real:
    """The sum of Chebyshev's polynomials with these coefficients."""
    twice, after, last = x + x, series[-1], x.w.number(0.0)
    for coefficient in reversed(series[1:-1]):
        after, last = twice.fma(after, coefficient - last), after
    return x.fma(after, series[0] - last)


def _at(body: Body, points: Nodes, values: Sequence[Real], more: Sequence[Real]) -> Real:
    return _series_at(_product(points.to_series, values), more[0])


def _root(series: Sequence[Real], slope: Sequence[Real], a: Real, b: Real, steps: int = ITERATIONS) -> Real:
    """Where a polynomial changes its sign between a and b: Newton's steps, which halve the bracket if they leave it."""
    below, x = _series_at(series, a) < 0.0, (a + b) * 0.5
    for _ in range(steps):
        value = _series_at(series, x)
        same = (below & (value < 0.0)) | (~below & (value > 0.0))
        a, b = same.choose(x, a), same.choose(b, x)
        newton = x - value / _series_at(slope, x)
        x = ((newton - a) * (newton - b) <= 0.0).choose(newton, (a + b) * 0.5)
    return x


def _between(body: Body, points: Nodes, values: Sequence[Real], more: Sequence[Real]) -> Real:
    series = _product(points.to_series, values)
    return _root(series, _product(points.to_slope, series), more[0], more[1])


def _top(body: Body, points: Nodes, values: Sequence[Real], more: Sequence[Real]) -> Real:
    """The largest of the values, or the top of the polynomial beside it."""
    x = points.x.tolist()
    top, here = values[0], body.number(x[0])
    low, high = here, body.number(x[min(1, points.count - 1)])
    for k in range(1, points.count):
        larger = values[k] > top
        top, here = larger.choose(values[k], top), larger.choose(x[k], here)
        low, high = larger.choose(x[k - 1], low), larger.choose(x[min(k + 1, points.count - 1)], high)
    series = _product(points.to_series, values)
    slope = _product(points.to_slope, series)
    beside = (_series_at(slope, here) > 0.0).choose(high, low)
    x_top = _root(slope, _product(points.to_slope, slope), here, beside, FOR_A_TOP)
    found = _series_at(series, x_top)
    return (found > top).choose(found, top)
