"""Where code runs: at the units of a group, or at the synapses between two; and what is constant there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Idx

from neurodyn.backends.brian2.names import Names
from neurodyn.backends.brian2.refuse import refused
from neurodyn.calculus.letters import free_letters, letter, names_in, reindex, size_of
from neurodyn.calculus.rewrite import Definition, inline, names_reached
from neurodyn.calculus.supports import Pair, Supports
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.program.wiring import Wiring

if TYPE_CHECKING:
    from neurodyn.system.system import System

Places = NDArray[np.intp]
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Context:
    """What all sites of one network share.

    Attributes:
        varying: names that change in a run.
        definitions: those that do, to be put in.
        scalars: constants without letters, by Brian2's name.
        used: functions that Brian2 must be given, with their number of arguments.
    """

    system: System
    names: Names = field(default_factory=Names)
    scalars: dict[str, float] = field(default_factory=dict)
    used: set[tuple[str, int]] = field(default_factory=set)

    @property
    def varying(self) -> frozenset[str]:
        structure = self.system.structure
        return structure.dynamic | {"t", *structure.model.states, *structure.model.inputs, *structure.model.noise}

    def whole(self, expr: Expr) -> Expr:
        """An expression with all definitions that vary put in."""
        structure = self.system.structure
        own: Mapping[str, Definition] = {n: d for n, d in structure.definitions.items() if n in structure.dynamic}
        reached = frozenset[str]().union(*(names_reached(n, own) for n in names_in(expr))) & own.keys()
        for name in sorted(reached):
            if any(name in names_reached(n, own) for n in names_in(own[name].expr)):
                raise self.refused(f"{name} is a recursion along an index")
        found: Expr = inline(expr, own)
        return found

    def is_constant(self, expr: Expr) -> bool:
        """Whether an expression keeps its value in a run."""
        return names_in(expr).isdisjoint(self.varying)

    def count(self, index: Idx) -> int:
        """How many positions a letter takes."""
        return int(self.system.bound().shape((index,), None)[0])

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a quantity of the model."""
        return tuple(self.count(x) for x in self.system.model.names.letters_of(name))

    def supports(self) -> Supports:
        """Which quantities are 0 where."""
        structure = self.system.structure
        return Supports(structure.on, {})

    def evaluate(self, expr: Expr, letters: tuple[Idx, ...]) -> Array:
        """A constant expression over all positions of some letters (over the edges, for those of an edge)."""
        own = [letter(f"place {k}", size_of(x)) for k, x in enumerate(letters)]  # the same in each run: compiled once
        at = Pair(own, letters.support) if isinstance(letters, Pair) else tuple(own)
        put = reindex(expr, dict(zip(letters, own, strict=True)))
        return self.system.bound().evaluate(put, at, (), Source(str(expr)))

    def refused(self, reason: str, remedy: str | None = None) -> InputError:
        """The error for this system."""
        return refused(self.system.name, reason) if remedy is None else refused(self.system.name, reason, remedy)


@dataclass(frozen=True, eq=False)
class Site:
    """Elements at which the same code runs, each at positions of its own.

    Attributes:
        at: the position of each element, by letter.
        size: how many elements there are.
        edges: the support whose edges they are, with its letters, and the number of the edge of each.
        constants: what has a value of its own at each of them, by Brian2's name.
    """

    context: Context
    at: Mapping[Idx, Places]
    size: int
    edges: tuple[Pair, Places] | None = None
    constants: dict[str, Array] = field(default_factory=dict)
    known: dict[Expr, str] = field(default_factory=dict)

    def values(self, expr: Expr) -> Array:
        """A constant expression at each element."""
        letters = sorted(free_letters(expr), key=str)
        if self.edges is not None and set(letters) == set(self.edges[0]):
            on = {self.context.system.structure.on.get(n) for n in names_in(expr)}
            if self.edges[0].support in on:
                return self.context.evaluate(expr, self.edges[0])[self.edges[1]]
        found = self.context.evaluate(expr, tuple(letters))
        return np.broadcast_to(found[tuple(self.at[x] for x in letters)], (self.size,)) if letters else found

    def constant(self, expr: Expr) -> str:
        """The name of a constant here: one number for all, or one for each element."""
        if expr not in self.known:
            if free_letters(expr):
                name = self.context.names.fresh("c")
                self.constants[name] = self.values(expr)
            else:
                name = self.context.names.give(str(expr), "p")
                self.context.scalars[name] = float(self.values(expr))
            self.known[expr] = name
        return self.known[expr]

    def number(self, values: Array) -> str:
        """The name of a constant given by its values: one number where all are equal, so that no element holds it."""
        name = self.context.names.fresh("w")
        if (values == values[0]).all():
            self.context.scalars[name] = float(values[0])
        else:
            self.constants[name] = values
        return name

    def subset(self, kept: NDArray[np.bool_]) -> Site:
        """Some of the elements, without constants yet."""
        if kept.all():
            return Site(self.context, self.at, self.size, self.edges)
        at = {x: places[kept] for x, places in self.at.items()}
        edges = None if self.edges is None else (self.edges[0], self.edges[1][kept])
        return Site(self.context, at, int(kept.sum()), edges)


def all_of(context: Context, letters: tuple[Idx, ...]) -> Site:
    """All positions of some letters."""
    axes = _axes(context, letters)
    return Site(context, dict(zip(letters, axes, strict=True)), int(np.prod([context.count(x) for x in letters])))


def along(context: Context, wiring: Wiring, pair: Pair, others: tuple[Idx, ...]) -> Site:
    """All edges of a support, and at each of them all positions of further letters."""
    count = int(np.prod([context.count(x) for x in others]))
    if not others:
        return Site(context, dict(zip(pair, wiring.ends, strict=True)), len(wiring), (pair, np.arange(len(wiring))))
    at = {x: np.repeat(end, count) for x, end in zip(pair, wiring.ends, strict=True)}
    at |= {x: np.tile(axis, len(wiring)) for x, axis in zip(others, _axes(context, others), strict=True)}
    return Site(context, at, count * len(wiring), (pair, np.repeat(np.arange(len(wiring)), count)))


def _axes(context: Context, letters: tuple[Idx, ...]) -> list[Places]:
    """The position of each letter, for all of them together."""
    shape = [context.count(x) for x in letters]
    return [axis.ravel() for axis in np.indices(shape, dtype=np.intp)] if shape else []
