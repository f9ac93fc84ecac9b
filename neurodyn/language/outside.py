"""Quantities of Brian2 and pint. Neither package is imported: their quantities are known by what they offer."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.language.units import BASE, Unit, si_unit

# What Brian2 and pint call the dimensions of the base units, and pint the units.
_BRIAN2 = ("mass", "length", "time", "current", "temperature", "substance")
_PINT = ("[mass]", "[length]", "[time]", "[current]", "[temperature]", "[substance]")
_PINT_UNITS = ("kilogram", "meter", "second", "ampere", "kelvin", "mole")


def quantity_of(value: Any) -> tuple[Any, Unit] | None:
    """A quantity of Brian2 or pint as SI numbers and their unit; None for anything else."""
    if isinstance(value, np.ndarray) and (unit := brian2_unit(value)) is not None:
        return _bare(np.array(value, dtype=float)), unit
    if not (hasattr(value, "dimensionality") and hasattr(value, "magnitude") and hasattr(value, "to")):
        return None
    pint = dict(value.dimensionality)
    _refuse_light(any(pint.get(word) for word in pint if word not in _PINT), value)
    powers = [Fraction(pint.get(word, 0)).limit_denominator(12) for word in _PINT]
    words = " * ".join(f"{word} ** {float(power)}" for word, power in zip(_PINT_UNITS, powers, strict=True) if power)
    return _bare(np.array(value.to(words or "dimensionless").magnitude, dtype=float)), si_unit(powers)


def brian2_unit(value: Any) -> Unit | None:
    """The SI unit of what Brian2 gave dimensions; None for anything else."""
    dimension = getattr(getattr(value, "dim", None), "get_dimension", None)
    if dimension is None:
        return None
    _refuse_light(dimension("luminosity"), value)
    return si_unit(Fraction(dimension(word)).limit_denominator(12) for word in _BRIAN2)


def _refuse_light(found: Any, value: Any) -> None:
    if found:
        raise InputError(
            f"{value} has a dimension beyond {' '.join(BASE)}.", code="dimension", remedy="Give it in those units."
        )


def _bare(array: Any) -> Any:
    return float(array) if array.ndim == 0 else array
