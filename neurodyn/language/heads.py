"""Left sides and keys: `W[i,j]`, `tau*dx[i]/dt`, `x[i](t+1)`, `f(z)`, and the `0` of a constraint."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from neurodyn.errors import InputError
from neurodyn.language.guard import column_of, parse, show_keywords
from neurodyn.language.source import Source


@dataclass(frozen=True)
class Head:
    """The left side of a statement.

    `kind` is definition, flow, map, function or constraint (which has no name); `letters` are the indices (or the
    arguments of a function); `factor` is the slice of the text that multiplies a flow, or None.
    """

    kind: str
    name: str
    letters: tuple[str, ...]
    factor: tuple[int, int] | None = None


def read_key(source: Source, stop: int | None = None) -> tuple[str, tuple[str, ...]]:
    """`W[i,j]` -> ("W", ("i", "j"))."""
    return _name_and_letters(source, parse(source, 0, stop), source.text[:stop], 0)


def read_head(source: Source, stop: int) -> Head:
    """The left side `source.text[:stop]` of an equation."""
    text = source.text[:stop]
    tree = parse(source, 0, stop)
    if isinstance(tree, ast.Call):
        return _call(source, tree, text)
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div) and _is_dt(tree.right):
        return _flow(source, tree.left, text)
    if isinstance(tree, ast.Constant) and tree.value == 0 and not isinstance(tree.value, bool):
        return Head("constraint", "", ())
    name, letters = _name_and_letters(source, tree, text, 0)
    return Head("definition", name, letters)


def _is_dt(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "dt"


def _flow(source: Source, left: ast.expr, text: str) -> Head:
    factor = None
    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
        state = left.right
        # All that stands before the state, brackets included.
        factor = (0, len(text[: column_of(text, state)].rstrip().rstrip("*").rstrip()))
        left = state
    name, letters = _name_and_letters(source, left, text, 0)
    if not name.startswith("d") or len(name) < 2:
        raise InputError(
            "The left side of a flow is d and the name of a state, over dt.",
            code="flow-head",
            remedy="Write dx/dt, dx[i]/dt or tau*dx[i]/dt.",
            place=source.place(column_of(text, left)),
        )
    return Head("flow", name[1:], letters, factor)


def _call(source: Source, tree: ast.Call, text: str) -> Head:
    if [ast.unparse(a) for a in tree.args] == ["t + 1"] and not tree.keywords:
        return Head("map", *_name_and_letters(source, tree.func, text, 0))
    names = [show_keywords(a.id) for a in tree.args if isinstance(a, ast.Name)]
    if isinstance(tree.func, ast.Name) and names and len(names) == len(tree.args) and not tree.keywords:
        return Head("function", show_keywords(tree.func.id), tuple(names))
    raise InputError(
        "This left side cannot be read.",
        code="head",
        remedy="A map is written x(t+1) = ... or x[i](t+1) = ..., a function f(z) = ...",
        place=source.place(column_of(text, tree)),
    )


def _name_and_letters(source: Source, node: ast.expr, text: str, start: int) -> tuple[str, tuple[str, ...]]:
    base = node.value if isinstance(node, ast.Subscript) else node
    places: list[ast.expr] = []
    if isinstance(node, ast.Subscript):
        places = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    for part in (base, *places):
        if not isinstance(part, ast.Name):
            raise InputError(
                "A name with letters is needed here.",
                code="head",
                remedy="Write x, x[i] or W[i,j].",
                place=source.place(start + column_of(text, part)),
            )
    letters = tuple(show_keywords(p.id) for p in places if isinstance(p, ast.Name))
    if len(set(letters)) < len(letters):
        raise InputError(
            "A letter stands twice in this name's index.",
            code="repeated-letter",
            remedy="Take two letters of the index set: W[i,j].",
            place=source.place(start + column_of(text, node)),
        )
    assert isinstance(base, ast.Name)
    return show_keywords(base.id), letters
