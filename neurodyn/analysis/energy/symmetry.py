"""Which matrices of a system equal their transposes, by their formula or in every bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sympy import Expr, Idx

from neurodyn.calculus.letters import fresh, names_in, quantity, reindex, same_range
from neurodyn.calculus.matrices import SQUARE, MatrixFunction
from neurodyn.calculus.normal import equal
from neurodyn.calculus.rewrite import Definition, inline
from neurodyn.language.spell import spell
from neurodyn.model.declarations import value_source
from neurodyn.system.system import System

# How much of its size a matrix may differ from its transpose for that to be thought an accident.
ALMOST = 1e-3
# A formula that is longer than this is not printed.
LONG = 80


@dataclass(frozen=True, eq=False)
class Symmetry:
    """The symmetric matrices of one system, and how that is known."""

    system: System

    @cached_property
    def reasons(self) -> Mapping[str, str]:
        """Of each quantity of two letters that equals its transpose, how that is known."""
        return {n: self._why(n) for n in self._square if self.asymmetry(n) == 0}

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

    def nearly(self) -> tuple[str, ...]:
        """Of the matrices that are no more than almost symmetric, by how much they are not."""
        found = []
        for name in sorted(set(self._square) - self.reasons.keys()):
            off, size = self.asymmetry(name), float(np.abs(self.system.values[name]).max())
            if off < ALMOST * size:
                found.append(f"{name} is not symmetric: it differs from its transpose by up to {off:.2g}")
        return tuple(found)

    def _why(self, name: str) -> str:
        i, j = (str(x.label) for x in self.system.model.names.letters_of(name))
        by_formula = self._is_symmetric_by_formula(name)
        how = f"by its formula{self._told(name)}" if by_formula else "in every bit of its values"
        return f"{name}[{i},{j}] == {name}[{j},{i}] ({how})"

    def _told(self, name: str) -> str:
        formula, letters = self.formula(name), self.system.structure.letters(name)
        text = "" if formula is None else self._spelled(formula.at(letters), letters)
        return f" {text}" if len(text) <= LONG else ""

    def formula_of(self, name: str) -> str:
        """A derived parameter with its formula, as text."""
        letters = self.system.structure.letters(name)
        formula = self.system.structure.definitions[name].at(letters)
        return f"{self._spelled(quantity(name, letters), letters)} = {self._spelled(formula, letters)}"

    def _spelled(self, expr: Expr, letters: Sequence[Idx]) -> str:
        own = {n: s.letters for n, s in self.system.model.indices.items()}
        return spell(expr, own, [str(x.label) for x in letters])

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
