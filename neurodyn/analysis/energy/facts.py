"""What may be assumed of a system's parameters: the signs and symmetries of the values that are bound."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from sympy import Expr, Idx

from neurodyn.analysis.energy.symmetry import Symmetry
from neurodyn.calculus.letters import fresh, names_in, quantity
from neurodyn.calculus.normal import equal, normal
from neurodyn.calculus.range_of import Ranges
from neurodyn.calculus.ranges import Range
from neurodyn.calculus.terms import TooLarge
from neurodyn.system.structure import TIME
from neurodyn.system.system import System

# What kind a fact is of, and the quantity of which it speaks.
Fact = tuple[str, str]
SYMMETRIC, BITS, RANGE, SAME = "symmetric", "bits", "range", "same"
Shown = TypeVar("Shown")


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts about one system. They are noted when they are asked for, so that a report can list them.

    Attributes:
        symmetry: the matrices that are symmetric.
        without: facts that are withheld, to see whether an argument does without them.
        used: those that were asked for, in words.
        known: what was found out so far, by what it was found out from: attempts without some of the facts share it.
    """

    symmetry: Symmetry
    without: frozenset[Fact] = frozenset()
    used: dict[Fact, str] = field(default_factory=dict)
    known: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def system(self) -> System:
        return self.symmetry.system

    def but(self, fact: Fact) -> Facts:
        """The same without this one."""
        return Facts(self.symmetry, self.without | {fact}, known=self.known)

    def anew(self) -> Facts:
        """All of them, of which none is used yet."""
        return Facts(self.symmetry, known=self.known)

    def once(self, what: Hashable, find: Callable[[], Shown]) -> Shown:
        """What follows from all that `what` names; found out once for all attempts."""
        if what not in self.known:
            self.known[what] = find()
        found: Shown = self.known[what]
        return found

    def unit(self, letters: Sequence[Idx], which: int = 0) -> tuple[Idx, ...]:
        """Letters for any one unit, or for another: the same in each attempt, and found nowhere else."""
        return self.once(("unit", which, *letters), lambda: tuple(fresh(x) for x in letters))

    # --- expressions ----------------------------------------------------------------------------------------------

    def equal(self, *sides: Expr) -> bool:
        """Whether two expressions are proved equal."""
        counts = self._ask(*sides)
        return self.once(("equal", *counts.values(), *sides), lambda: equal(*sides, **counts))

    def normal(self, expr: Expr) -> Expr:
        """The normal form of an expression.

        Raises:
            TooLarge: when too many terms arise.
        """
        counts = self._ask(expr)
        return self.once(("normal", *counts.values(), expr), lambda: normal(expr, **counts))

    def short(self, expr: Expr) -> Expr:
        """The normal form of an expression by the symmetries that were used; itself, where that is too long."""
        used = frozenset(n for kind, n in self.used if kind == SYMMETRIC)
        try:
            return normal(expr, symmetric=used)
        except TooLarge:
            return expr

    def same(self, expr: Expr) -> Expr:
        """An expression in which of parameters that are the same number one alone stands."""
        names, put = names_in(expr), dict[Expr, Expr]()
        for name, other in self._twins.items():
            if name in names and (SAME, name) not in self.without:
                put[quantity(name)] = quantity(other)
                self.used[SAME, name] = f"{name} == {other} (both are {float(self.system.values[name]):.6g})"
        return expr.xreplace(put)

    @cached_property
    def ranges(self) -> Ranges:
        """The ranges of expressions, from those of the parameters."""
        return Ranges(self._range, self.system.structure.definitions)

    def _ask(self, *expressions: Expr) -> dict[str, frozenset[str]]:
        """The facts of equality that speak of what stands in expressions; they count as used."""
        names = frozenset[str]().union(*map(names_in, expressions))
        symmetric, bits = names & self._symmetric, names & self._bits
        self.used.update({(SYMMETRIC, n): self.symmetry.reasons[n] for n in sorted(symmetric)})
        self.used.update({(BITS, n): f"{n} is 0 or 1" for n in sorted(bits)})
        return {"symmetric": symmetric, "bits": bits}

    # --- what is so -----------------------------------------------------------------------------------------------

    @cached_property
    def _symmetric(self) -> frozenset[str]:
        return frozenset(n for n in self.symmetry.reasons if (SYMMETRIC, n) not in self.without)

    @cached_property
    def _bits(self) -> frozenset[str]:
        """The arrays of parameters whose values are 0 and 1."""
        values = {n: v for n, v in self.system.values.items() if n in self.system.model.parameters and v.ndim}
        return frozenset(n for n, v in values.items() if np.isin(v, (0, 1)).all() and (BITS, n) not in self.without)

    @cached_property
    def _twins(self) -> dict[str, str]:
        """Of parameters that are given as one number each, the first that is the same number."""
        structure, first, found = self.system.structure, dict[float, str](), dict[str, str]()
        for name in self.system.model.parameters:
            value = self.system.values.get(name)
            if value is None or value.ndim or name in structure.definitions or name in structure.by_trial:
                continue
            other = first.setdefault(float(value), name)
            if other != name:
                found[name] = other
        return found

    def _range(self, name: str) -> Range | None:
        if (RANGE, name) in self.without:
            return None
        if name == TIME:
            return self._span()
        values = self.system.values.get(name)
        if values is None or name in self.system.structure.definitions or not values.size:
            return None
        if not np.isfinite(values).all():
            return None
        found = Range(Fraction(float(values.min())), Fraction(float(values.max())), bool((values != 0).all()))
        if name in self.system.structure.on:  # it is 0 where there is no edge
            found = found.hull(Range(Fraction(0), Fraction(0)))
        self.used[RANGE, name] = _told(name, found)
        return found

    def _span(self) -> Range | None:
        """The times of the bench, if it says how long it runs."""
        bench, times = self.system.model.bench, []
        if "until" not in bench:
            return None
        for word in ("from", "until"):
            times.append(float(self.system.time(word, bench.get(word, 0.0))))
        first, last = min(times), max(times)
        self.used[RANGE, TIME] = f"{TIME} from {first:.6g} to {last:.6g}"
        return Range(Fraction(first), Fraction(last))


def _told(name: str, found: Range) -> str:
    low, high = float(found.low), float(found.high)
    span = f"it is {low:.6g}" if low == high else f"from {low:.6g} to {high:.6g}"
    sign = "> 0" if found.is_positive else "< 0" if (-found).is_positive else ""
    if sign:
        return f"{name} {sign} ({span})"
    return f"{name} is {low:.6g}" if low == high else f"{low:.6g} <= {name} <= {high:.6g}"


def least(facts: Facts, argue: Callable[[Facts], Shown | str]) -> tuple[Shown, Facts] | str:
    """An argument with as few facts as it does with, none of which can be left out; text, if there is none."""
    shown, tried = argue(facts), set[Fact]()
    if isinstance(shown, str):
        return shown
    while left := [f for f in facts.used if f not in tried]:
        tried.add(left[0])
        fewer = facts.but(left[0])
        other = argue(fewer)
        if not isinstance(other, str):
            shown, facts = other, fewer
    return shown, facts
