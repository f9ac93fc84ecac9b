"""Values from outside in the words of a model file: numbers, and quantities of Brian2 with a prefix that fits."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.outside import quantity_of
from neurodyn.language.source import Source
from neurodyn.language.unit_text import bracketed, read_quantity
from neurodyn.language.units import ATOMS, NAMES, Unit, si_unit
from neurodyn.model.brian2.pieces import plain_number

_STEPS = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9}
# The prefix in which the field speaks of a unit, where a model has no quantity to tell.
_USUAL = {"V": "m", "A": "n", "S": "n", "F": "p", "s": "m", "ohm": "M", "M": "u", "C": "p"}
CLOSE = 1e-15  # 0.1*nS is not the double nearest to 1e-10


def is_quantity(value: Any) -> bool:
    """Whether a text is a number and its unit, `20 ms`."""
    return isinstance(value, str) and bracketed(value) != value


def measured(name: str, value: Any) -> tuple[Any, Unit | None]:
    """A value as SI numbers and its unit; None for numbers without one."""
    if is_quantity(value):
        told, own = read_quantity(Source(value, file=name))
        return float(own.to_si(told)), own
    number, unit = quantity_of(value) or (value, None)
    number = number.tolist() if hasattr(number, "tolist") else number
    if isinstance(number, (int, float)) and math.isfinite(number):
        return (int(number) if isinstance(number, bool) else number), unit
    if isinstance(number, (list, tuple)) and all(isinstance(x, (int, float)) and math.isfinite(x) for x in number):
        return list(number), unit
    raise InputError(
        f"{name} is {value!r}, which is no finite number or quantity.",
        code="brian2-value",
        remedy='Give numbers, or quantities such as 10*brian2.mV or "10 mV".',
    )


def scalar(name: str, value: Any) -> tuple[float, Unit | None]:
    """A value of the namespace, which Brian2 lets be no array."""
    number, unit = measured(name, value)
    if isinstance(number, list):
        raise InputError(
            f"{name} is an array in the namespace.",
            code="brian2-value",
            remedy=f"Make it a parameter in the equations, {name} : 1, and give start={{'{name}': [...]}}.",
        )
    return number, unit


def entry(number: Any, unit: Unit | None) -> Any:
    """A value as an entry of a model file says it."""
    if unit is None or unit.plain:
        return number
    if isinstance(number, list):
        return {"value": number, "unit": unit.si}
    return quantity_text(number, unit)


def quantity_text(number: float, unit: Unit) -> str:
    """`10 mV`: an SI number in a unit with a prefix that fits."""
    word = with_prefix(unit, [number], usual=True)
    return f"{plain_number(in_unit(number, word))} {word}"


def in_unit(number: float, unit: Unit) -> float:
    """An SI number in a unit, in few digits where they give it back."""
    exact = number / unit.factor
    short = float(f"{exact:.12g}")
    return short if abs(short - exact) <= CLOSE * abs(exact) else exact


def rows_in_unit(rows: Any, unit: Unit) -> Any:
    """Nested lists of SI numbers in a unit."""
    return [rows_in_unit(row, unit) for row in rows] if isinstance(rows, list) else in_unit(rows, unit)


def with_prefix(unit: Unit, numbers: Iterable[float], usual: bool = False) -> Unit:
    """The unit of that dimension with a prefix that suits the middle one of some SI numbers.

    Args:
        usual: take the prefix in which the field speaks of it, where there is no number but zeros.
    """
    plain = si_unit(unit.dimension)
    if len(plain.powers) != 1 or plain.powers[0][1] != 1 or plain.powers[0][0] not in NAMES:
        return plain
    word = plain.powers[0][0]
    sizes = sorted(abs(x) for x in numbers if x)
    if not sizes:
        prefix = _USUAL.get(word, "") if usual else ""
    else:
        ten = math.floor(math.log10(sizes[len(sizes) // 2] * (1 + CLOSE)) / 3) * 3
        prefix = next((p for p, step in _STEPS.items() if step == min(max(ten, -15), 9)), "")
    return Unit(((prefix + word, Fraction(1)),)) if prefix + word in ATOMS else plain
