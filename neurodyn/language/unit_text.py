"""Units in text: `40[mV]` in an expression, `"20 ms"` as a value, `"mS/cm**2"` alone."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import NoReturn

from neurodyn.errors import InputError
from neurodyn.language.guard import column_of, parse, show_keywords
from neurodyn.language.source import Source
from neurodyn.language.units import ATOMS, NAMES, NUMBER, Unit

Fail = Callable[[ast.AST, str, str, str], NoReturn]

LARGEST_POWER = 12
LARGEST_EXPONENT = 100  # of ten

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*[+-]?{_NUMBER}(\s+)[A-Za-z(1][\w*/().+-]*\s*")
_MENTION = re.compile(rf"(?<![\w.]){_NUMBER}\s*\[")


def bracketed(text: str) -> str:
    """`20 ms` as `20[ms]`, at the same columns; any other text as it is."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return text
    at = match.end(1)
    return f"{text[: at - 1]}[{text[at:].rstrip()}]"


def mentions_unit(text: str) -> bool:
    """Whether a number with a unit stands in the text."""
    return _QUANTITY.fullmatch(text) is not None or _MENTION.search(text) is not None


def read_unit(source: Source) -> Unit:
    """The unit that a text such as `mS/cm**2` spells."""
    return unit_of(parse(source), _failing(source))


def _failing(source: Source) -> Fail:
    def fail(node: ast.AST, code: str, sentence: str, remedy: str) -> NoReturn:
        raise InputError(sentence, code=code, remedy=remedy, place=source.place(column_of(source.text, node)))

    return fail


def read_quantity(source: Source) -> tuple[float, Unit]:
    """The number and the unit of a text such as `20 ms`."""
    source = bracketed_source(source)
    tree = parse(source)
    negative = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub)
    inner = tree.operand if isinstance(tree, ast.UnaryOp) else tree
    if isinstance(inner, ast.Subscript) and isinstance(inner.value, ast.Constant):
        unit = unit_of(inner.slice, _failing(source))
        return float(inner.value.value) * (-1 if negative else 1), unit  # type: ignore[arg-type]
    raise InputError(
        "A quantity is a number and its unit.", code="quantity", remedy="Write, say, 20 mV.", place=source.place(0)
    )


def unit_in(node: ast.expr) -> Unit:
    """The unit that a syntax tree spells, of a text that was read before."""

    def fail(node: ast.AST, code: str, sentence: str, remedy: str) -> NoReturn:
        raise InputError(sentence, code=code, remedy=remedy)

    return unit_of(node, fail)


def unit_of(node: ast.expr, fail: Fail) -> Unit:
    """The unit that a syntax tree spells."""
    unit = _read(node, fail)
    if abs(unit.exponent) > LARGEST_EXPONENT:
        fail(node, "unit", f"This unit is 10**{unit.exponent} in SI units.", "Choose one nearer to one.")
    return unit


def _read(node: ast.expr, fail: Fail) -> Unit:
    match node:
        case ast.Name():
            return _named(node, fail)
        case ast.Constant() if node.value == 1 and not isinstance(node.value, bool):
            return NUMBER
        case ast.BinOp() if isinstance(node.op, ast.Mult):
            return _read(node.left, fail) * _read(node.right, fail)
        case ast.BinOp() if isinstance(node.op, ast.Div):
            return _read(node.left, fail) / _read(node.right, fail)
        case ast.BinOp() if isinstance(node.op, ast.Pow):
            power = rational(node.right)
            if power is None or abs(power) > LARGEST_POWER or power.denominator > LARGEST_POWER:
                fail(node.right, "unit", "This power of a unit is no small number.", "Write, say, cm**2 or s**(1/2).")
            return _read(node.left, fail) ** power
    fail(node, "unit", "This is not a unit.", "A unit is made of names, *, / and **: mS/cm**2, 1/ms.")


def rational(node: ast.expr) -> Fraction | None:
    """A constant such as `2`, `-1`, `0.5` or `(1/2)`; None for anything else."""
    match node:
        case ast.Constant() if isinstance(node.value, (int, float)) and abs(node.value) <= 1e6:
            return Fraction(str(node.value)) if not isinstance(node.value, bool) else None
        case ast.UnaryOp() if isinstance(node.op, (ast.USub, ast.UAdd)):
            inner = rational(node.operand)
            return -inner if inner is not None and isinstance(node.op, ast.USub) else inner
        case ast.BinOp() if isinstance(node.op, ast.Div):
            a, b = rational(node.left), rational(node.right)
            return a / b if a is not None and b else None
    return None


def _named(node: ast.Name, fail: Fail) -> Unit:
    word = show_keywords(node.id)
    if word in ATOMS:
        return Unit(((word, Fraction(1)),))
    same = [known for known in ATOMS if known.lower() == word.lower()]
    near = same or difflib.get_close_matches(word, NAMES, 1, 0.5)
    remedy = f"Did you mean {near[0]}?" if near else f"Units: {' '.join(NAMES)}, with prefixes, joined by *, / and **."
    fail(node, "unknown-unit", f"{word} is no unit that is known here.", remedy)


def bracketed_source(source: Source) -> Source:
    """A source whose text is read with `20 ms` as `20[ms]`, and shown as it was written."""
    text = bracketed(source.text)
    if text == source.text:
        return source
    return replace(source, text=text, lines=source.lines or (source.text,))
