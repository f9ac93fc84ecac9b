"""Brian2's names of units, `mvolt`, `cm2`, `usiemens`, as units of ours."""

from __future__ import annotations

import ast
import difflib
from fractions import Fraction
from functools import cache

from neurodyn.errors import InputError
from neurodyn.language.guard import column_of, parse
from neurodyn.language.source import Source
from neurodyn.language.unit_text import LARGEST_POWER, rational, read_unit
from neurodyn.language.units import ATOMS, NUMBER, Unit

_NAMES = {
    "metre": "m", "meter": "m", "second": "s", "gram": "g", "gramme": "g", "kilogram": "kg", "kilogramme": "kg",
    "amp": "A", "ampere": "A", "kelvin": "K", "mole": "mol", "mol": "mol", "molar": "M", "hertz": "Hz", "volt": "V",
    "ohm": "ohm", "siemens": "S", "farad": "F", "henry": "H", "joule": "J", "watt": "W", "coulomb": "C",
    "newton": "kg*m/s**2", "pascal": "kg/m/s**2", "weber": "V*s", "tesla": "V*s/m**2", "becquerel": "1/s",
    "gray": "m**2/s**2", "sievert": "m**2/s**2", "katal": "mol/s", "radian": "1", "steradian": "1",
    "liter": "dm**3", "litre": "dm**3",
}  # fmt: skip
_SHORT = (
    *("mV", "mA", "uA", "nA", "pA", "pF", "uF", "nF", "nS", "uS", "mS", "ms", "us", "Hz", "kHz", "MHz"),
    *("cm", "mm", "um", "mM", "uM", "nM"),
)
_TENS = {
    "y": -24, "z": -21, "a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "d": -1, "": 0, "da": 1,
    "h": 2, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18, "Z": 21, "Y": 24,
}  # fmt: skip
_POWERS = {"": 1, "2": 2, "3": 3}


def unit_named(name: str) -> tuple[Unit, int] | None:
    """The unit of a name, and the power of ten that ours lacks beside it; None for any other name."""
    base, power = (name[:-1], _POWERS[name[-1]]) if name[-1:] in _POWERS else (name, 1)
    if base in _SHORT:
        return Unit(((base, Fraction(1)),)) ** power, 0
    for start in (0, 1, 2):
        prefix, word = base[:start], base[start:]
        if prefix in _TENS and word in _NAMES and not (prefix and word.startswith("kilo")):
            ours = prefix + _NAMES[word]
            if ours in ATOMS:
                return Unit(((ours, Fraction(1)),)) ** power, 0
            return _ours(word) ** power, _TENS[prefix] * power
    return None


@cache
def _ours(word: str) -> Unit:
    return read_unit(Source(_NAMES[word]))


def near_unit(name: str) -> str:
    """A sentence that proposes a unit close to a word, or nothing."""
    found = difflib.get_close_matches(name, [*_NAMES, *_SHORT], 1, 0.75)
    return f"Did you mean {found[0]}?" if found else ""


def declared_unit(source: Source, text: str, column: int) -> Unit:
    """The unit that stands behind an equation's colon."""
    if text in ("1", "boolean", "integer"):
        return NUMBER
    if not text:
        raise InputError(
            "The unit is missing.",
            code="brian2-unit",
            remedy="Write : volt, or : 1 where there is no unit.",
            place=source.place(column),
        )
    return _read(parse(source, column, column + len(text)), source, text, column)


def _read(node: ast.expr, source: Source, text: str, column: int) -> Unit:
    match node:
        case ast.Name() if (found := unit_named(node.id)) is not None and not found[1]:
            return found[0]
        case ast.Constant() if node.value == 1:
            return NUMBER
        case ast.BinOp(op=ast.Mult()):
            return _read(node.left, source, text, column) * _read(node.right, source, text, column)
        case ast.BinOp(op=ast.Div()):
            return _read(node.left, source, text, column) / _read(node.right, source, text, column)
        case ast.BinOp(op=ast.Pow()) if (power := small_power(node.right)) is not None:
            return _read(node.left, source, text, column) ** power
    word = node.id if isinstance(node, ast.Name) else ""
    raise InputError(
        f"{word} is no unit of Brian2." if word else "This is no unit of Brian2.",
        code="brian2-unit",
        remedy=near_unit(word) or "Write, say, volt, amp, siemens/meter**2, or 1 where there is no unit.",
        place=source.place(column + column_of(text, node)),
    )


def small_power(node: ast.expr) -> Fraction | None:
    """A constant power of a unit: `2`, `-1`, `.5`; None for anything else."""
    power = rational(node)
    return power if power is not None and abs(power) <= LARGEST_POWER >= power.denominator else None
