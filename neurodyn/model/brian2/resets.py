"""Resets: Brian2 carries statements out one after the other, the language all at once.

So what a statement has made of a variable is written into those after it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import NoReturn

from neurodyn.errors import InputError
from neurodyn.language.dimensions import Measure
from neurodyn.language.source import Source
from neurodyn.language.units import NUMBER
from neurodyn.model.brian2.dimensions import Dimensions, check_unit, unit_of_line
from neurodyn.model.brian2.lines import PARAMETER, SUBEXPRESSION
from neurodyn.model.brian2.scope import Scope
from neurodyn.model.brian2.through import changed, subexpression
from neurodyn.model.brian2.translate import Translator
from neurodyn.model.brian2.trees import Trees, names_of, put_in

_STATEMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*(?P<operator>\+|-|\*\*|\*|//|/|%)?=(?!=)\s*(?P<value>.+)", re.DOTALL)
_OPERATORS: dict[str, type[ast.operator]] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "**": ast.Pow, "//": ast.FloorDiv, "%": ast.Mod,
}  # fmt: skip


@dataclass(frozen=True)
class Changes:
    """What an event makes of variables, by name, each in terms of the states before it."""

    values: dict[str, ast.expr] = field(default_factory=dict)

    def text(self, scope: Scope) -> str:
        """The statements of the language."""
        translator = Translator(scope, Source(""))
        return "\n".join(f"{scope.key(name)} = {translator.text(tree)}" for name, tree in self.values.items())


def read_changes(scope: Scope, text: str, called: str) -> Changes:
    """The statements of a reset, called so in errors; parameters that they change are noted in the scope."""
    values: dict[str, ast.expr] = {}
    read: set[str] = set()
    for source in _cut(text, called):
        match = _STATEMENT.fullmatch(source.text)
        if match is None:
            _fail(source, 0, "This is no statement of a reset.", "Write, say, v = v_r, or w += b.")
        name = match["name"]
        translator = Translator(scope, source, match.start("value"))
        tree = put_in(translator.tree(), {"lastspike": ast.Name("t", ast.Load())}, source)  # the spike is noted before
        translator.text(tree)  # refuses what cannot be read, in the words of this statement
        unit = _check_dimension(scope, match, translator)
        read |= names_of(tree)
        if match["operator"]:
            tree = ast.BinOp(ast.Name(name, ast.Load()), _OPERATORS[match["operator"]](), tree)
        tree = _settled(scope, tree, values, source)
        _check_target(scope, name, source, bool(match["operator"]))
        if name not in scope.lines:
            scope.passing[name] = source, unit
        values[name] = tree
    for name, (source, _) in scope.passing.items():
        if name not in read:
            _fail(source, 0, f"{name} is no variable of the model.", f"Declare it there, {name} : 1, or leave it out.")
    scope.passing.clear()
    kept = {name: tree for name, tree in values.items() if name in scope.lines}
    scope.assigned.update(name for name in kept if scope.lines[name].kind == PARAMETER)
    return Changes(kept)


def _cut(text: str, called: str) -> list[Source]:
    found = []
    for number, raw in enumerate(text.split("\n"), 1):
        at = 0
        for part in raw.partition("#")[0].split(";"):
            if part.strip():
                indent = at + len(part) - len(part.lstrip())
                found.append(Source(part.strip(), lines=(raw,), line=number, indent=indent, file=called))
            at += len(part) + 1
    return found


def _fail(source: Source, column: int, sentence: str, remedy: str) -> NoReturn:
    raise InputError(sentence, code="brian2-reset", remedy=remedy, place=source.place(column))


def _check_target(scope: Scope, name: str, source: Source, augmented: bool) -> None:
    line = scope.lines.get(name)
    if line is None:
        if augmented and name not in scope.passing:
            _fail(source, 0, f"{name} is no variable of the model.", f"Declare it there: {name} : 1.")
    elif line.kind == SUBEXPRESSION:
        _fail(source, 0, f"{name} is a subexpression: it follows from others.", "Set what it is made of.")
    elif "constant" in line.flags:
        _fail(source, 0, f"{name} is marked (constant), but a reset changes it.", "Leave that flag out.")
    elif "shared" in line.flags and scope.size is not None:
        _fail(source, 0, f"{name} is shared, and each unit's reset would change it.", "Leave the flag (shared) out.")


def _check_dimension(scope: Scope, match: re.Match[str], translator: Translator) -> Measure:
    """The unit of what a statement says, which fits its variable."""
    text = Dimensions(scope, translator.source, translator.start)
    name, operator = match["name"], match["operator"]
    if operator in ("*", "/", "**", "//"):
        check_unit(text, NUMBER, f"What is behind {operator}=")
    elif name in scope.lines:
        check_unit(text, unit_of_line(scope.lines[name]), name)
    return text.read()


def _settled(scope: Scope, tree: ast.expr, values: Trees, source: Source) -> ast.expr:
    """A tree after some statements: new values in it, also in the subexpressions that change with them."""
    found = {name: values[name] for name in names_of(tree) if name in values}
    for name in names_of(tree) - values.keys():
        if scope.is_subexpression(name) and changed(scope, name) & values.keys():
            found[name] = _settled(scope, subexpression(scope, name), values, source)
    return put_in(tree, found, source)
