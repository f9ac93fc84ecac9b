"""The unit of an expression, read from its syntax tree, so that what is said of it is in its author's words.

A unit of None belongs to a zero, which fits everything.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NoReturn

from neurodyn.calculus.vocabulary import COMPOSED, ELEMENTWISE, MATRICES, REDUCTION_UNITS, REDUCTIONS, UnitRule
from neurodyn.errors import InputError
from neurodyn.language.free import index_arguments
from neurodyn.language.guard import column_of, hide_keywords, parse, show_keywords
from neurodyn.language.names import Names
from neurodyn.language.source import Source
from neurodyn.language.unit_text import rational, unit_of
from neurodyn.language.units import NUMBER, SECOND, Unit

Measure = Unit | None
Special = Callable[["UnitReader", ast.Call], Measure]
_LONGEST = 40  # characters of a piece of text that is quoted in an error


def clock_unit(names: Names) -> Unit:
    """The unit of `t`, which in maps is the number of the step."""
    return NUMBER if names.discrete else SECOND


class UnitReader:
    """Finds the unit of one piece of text, refusing what does not fit.

    Args:
        names: what may be referred to.
        source: the statement.
        of: the unit of a quantity, by its name.
        local: units of a user function's arguments.
        start, stop: the slice of the statement to read.
        special: further functions, which values may call: random draws, signals.
    """

    def __init__(
        self,
        names: Names,
        source: Source,
        of: Callable[[str], Measure],
        *,
        local: Mapping[str, Measure] | None = None,
        start: int = 0,
        stop: int | None = None,
        special: Mapping[str, Special] | None = None,
    ) -> None:
        self.names, self.source, self.of = names, source, of
        self.local, self.special = dict(local or {}), dict(special or {})
        self.start, self.stop, self.text = start, stop, source.text[start:stop]

    def read(self) -> Measure:
        """The unit of the text."""
        return self.unit(parse(self.source, self.start, self.stop))

    def fail(self, node: ast.AST, code: str, sentence: str, remedy: str) -> NoReturn:
        """Raise, pointing at the node."""
        raise InputError(
            sentence, code=code, remedy=remedy, place=self.source.place(self.start + column_of(self.text, node))
        )

    def words(self, node: ast.expr) -> str:
        """The author's text of a node."""
        at = column_of(self.text, node)
        found = self.text[at : at + len(ast.get_source_segment(hide_keywords(self.text), node) or "")]
        return found if len(found) <= _LONGEST else found[: _LONGEST - 3] + "..."

    def unit(self, node: ast.expr) -> Measure:
        """The unit of a node."""
        match node:
            case ast.Constant():
                return None if node.value == 0 else NUMBER
            case ast.Name():
                return self._name(show_keywords(node.id))
            case ast.Subscript():
                return self._subscript(node)
            case ast.UnaryOp():
                return self.unit(node.operand)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                self.same([node.left, *node.comparators], "compared")
                return NUMBER
            case ast.BoolOp():
                for part in node.values:
                    self.unit(part)
                return NUMBER
            case ast.Call():
                return self._call(node)
        raise TypeError(f"no unit of {type(node).__name__}")

    def _name(self, name: str) -> Measure:
        if name in self.local:
            return self.local[name]
        if name in self.names.quantities:
            return self.of(name)
        if name in ("t", "dt"):
            return clock_unit(self.names)
        if name.startswith("d") and name[1:] in self.names.quantities:
            return self.of(name[1:])  # of dE/dx and dx/dt: a quotient like any other
        return NUMBER  # pi, letters, sizes

    def _subscript(self, node: ast.Subscript) -> Measure:
        if isinstance(node.value, ast.Constant):
            unit = unit_of(node.slice, self.fail)
            return None if node.value.value == 0 and unit.plain else unit
        return self._name(show_keywords(node.value.id)) if isinstance(node.value, ast.Name) else NUMBER

    def _binary(self, node: ast.BinOp) -> Measure:
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return self.same([node.left, node.right], "added" if isinstance(node.op, ast.Add) else "subtracted")
        if isinstance(node.op, ast.Pow):
            return self._power(node)
        a, b = self.unit(node.left), self.unit(node.right)
        if a is None or b is None:
            return a if isinstance(node.op, ast.Div) else None
        return a / b if isinstance(node.op, ast.Div) else a * b

    def _power(self, node: ast.BinOp) -> Measure:
        base = self.unit(node.left)
        self.plain(node.right, "A power")
        if base is None or base.plain:
            return base and NUMBER
        exponent = rational(node.right)
        if exponent is None:
            self.fail(
                node.right,
                "dimension",
                f"{self.words(node.left)} is {base.words}, so its power must be a number that stands here.",
                "Divide it by a quantity of the same dimension first, or write the power out.",
            )
        return base**exponent

    def same(self, nodes: list[ast.expr], done: str) -> Measure:
        """The one unit of several nodes."""
        first: tuple[ast.expr, Unit] | None = None
        for node in nodes:
            unit = self.unit(node)
            if unit is None:
                continue
            if first is None:
                first = node, unit
            elif not unit.fits(first[1]):
                bare = isinstance(node, ast.Constant) and not first[1].plain
                remedy = f"Write, say, {self.words(node)}[{first[1]}]." if bare else ""
                self.fail(
                    node,
                    "dimension",
                    f"{self.words(first[0])} is {first[1].words}, but {self.words(node)} is {unit.words}.",
                    remedy or f"Only quantities of one dimension can be {done}.",
                )
        return first[1] if first else None

    def plain(self, node: ast.expr, what: str) -> None:
        """Refuse a node that is no plain number."""
        self.expect(node, NUMBER, what)

    def expect(self, node: ast.expr, wanted: Unit, what: str) -> None:
        """Refuse a node of another dimension."""
        unit = self.unit(node)
        if unit is not None and not unit.fits(wanted):
            need = "a plain number" if wanted.plain else f"a quantity in {wanted}"
            remedy = "Divide it by a quantity of its own dimension." if wanted.plain else f"Write, say, 1[{wanted}]."
            self.fail(node, "dimension", f"{what} is {need}, but {self.words(node)} is {unit.words}.", remedy)

    def _call(self, node: ast.Call) -> Measure:
        base = node.func.value if isinstance(node.func, ast.Subscript) else node.func
        if not isinstance(base, ast.Name):
            raise TypeError("only functions have a unit when they are called")
        name = show_keywords(base.id)
        if name in self.names.quantities:  # at another time
            self.expect(node.args[0], clock_unit(self.names), "The time in brackets")
            return self._name(name)
        if name in self.special:
            return self.special[name](self, node)
        if name in self.names.functions:
            return self._user_function(node, name)
        if name == "ddt":
            unit = self.unit(node.args[0])
            return unit and unit / SECOND
        if name == "where":
            self.unit(node.args[0])
            return self.same(node.args[1:], "chosen between")
        indices = index_arguments(node, name)
        heads = [a.left if isinstance(a, ast.Compare) else a for a in indices]
        over = [isinstance(a, ast.Name) and show_keywords(a.id) in self.names.letters for a in heads]
        if (name in REDUCTIONS or name in COMPOSED) and over and all(over):
            return self._reduction(node, name, indices)
        if name in MATRICES:
            return self._matrix_function(node.args[0], name)
        return self._apply(ELEMENTWISE[name].unit, name, node.args)

    def _reduction(self, node: ast.Call, name: str, indices: list[ast.expr]) -> Measure:
        for restriction in indices:
            self.unit(restriction)
        if name == "kth":
            self.plain(node.args[1], "The rank")
        return self._apply(REDUCTION_UNITS.get(name, UnitRule.PLAIN), name, node.args[:1])

    def _matrix_function(self, matrix: ast.expr, name: str) -> Measure:
        unit = self.unit(matrix)
        if unit is None or name == "basis":
            return NUMBER
        return unit ** (Fraction(-1, 2) if name == "invsqrt" else Fraction(-1))

    def _apply(self, rule: UnitRule, name: str, arguments: list[ast.expr]) -> Measure:
        if rule is UnitRule.KEEP:
            return self.same(arguments, f"arguments of {name}")
        if rule is UnitRule.ROOT:
            unit = self.unit(arguments[0])
            return unit and unit ** Fraction(1, 2)
        if rule is UnitRule.RATIO:
            self.same(arguments, f"arguments of {name}")
        elif rule is UnitRule.FLAG:
            self.unit(arguments[0])
        for argument in {UnitRule.PLAIN: arguments, UnitRule.FLAG: arguments[1:]}.get(rule, []):
            self.plain(argument, f"An argument of {name}")
        return NUMBER

    def _user_function(self, node: ast.Call, name: str) -> Measure:
        function = self.names.functions[name]
        local = {a: self.unit(v) for a, v in zip(function.arguments, node.args, strict=True)}
        return UnitReader(self.names, function.source, self.of, local=local, start=function.start).read()
