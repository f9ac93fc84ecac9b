"""Sums of products of values, as a sequence of steps on two values each, most of them matrix products."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from neurodyn.program.arithmetic import binary
from neurodyn.program.builder import Builder, Letter, Ref
from neurodyn.program.program import TRIAL

MOST_SEARCHED = 5  # factors up to which every order is tried; beyond, the cheapest pair goes first


def contract(build: Builder, refs: Sequence[Ref], letters: Iterable[Letter]) -> Ref:
    """The product of all values, summed over the letters; each letter is in some value."""
    bound = frozenset(letters)
    left = list(refs)
    while len(left) > 1:
        a, b = _first_pair(build, left, bound)
        rest = [r for k, r in enumerate(left) if k not in (a, b)]
        kept = frozenset(x for r in rest for x in r.axes)
        left = [*rest, pair(build, left[a], left[b], bound - kept)]
    return summed(build, left[0], bound)


def summed(build: Builder, ref: Ref, letters: frozenset[Letter]) -> Ref:
    """The sum over those of the letters that the value has."""
    over = [a for a in ref.axes if a in letters]
    return build.emit("sum", (ref,), [a for a in ref.axes if a not in letters], over=over) if over else ref


def pair(build: Builder, a: Ref, b: Ref, bound: frozenset[Letter]) -> Ref:
    """The product of two values, summed over the bound letters."""
    a = summed(build, a, bound - frozenset(b.axes))
    b = summed(build, b, bound - frozenset(a.axes))
    if not bound & frozenset(a.axes):
        return binary(build, "multiply", a, b)
    a, b = _ordered(build, a, b)
    batch = [x for x in a.axes if x in b.axes and x not in bound]
    left = [x for x in a.axes if x not in b.axes]
    right = [x for x in b.axes if x not in a.axes]
    return build.emit("contract", (a, b), [*batch, *left, *right])


def _ordered(build: Builder, a: Ref, b: Ref) -> tuple[Ref, Ref]:
    """The value with trials first, so that trials lead the result; else the one with more axes, for W @ v.

    Of equally many axes the smaller value leads, as states do before weights: what is added up later lies alike.
    """
    key = [(TRIAL in r.axes, len(r.axes), -build.volume(r.axes), -r.value) for r in (a, b)]
    return (a, b) if key[0] >= key[1] else (b, a)


Axes = frozenset[Letter]


def _first_pair(build: Builder, refs: Sequence[Ref], bound: Axes) -> tuple[int, int]:
    axes = [frozenset(r.axes) for r in refs]
    ties = {(i, j): _tie(build, refs[i], refs[j], bound) for i, j in itertools.combinations(range(len(refs)), 2)}
    plans = []
    for (i, j), tie in ties.items():
        work, made, rest = _joined(build, axes, i, j, bound)
        if len(refs) <= MOST_SEARCHED:
            later = _cheapest(build, rest, bound)
            work, made = work + later[0], made + later[1]
        plans.append(((work, made, tie), (i, j)))
    return min(plans)[1]


def _tie(build: Builder, a: Ref, b: Ref, bound: Axes) -> tuple[bool, bool]:
    """Among equally cheap pairs: two constants first, then a sum over the last axis of the larger value."""
    last = max((a, b), key=lambda r: build.volume(r.axes)).axes[-1:]
    runs_along = bool(last) and last[0] in bound & frozenset(a.axes) & frozenset(b.axes)
    return not (build.is_constant(a) and build.is_constant(b)), not runs_along


def _joined(build: Builder, axes: Sequence[Axes], i: int, j: int, bound: Axes) -> tuple[int, int, list[Axes]]:
    """The cost of joining two values, and the axes of all that is left."""
    rest = [x for k, x in enumerate(axes) if k not in (i, j)]
    union = axes[i] | axes[j]
    kept = union - (bound - frozenset(itertools.chain(*rest)))
    return build.volume(union), build.volume(kept), [*rest, kept]


def _cheapest(build: Builder, axes: Sequence[Axes], bound: Axes) -> tuple[int, int]:
    if len(axes) < 2:
        return 0, 0
    costs = []
    for i, j in itertools.combinations(range(len(axes)), 2):
        work, made, rest = _joined(build, axes, i, j, bound)
        later = _cheapest(build, rest, bound)
        costs.append((work + later[0], made + later[1]))
    return min(costs)
