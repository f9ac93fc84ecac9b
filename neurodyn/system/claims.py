"""Claims: statements that a model makes about itself."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from sympy import Expr, Idx

from neurodyn.errors import InputError
from neurodyn.language.free import free_letters
from neurodyn.language.guard import parse
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.model.model import Model

_SIGNS: dict[type[ast.cmpop], str] = {ast.LtE: "<=", ast.GtE: ">=", ast.Eq: "==", ast.Lt: "<", ast.Gt: ">"}


@dataclass(frozen=True)
class Claim:
    """`left relation right`, for each position of the free letters."""

    text: str
    left: Expr
    relation: str
    right: Expr
    letters: tuple[Idx, ...]


def read_claim(model: Model, text: str) -> Claim:
    """The two sides of a claim; `dA/dB` is not resolved yet.

    Raises:
        InputError: when it is no comparison, or speaks of what the model does not have.
    """
    return read_statement(model, text, value_source(model.locate("", "claims"), text), "claim")


def read_statement(model: Model, text: str, source: Source, what: str) -> Claim:
    """A statement `left relation right` (a claim, or a `given` of a parameter)."""
    tree = parse(source)
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _SIGNS:
        raise InputError(
            f"A {what} is a comparison with one of <= >= == < >.",
            code="statement",
            remedy="Write, say, dE/dt <= 0.",
            place=source.place(0),
        )
    free = free_letters(tree, model.names.letters)
    letters = tuple(model.names.letter(x) for x in free)
    scope = dict(zip(free, letters, strict=True))
    reader = Reader(model.names, source, scope=scope)
    left, right = reader.value(tree.left), reader.value(tree.comparators[0])
    return Claim(text, left, _SIGNS[type(tree.ops[0])], right, letters)
