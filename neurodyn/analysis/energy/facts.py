"""What may be assumed of a system's parameters: the signs and symmetries of the values that are bound."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np

from neurodyn.calculus.letters import fresh, names_in, reindex, same_range
from neurodyn.calculus.matrices import SQUARE, MatrixFunction
from neurodyn.calculus.normal import equal
from neurodyn.calculus.range_of import Ranges
from neurodyn.calculus.ranges import Range
from neurodyn.calculus.rewrite import Definition, inline
from neurodyn.model.declarations import value_source
from neurodyn.system.structure import TIME
from neurodyn.system.system import System

# How much of its size a matrix may differ from its transpose for that to be thought an accident.
ALMOST = 1e-3


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts about one system. They are noted when they are used, so that a report can list them.

    Attributes:
        used: what was used, by the quantity of which it speaks.
    """

    system: System
    used: dict[str, str] = field(default_factory=dict)

    @cached_property
    def ranges(self) -> Ranges:
        """The ranges of expressions, from those of the parameters."""
        return Ranges(self._range, self.system.structure.definitions)

    def _range(self, name: str) -> Range | None:
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
        self._note(name, found)
        return found

    def _span(self) -> Range | None:
        """The times of the bench, if it says how long it runs."""
        bench, times = self.system.model.bench, []
        if "until" not in bench:
            return None
        for word in ("from", "until"):
            times.append(float(self.system.time(word, bench.get(word, 0.0))))
        first, last = min(times), max(times)
        self.used[TIME] = f"{TIME} from {first:.6g} to {last:.6g}"
        return Range(Fraction(first), Fraction(last))

    def _note(self, name: str, found: Range) -> None:
        sign = ">" if found.is_positive else ">=" if found.is_nonnegative else "<=" if found.is_nonpositive else ""
        if sign:
            same = found.low == found.high
            told = (
                f"it is {float(found.low):.6g}" if same else f"from {float(found.low):.6g} to {float(found.high):.6g}"
            )
            self.used[name] = f"{name} {sign} 0 ({told})"

    @cached_property
    def symmetric(self) -> frozenset[str]:
        """The quantities of two letters that equal their transposes, by declaration or in every bit."""
        return frozenset(n for n in self._square if self.asymmetry(n) == 0)

    @cached_property
    def bits(self) -> frozenset[str]:
        """The arrays of parameters whose values are 0 and 1."""
        values = {n: v for n, v in self.system.values.items() if n in self.system.model.parameters and v.ndim}
        return frozenset(n for n, v in values.items() if np.isin(v, (0, 1)).all())

    @cached_property
    def _square(self) -> tuple[str, ...]:
        structure, found = self.system.structure, []
        for name in (*self.system.model.parameters, *structure.derived):
            letters = structure.letters(name)
            if len(letters) == 2 and same_range(*letters) and name not in structure.on:
                found.append(name)
        return tuple(found)

    def asymmetry(self, name: str) -> float:
        """The largest difference between a matrix and its transpose; 0 if it is symmetric by its formula."""
        if self._is_symmetric_by_formula(name):
            return 0.0
        values = self.system.values[name]
        return float(np.abs(values - values.T).max())

    def nearly_symmetric(self) -> tuple[str, ...]:
        """Of the matrices that are no more than almost symmetric, by how much they are not."""
        found = []
        for name in sorted(set(self._square) - self.symmetric):
            off, size = self.asymmetry(name), float(np.abs(self.system.values[name]).max())
            if off < ALMOST * size:
                found.append(f"{name} is not symmetric: it differs from its transpose by up to {off:.2g}")
        return tuple(found)

    def why_symmetric(self, name: str) -> str:
        """How the symmetry of a matrix is known."""
        how = "by its formula" if self._is_symmetric_by_formula(name) else "in every bit of its values"
        i, j = (str(x.label) for x in self.system.model.names.letters_of(name))
        return f"{name}[{i},{j}] == {name}[{j},{i}] ({how})"

    def _is_symmetric_by_formula(self, name: str) -> bool:
        formula = self.formula(name)
        if formula is None:
            return False
        first, second = (fresh(x) for x in formula.letters)
        here, there = formula.at((first, second)), formula.at((second, first))
        expr = formula.expr
        taken = isinstance(expr, MatrixFunction) and set(expr.at) == set(formula.letters)
        if taken and type(expr) in SQUARE.values():  # these keep symmetry
            body, _, (row, column) = expr.open()
            here, there = body, reindex(body, {row: column, column: row})
        here, there = inline(here, self.derived), inline(there, self.derived)
        symmetric = frozenset(n for n in names_in(here) & self.functions if self._is_symmetric_by_formula(n))
        return equal(here, there, symmetric=symmetric)

    @cached_property
    def derived(self) -> dict[str, Definition]:
        """The derived parameters that can be put into expressions: all but functions of whole matrices."""
        structure = self.system.structure
        return {n: structure.definitions[n] for n in structure.derived if n not in self.functions}

    @cached_property
    def functions(self) -> frozenset[str]:
        """The derived parameters that are functions of whole matrices."""
        structure = self.system.structure
        return frozenset(n for n in structure.derived if structure.definitions[n].expr.has(MatrixFunction))

    def formula(self, name: str) -> Definition | None:
        """The expression of a parameter, if nothing in it is drawn or read from a file."""
        structure = self.system.structure
        if name in structure.definitions:
            return structure.definitions[name]
        values = self.system.bound()
        told, source = values.told(name)
        if not isinstance(told, str) or source is None:
            return None
        letters = structure.letters(name)
        expr, drawn = values.read(name, value_source(source, told), letters)
        return None if drawn else Definition(letters, expr)
