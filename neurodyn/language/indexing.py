"""References `name[i, j]`: what may stand in the brackets."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sympy as sp
from sympy import Expr, Idx, Integer
from sympy.logic.boolalg import Boolean

from neurodyn.calculus.letters import Reference, free_letters, quantity
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.positions import BY_RULE, Inside, Open, Padded, is_inside
from neurodyn.calculus.rewrite import TRUE
from neurodyn.language.guard import show_keywords

if TYPE_CHECKING:
    from neurodyn.language.reader import Reader


@dataclass(frozen=True)
class Frame:
    """A reduction that is being read: its letters, and conditions on its terms that are found on the way."""

    letters: frozenset[Idx]
    conditions: list[Boolean] = field(default_factory=list)


@dataclass(frozen=True)
class Placed:
    """A quantity at its positions, and where it counts: it is 0 where a position is beyond ends of zero."""

    reference: Reference
    counts: Boolean = TRUE

    def value(self, expr: Expr | None = None) -> Expr:
        """The quantity, or what is made of it, with 0 where it does not count."""
        expr = self.reference if expr is None else expr
        return expr if self.counts is TRUE else Where(self.counts, expr, 0)


def reference(reader: Reader, node: ast.expr) -> Placed:
    """A declared quantity at its positions, with number and range of the letters checked."""
    base = node.value if isinstance(node, ast.Subscript) else node
    if not isinstance(base, ast.Name):
        reader.fail(node, "subscript", "Only a name can have an index.")
    name = show_keywords(base.id)
    if name not in reader.names.quantities:
        reader.unknown(base, name)
    sets = reader.names.quantities[name].sets
    places = _places(node)
    if len(places) != len(sets):
        wanted = f"{name}[{', '.join(reader.names.quantities[name].letters)}]" if sets else name
        count = {0: "no index", 1: "1 index"}.get(len(places), f"{len(places)} indices")
        reader.fail(node, "index-count", f"{name} has {count} here.", f"It is declared as {wanted}.")
    found = [_position(reader, p, s, name) for p, s in zip(places, sets, strict=True)]
    return Placed(quantity(name, found), sp.And(*(Inside(p.raw, p.size) for p in found if isinstance(p, Padded))))


def _places(node: ast.expr) -> list[ast.expr]:
    if not isinstance(node, ast.Subscript):
        return []
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def _position(reader: Reader, node: ast.expr, index_set: str, name: str) -> Expr:
    """A letter, a whole-numbered quantity, or a mix of letters, numbers and sizes."""
    word = show_keywords(node.id) if isinstance(node, ast.Name) else ""
    if word in reader.names.letters:
        assert isinstance(node, ast.Name)
        index = reader.letter(node)
        _check_set(reader, node, index, index_set, name)
        return index
    if isinstance(node, ast.Subscript) or word in reader.names.quantities:
        return reference(reader, node).value()
    if word and word not in reader.names.sets:
        reader.unknown(node, word)
    return _with_ends(reader, node, _mix(reader, node), index_set)


def _mix(reader: Reader, node: ast.expr) -> Expr:
    """A whole-number mix of letters, numbers and sizes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return Integer(node.value)
    if isinstance(node, ast.Name):
        word = show_keywords(node.id)
        if word in reader.names.letters:
            return reader.letter(node)
        if word in reader.names.sets:
            return reader.names.size(word)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
        inner = _mix(reader, node.operand)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
        a, b = _mix(reader, node.left), _mix(reader, node.right)
        if not isinstance(node.op, ast.Mult):
            return a - b if isinstance(node.op, ast.Sub) else a + b
        if not (free_letters(a) and free_letters(b)):
            return sp.expand_mul(a * b)
    reader.fail(
        node,
        "index",
        "An index is a letter, a whole-numbered parameter, or a mix of letters, whole numbers and sizes.",
        "Write, say, x[i+1], x[N-1] or x[2*i].",
    )


def _with_ends(reader: Reader, node: ast.expr, raw: Expr, index_set: str) -> Expr:
    """The position, by the rule for what lies beyond the ends of its index set."""
    size, rule = reader.names.size(index_set), reader.names.ends.get(index_set)
    letters = free_letters(raw)
    if is_inside(raw, size) or (not letters and rule in (None, "open")):
        return raw
    if rule is None:
        reader.fail(
            node,
            "no-ends",
            f"This index can lie beyond the ends of {index_set}.",
            f'Say in [indices] what is there: ends = "cyclic", "zero", "clamp" or "open" for {index_set}.',
        )
    position = BY_RULE[rule](raw, size)
    if isinstance(position, Open):
        _leave_out(reader, node, position, index_set)
    return position


def _leave_out(reader: Reader, node: ast.expr, position: Open, index_set: str) -> None:
    """Where an open position is beyond the ends, the term is left out of the innermost reduction over its letters."""
    for frame in reversed(reader.frames):
        if not free_letters(position).isdisjoint(frame.letters):
            frame.conditions.append(Inside(position.raw, position.size))
            return
    reader.fail(
        node,
        "open-ends",
        f"{index_set} has open ends, but there is no sum here of which a term could be left out.",
        'Declare its ends as "zero", "clamp" or "cyclic".',
    )


def _check_set(reader: Reader, node: ast.Name, index: Idx, index_set: str, name: str) -> None:
    word = show_keywords(node.id)
    if reader.names.letters[word] != index_set:
        right = [x for x, s in reader.names.letters.items() if s == index_set]
        reader.fail(
            node,
            "wrong-letter",
            f"The index {word} runs over {reader.names.letters[word]}, but {name} has {index_set} here.",
            f"Letters of {index_set}: {', '.join(right)}.",
        )
