"""Numbers and powers, exact and of bounded size."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from sympy import Expr, Integer, Rational

from neurodyn.language.guard import column_of
from neurodyn.language.unit_text import unit_of

if TYPE_CHECKING:
    from neurodyn.language.reader import Reader

MOST_EXPONENT = 1000
MOST_BITS = 4096  # of a number raised to a power
_DECIMAL = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])")


def constant(reader: Reader, node: ast.Constant) -> Expr:
    """A decimal as the exact rational that it spells."""
    if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
        reader.fail(node, "constant", "Only numbers can stand here.", "Leave the quotes out.")
    number = _DECIMAL.match(reader.text, column_of(reader.text, node))
    if number is None:
        reader.fail(node, "number", "This is not a decimal number.", "Write it as 16, 0.5 or 1e-3.")
    return Rational(number[0])


def quantity(reader: Reader, node: ast.Subscript, number: ast.Constant) -> Expr:
    """`40[mV]` in SI units, exactly."""
    exponent = unit_of(node.slice, reader.fail).exponent
    return constant(reader, number) * Integer(10) ** Rational(exponent.numerator, exponent.denominator)


def power(reader: Reader, node: ast.BinOp, base: Expr, exponent: Expr) -> Expr:
    """`base**exponent`, refused before SymPy would spend hours on it."""
    if exponent.is_Number and abs(exponent) > MOST_EXPONENT:
        reader.fail(node.right, "power", "This power is too large.", f"It may be at most {MOST_EXPONENT}.")
    if base.is_Rational and exponent.is_Number:
        bits = max(base.p.bit_length(), base.q.bit_length()) * abs(float(exponent))
        if bits > MOST_BITS:
            reader.fail(node, "power", "This number is too large to be held exactly.", "Write it as a decimal.")
        if base == 0 and exponent < 0:
            reader.fail(node, "division", "This divides by zero.", "Write another exponent.")
    return base**exponent
