"""From a syntax tree to SymPy: names, letters, arithmetic. Nothing is evaluated as Python."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import NoReturn

import sympy as sp
from sympy import Expr, Idx, Integer, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanAtom, BooleanFunction

from neurodyn.calculus.nodes import Where
from neurodyn.calculus.positions import Inside, bounds
from neurodyn.calculus.vocabulary import COMPOSED, ELEMENTWISE, REDUCTIONS
from neurodyn.errors import InputError
from neurodyn.language import calls, indexing, numbers, quotients
from neurodyn.language.guard import column_of, parse, show_keywords
from neurodyn.language.names import Names, near
from neurodyn.language.source import Source

TIME = Symbol("t", real=True)
_CONSTANTS: dict[str, Expr] = {"pi": sp.pi, "t": TIME}

Generator = Callable[["Reader", ast.Call], Expr]

_RELATIONS: dict[type[ast.cmpop], type] = {
    ast.Lt: sp.Lt,
    ast.LtE: sp.Le,
    ast.Gt: sp.Gt,
    ast.GtE: sp.Ge,
    ast.Eq: sp.Eq,
    ast.NotEq: sp.Ne,
}


class Reader:
    """Reads one piece of text against a namespace.

    Args:
        names: what may be referred to.
        source: the statement.
        scope: letters in use: those of the left side, and those bound around.
        local: arguments of a user function, by name.
        start, stop: the slice of the statement to read.
        calling: user functions being expanded, to find a function that calls itself.
        generators: further functions, which values may call: random draws, data.
        frames: the reductions around, the innermost last.
    """

    def __init__(
        self,
        names: Names,
        source: Source,
        *,
        scope: Mapping[str, Idx] | None = None,
        local: Mapping[str, Expr] | None = None,
        start: int = 0,
        stop: int | None = None,
        calling: tuple[str, ...] = (),
        generators: Mapping[str, Generator] | None = None,
        frames: tuple[indexing.Frame, ...] = (),
    ) -> None:
        self.names, self.source = names, source
        self.scope, self.local = dict(scope or {}), dict(local or {})
        self.start, self.text = start, source.text[start:stop]
        self.calling, self.generators = calling, dict(generators or {})
        self.frames, self._stop = frames, stop

    def read(self) -> Expr:
        """The value of the text as a real expression; a condition counts as 1 or 0."""
        return self.value(self.tree())

    def read_condition(self) -> Boolean:
        """The text as a condition."""
        return self.condition(self.tree())

    def tree(self) -> ast.expr:
        """The syntax tree of the text."""
        return parse(self.source, self.start, self._stop)

    def inner(self, letters: Mapping[str, Idx], frame: indexing.Frame) -> Reader:
        """A reader of the same text inside a reduction, which has more letters in scope."""
        return Reader(
            self.names,
            self.source,
            scope={**self.scope, **letters},
            local=self.local,
            start=self.start,
            stop=self._stop,
            calling=self.calling,
            generators=self.generators,
            frames=(*self.frames, frame),
        )

    def fail(self, node: ast.AST, code: str, sentence: str, remedy: str = "") -> NoReturn:
        """Raise, pointing at the node."""
        column = self.start + column_of(self.text, node)
        raise InputError(sentence, code=code, remedy=remedy, place=self.source.place(column))

    def value(self, node: ast.expr) -> Expr:
        """A node as a real expression."""
        result = self.any(node)
        return Where(result, Integer(1), Integer(0)) if _is_condition(result) else result

    def condition(self, node: ast.expr) -> Boolean:
        """A node as a condition; a quantity counts as true where it is not 0."""
        result = self.any(node)
        if _is_condition(result):
            return result
        if isinstance(node, (ast.Name, ast.Subscript)):
            return sp.Ne(result, 0)
        self.fail(node, "no-condition", "A condition is needed here, not a number.", "Compare it: x > 0.")

    def any(self, node: ast.expr) -> Expr | Boolean:
        """A node as an expression or a condition."""
        match node:
            case ast.Constant():
                return numbers.constant(self, node)
            case ast.Name():
                return self._name(node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._compare(node)
            case ast.BoolOp():
                parts = [self.condition(v) for v in node.values]
                return sp.And(*parts) if isinstance(node.op, ast.And) else sp.Or(*parts)
            case ast.Call():
                return calls.call(self, node)
            case ast.Attribute():
                self.fail(
                    node, "attribute", "A dot cannot stand in an expression.", "Refer to quantities by their names."
                )
        self.fail(node, "syntax", f"{_describe(node)} is not part of the language.")

    def _name(self, node: ast.Name) -> Expr:
        name = show_keywords(node.id)
        if name in self.local:
            return self.local[name]
        if name in self.names.letters:
            return self.letter(node)
        if name in self.names.quantities:
            return indexing.reference(self, node).value()
        if name in self.names.sets:
            return self.names.size(name)
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        self.unknown(node, name)

    def unknown(self, node: ast.AST, name: str) -> NoReturn:
        """Refuse a name that is declared nowhere."""
        part, dot, word = name.partition(".")
        potentials = [n for n, known in self.names.quantities.items() if dot and known.kind in ("unknown", "potential")]
        if word == "v" and any(n.endswith(".v") for n in potentials):
            remedy = near(name, potentials) or "The lines of the parts name the nodes."
            self.fail(node, "unknown-name", f"{part} is no node or pin here, so it has no potential.", remedy)
        if dot and not any(known.startswith(part + dot) for known in self.names.quantities):
            self.fail(node, "attribute", "A dot cannot stand in an expression.", "Refer to quantities by their names.")
        if name in ELEMENTWISE or name in REDUCTIONS or name in COMPOSED or name in self.names.functions:
            self.fail(node, "function-name", f"{name} is a function.", f"Give it its arguments: {name}(...).")
        self.fail(
            node,
            "unknown-name",
            f"{name} is not declared.",
            self.names.near(name) or "Declare it as a state, parameter or input, or define it by an equation.",
        )

    def letter(self, node: ast.Name) -> Idx:
        """A letter in scope."""
        name = show_keywords(node.id)
        if name not in self.scope:
            self.fail(
                node,
                "free-letter",
                f"The index {name} is free: it is neither on the left side nor bound by a sum.",
                f"Sum over it, sum(..., {name}), or put it on the left side.",
            )
        return self.scope[name]

    def _subscript(self, node: ast.Subscript) -> Expr:
        if isinstance(node.value, ast.Constant):
            return numbers.quantity(self, node, node.value)
        return indexing.reference(self, node).value()

    def _unary(self, node: ast.UnaryOp) -> Expr | Boolean:
        if isinstance(node.op, ast.Not):
            return sp.Not(self.condition(node.operand))
        if isinstance(node.op, ast.USub):
            return -self.value(node.operand)
        if isinstance(node.op, ast.UAdd):
            return self.value(node.operand)
        self._operator(node)

    def _binary(self, node: ast.BinOp) -> Expr:
        if isinstance(node.op, ast.Div):
            found = quotients.derivative(self, node)
            if found is not None:
                return found
        a, b = self.value(node.left), self.value(node.right)
        match node.op:
            case ast.Add():
                return a + b
            case ast.Sub():
                return a - b
            case ast.Mult():
                return a * b
            case ast.Div():
                if b == 0:
                    self.fail(node.right, "division", "This divides by zero.", "Write another denominator.")
                return a / b
            case ast.Pow():
                return numbers.power(self, node, a, b)
        self._operator(node)

    def _operator(self, node: ast.AST) -> NoReturn:
        self.fail(node, "operator", "This operator is not part of the language.", "Use + - * / **.")

    def _compare(self, node: ast.Compare) -> Boolean:
        sides = [self.value(x) for x in (node.left, *node.comparators)]
        if _is_inside([type(x) for x in node.ops], sides):
            return Inside(sides[1], sides[2])
        parts = []
        for operator, a, b in zip(node.ops, sides, sides[1:], strict=False):
            parts.append(_RELATIONS[type(operator)](a, b))
        return sp.And(*parts)


def _is_inside(operators: list[type[ast.cmpop]], sides: list[Expr]) -> bool:
    """Whether a chain of comparisons asks if a position is inside its index set, `0 <= i + 1 < N`."""
    if operators != [ast.LtE, ast.Lt] or sides[0] != 0:
        return False
    return sides[2].is_Symbol and bool(sides[2].is_integer) and bounds(sides[1]) is not None


def _is_condition(expr: Expr | Boolean) -> bool:
    """SymPy counts every symbol as a Boolean; we do not."""
    return isinstance(expr, (Relational, BooleanFunction, BooleanAtom))


def _describe(node: ast.AST) -> str:
    known = {"Lambda": "A lambda", "IfExp": "if ... else", "ListComp": "A comprehension", "Starred": "A star"}
    word = type(node).__name__
    return known.get(word, f"A Python {word.lower()}")
