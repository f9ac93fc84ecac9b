"""What is given from outside, in SI units: text such as `20 ms`, and quantities of Brian2 and pint.

Numbers and arrays without a unit are taken as SI.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.dimensions import clock_unit
from neurodyn.language.outside import quantity_of
from neurodyn.language.source import Source
from neurodyn.language.unit_text import mentions_unit
from neurodyn.language.units import NUMBER, Unit
from neurodyn.model.declarations import value_source
from neurodyn.system.units import Units
from neurodyn.system.values import Values


def si_values(units: Units, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name, checked against the units of the model: quantities as SI numbers, all else as it is."""
    known = units.model.names.quantities  # any other name is refused where it is used
    return {n: _si(n, value, partial(units.of, n), units) if n in known else value for n, value in given.items()}


def si_time(name: str, value: Any, units: Units, values: Callable[[], Values]) -> Any:
    """A time, or times, in seconds (plain numbers in a model without units); text is evaluated."""
    if value is None:
        return None
    value = _si(name, value, lambda: clock_unit(units.model.names) if units.active else NUMBER, units)
    if not isinstance(value, str):
        return value
    return float(values().value(name, value, (), Source(f"{name} = {value}")))


def _si(name: str, value: Any, wanted: Callable[[], Unit], units: Units) -> Any:
    if isinstance(value, str):
        if units.active or mentions_unit(value):
            known = units.model.names.quantities.get(name)
            found = units.of_value(value_source(Source(name), value), known.letters if known else ())
            _check(name, value, found, wanted())
        return value
    quantity = quantity_of(value)
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
