"""Text of the language put together from parts: brackets where they are needed, units joined to their numbers.

`-65*mV` becomes `-65[mV]`, `0.32*(mV**-1)*4*mV/ms` becomes `0.32[1/mV]*4[mV/ms]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from neurodyn.language.units import NUMBER, Unit

OR, AND, NOT, COMPARED, SUM, PRODUCT, NEGATIVE, POWER, ATOM = range(9)


@dataclass(frozen=True)
class Piece:
    """A part of an expression.

    Attributes:
        level: how tightly its outermost operator binds.
        number: of a number or quantity, or of one that is the last factor of a product.
        unit: of a quantity; alone, of a unit without a number.
        head: what stands before that last factor, with its `*`.
    """

    level: int
    body: str = ""
    number: str = ""
    unit: Unit | None = None
    head: str = ""

    @property
    def text(self) -> str:
        """The text in the language."""
        if self.unit is not None and self.unit.powers:
            return f"{self.head}{self.number or 1}[{self.unit}]"
        return self.head + self.number if self.number else self.body or "1"

    @property
    def is_unit(self) -> bool:
        return self.unit is not None and not self.number

    @property
    def is_number(self) -> bool:
        """Whether it is a number alone, without unit."""
        return bool(self.number) and self.unit is None and not self.head

    def within(self, level: int, leads: bool = True) -> str:
        """The text as an operand of an operator, which must bind as tightly; `leads` where a sign may come first."""
        bare = self.level >= level and (leads or not self.text.startswith("-"))
        return self.text if bare else f"({self.text})"


def number_piece(value: float, tens: int = 0) -> Piece:
    """A number times a power of ten."""
    text = plain_number(value)
    if tens:
        mantissa, _, exponent = text.partition("e")
        text = f"{mantissa}e{int(exponent or 0) + tens}"
    return Piece(ATOM if not text.startswith("-") else NEGATIVE, number=text)


def plain_number(value: float) -> str:
    """A number in the fewest characters that give it back."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def unit_piece(unit: Unit, tens: int = 0) -> Piece:
    """A unit; one that has no name of ours, as a quantity."""
    return Piece(ATOM, number=f"1e{tens}", unit=unit) if tens else Piece(ATOM, unit=unit)


def product(a: Piece, b: Piece) -> Piece:
    """a*b."""
    if b.is_unit and (a.unit is not None or a.number):
        return _measured(a, (a.unit or NUMBER) * (b.unit or NUMBER))
    if a.is_unit and b.is_number:
        return Piece(b.level, number=b.number, unit=a.unit)
    head = a.within(PRODUCT) + "*"
    if b.number and not b.head and not b.number.startswith("-"):
        return Piece(PRODUCT, number=b.number, unit=b.unit, head=head)
    return Piece(PRODUCT, head + b.within(NEGATIVE, leads=False))


def quotient(a: Piece, b: Piece) -> Piece:
    """a/b."""
    if b.is_unit and (a.unit is not None or a.number):
        return _measured(a, (a.unit or NUMBER) / (b.unit or NUMBER))
    return Piece(PRODUCT, f"{a.within(PRODUCT)}/{b.within(NEGATIVE, leads=False)}")


def _measured(a: Piece, unit: Unit) -> Piece:
    return Piece(a.level, number=a.number, unit=unit, head=a.head)


def power(a: Piece, b: Piece, constant: Fraction | None) -> Piece:
    """a**b; `constant` is b where it is a small constant."""
    if a.is_unit and a.unit is not None and constant is not None:
        return Piece(ATOM, unit=a.unit**constant)
    return Piece(POWER, f"{a.within(ATOM)}**{b.within(NEGATIVE)}")


def negative(a: Piece) -> Piece:
    """-a."""
    if a.number and not a.head and not a.number.startswith("-"):
        return Piece(NEGATIVE, number=f"-{a.number}", unit=a.unit)
    if a.is_unit:
        return Piece(NEGATIVE, number="-1", unit=a.unit)
    return Piece(min(a.level, NEGATIVE) if a.level >= PRODUCT else NEGATIVE, f"-{a.within(PRODUCT, leads=False)}")


def added(a: Piece, sign: str, b: Piece) -> Piece:
    """a + b or a - b."""
    return Piece(SUM, f"{a.within(SUM)} {sign} {b.within(PRODUCT, leads=False)}")


def joined(parts: list[Piece], word: str, level: int) -> Piece:
    """Parts joined by `and`, `or`, or by the operators of a chain of comparisons."""
    return Piece(level, f" {word} ".join(part.within(level + 1) for part in parts))
