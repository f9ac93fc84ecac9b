"""Expressions as Brian2's text. Functions that Brian2 lacks are told by name, to be given to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

import sympy as sp
from sympy import Expr

from neurodyn.calculus import nodes
from neurodyn.program.spellings import FUNCTIONS

# What the two call alike; all else that NumPy has is handed to Brian2 as a function.
NATIVE: dict[type, str] = {
    sp.exp: "exp", sp.log: "log", sp.sin: "sin", sp.cos: "cos", sp.tan: "tan", sp.sinh: "sinh", sp.cosh: "cosh",
    sp.tanh: "tanh", sp.asin: "arcsin", sp.acos: "arccos", sp.atan: "arctan", nodes.Absolute: "abs", sp.Abs: "abs",
    nodes.Expm1: "expm1", nodes.Log1p: "log1p", nodes.Exprel: "exprel",
}  # fmt: skip
COMPARED: dict[type, str] = {sp.Lt: "<", sp.Le: "<=", sp.Gt: ">", sp.Ge: ">=", sp.Eq: "==", sp.Ne: "!="}
_CALLED = {"Inside": "letters that are shifted beyond ends", "Law": "roots of laws"}


class Unprintable(Exception):
    """Something that Brian2's equations cannot say."""


def text_of(expr: sp.Basic, leaf: Callable[[Expr], str | None], used: set[tuple[str, int]]) -> str:
    """An expression in Brian2's words.

    Args:
        leaf: the text of a reference, or of what stands for a whole expression; None to go on into it.
        used: the functions that must be given to Brian2 are added here.

    Raises:
        Unprintable: for what has no text.
    """
    found = leaf(expr)
    if found is not None:
        return found
    parts = [text_of(a, leaf, used) for a in expr.args]
    if expr.is_number and not parts:
        return _number(expr)
    if isinstance(expr, (sp.Add, sp.Mul)):
        return "(" + (" + " if isinstance(expr, sp.Add) else "*").join(parts) + ")"
    if isinstance(expr, sp.Pow):
        return _power(expr, *parts)
    if isinstance(expr, (sp.And, sp.Or)):
        return "(" + (" and " if isinstance(expr, sp.And) else " or ").join(parts) + ")"
    if isinstance(expr, sp.Not):
        return f"(not {parts[0]})"
    if type(expr) in COMPARED:
        return f"({parts[0]} {COMPARED[type(expr)]} {parts[1]})"
    return _function(expr, parts, used)


def _number(expr: Expr) -> str:
    if not expr.is_finite:
        raise Unprintable(f"the number {expr}")
    value = float(expr)
    return repr(value) if value >= 0 else f"({value!r})"


def _power(expr: Expr, base: str, exponent: str) -> str:
    if expr.exp == sp.Rational(1, 2):
        return f"sqrt({base})"
    if expr.exp.is_Integer:
        whole = int(expr.exp)
        return f"{base}**{whole}" if whole > 0 else f"(1/{base})" if whole == -1 else f"(1/{base}**{-whole})"
    return f"({base}**{exponent})"


def _function(expr: sp.Basic, parts: list[str], used: set[tuple[str, int]]) -> str:
    kind = type(expr)
    if isinstance(expr, nodes.Stop):
        return parts[0]
    if kind in NATIVE:
        return f"{NATIVE[kind]}({', '.join(parts)})"
    word = "where" if kind is nodes.Where else "sign" if kind is nodes.Sign else None
    word = FUNCTIONS[kind].op if kind in FUNCTIONS else word
    if word is None:
        raise Unprintable(_CALLED.get(kind.__name__, kind.__name__))
    used.add((word, len(parts)))
    return f"{function_name(word, len(parts))}({', '.join(parts)})"


def function_name(word: str, arity: int) -> str:
    """What Brian2 calls a function that it is given."""
    return f"{word}_fn{arity}"


def repeated(word: str, texts: Sequence[str]) -> list[str]:
    """The calls of a function, without such calls inside them, that texts hold more than once."""
    calls, whole = [], "\n".join(texts)
    for match in re.finditer(rf"\b{word}\(", whole):
        end = start = match.end()
        while (inside := whole[start:end]).count(")") <= inside.count("("):
            end += 1
        if f"{word}(" not in inside:
            calls.append(f"{word}({inside}")
    return [call for call, count in Counter(calls).items() if count > 1]
