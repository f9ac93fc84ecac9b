"""What is given from outside, in SI units: text such as `20 ms`, and quantities of Brian2 and pint.

Numbers and arrays without a unit are taken as SI. Neither package is imported: their quantities are known by what
they offer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.language.dimensions import clock_unit
from neurodyn.language.source import Source
from neurodyn.language.unit_text import mentions_unit
from neurodyn.language.units import BASE, NUMBER, Unit, si_unit
from neurodyn.model.declarations import value_source
from neurodyn.system.units import Units
from neurodyn.system.values import Values

# What Brian2 and pint call the dimensions of the base units, and pint the units.
_BRIAN2 = ("mass", "length", "time", "current", "temperature", "substance")
_PINT = ("[mass]", "[length]", "[time]", "[current]", "[temperature]", "[substance]")
_PINT_UNITS = ("kilogram", "meter", "second", "ampere", "kelvin", "mole")


def si_values(units: Units, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name, checked against the units of the model: quantities as SI numbers, all else as it is."""
    known = units.model.names.quantities  # any other name is refused where it is used
    return {n: _si(n, value, partial(units.of, n), units) if n in known else value for n, value in given.items()}


def si_time(name: str, value: Any, units: Units, values: Values) -> Any:
    """A time, or times, in seconds (plain numbers in a model without units); text is evaluated."""
    value = _si(name, value, lambda: clock_unit(units.model.names) if units.active else NUMBER, units)
    if not isinstance(value, str):
        return value
    return float(values.value(name, value, (), Source(f"{name} = {value}")))


def _si(name: str, value: Any, wanted: Callable[[], Unit], units: Units) -> Any:
    if isinstance(value, str):
        if units.active or mentions_unit(value):
            known = units.model.names.quantities.get(name)
            found = units.of_value(value_source(Source(name), value), known.letters if known else ())
            _check(name, value, found, wanted())
        return value
    quantity = _quantity(value)
    if quantity is None:
        return value
    _check(name, value, quantity[1], wanted())
    return quantity[0]


def _check(name: str, value: Any, found: Unit | None, wanted: Unit) -> None:
    if found is not None and not found.fits(wanted):
        raise InputError(
            f"{name} is {wanted.words}, but {value} is {found.words}.",
            code="dimension",
            remedy="Give a plain number." if wanted.plain else f"Give it with its unit, such as '1 {wanted}'.",
        )


def _quantity(value: Any) -> tuple[Any, Unit] | None:
    """A quantity of Brian2 or pint as SI numbers and their unit; None for anything else."""
    brian2 = getattr(getattr(value, "dim", None), "get_dimension", None)
    if brian2 is not None:
        _refuse_light(brian2("luminosity"), value)
        powers = [Fraction(brian2(word)).limit_denominator(12) for word in _BRIAN2]
        return _bare(np.array(value, dtype=float)), si_unit(powers)
    if not (hasattr(value, "dimensionality") and hasattr(value, "magnitude") and hasattr(value, "to")):
        return None
    pint = dict(value.dimensionality)
    _refuse_light(any(pint.get(word) for word in pint if word not in _PINT), value)
    powers = [Fraction(pint.get(word, 0)).limit_denominator(12) for word in _PINT]
    unit = " * ".join(f"{word} ** {float(power)}" for word, power in zip(_PINT_UNITS, powers, strict=True) if power)
    return _bare(np.array(value.to(unit or "dimensionless").magnitude, dtype=float)), si_unit(powers)


def _refuse_light(found: Any, value: Any) -> None:
    if found:
        raise InputError(
            f"{value} has a dimension beyond {' '.join(BASE)}.", code="dimension", remedy="Give it in those units."
        )


def _bare(array: Any) -> Any:
    return float(array) if array.ndim == 0 else array
