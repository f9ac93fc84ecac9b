"""Functions that lowered NumPy source calls: operations that NumPy and SciPy lack in a stable form."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar

import numpy as np

from neurodyn.errors import InputError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Array = Any  # an array of doubles, or a NumPy scalar
CHUNK = 1 << 18  # elements of a temporary array
# Below it exp is nearly a subnormal number, and 20 to 100 times as slow; so are products with such numbers.
DEEP = -690.0
LARGEST_POWER = 64  # whole powers up to this one are products
NEAR = 1 / 64  # squared distances below this part of the squares have lost digits


def guarded(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The function without warnings of overflow and the like (its caller looks at the results), and with one sentence
    for an index position that is out of range."""

    @functools.wraps(function)
    def inner(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except IndexError as error:
            raise InputError(f"An index position is out of range: {error}.", code="bad-position") from None

    quiet: Callable[Arguments, Result] = np.errstate(all="ignore")(inner)
    return quiet


def softplus(x: Array) -> Array:
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def logcosh(x: Array) -> Array:
    """log(cosh(x)) as log1p(2*sinh(x/2)**2), exact near 0; a large x beyond 600 is added as it is."""
    size = np.abs(x)
    near = np.minimum(size, 600.0)
    half = np.sinh(0.5 * near)
    return np.log1p(2.0 * half * half) + (size - near)


def exprel_slope(x: Array) -> Array:
    """(exp(x)*(x - 1) + 1)/x**2; its power series where that cancels."""
    near = np.clip(x, -1.0, 1.0)
    series = np.zeros_like(near)
    for k in reversed(range(18)):
        series = series * near + (k + 1) / math.factorial(k + 2)
    far = np.where(np.abs(x) < 1.0, 2.0, x)
    slope = np.where(np.abs(x) < 1.0, series, (np.exp(far) * (far - 1.0) + 1.0) / far / far)
    # For large arguments the product overflows before the quotient does not: both are infinite.
    return np.where(np.isnan(x), x, slope)[()]


def finite_or_zero(x: Array) -> Array:
    """x, or 0 where it is infinite or no number."""
    if np.ndim(x) == 0:
        return x if math.isfinite(x) else np.float64(0.0)
    return x if np.isfinite(x).all() else np.where(np.isfinite(x), x, 0.0)


def one_if_zero(x: Array) -> Array:
    """x, or 1 where it is 0."""
    return x + (x == 0.0)


def whole_power(x: Array, n: int) -> Array:
    """x**n by multiplications, for n > 0."""
    result = None
    while True:
        if n & 1:
            result = x if result is None else result * x
        n >>= 1
        if not n:
            return result
        x = x * x


def power(x: Array, exponent: Array) -> Array:
    """x**exponent; whole exponents by multiplications: general powers of negative numbers take 20 times as long.

    The answer is always an array of its own: later steps may write into it.
    """
    if np.ndim(exponent) == 0 and exponent == 1:
        return np.positive(x)
    if np.ndim(exponent) == 0 and 0 < exponent <= LARGEST_POWER and exponent == int(exponent):
        return whole_power(x, int(exponent))
    return np.power(x, exponent)


def trial_count(variables: Mapping[str, Array], names: Iterable[str]) -> int:
    """The number of trials, told by any quantity that has them."""
    return int(next(np.shape(variables[n])[0] for n in names if n in variables))


def full(x: Array, shape: tuple[int, ...]) -> Array:
    """A new array of a shape, filled from a value that broadcasts to it."""
    result = np.empty(shape)
    result[...] = x
    return result


def add_diagonal(x: Array, subscripts: str, value: Array) -> Array:
    """x, with something added in place to its elements on a diagonal, which `subscripts` selects as in `einsum`."""
    on_diagonal = np.einsum(subscripts, x)
    on_diagonal += value
    return x


def extended(x: Array, axis: int, start: int, stop: int, before: int, after: int, repeats: bool) -> Array:
    """A slice of an axis, with elements before and after it: zeros, or the end elements of the axis again."""
    shape = list(x.shape)
    shape[axis] = before + stop - start + after
    result = np.zeros(shape)
    ahead = (slice(None),) * axis
    result[(*ahead, slice(before, before + stop - start))] = x[(*ahead, slice(start, stop))]
    if repeats:
        result[(*ahead, slice(0, before))] = x[(*ahead, slice(0, 1))]
        result[(*ahead, slice(shape[axis] - after, None))] = x[(*ahead, slice(-1, None))]
    return result


def windows(x: Array, axis: int, rows: int, columns: int) -> Array:
    """A view with one more axis at the end, along which the given axis goes on from each of its first places."""
    shape = (*x.shape[:axis], rows, *x.shape[axis + 1 :], columns)
    strides = (*x.strides, x.strides[axis])
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)


def stacked(parts: tuple[Array, ...], axis: int) -> Array:
    """Arrays, or numbers, side by side along a new axis; they need not have all others."""
    return np.stack(np.broadcast_arrays(*parts), axis=axis)


def positions(x: Array) -> Array:
    """Whole numbers as positions.

    Raises:
        InputError: for a value that is not a whole number from 0 on.
    """
    if isinstance(x, float) and x >= 0 and x.is_integer():  # one position, as in a map that updates unit by unit
        return int(x)
    with np.errstate(invalid="ignore"):
        whole = np.asarray(x).astype(np.intp)
    if np.any(whole != x) or np.any(whole < 0):
        raise InputError(
            "An index position is not a whole number from 0 on.",
            code="bad-position",
            remedy="Round it, and keep it inside its index set.",
        )
    return whole


def kth(x: Array, k: Array) -> Array:
    """The k-th largest along the last axis.

    Raises:
        InputError: for a k that is no whole number from 1 to the length of the axis.
    """
    count = x.shape[-1]
    ranks = np.asarray(k)
    with np.errstate(invalid="ignore"):
        whole = ranks.astype(np.intp)
    bad = (whole != ranks) | (whole < 1) | (whole > count)
    if np.any(bad):
        raise InputError(
            f"kth is asked for number {ranks[bad].flat[0]:g} of {count} terms.",
            code="bad-rank",
            remedy=f"Terms are counted from 1, the largest, to {count}; say so in `given`.",
        )
    if not whole.ndim:
        return np.partition(x, count - whole, axis=-1)[..., count - whole]
    shape = np.broadcast_shapes(x.shape[:-1], whole.shape)
    ordered, places = np.broadcast_to(np.sort(x, axis=-1), (*shape, count)), np.broadcast_to(count - whole, shape)
    return np.take_along_axis(ordered, places[..., None], axis=-1)[..., 0]


def weights(x: Array, out: Array | None = None) -> Array:
    """exp of numbers up to 0, such as softmax takes: 0 where it is below 1e-299, and so adds nothing to the largest."""
    found = np.empty(np.shape(x)) if out is None else out
    if found.ndim == 0:
        return np.exp(x) if not x < DEEP else np.float64(0.0)
    for rows in _chunks(found.shape):
        part, into = x[rows], found[rows]
        deep = part < DEEP
        if not deep.any():
            np.exp(part, out=into)
            continue
        np.maximum(part, DEEP, out=into)
        np.exp(into, out=into)
        into[deep] = 0.0
    return found


def _chunks(shape: tuple[int, ...]) -> Iterator[slice]:
    rows = max(1, CHUNK // max(1, math.prod(shape[1:])))
    return (slice(k, k + rows) for k in range(0, shape[0], rows))


def refined_squares(
    raw: Array, a: Array, a_axes: tuple[int, ...], b: Array, b_axes: tuple[int, ...], a_square: Array, b_square: Array
) -> Array:
    """Squared distances, computed again from the differences where they are below 1/64 of the squares.

    Args:
        raw: |a|**2 - 2*a.b + |b|**2, changed in place.
        a, b: the points; the axes that `raw` lacks are those of the coordinates and stand last.
        a_axes, b_axes: which axes of `raw` the leading axes of `a` and `b` are.
        a_square, b_square: |a|**2 and |b|**2, with as many axes as `raw`.
    """
    for rows in _chunks(raw.shape):
        part = raw[rows]
        own, other = _rows(a_square, rows), _rows(b_square, rows)
        # One pass shows for most squares that they are not so small.
        near = np.flatnonzero(part < (own + other.max()) * NEAR)
        points = [_rows(x, rows) if 0 in axes else x for x, axes in ((a, a_axes), (b, b_axes))]
        refine_at(part, near, points[0], a_axes, points[1], b_axes, own, other)
    return raw


def refine_at(
    raw: Array, places: Array, a: Array, a_axes: tuple[int, ...], b: Array, b_axes: tuple[int, ...], own: Array,
    other: Array,
) -> None:  # fmt: skip
    """Compute squared distances again at those of some places of the flat array where they are small."""
    near: tuple[Array, ...] = np.unravel_index(places, raw.shape)
    bound = (np.broadcast_to(own, raw.shape)[near] + np.broadcast_to(other, raw.shape)[near]) * NEAR
    close = raw[near] < bound
    place = tuple(x[close] for x in near)
    each = max(1, CHUNK // max(1, math.prod(a.shape[len(a_axes) :])))
    for k in range(0, place[0].size, each):
        at = tuple(x[k : k + each] for x in place)
        difference = a[tuple(at[n] for n in a_axes)] - b[tuple(at[n] for n in b_axes)]
        difference = difference.reshape(len(difference), -1)
        raw[at] = np.einsum("pd,pd->p", difference, difference)


def _rows(x: Array, rows: slice) -> Array:
    return x if x.shape[0] == 1 else x[rows]
