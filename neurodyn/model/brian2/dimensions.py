"""Dimensions of Brian2's text, checked in its own words before it is translated."""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from typing import NoReturn

from neurodyn.calculus.vocabulary import ELEMENTWISE
from neurodyn.errors import InputError
from neurodyn.language.dimensions import Measure, Special, UnitReader
from neurodyn.language.names import Names
from neurodyn.language.source import Source
from neurodyn.language.units import NUMBER, SECOND, Unit
from neurodyn.model.brian2.functions import DRAWS, FUNCTIONS
from neurodyn.model.brian2.lines import FLOW, PARAMETER, Line
from neurodyn.model.brian2.scope import Scope
from neurodyn.model.brian2.unit_names import declared_unit, unit_named
from neurodyn.model.brian2.values import scalar

_NOISE = SECOND ** Fraction(-1, 2)
_TIMES = ("t", "dt", "lastspike")
_SAY = re.compile(r"Write, say, (.*)\[(.*)\]\.")


class Dimensions(UnitReader):
    """Finds the unit of one of Brian2's expressions, in which every name is known."""

    def __init__(self, scope: Scope, source: Source, start: int = 0, stop: int | None = None) -> None:
        super().__init__(Names(), source, self._of, start=start, stop=stop, special=_SPECIAL)
        self._scope = scope

    def unit(self, node: ast.expr) -> Measure:
        """The unit of a node."""
        match node:
            case ast.Name(id=name):
                return self._of(name)
            case ast.Call(func=ast.Name(id=name)) if name in self._scope.timed:
                return self._scope.timed[name].unit
            case ast.BinOp(op=ast.Mod()):
                return self.same([node.left, node.right], "divided with a rest")
            case ast.BinOp(op=ast.FloorDiv()):
                self.same([node.left, node.right], "divided with a rest")
                return NUMBER
        return super().unit(node)

    def fail(self, node: ast.AST, code: str, sentence: str, remedy: str) -> NoReturn:
        """Raise, pointing at the node, with a remedy that Brian2 can read."""
        say = _SAY.fullmatch(remedy)
        if say is not None:
            remedy = f"Write, say, {say[1]}*{say[2]}." if unit_named(say[2]) else "Give both the same dimension."
        super().fail(node, code, sentence, remedy)

    def _of(self, name: str) -> Measure:
        scope = self._scope
        if name in scope.lines:
            return unit_of_line(scope.lines[name])
        if name in scope.passing:
            return scope.passing[name][1]
        if name in _TIMES:
            return SECOND
        if name.startswith("xi"):
            return _NOISE
        if name in scope.used:
            return scalar(name, scope.namespace[name])[1] or NUMBER
        unit = unit_named(name)
        return unit[0] if unit else NUMBER


def unit_of_line(line: Line) -> Unit:
    """The unit of a variable."""
    return declared_unit(line.source, *line.unit)


def check_line(scope: Scope, line: Line) -> None:
    """Refuse an equation whose right side is not of the dimension that it says."""
    unit = unit_of_line(line)
    if line.kind != PARAMETER:
        what, wanted = (f"d{line.name}/dt", unit / SECOND) if line.kind == FLOW else (line.name, unit)
        check_unit(Dimensions(scope, line.source, line.start, line.stop), wanted, what)


def check_unit(text: Dimensions, wanted: Unit, what: str) -> None:
    """Refuse a text that is of another dimension."""
    found = text.read()
    if found is not None and not found.fits(wanted):
        raise InputError(
            f"{what} is {wanted.words}, but this is {found.words}.",
            code="dimension",
            remedy="Give both the same dimension.",
            place=text.source.place(text.start),
        )


def _plain(name: str) -> Special:
    """A function that the language lacks: it takes plain numbers, and `int` any condition."""

    def unit(reader: UnitReader, node: ast.Call) -> Measure:
        for argument in node.args:
            reader.plain(argument, f"An argument of {name}")
        return NUMBER

    return unit


_SPECIAL = {name: _plain(name) for name in (*FUNCTIONS, *DRAWS) if name not in ELEMENTWISE}
