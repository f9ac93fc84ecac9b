"""Recursions along a letter: definitions that go round in a circle, but step to another position on every way round.

`y[k] = u[k] - y[k - 1]/2` is computed from position 0 on, `y[k] = u[k] - y[k + 1]/2` from the last one down.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr, Idx

from neurodyn.calculus.graphs import circles, in_order, uses
from neurodyn.calculus.letters import indices_of, name_of, references, size_of
from neurodyn.calculus.positions import Open, Padded
from neurodyn.calculus.rewrite import Definition


@dataclass(frozen=True)
class Scan:
    """Definitions that are computed together, position by position.

    Attributes:
        slots: for each member, which of its letters the recursion runs along.
        order: the members, each after those that it reads at its own position.
        steps: for each member, how far from a reader's position it is read (0 left out).
        forward: whether the positions are taken from the first to the last.
    """

    slots: Mapping[str, int]
    order: tuple[str, ...]
    steps: Mapping[str, tuple[int, ...]]
    forward: bool


def find_scans(definitions: Mapping[str, Definition]) -> dict[str, Scan]:
    """The recursion of each definition that is part of one; other circles are left out."""
    found = {}
    for members in circles(uses(definitions)):
        scan = scan_of(definitions, members)
        if scan is not None:
            found.update(dict.fromkeys(members, scan))
    return found


def scan_of(definitions: Mapping[str, Definition], members: Sequence[str]) -> Scan | None:
    """The recursion that a circle of definitions is, or None."""
    ways = itertools.product(*(range(len(definitions[name].letters)) for name in members))
    for way in ways:
        scan = _scan_along(definitions, dict(zip(members, way, strict=True)))
        if scan is not None:
            return scan
    return None


def _scan_along(definitions: Mapping[str, Definition], slots: dict[str, int]) -> Scan | None:
    now: dict[str, list[str]] = {name: [] for name in slots}
    steps: dict[str, set[int]] = {name: set() for name in slots}
    for name, other, index in readings(definitions, slots):
        step = step_of(index, definitions[name].letters[slots[name]])
        if step is None:
            return None
        if step == 0:
            now[name].append(other)
        steps[other].add(step)
    sizes = {size_of(definitions[name].letters[slot]) for name, slot in slots.items()}
    signs = {step > 0 for found in steps.values() for step in found if step}
    if len(sizes) > 1 or len(signs) > 1 or circles(now):
        return None
    kept = {name: tuple(sorted(found - {0})) for name, found in steps.items()}
    return Scan(slots, tuple(in_order(now, list(slots))), kept, signs != {True})


def readings(definitions: Mapping[str, Definition], slots: Mapping[str, int]) -> Iterator[tuple[str, str, Expr]]:
    """Each reading of a member by a member: reader, what is read, and its position along the letter."""
    for name in slots:
        for reference in references(definitions[name].expr):
            other = name_of(reference)
            if other in slots:
                yield name, other, indices_of(reference)[slots[other]]


def step_of(index: Expr, letter: Idx) -> int | None:
    """How far from a letter a position is, if that is the same everywhere."""
    difference = (index.raw if isinstance(index, (Padded, Open)) else index) - letter
    return int(difference) if difference.is_Integer else None
