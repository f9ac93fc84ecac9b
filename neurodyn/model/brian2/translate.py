"""Expressions of Brian2 as text of the language. They are read as a syntax tree, and nothing in them is executed."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from math import e, isclose
from typing import Any, NoReturn

from neurodyn.errors import InputError
from neurodyn.language.guard import column_of, parse, show_keywords
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.language.units import NUMBER, Unit
from neurodyn.model.brian2 import pieces
from neurodyn.model.brian2.functions import DRAWS, FUNCTIONS, RANDOM
from neurodyn.model.brian2.pieces import ATOM, Piece
from neurodyn.model.brian2.scope import LETTER, UNIT, Scope
from neurodyn.model.brian2.timed import timed_array
from neurodyn.model.brian2.unit_names import near_unit, small_power, unit_named
from neurodyn.model.brian2.values import scalar

_RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_REFUSED = {
    "dt": ("dt is the length of Brian2's step, and a flow knows none", "Write the equation without it."),
    "t_in_timesteps": ("t_in_timesteps counts Brian2's steps, and a flow knows none", "Write t."),
    "inf": ("inf is no number of the language", "Leave the bound out, or write a large number."),
    "not_refractory": ("not_refractory is told by the flag of a flow here", "Mark the flow (unless refractory)."),
}


@dataclass(frozen=True)
class Constant:
    """A name that means the same everywhere: its text, and its value in SI units."""

    piece: Piece
    number: float
    unit: Unit

    def is_value(self, name: str, value: Any) -> bool:
        """Whether a namespace says the same of the name, as one that holds all of Brian2's names does."""
        number, unit = scalar(name, value)
        return isclose(number, self.number, rel_tol=1e-12) and (unit or NUMBER).fits(self.unit)


def _constant(name: str) -> Constant | None:
    found = unit_named(name)
    if found is not None:
        return Constant(pieces.unit_piece(*found), found[0].factor * 10.0 ** found[1], found[0])
    return Constant(Piece(ATOM, "exp(1)"), e, NUMBER) if name == "e" else None


class Translator:
    """Translates one text.

    Args:
        scope: what names may mean; what the text speaks of is noted there.
        source: the text; `start` and `stop` cut the expression out of it.
        draws: whether it may draw random numbers, as starts may.
        noisy: whether it may speak of white noise.
    """

    def __init__(
        self, scope: Scope, source: Source, start: int = 0, stop: int | None = None, *, draws: bool = False,
        noisy: bool = False,
    ) -> None:  # fmt: skip
        self.scope, self.source, self.start, self.stop = scope, source, start, stop
        self.draws, self.noisy = draws, noisy
        self.code = source.text[start:stop]

    def tree(self) -> ast.expr:
        """The syntax tree."""
        return parse(self.source, self.start, self.stop)

    def text(self, node: ast.expr | None = None) -> str:
        """The text in the language, of the whole or of a tree."""
        return self.piece(self.tree() if node is None else node).text

    def fail(self, node: ast.AST, code: str, sentence: str, remedy: str = "") -> NoReturn:
        """Raise, pointing at the node."""
        place = self.source.place(self.start + column_of(self.code, node))
        raise InputError(sentence, code=code, remedy=remedy, place=place)

    def piece(self, node: ast.expr) -> Piece:
        """A node."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return pieces.number_piece(int(value) if isinstance(value, bool) else value)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._compare(node)
            case ast.BoolOp():
                level, word = (pieces.AND, "and") if isinstance(node.op, ast.And) else (pieces.OR, "or")
                return pieces.joined([self.piece(value) for value in node.values], word, level)
            case ast.Call():
                return self._call(node)
        self.fail(
            node,
            "brian2-syntax",
            "This cannot stand in Brian2's equations.",
            "Use names, numbers and calls.",
        )

    def is_truth(self, node: ast.expr) -> bool:
        """Whether a node is a truth value."""
        if isinstance(node, ast.Name):
            return self.scope.is_truth(node.id)
        return isinstance(node, (ast.Compare, ast.BoolOp)) or isinstance(getattr(node, "op", None), ast.Not)

    def _name(self, node: ast.Name) -> Piece:
        name, scope = node.id, self.scope
        if name in scope.lines or name in scope.passing:
            return Piece(ATOM, scope.key(name))
        if name in _REFUSED:
            self.fail(node, "brian2-word", f"{_REFUSED[name][0]}.", _REFUSED[name][1])
        if name in ("t", "pi"):
            return Piece(ATOM, name)
        if name in (LETTER, UNIT):
            single = "0" if name == LETTER else "1"
            return Piece(ATOM, name) if scope.size is not None else Piece(ATOM, number=single)
        if name == "xi" or name.startswith("xi_"):
            return self._noise(node)
        if name == "lastspike":
            scope.clock = True
            return Piece(ATOM, scope.key(name))
        constant = _constant(name)
        if name in scope.namespace and not (constant and constant.is_value(name, scope.namespace[name])):
            scope.used.add(name)
            return Piece(ATOM, name)
        return constant.piece if constant else self._unknown(node)

    def _noise(self, node: ast.Name) -> Piece:
        if not self.noisy:
            self.fail(node, "brian2-noise", f"{node.id} is white noise.", "Only flows can hold it.")
        self.scope.noise.add(node.id)
        return Piece(ATOM, self.scope.key(node.id))

    def _unknown(self, node: ast.Name) -> NoReturn:
        name = show_keywords(node.id)
        if name in FUNCTIONS or name in RANDOM:
            self.fail(node, "brian2-function", f"{name} is a function.", f"Give it its arguments: {name}(...).")
        self.fail(
            node,
            "brian2-unknown",
            f"{name} is no variable of these equations and no unit, and the namespace does not have it.",
            near(name, self.scope.known) or near_unit(name) or f'Give its value: namespace={{"{name}": ...}}.',
        )

    def _unary(self, node: ast.UnaryOp) -> Piece:
        inner = self.piece(node.operand)
        if isinstance(node.op, ast.USub):
            return pieces.negative(inner)
        if isinstance(node.op, ast.Not):
            return Piece(pieces.NOT, f"not {inner.within(pieces.NOT)}")
        if isinstance(node.op, ast.UAdd):
            return inner
        self._operator(node)

    def _binary(self, node: ast.BinOp) -> Piece:
        a, b = self.piece(node.left), self.piece(node.right)
        match node.op:
            case ast.Add():
                return pieces.added(a, "+", b)
            case ast.Sub():
                return pieces.added(a, "-", b)
            case ast.Mult():
                return pieces.product(a, b)
            case ast.Div():
                return pieces.quotient(a, b)
            case ast.Pow():
                return pieces.power(a, b, small_power(node.right))
            case ast.FloorDiv():
                return Piece(ATOM, f"floor({pieces.quotient(a, b).text})")
            case ast.Mod():
                whole = Piece(ATOM, f"floor({pieces.quotient(a, b).text})")
                return pieces.added(a, "-", pieces.product(b, whole))
        self._operator(node)

    def _operator(self, node: ast.AST) -> NoReturn:
        self.fail(
            node,
            "brian2-syntax",
            "This operator is none of Brian2's equations.",
            "Use + - * / ** and comparisons.",
        )

    def _compare(self, node: ast.Compare) -> Piece:
        text = self.piece(node.left).within(pieces.SUM)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if type(operator) not in _RELATIONS:
                self._operator(node)
            text += f" {_RELATIONS[type(operator)]} {self.piece(right).within(pieces.SUM)}"
        return Piece(pieces.COMPARED, text)

    def _call(self, node: ast.Call) -> Piece:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in RANDOM:
            return self._random(node, name)
        if name in self.scope.namespace and name not in FUNCTIONS:
            return self._from_outside(node, name)
        if name not in FUNCTIONS:
            known = sorted(FUNCTIONS)
            remedy = near(name, known) or f"Known: {', '.join(known)}."
            self.fail(node, "brian2-function", f"{name or 'This'} is no function that is known here.", remedy)
        count, form = FUNCTIONS[name]
        if node.keywords or len(node.args) != count:
            self.fail(node, "brian2-function", f"{name} takes {count} argument{'s' * (count > 1)}, without names.")
        if name == "int" and self.is_truth(node.args[0]):
            form = "where({0}, 1, 0)"
        return Piece(ATOM, form.format(*(self.text(argument) for argument in node.args)))

    def _from_outside(self, node: ast.Call, name: str) -> Piece:
        timed = timed_array(name, self.scope.namespace[name])
        if timed is None:
            self.fail(
                node,
                "brian2-function",
                f"{name} comes from the namespace, and what it does cannot be read.",
                "Write it out; what varies in time may be a TimedArray.",
            )
        if not timed.is_called_by(node) or (timed.by_unit and self.scope.size is None):
            form = f"{name}({', '.join(timed.arguments)})"
            remedy = f"Write {form}." if not timed.by_unit or self.scope.size else f"Write {form}, and give size."
            self.fail(node, "brian2-function", f"The TimedArray {name} cannot be read so.", remedy)
        self.scope.timed[name] = timed
        return Piece(ATOM, self.scope.key(name) if timed.by_unit else name)

    def _random(self, node: ast.Call, name: str) -> Piece:
        if not self.draws or name not in DRAWS:
            self.fail(
                node,
                "brian2-random",
                f"{name}() draws anew at each of Brian2's steps, and a flow knows no steps.",
                "White noise is xi; Poisson spikes are the threshold rand() < rate*dt.",
            )
        return Piece(ATOM, DRAWS[name])
