"""Random cases. Letters are few and clash on purpose: one letter is bound at several depths, bound letters are also
free elsewhere, masks compare bound with free letters.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from hypothesis import strategies as st
from sympy import Expr, Idx, Integer, Rational

from neurodyn.calculus import reductions
from neurodyn.calculus.letters import same_range
from neurodyn.calculus.nodes import Delta
from tests.laws.cases import (
    KINKED,
    LETTERS,
    SHAPES,
    SMOOTH,
    Case,
    K,
    N,
    World,
    beyond,
    combine,
    entry,
    i,
    inside,
    j,
    k,
    m,
    mixed,
    n,
    number,
    or_zero,
    position,
    reduce,
    where,
)

# Free letters of a case: none, one, several of one range, and of both.
SCOPES = ((), (i,), (i, j), (j, m), (i, j, k, m, n))


@st.composite
def worlds(draw: st.DrawFn, *, least: int = 1) -> World:
    """Sizes from `least` to 3, and values of both signs, none close to another of its array or to 0."""
    sizes = {"N": draw(st.integers(least, 3)), "K": draw(st.integers(least, 3))}
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    values = {}
    for name, shape in SHAPES.items():
        counts = tuple(sizes[str(n)] for n in shape)
        total = int(np.prod(counts, initial=1))
        spread = 0.3 + (rng.permutation(total) + rng.uniform(0.2, 0.8, total)) / total
        values[name] = np.asarray(spread.reshape(counts) * rng.choice((-1, 1), counts))
    values["p"] = rng.integers(0, sizes["N"], sizes["K"])
    return World(sizes, values)


@dataclass(frozen=True)
class Style:
    """Whether a case is without kinks, jumps and conditions, and whether it holds deltas."""

    smooth: bool = False
    deltas: bool = False


@st.composite
def cases(
    draw: st.DrawFn, *, depth: int = 3, scopes: Sequence[tuple[Idx, ...]] = SCOPES, style: Style = Style()
) -> Case:
    """A case whose free letters are among those of one of `scopes`."""
    return _case(draw, draw(st.sampled_from(list(scopes))), depth, style)


def _case(draw: st.DrawFn, scope: tuple[Idx, ...], depth: int, style: Style) -> Case:
    if depth == 0:
        return _leaf(draw, scope, style)
    make = draw(st.sampled_from((*3 * [_sum], *2 * [_reduction], *2 * [_product], _addition, _unary, _where)))
    if make is _where and style.smooth:
        make = _sum
    return make(draw, scope, depth - 1, style)


def _sum(draw: st.DrawFn, scope: tuple[Idx, ...], depth: int, style: Style) -> Case:
    return _bind(draw, scope, depth, style, reductions.Sum)


def _reduction(draw: st.DrawFn, scope: tuple[Idx, ...], depth: int, style: Style) -> Case:
    kinds: list[type] = [reductions.LogSumExp, reductions.Softmax, reductions.Norm, reductions.Product]
    if not style.smooth:
        kinds += [reductions.Largest, reductions.Smallest, reductions.Count, reductions.KthLargest]
    kind = draw(st.sampled_from(kinds))
    if kind is reductions.KthLargest:
        return _kth(draw, scope, depth, style)
    return _bind(draw, scope, depth, style, kind)


def _kth(draw: st.DrawFn, scope: tuple[Idx, ...], depth: int, style: Style) -> Case:
    """The largest term, or the one whose rank is counted by a letter from outside."""
    own = draw(st.sampled_from(LETTERS))
    body = _case(draw, tuple(dict.fromkeys((own, *scope))), depth, style)
    outer = [x for x in scope if same_range(x, own) and x != own]
    rank = mixed([(1, draw(st.sampled_from(outer)))], 1, 0) if outer else number(1)
    return reduce(reductions.KthLargest, body, number_true(), [own], [rank])


def _bind(draw: st.DrawFn, scope: tuple[Idx, ...], depth: int, style: Style, kind: type) -> Case:
    """A binder of one to three letters, which may be in use already."""
    few = 2 if kind in (reductions.Product, reductions.Softmax) else 3
    letters = tuple(draw(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=few, unique=True)))
    within = tuple(dict.fromkeys((*letters, *scope)))
    mask = _mask(draw, letters, within, kind)
    if kind is reductions.Count:
        return reduce(kind, _condition(draw, within), mask, letters)
    body = _case(draw, within, depth, style)
    if kind not in NEVER_EMPTY and draw(st.integers(0, 4)) == 0:
        body, mask = _left_out(draw, letters, within, body, mask)
    at = [_place(draw, x, scope) for x in letters] if kind is reductions.Softmax else []
    return reduce(kind, body, mask, letters, at)


def _left_out(
    draw: st.DrawFn, letters: tuple[Idx, ...], within: tuple[Idx, ...], body: Case, mask: Case
) -> tuple[Case, Case]:
    """The body times a quantity with open ends: terms beyond them are left out."""
    name, size = draw(st.sampled_from((("x", N), ("z", K))))
    raw = _mix(draw, within, (draw(st.sampled_from(letters)),))
    body = combine(operator.mul, operator.mul, body, entry(name, [beyond("open", raw, size)]))
    return body, combine(sp.And, lambda a, b: bool(a and b), mask, inside(raw, size))


def _mix(draw: st.DrawFn, scope: tuple[Idx, ...], first: tuple[Idx, ...] = ()) -> Case:
    """A mix of one or two letters, a number and a size."""
    letters = list(first) or ([draw(st.sampled_from(scope))] if scope else [])
    if scope and draw(st.integers(0, 3)) == 0:
        letters.append(draw(st.sampled_from(scope)))
    sign = draw(st.sampled_from((1, 1, 1, -1)))
    terms = [(sign, letters[0]), *((1, x) for x in letters[1:])] if letters else []
    sizes = int(sign < 0 and draw(st.booleans()))
    return mixed(terms, draw(st.sampled_from((1, -1, 1, -1, 2, 0, -3))), sizes)


def _shifted(draw: st.DrawFn, scope: tuple[Idx, ...]) -> Case:
    """An entry of which one position may lie beyond the ends."""
    name = draw(st.sampled_from(("x", "W", "W", "xi", "z")))
    places: list[Any] = [_index(draw, size, scope) for size in SHAPES[name]]
    own = draw(st.integers(0, len(places) - 1))
    rule, raw, size = draw(st.sampled_from(("cyclic", "clamp", "zero"))), _mix(draw, scope), SHAPES[name][own]
    places[own] = beyond(rule, raw, size)
    return or_zero(raw, size, entry(name, places)) if rule == "zero" else entry(name, places)


def _product(draw: st.DrawFn, scope: tuple[Idx, ...], depth: int, style: Style) -> Case:
    return combine(operator.mul, operator.mul, *(_case(draw, scope, depth, style) for _ in range(2)))


def _addition(draw: st.DrawFn, scope: tuple[Idx, ...], depth: int, style: Style) -> Case:
    c = draw(st.sampled_from((1, -1, 2)))
    parts = [_case(draw, scope, depth, style) for _ in range(2)]
    return combine(lambda a, b: a + c * b, lambda a, b: a + c * b, *parts)


def _unary(draw: st.DrawFn, scope: tuple[Idx, ...], depth: int, style: Style) -> Case:
    make, compute = draw(st.sampled_from(SMOOTH if style.smooth else SMOOTH + KINKED))
    return combine(make, compute, _case(draw, scope, depth, style))


def _where(draw: st.DrawFn, scope: tuple[Idx, ...], depth: int, style: Style) -> Case:
    return where(_condition(draw, scope), _case(draw, scope, depth, style), _case(draw, scope, depth, style))


def _leaf(draw: st.DrawFn, scope: tuple[Idx, ...], style: Style) -> Case:
    if style.deltas and scope and draw(st.booleans()):
        own = draw(st.sampled_from(scope))
        other = position(_place(draw, own, scope))
        if draw(st.booleans()):
            other = beyond(draw(st.sampled_from(("cyclic", "clamp"))), _mix(draw, scope), own.upper + 1)
        return combine(Delta, lambda a, b: float(a == b), position(own), other)
    name = draw(st.sampled_from(("x", "W", "W", "xi", "z", "y", "a", "number", "letter", "chosen", "shifted")))
    if name == "shifted":
        return _shifted(draw, scope)
    if name == "number":
        return number(draw(st.sampled_from((0, 1, -2, Rational(1, 2)))))
    if name == "letter":
        return position(draw(st.sampled_from(scope or (Integer(1),))))
    if name == "chosen":
        return _chosen(draw, scope)
    return entry(name, [_index(draw, size, scope) for size in SHAPES[name]])


def _chosen(draw: st.DrawFn, scope: tuple[Idx, ...]) -> Case:
    """An entry whose position is a whole-numbered quantity, or found by a binder."""
    if draw(st.booleans()):
        return entry("x", [entry("p", [_index(draw, K, scope)])])
    own = draw(st.sampled_from((i, j)))
    inside = tuple(dict.fromkeys((own, *scope)))
    kind = draw(st.sampled_from((reductions.ArgLargest, reductions.ArgSmallest)))
    best = reduce(kind, _leaf_of(draw, ("W", "y", "xi"), inside), number_true(), [own])
    return entry("x", [best])


def _leaf_of(draw: st.DrawFn, names: Sequence[str], scope: tuple[Idx, ...]) -> Case:
    name = draw(st.sampled_from(names))
    return entry(name, [_index(draw, size, scope) for size in SHAPES[name]])


def number_true() -> Case:
    """The mask that leaves nothing out."""
    return Case(sp.true, lambda world, at: True)


def _index(draw: st.DrawFn, size: Expr, scope: tuple[Idx, ...]) -> Expr:
    return draw(st.sampled_from([x for x in scope if x.upper + 1 == size] or [Integer(0)]))


def _place(draw: st.DrawFn, like: Idx, scope: tuple[Idx, ...]) -> Expr:
    """A position for a letter: a letter of its range from outside, or 0."""
    return draw(st.sampled_from([x for x in scope if same_range(x, like)] or [Integer(0)]))


# Of no terms these are infinite or undefined, so that they keep at least one (but for `j != i` in a set of one).
NEVER_EMPTY = (reductions.LogSumExp, reductions.Softmax, reductions.Largest, reductions.Smallest)


def _mask(draw: st.DrawFn, letters: tuple[Idx, ...], inside: tuple[Idx, ...], kind: type) -> Case:
    own = draw(st.sampled_from(letters))
    others = [x for x in inside if x != own and same_range(x, own)]
    how = draw(st.sampled_from(("all", "all", "other", "condition", "both")))
    if how == "all" or (not others and kind in NEVER_EMPTY):
        return number_true()
    if not others:
        return _condition(draw, inside)
    pair = position(own), position(draw(st.sampled_from(others)))
    if how == "other":
        return combine(sp.Ne, lambda a, b: a != b, *pair)
    condition = _condition(draw, inside)
    if kind in NEVER_EMPTY:
        return combine(sp.Or, lambda a, b: bool(a or b), combine(sp.Eq, lambda a, b: a == b, *pair), condition)
    if how == "condition":
        return condition
    return combine(sp.And, lambda a, b: bool(a and b), combine(sp.Ne, lambda a, b: a != b, *pair), condition)


def _condition(draw: st.DrawFn, scope: tuple[Idx, ...]) -> Case:
    kind = draw(st.sampled_from(("letters", "values", "sign")))
    if kind == "letters" and len(scope) > 1:
        a, b = (position(draw(st.sampled_from(scope))) for _ in range(2))
        make, compute = draw(st.sampled_from((
            (sp.Eq, lambda u, v: u == v),
            (sp.Ne, lambda u, v: u != v),
            (sp.Lt, lambda u, v: u < v),
            (sp.Ge, lambda u, v: u >= v),
        )))  # fmt: skip
        return combine(make, compute, a, b)
    a = _leaf_of(draw, ("x", "W", "xi", "z"), scope)
    b = number(0) if kind == "sign" else _leaf_of(draw, ("y", "W"), scope)
    return combine(sp.Gt, lambda u, v: u > v, a, b)


@st.composite
def masks(draw: st.DrawFn, letters: Sequence[Idx], inside: Sequence[Idx]) -> Case:
    """A restriction of the letters, over the letters `inside`."""
    return _mask(draw, tuple(letters), tuple(inside), reductions.Sum)


@st.composite
def moves(draw: st.DrawFn) -> dict[Idx, Case]:
    """Other letters, numbers, look-ups or found positions for some letters, all at once."""
    moved = draw(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=3, unique=True))
    return {old: _move(draw, old) for old in moved}


def _move(draw: st.DrawFn, old: Idx) -> Case:
    kind = draw(st.sampled_from(("letter", "letter", "number", "look-up", "found", "shifted")))
    if kind == "shifted":
        rule = draw(st.sampled_from(("cyclic", "clamp")))
        return beyond(rule, _mix(draw, LETTERS), old.upper + 1)
    if kind == "look-up" and same_range(old, i):
        return entry("p", [draw(st.sampled_from((m, n)))])
    if kind == "found":
        own = draw(st.sampled_from([x for x in LETTERS if same_range(x, old)]))
        names = ("W", "y") if same_range(old, i) else ("z", "xi")
        inside = tuple(dict.fromkeys((own, *LETTERS)))
        body = _case(draw, inside, 1, Style(smooth=True)) if draw(st.booleans()) else _leaf_of(draw, names, inside)
        return reduce(reductions.ArgLargest, body, number_true(), [own])
    if kind == "number":
        return number(0)
    return position(draw(st.sampled_from([x for x in LETTERS if same_range(x, old)])))
