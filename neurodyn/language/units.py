"""Units: `uA/cm**2` as exact powers of SI units, kept in the words in which they were written.

Every unit read here is a power of ten times SI base units, so all of this is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

Dimension = tuple[Fraction, ...]

BASE = ("kg", "m", "s", "A", "K", "mol")

# Each name: its powers of the base, and the power of ten.
NAMES: dict[str, tuple[tuple[int, ...], int]] = {
    "m": ((0, 1, 0, 0, 0, 0), 0),
    "g": ((1, 0, 0, 0, 0, 0), -3),
    "s": ((0, 0, 1, 0, 0, 0), 0),
    "A": ((0, 0, 0, 1, 0, 0), 0),
    "K": ((0, 0, 0, 0, 1, 0), 0),
    "mol": ((0, 0, 0, 0, 0, 1), 0),
    "Hz": ((0, 0, -1, 0, 0, 0), 0),
    "V": ((1, 2, -3, -1, 0, 0), 0),
    "ohm": ((1, 2, -3, -2, 0, 0), 0),
    "S": ((-1, -2, 3, 2, 0, 0), 0),
    "F": ((-1, -2, 4, 2, 0, 0), 0),
    "H": ((1, 2, -2, -2, 0, 0), 0),
    "J": ((1, 2, -2, 0, 0, 0), 0),
    "W": ((1, 2, -3, 0, 0, 0), 0),
    "C": ((0, 0, 1, 1, 0, 0), 0),
    "M": ((0, -3, 0, 0, 0, 1), 3),
}
_PREFIXES = {"a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "d": -1, "": 0, "k": 3, "M": 6, "G": 9}
ATOMS = {
    prefix + name: (tuple(map(Fraction, powers)), ten + shift)
    for name, (powers, ten) in NAMES.items()
    for prefix, shift in sorted(_PREFIXES.items(), key=lambda item: item[0] != "m")
}
ATOMS |= {name: (tuple(map(Fraction, powers)), ten) for name, (powers, ten) in NAMES.items()}
# Names that stand for a product of base units in what we print, in the order of preference.
_DERIVED = ("V", "S", "ohm", "F", "H", "J", "W", "C")


@dataclass(frozen=True)
class Unit:
    """A product of powers of names such as mV; without any it is the unit of plain numbers."""

    powers: tuple[tuple[str, Fraction], ...] = ()

    @cached_property
    def dimension(self) -> Dimension:
        """The powers of the base units."""
        total = [Fraction(0)] * len(BASE)
        for word, power in self.powers:
            for k, own in enumerate(ATOMS[word][0]):
                total[k] += own * power
        return tuple(total)

    @cached_property
    def exponent(self) -> Fraction:
        """One of this unit is ten to this power in SI units."""
        return sum((ATOMS[word][1] * power for word, power in self.powers), Fraction(0))

    @cached_property
    def factor(self) -> float:
        """One of this unit, in SI units."""
        return float(10**self.exponent) if self.exponent.denominator == 1 else 10.0 ** float(self.exponent)

    @cached_property
    def plain(self) -> bool:
        """Whether it is the dimension of plain numbers."""
        return all(power == 0 for power in self.dimension)

    def fits(self, other: Unit) -> bool:
        """Whether both have the same dimension."""
        return self.dimension == other.dimension

    def to_si(self, value: Any) -> Any:
        """Numbers in this unit, in SI units; correctly rounded."""
        if self.exponent.denominator == 1 and abs(self.exponent) <= 22:
            ten = 10.0 ** abs(int(self.exponent))
            return value * ten if self.exponent >= 0 else value / ten
        return value * self.factor

    def __mul__(self, other: Unit) -> Unit:
        total = dict(self.powers)
        for word, power in other.powers:
            total[word] = total.get(word, Fraction(0)) + power
        return Unit(tuple((w, p) for w, p in total.items() if p))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other**-1

    def __pow__(self, power: Fraction | int) -> Unit:
        return Unit(tuple((w, p * power) for w, p in self.powers)) if power else NUMBER

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        above = "*".join(_powered(w, p) for w, p in self.powers if p > 0)
        return (above or "1") + "".join("/" + _powered(w, -p) for w, p in self.powers if p < 0)

    @property
    def words(self) -> str:
        """The unit in a sentence, after `is`; a product is told in SI units too."""
        if not self.powers:
            return "a plain number"
        simple = self.si
        same = len(self.powers) < 2 or str(self) == simple
        return f"in {self}" if same else f"in {self} ({'a plain number' if self.plain else simple})"

    @cached_property
    def si(self) -> str:
        """The SI unit of the dimension, in few names; empty for plain numbers."""
        return "" if self.plain else str(si_unit(self.dimension))


NUMBER = Unit()
SECOND = Unit((("s", Fraction(1)),))


def of_dimension(dimension: Iterable[Fraction]) -> Unit:
    """The product of base units of a dimension."""
    return Unit(tuple((word, power) for word, power in zip(BASE, dimension, strict=True) if power))


def si_unit(dimension: Iterable[Fraction]) -> Unit:
    """The unit of a dimension in SI, in few names."""
    return _si_unit(tuple(dimension))


@cache
def _si_unit(dimension: tuple[Fraction, ...]) -> Unit:
    def length(unit: Unit) -> Fraction:
        return sum((max(Fraction(1), abs(p)) for _, p in unit.powers), Fraction(0))

    best = of_dimension(dimension)
    for power in map(Fraction, (1, -1, 2, -2)):
        for word in _DERIVED:
            rest = (own - power * p for own, p in zip(dimension, ATOMS[word][0], strict=True))
            candidate = Unit(((word, power),)) * of_dimension(rest)
            best = min(best, candidate, key=length)
    return best


def _powered(word: str, power: Fraction) -> str:
    if power == 1:
        return word
    return f"{word}**{power}" if power.denominator == 1 else f"{word}**({power})"
