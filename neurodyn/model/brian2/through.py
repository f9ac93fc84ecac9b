"""What names speak of through subexpressions."""

from __future__ import annotations

import ast

from neurodyn.language.source import Source
from neurodyn.model.brian2.scope import Scope
from neurodyn.model.brian2.translate import Translator
from neurodyn.model.brian2.trees import names_of, put_in


def subexpression(scope: Scope, name: str) -> ast.expr:
    """The tree of a subexpression, read once."""
    if name not in scope.trees:
        line = scope.lines[name]
        scope.trees[name] = Translator(scope, line.source, line.start, line.stop).tree()
    return scope.trees[name]


def changed(scope: Scope, name: str) -> set[str]:
    """All names that a name speaks of, through subexpressions, itself among them."""
    found, pending = set[str](), [name]
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            if scope.is_subexpression(one):
                pending += names_of(subexpression(scope, one))
    return found


def reads(scope: Scope, tree: ast.expr) -> set[str]:
    """All names that an expression speaks of, through subexpressions."""
    return {name for one in names_of(tree) for name in changed(scope, one)}


def spelled_out(scope: Scope, tree: ast.expr, source: Source) -> ast.expr:
    """A condition made of comparisons: subexpressions that hold truth values are written out, parameters compared."""
    found: dict[str, ast.expr] = {}
    for name in filter(scope.is_truth, names_of(tree)):
        if scope.is_subexpression(name):
            found[name] = spelled_out(scope, subexpression(scope, name), source)
        else:
            found[name] = ast.Compare(ast.Name(name, ast.Load()), [ast.Gt()], [ast.Constant(0.5)])
    return put_in(tree, found, source)
