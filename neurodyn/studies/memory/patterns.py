"""Patterns of +1 and -1, one per row: digits that come along, and arrays of the user's own, checked."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError
from neurodyn.system.generators import digit_images

Array = NDArray[np.float64]

CONSTANT, DUPLICATE = "constant-pattern", "duplicate-patterns"


def digit_patterns(count: int | None = None, threshold: float = 0.0) -> tuple[Array, NDArray[np.int64]]:
    """Scikit-learn's handwritten digits as signs, in the cyclic order 0, 1, ..., 9, 0, 1, ...

    Args:
        count: how many, from the first on; all of them by default.
        threshold: pixels, which run from -1 to 1, above it become +1, all others -1.

    Returns:
        patterns of shape (count, 64) and their classes of shape (count,).

    Raises:
        InputError: `too-many-digits`, if there are fewer.
    """
    images, classes = digit_images()
    if count is not None and count > len(images):
        raise InputError(
            f"{count} digits are asked for, and there are {len(images)}.",
            code="too-many-digits",
            remedy="Ask for fewer, or give images of your own.",
        )
    return np.where(images[:count] > threshold, 1.0, -1.0), classes[:count]


def checked_patterns(
    given: ArrayLike, *, duplicates: Literal["refuse", "allow"] = "refuse", fewer_than_units: bool = False
) -> Array:
    """A user's patterns, one per row, or the reason why they are none.

    Args:
        given: +1 and -1, shape (patterns, units).
        duplicates: whether a pattern may come twice.
        fewer_than_units: whether the study can store only as many patterns as there are units, less one.

    Returns:
        the same numbers, shape (patterns, units).

    Raises:
        InputError: `bad-shape`, `not-signs`, `constant-pattern` or `duplicate-patterns` by number, `too-many-patterns`,
            or `patterns-in-columns` where more than one row has such a defect, and no column has any.
    """
    found = np.asarray(given, dtype=float)
    if found.ndim != 2 or min(found.shape) < 2:
        shape = " x ".join(map(str, found.shape)) or "a single number"
        raise InputError(
            f"Patterns are rows of a matrix, two at least of two units each, but the array is {shape}.",
            code="bad-shape",
            remedy="Flatten images: images.reshape(len(images), -1).",
        )
    _check_signs(found)
    refusal, rows = _refusal(found, duplicates, fewer_than_units)
    if refusal is None:
        return found
    if rows > 1 and _refusal(found.T, duplicates, fewer_than_units)[0] is None:
        raise InputError(
            f"Of {len(found)} rows with {found.shape[1]} numbers each: {refusal.sentence} The columns have no such "
            "defect, so patterns seem to stand in columns.",
            code="patterns-in-columns",
            remedy="One pattern per row is expected: give the transposed array (patterns.T).",
        )
    raise refusal


def _check_signs(found: Array) -> None:
    bad = np.argwhere(np.abs(found) != 1)
    if not len(bad):
        return
    m, i = (int(k) for k in bad[0])
    values = np.unique(found[:, :64])
    if len(values) == 2:
        remedy = f"Its values are {values[0]:g} and {values[1]:g}: give np.where(x > {values.mean():g}, 1, -1)."
    else:
        remedy = "Images become signs by np.where(x > threshold, 1, -1), with a threshold between dark and light."
    raise InputError(
        f"Patterns are of +1 and -1, but unit {i} of pattern {m} is {found[m, i]:g}.", code="not-signs", remedy=remedy
    )


def _refusal(rows: Array, duplicates: str, fewer_than_units: bool) -> tuple[InputError | None, int]:
    """What is wrong with rows of signs as patterns, and with how many."""
    count, units = rows.shape
    if fewer_than_units and count >= units:
        sentence = f"There are {count} patterns of {units} units, and fewer patterns than units are needed."
        return InputError(sentence, code="too-many-patterns", remedy=f"Give {units - 1} at most."), count
    constant = np.flatnonzero(np.abs(rows.sum(axis=1)) == units)
    if constant.size:
        sentence = f"Pattern {constant[0]} is {rows[constant[0], 0]:+g} everywhere{_others(constant.size)}."
        remedy = "Leave constant patterns out, or choose another threshold."
        return InputError(sentence, code=CONSTANT, remedy=remedy), constant.size
    return _twins(rows) if duplicates == "refuse" else (None, 0)


def _twins(rows: Array) -> tuple[InputError | None, int]:
    packed = np.packbits(rows > 0, axis=1)
    _, first, inverse = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[inverse.reshape(-1)] != np.arange(len(rows)))
    if not again.size:
        return None, 0
    sentence = f"Pattern {again[0]} is the same as pattern {first[inverse.reshape(-1)[again[0]]]}{_others(again.size)}."
    remedy = "Keep each pattern once: np.unique(patterns, axis=0), which sorts them."
    return InputError(sentence, code=DUPLICATE, remedy=remedy), again.size


def _others(count: int) -> str:
    return f", and {count - 1} more are so" if count > 1 else ""
