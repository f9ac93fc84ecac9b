"""Indexed expressions, each with the function that it stands for.

A `Case` is built twice from the same parts: as an expression, and as a plain Python function of the positions of its
letters, in which a binder shadows letters of its own name, as in the textbooks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, Idx, Rational

from neurodyn.calculus import nodes, positions, reductions
from neurodyn.calculus.letters import letter, quantity, size_symbol

N, K = size_symbol("N"), size_symbol("K")
i, j, k = (letter(name, N) for name in "ijk")
m, n = (letter(name, K) for name in "mn")
LETTERS = (i, j, k, m, n)
SHAPES = {"a": (), "b": (), "x": (N,), "y": (N,), "W": (N, N), "z": (K,), "xi": (K, N)}

At = Mapping[Idx, int]


@dataclass(frozen=True)
class World:
    """Sizes of the index sets, and a value for every quantity."""

    sizes: Mapping[str, int]
    values: Mapping[str, np.ndarray]

    def count(self, index: Idx) -> int:
        return self.sizes[str(index.upper + 1)]

    def positions(self, letters: Sequence[Idx]) -> list[dict[Idx, int]]:
        """Every way to place the letters."""
        counts = [range(self.count(x)) for x in letters]
        return [dict(zip(letters, place, strict=True)) for place in itertools.product(*counts)]

    def shifted(self, name: str, place: tuple[int, ...], by: float) -> World:
        """The world with one entry changed."""
        changed = self.values[name].copy()
        changed[place] += by
        return World(self.sizes, {**self.values, name: changed})


@dataclass(frozen=True)
class Case:
    """An expression and what it stands for."""

    expr: Any
    value: Callable[[World, At], float]


# --- parts ---------------------------------------------------------------------------------------------------


def number(value: int | Rational) -> Case:
    return Case(sp.sympify(value), lambda world, at: float(value))


def entry(name: str, indices: Sequence[Expr | Case]) -> Case:
    """`name[indices]`; an index is a letter, a number, or a case with whole values."""
    cases = [index if isinstance(index, Case) else position(index) for index in indices]

    def value(world: World, at: At) -> float:
        return float(world.values[name][tuple(int(c.value(world, at)) for c in cases)])

    return Case(quantity(name, [c.expr for c in cases]), value)


def position(index: Expr) -> Case:
    return Case(index, lambda world, at: at[index] if isinstance(index, Idx) else int(index))


def mixed(terms: Sequence[tuple[int, Idx]], shift: int, sizes: int = 0) -> Case:
    """Letters with whole factors, plus a number, plus a multiple of N."""

    def value(world: World, at: At) -> int:
        return sum(c * at[x] for c, x in terms) + shift + sizes * world.sizes["N"]

    return Case(sp.Add(*(c * x for c, x in terms), shift, sizes * N), value)


def beyond(rule: str, raw: Case, size: Expr) -> Case:
    """A position that may lie beyond the ends, as a number: where the rule puts it, in words of its own."""

    def value(world: World, at: At) -> int:
        place, last = int(raw.value(world, at)), world.sizes[str(size)] - 1
        if rule == "cyclic":
            while place > last:
                place -= last + 1
            while place < 0:
                place += last + 1
        return min(max(place, 0), last) if rule == "clamp" else place

    return Case(positions.BY_RULE[rule](raw.expr, size), value)


def inside(raw: Case, size: Expr) -> Case:
    """Whether a position is inside."""
    return Case(
        positions.Inside(raw.expr, size), lambda world, at: raw.value(world, at) in range(world.sizes[str(size)])
    )


def or_zero(place: Case, size: Expr, body: Case) -> Case:
    """A quantity at a place, which counts as 0 beyond the ends."""
    return where(inside(place, size), body, number(0))


def combine(make: Callable[..., Any], compute: Callable[..., float], *parts: Case) -> Case:
    def value(world: World, at: At) -> float:
        try:
            return compute(*(p.value(world, at) for p in parts))
        except (OverflowError, ValueError):
            return math.nan

    return Case(make(*(p.expr for p in parts)), value)


def where(condition: Case, a: Case, b: Case) -> Case:
    def value(world: World, at: At) -> float:
        return (a if condition.value(world, at) else b).value(world, at)

    return Case(nodes.Where(condition.expr, a.expr, b.expr), value)


def reduce(kind: type, body: Case, mask: Case, letters: Sequence[Idx], at: Sequence[Expr | Case] = ()) -> Case:
    """A binder of the letters; `at` are the positions of a softmax, or the rank of a k-th largest."""
    places = [x if isinstance(x, Case) else position(x) for x in at]

    def value(world: World, outer: At) -> float:
        terms = {}
        for place in world.positions(letters):
            inner = {**outer, **place}
            if mask.value(world, inner):
                terms[tuple(place.values())] = body.value(world, inner)
        return FOLD[kind](terms, tuple(int(p.value(world, outer)) for p in places))

    return Case(kind(body.expr, mask.expr, letters, *([[p.expr for p in places]] if at else [])), value)


Terms = dict[tuple[int, ...], float]


def _softmax(terms: Terms, at: tuple[int, ...]) -> float:
    return math.exp(terms[at] - _lse(terms, at)) if at in terms else 0.0


def _lse(terms: Terms, at: tuple[int, ...]) -> float:
    top = max(terms.values(), default=-math.inf)
    return top + math.log(sum(math.exp(v - top) for v in terms.values())) if math.isfinite(top) else top


FOLD: dict[type, Callable[[Terms, tuple[int, ...]], float]] = {
    reductions.Sum: lambda terms, at: math.fsum(terms.values()),
    reductions.Product: lambda terms, at: math.prod(terms.values()),
    reductions.LogSumExp: _lse,
    reductions.Largest: lambda terms, at: max(terms.values(), default=-math.inf),
    reductions.Smallest: lambda terms, at: min(terms.values(), default=math.inf),
    reductions.KthLargest: lambda terms, at: sorted(terms.values())[-at[0]],
    reductions.Norm: lambda terms, at: math.hypot(*terms.values()),
    reductions.Count: lambda terms, at: float(sum(map(bool, terms.values()))),
    reductions.ArgLargest: lambda terms, at: max(terms, key=lambda place: terms[place])[0] if terms else 0,
    reductions.ArgSmallest: lambda terms, at: min(terms, key=lambda place: terms[place])[0] if terms else 0,
    reductions.Softmax: _softmax,
}

Unary = tuple[Callable[[Expr], Expr], Callable[[float], float]]

SMOOTH: tuple[Unary, ...] = (
    (sp.tanh, math.tanh),
    (sp.sin, math.sin),
    (lambda u: u**2, lambda u: u**2),
    (lambda u: u**3, lambda u: u**3),
    (lambda u: sp.exp(-(u**2)), lambda u: math.exp(-(u**2))),
    (lambda u: sp.log(2 + u**2), lambda u: math.log(2 + u**2)),
    (lambda u: 1 / (2 + u**2), lambda u: 1 / (2 + u**2)),
    (lambda u: sp.sqrt(1 + u**2), lambda u: math.sqrt(1 + u**2)),
    (lambda u: sp.log(sp.cosh(u)), lambda u: math.log(math.cosh(u))),
    (lambda u: sp.log(1 + sp.exp(u)), lambda u: math.log(1 + math.exp(u))),
    (nodes.Sigmoid, lambda u: 1 / (1 + math.exp(-u))),
    (nodes.Softplus, lambda u: math.log1p(math.exp(-abs(u))) + max(u, 0)),
    (nodes.LogCosh, lambda u: abs(u) + math.log1p(math.exp(-2 * abs(u))) - math.log(2)),
)
KINKED: tuple[Unary, ...] = (
    (nodes.Relu, lambda u: max(u, 0.0)),
    (nodes.Absolute, abs),
    (nodes.Heaviside, lambda u: float(u > 0)),
    (nodes.Sign, lambda u: float(np.sign(u))),
    (nodes.Floor, math.floor),
)
