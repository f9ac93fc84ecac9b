"""Numbers as SPICE writes them, `4.7kohm`, and as the language does, `4.7 kohm`."""

from __future__ import annotations

import re
from decimal import Decimal

from neurodyn.model.spice.cards import Card, Token

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[ed][+-]?\d+)?", re.IGNORECASE)
_EXPONENT = re.compile(r"[edED][+-]?(\d+)")
LONGEST = 60  # characters of a number
SUFFIXES = {"meg": 6, "t": 12, "g": 9, "k": 3, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
MIL = Decimal("25.4e-6")
_TAKES_PREFIX = re.compile(r"[A-Za-z]+(?:/|$)")  # not the unit of a root or of 1/V
_PREFIXES = {9: "G", 6: "M", 3: "k", 0: "", -3: "m", -6: "u", -9: "n", -12: "p", -15: "f"}


def scaled(card: Card, at: int, digits: str, letters: str) -> float:
    """The value of digits with letters behind them: a suffix, then letters that say nothing, as in `10uF`."""
    low, exponent = letters.lower(), _EXPONENT.search(digits)
    if len(digits) > LONGEST or (exponent and len(exponent[1]) > 4):
        card.fail(at, "spice-number", f"{digits[:20]}... is too long to be read.", "Write fewer digits.")
    number = Decimal(digits.lower().replace("d", "e"))
    if abs(number.adjusted()) > 300 and number:
        card.fail(at, "spice-number", f"{digits} is too large or too small.", "Keep exponents within 300.")
    if low.startswith("mil"):
        number *= MIL
    else:
        suffix = next((s for s in SUFFIXES if low.startswith(s)), None)
        number = number.scaleb(SUFFIXES[suffix]) if suffix else number
    return float(number)


def is_number(token: Token) -> bool:
    """Whether a word begins like a number."""
    return not token.is_formula and NUMBER.match(token.text) is not None


def plain_number(token: Token) -> float:
    """The value of a word that is a number."""
    match = NUMBER.match(token.text)
    rest = "" if match is None else token.text[match.end() :]
    if match is None or (rest and not rest.isalpha()):
        remedy = "Write a number such as 4.7k or 10uF, or a formula in braces: {2*r}."
        token.fail("spice-number", f"{token.text} is no number.", remedy)
    return scaled(token.card, token.at, match[0], rest)


def shortest(value: float) -> Decimal:
    """The shortest decimal that is this double."""
    return Decimal(repr(float(value)))


def quantity(value: float, unit: str) -> str:
    """A number with its unit and the prefix that suits, `4.7 kohm`; it is read back as the same double."""
    number, prefix = _prefixed(value, unit)
    return f"{number} {prefix}{unit}".rstrip()


def bracketed(value: float, unit: str) -> str:
    """The same inside of an expression: `4.7[kohm]`."""
    number, prefix = _prefixed(value, unit)
    return f"{number}[{prefix}{unit}]"


def _prefixed(value: float, unit: str) -> tuple[str, str]:
    number = shortest(value)
    power = 3 * (number.adjusted() // 3) if value else 0
    if power not in _PREFIXES or not _TAKES_PREFIX.match(unit):
        return f"{value!r}", ""
    return format(number.scaleb(-power).normalize(), "f"), _PREFIXES[power]
