"""Values as finite arrays of a shape."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.language.source import Source

Array = NDArray[np.float64]


def filled(name: str, value: Any, shape: tuple[int, ...], source: Source | None) -> Array:
    """A number or array as a finite float array of the shape; a number fills any shape.

    Args:
        source: where the value is written; None for one that was given from outside.
    """
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        sparse = hasattr(value, "tocoo")  # a matrix of SciPy
        remedy = "Let it live on a support, on = ..., or give its toarray()." if sparse else ""
        raise _refused(
            f"The value of {name} is not an array of numbers.", "value", name, value, source, remedy
        ) from None
    if array.ndim and array.shape != shape:
        wanted = f"shape {shape}" if shape else "one number"
        raise _refused(
            f"The value of {name} has shape {array.shape}; {wanted} is needed.",
            "shape",
            name,
            value,
            source,
            "Give an array of that shape, or one number for all.",
        )
    if not (np.isfinite(array).all() if array.ndim else math.isfinite(array)):
        where = np.argwhere(~np.isfinite(array))[0]
        position = f"[{','.join(str(int(k)) for k in where)}]" if array.ndim else ""
        number = array[tuple(where)]
        raise _refused(f"{name}{position} is {number}, not a finite number.", "not-finite", name, value, source)
    return array if array.shape == shape else np.full(shape, array)


def _refused(sentence: str, code: str, name: str, value: Any, source: Source | None, remedy: str = "") -> InputError:
    source = source or Source(f"{name} = {'...' if np.ndim(value) else value}")
    return InputError(sentence, code=code, remedy=remedy, place=source.place(0))
