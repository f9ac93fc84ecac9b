"""How far the value of a component may lie from what its file says: `R = "470 ohm ± 5 %"`.

After the sign, ± or a +- between blanks, comes a share in % or a quantity, and then, if it is said, how values are
spread: `uniform`, all within the tolerance alike (the default), or `normal`, where the tolerance is three deviations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.language.unit_text import read_quantity
from neurodyn.language.units import Unit

SHAPES = ("uniform", "normal")
_SIGN = re.compile(r"\s*±\s*|\s\+-\s+")
_FORM = re.compile(r"(\d+\.?\d*(?:[eE][+-]?\d+)?)\s*(.*?)\s*(uniform|normal)?")


@dataclass(frozen=True)
class Spread:
    """A tolerance as it is written.

    Attributes:
        size: of the tolerance on both sides; a share of the value where `unit` is `%`.
        shape: one of `SHAPES`.
    """

    size: float
    unit: str
    shape: str

    def half(self, value: float, unit: Unit) -> float:
        """The tolerance in SI units, of a value in SI units whose plain numbers are in a unit."""
        if self.unit == "%":
            return abs(value) * self.size / 100
        if not self.unit:
            return float(unit.to_si(self.size))
        number, own = read_quantity(Source(f"{self.size} {self.unit}"))
        return float(own.to_si(number))


def split_spread(value: Any) -> tuple[Any, str]:
    """A value as a file gives it, without its tolerance; and that, as text that begins with ±, or nothing."""
    if not isinstance(value, str) or not (sign := _SIGN.search(value)):
        return value, ""
    middle = value[: sign.start()].strip()
    try:
        return float(middle), f"± {value[sign.end() :].strip()}"
    except ValueError:
        return middle, f"± {value[sign.end() :].strip()}"


def read_spread(text: str, source: Source) -> Spread:
    """A tolerance from its text, `± 5 %` or `5 %`.

    Raises:
        InputError: for what is none.
    """
    told = text.removeprefix("±").strip()
    match = _FORM.fullmatch(told)
    if match is None or not 0 < float(match[1]) < float("inf"):
        raise InputError(
            f"{told or 'Nothing'} is no tolerance.",
            code="spread",
            remedy="Write ± 5 %, ± 10 ohm, or ± 5 % normal, say.",
            place=source.place(0),
        )
    if match[2] not in ("", "%"):
        read_quantity(Source(f"{match[1]} {match[2]}", line=source.line, file=source.file))
    return Spread(float(match[1]), match[2], match[3] or SHAPES[0])


def checked_spread(value: Any, source: Source) -> tuple[Any, str]:
    """A value without its tolerance, and the tolerance, which is one or nothing."""
    middle, text = split_spread(value)
    if text:
        read_spread(text, source)
    return middle, text
