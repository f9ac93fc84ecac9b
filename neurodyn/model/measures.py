"""Units and scales of declarations: `unit = "mV"`, `scale = "20 mV"`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.language.unit_text import mentions_unit, read_quantity, read_unit
from neurodyn.language.units import NUMBER, Unit
from neurodyn.model.locate import value_source

if TYPE_CHECKING:
    from neurodyn.model.declarations import Declaration


def speaks_of_units(texts: Iterable[str], declared: Collection[Declaration]) -> bool:
    """Whether anything that is written has a unit."""
    values = (v for d in declared for v in (d.value, d.before, d.scale, *d.clip, *d.given) if isinstance(v, str))
    return any(d.unit for d in declared) or any(mentions_unit(text) for text in (*texts, *values))


def declared_unit(declared: Declaration) -> Unit:
    """The declared unit; that of plain numbers without one."""
    return read_unit(value_source(declared.source, declared.unit)) if declared.unit else NUMBER


def si_value(declared: Declaration) -> Any:
    """The declared value: numbers in SI units, an expression as it stands."""
    if not declared.unit or declared.value is None or isinstance(declared.value, str):
        return declared.value
    import numpy as np

    value = np.asarray(declared.value)
    return declared_unit(declared).to_si(value) if value.dtype.kind in "if" else declared.value


def si_scale(declared: Declaration) -> float | None:
    """The declared scale in SI units."""
    if isinstance(declared.scale, str):
        number, unit = read_quantity(value_source(declared.source, declared.scale))
        return float(unit.to_si(number))
    return None if declared.scale is None else float(declared_unit(declared).to_si(declared.scale))


def checked_scale(value: Any, key: str, source: Source) -> float | str | None:
    """A scale as an entry gives it."""
    if value is None:
        return None
    number = read_quantity(value_source(source, value))[0] if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 < number < float("inf"):
        raise InputError(f"The scale of {key} must be a positive number.", code="scale", place=source.place(0))
    return value if isinstance(value, str) else float(number)


def checked_unit(value: Any, key: str, source: Source) -> str:
    """A unit as an entry gives it."""
    if not isinstance(value, str):
        raise InputError(
            f"The unit of {key} must be text.", code="unit", remedy='Write unit = "mV".', place=source.place(0)
        )
    if value:
        read_unit(value_source(source, value))
    return value
