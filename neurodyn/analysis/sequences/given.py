"""What the formulas of sequence memories are given, checked."""

from __future__ import annotations

import math

from neurodyn.errors import InputError


def check_sizes(units: float, degree: int | None, patterns: float = 1) -> None:
    """Refuse networks that there are none of.

    Raises:
        InputError: for fewer than two units, no pattern, or a degree that is no whole number from 1 on.
    """
    if not (math.isfinite(units) and units >= 2):
        raise _refused("units", units, "Give two units at least.")
    if not (math.isfinite(patterns) and patterns >= 1):
        raise _refused("patterns", patterns, "Give one pattern at least.")
    if degree is not None and (degree < 1 or degree != int(degree)):
        raise _refused("degree", degree, "Give a whole number from 1 on, or None for the exponential function.")


def check_share(name: str, value: float) -> None:
    """Refuse what is no share between 0 and 1."""
    if not 0 < value < 1:
        raise _refused(name, value, "Give a number between 0 and 1.")


def _refused(name: str, value: float, remedy: str) -> InputError:
    return InputError(f"{name} is {value:g}.", code=f"bad-{name}", remedy=remedy)
