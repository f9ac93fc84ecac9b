"""Where an energy is flat because a term of it is saturated: its gradient is exactly 0 there, and nothing moves.

A state lies on a plateau if the gradient is exactly 0 there and at a state beside it (as it is not around a valley or a
top), and if a `max`, `min`, `relu`, `clip` or `where` on which the energy depends has, in all its elements, the value
that does not depend on the state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy import Expr, Not, S

from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.calculus.letters import free_letters, letter, names_in, quantity, reindex, size_of
from neurodyn.calculus.nodes import Larger, Relu, Smaller, Where
from neurodyn.calculus.reductions import Reduction
from neurodyn.calculus.rewrite import is_leaf, names_reached
from neurodyn.language.spell import spell
from neurodyn.program.lower import Output
from neurodyn.system.system import System

Array = NDArray[np.float64]
STUCK, SLOPE = "stuck {}", "slope by {}"
# How far away, in scales of the states, the state beside one is.
BESIDE = 1e-6


@dataclass(frozen=True)
class Plateau:
    """States in which an energy is flat.

    Attributes:
        terms: what is saturated there, each with the value that it has.
        flat, seen: how many states are flat, of how many that were looked at.
        first: the time of the first one.
    """

    terms: tuple[str, ...]
    flat: int
    seen: int
    first: float

    def __str__(self) -> str:
        run = f"at {self.flat} of {self.seen} samples of the run, first at t = {self.first:g}"
        where = "where it starts" if self.seen == 1 else run
        terms = " and ".join(self.terms)
        return f"The energy is flat {where}: {terms}; its gradient is exactly 0, so nothing moves there."


@dataclass(frozen=True)
class _Term:
    """A node that can saturate: where it does, and what it is then."""

    node: Expr
    stuck: sp.Basic
    value: Expr


def plateau(system: System, times: Sequence[float] | Array, states: Array) -> Plateau | None:
    """Whether the energy is flat at some of these states, (states, size), because a term is saturated."""
    name, structure = system.model.energy, system.structure
    if name is None or structure.residuals or structure.delayed:
        return None
    if names_reached(name, structure.definitions) & {*structure.by_trial}:  # what a step draws or remembers
        return None
    terms = list(_terms(system, name))
    if not terms:
        return None
    letters = [tuple(sorted(free_letters(x.stuck), key=str)) for x in terms]
    flags = [Output(STUCK.format(k), letters[k], Where(x.stuck, 1, 0)) for k, x in enumerate(terms)]
    saturated, slopes = system.bind(("saturated", name), flags, False), _slopes(system, name)
    found, when = set[int](), list[float]()
    aside = BESIDE * system.layout.scales * np.random.default_rng(0).choice((-1.0, 1.0), system.layout.size)
    for t, y in zip(times, states, strict=True):
        inputs = inputs_at(system, float(t))
        flag = saturated(float(t), {**system.layout.unpack(y), **inputs})
        stuck = {k for k in range(len(terms)) if np.all(flag[STUCK.format(k)])}
        near = [slopes(float(t), {**system.layout.unpack(z), **inputs}) for z in (y, y + aside) if stuck]
        if stuck and not any(np.any(value) for slope in near for value in slope.values()):
            when.append(float(t))
            found |= stuck
    told = tuple(_told(system, terms[k]) for k in sorted(found))
    return Plateau(told, len(when), len(states), when[0]) if when else None


def _slopes(system: System, energy: str) -> Any:
    """The gradient of the energy by each state."""
    structure, outputs = system.structure, []
    for name in system.layout.names:
        at = structure.letters(name)
        outputs.append(Output(SLOPE.format(name), at, structure.chain.partial(quantity(energy), quantity(name, at))))
    return system.bind(("slopes", energy), outputs, False, structure.chain.definitions)


def _terms(system: System, energy: str) -> Iterator[_Term]:
    """The nodes on which the energy depends that can lose their dependence on the state."""
    structure = system.structure
    reached = names_reached(energy, structure.definitions) & structure.dynamic & {*system.model.definitions}
    moving = {n for n in reached if names_reached(n, structure.definitions) & {*system.model.states}}
    moving |= {*system.model.states}
    for name in sorted(moving - {*system.model.states}):
        yield from _within(structure.definitions[name].expr, frozenset(moving))


def _within(expr: sp.Basic, moving: frozenset[str]) -> Iterator[_Term]:
    if is_leaf(expr) or names_in(expr).isdisjoint(moving):
        return
    if isinstance(expr, Reduction):
        body, mask, _ = expr.open()
        if mask is S.true:  # terms that do not take part are not told from those that are saturated
            yield from _within(body, moving)
        return
    yield from _of(expr, moving)
    for part in expr.args:
        yield from _within(part, moving)


def _of(node: sp.Basic, moving: frozenset[str]) -> Iterator[_Term]:
    """How one node can saturate."""
    if isinstance(node, Relu):
        yield _Term(node, node.args[0] <= 0, S.Zero)
    if isinstance(node, (Larger, Smaller)):
        still = [a for a in node.args if names_in(a).isdisjoint(moving)]
        if len(still) == 1:
            (other,) = (a for a in node.args if a is not still[0])
            yield _Term(node, other <= still[0] if isinstance(node, Larger) else other >= still[0], still[0])
    if isinstance(node, Where):
        condition, a, b = node.args
        for value, holds in ((a, condition), (b, Not(condition))):
            if names_in(value).isdisjoint(moving):
                yield _Term(node, holds, value)


def _told(system: System, term: _Term) -> str:
    """`max(S, floor) stays at floor`, in the letters of the model."""
    letters: Mapping[str, Sequence[str]] = {n: s.letters for n, s in system.model.indices.items()}
    put, used = {}, {n: 0 for n in letters}
    for index in sorted(free_letters(term.node), key=str):
        name = str(size_of(index))
        own = letters.get(name, ())
        if used.get(name, 0) < len(own):
            put[index] = letter(own[used[name]], size_of(index))
            used[name] += 1
    node, value = (reindex(x, put) for x in (term.node, term.value))
    return f"{spell(node, letters)} stays at {spell(value, letters)}"
