"""Claims: statements that a model makes about itself."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from sympy import Expr, Idx, S

from neurodyn.calculus.letters import names_in
from neurodyn.calculus.nodes import Where
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

    @property
    def names(self) -> frozenset[str]:
        """The quantities that it speaks of."""
        return names_in(self.left) | names_in(self.right)


def read_claim(model: Model, text: str) -> Claim:
    """The two sides of a claim; `dA/dB` is not resolved yet.

    Raises:
        InputError: when it is no comparison, or speaks of what the model does not have.
    """
    return read_statement(model, text, value_source(model.locate("", "claims"), text), "claim")


def read_statement(model: Model, text: str, source: Source, what: str) -> Claim:
    """A statement `left relation right`, or several joined by and, or (a claim, or a `given` of a parameter)."""
    tree = parse(source)
    if isinstance(tree, ast.BoolOp) or (isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)):
        return _condition(model, text, source, tree)
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _SIGNS:
        raise InputError(
            f"A {what} is a comparison with one of <= >= == < >, or several joined by and, or.",
            code="statement",
            remedy="Write, say, dE/dt <= 0.",
            place=source.place(0),
        )
    reader, letters = _reader(model, source, tree)
    left, right = reader.value(tree.left), reader.value(tree.comparators[0])
    return Claim(text, left, _SIGNS[type(tree.ops[0])], right, letters)


def _condition(model: Model, text: str, source: Source, tree: ast.expr) -> Claim:
    """Comparisons joined by and, or, not: that the whole of them is true."""
    reader, letters = _reader(model, source, tree)
    return Claim(text, Where(reader.condition(tree), S.One, S.Zero), "==", S.One, letters)


def _reader(model: Model, source: Source, tree: ast.expr) -> tuple[Reader, tuple[Idx, ...]]:
    """A reader in whose scope the free letters of the statement are, and those letters."""
    free = free_letters(tree, model.names.letters)
    letters = tuple(model.names.letter(x) for x in free)
    return Reader(model.names, source, scope=dict(zip(free, letters, strict=True))), letters
