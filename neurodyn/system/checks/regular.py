"""Constraints and node laws determine every unknown: no node floats, no sources form a loop.

The equations determine what happens where the pencil s*dF/drate + dF/dy is regular, for almost all s. It is computed
exactly, modulo a large prime: every quantity, and every function that is not rational, stands for a random number, so
that the answer is that for generic values (a diode conducts, say). A vector that the pencil takes to 0 names the
unknowns that are left open.
"""

from __future__ import annotations

import random

import sympy as sp
from sympy import Expr

from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.model.rings import parts_at
from neurodyn.system.residual import blocks
from neurodyn.system.structure import Structure, rate_name

PRIME = 2**61 - 1
Row = dict[str, int]  # the columns that are not zero


def check_regular(structure: Structure) -> None:
    """Refuse a model whose equations leave an unknown open."""
    model = structure.model
    if not structure.residuals or any(d.letters for d in structure.residuals.values()):
        return  # how rows of equations determine rows of unknowns depends on sizes and values
    open_ones = kernel(_pencil(structure), list(model.variables))
    if open_ones:
        raise _left_open(model, [n for n in model.variables if n in open_ones])


def _left_open(model: Model, names: list[str]) -> InputError:
    floating = [name.removesuffix(".v") for name in names if name.endswith(".v")]
    first = f"{floating[0]}.v" if floating else names[0]
    part = model.parts.get(first.partition(".")[0])
    source = part.source if part else model.source_of(first)
    if floating:
        there = parts_at(model.parts, floating)
        why = f": no current of {', '.join(there)} depends on it" if there else ""
        sentence = f"Nothing fixes the potential of {', '.join(floating)} against gnd{why}."
        remedy = "Connect it to gnd by devices whose current depends on it, such as resistors."
        return InputError(sentence, code="floating", remedy=remedy, place=source.place(0))
    if all("." in name for name in names):
        sentence = f"Nothing fixes {', '.join(names)}: the constraints of these parts form a loop, as sources do."
        return InputError(sentence, code="loop", remedy="Put a resistor into the loop.", place=source.place(0))
    return InputError(
        f"The equations leave {', '.join(names)} open.",
        code="open",
        remedy="Two of them say the same, or none speaks of it: write another constraint.",
        place=source.place(0),
    )


def _pencil(structure: Structure) -> list[Row]:
    at = Residues()
    rest, mass, factor = residue_rows(structure, False, at), residue_rows(structure, True, at), at.draw()
    return [less(rest[name], mass[name], factor) for name in structure.residuals]


def residue_rows(structure: Structure, by_rate: bool, at: Residues) -> dict[str, Row]:
    """The rows of the derivative by the variables, or by their rates, as residues in the columns of the variables."""
    rows: dict[str, Row] = {name: {} for name in structure.residuals}
    name = rate_name if by_rate else str
    columns = {name(n): n for n in structure.model.variables}
    for (row, column), output in blocks(structure, by_rate).outputs.items():
        rows[row][columns[column]] = at.of(output.expr)
    return {name: {n: v for n, v in row.items() if v} for name, row in rows.items()}


class Residues:
    """Values modulo a prime, at random values of all that is not arithmetic."""

    def __init__(self) -> None:
        self._random = random.Random(0)
        self._known: dict[sp.Basic, int] = {}

    def draw(self) -> int:
        """A random residue."""
        return self._random.randrange(1, PRIME)

    @staticmethod
    def inverse(value: int) -> int:
        """The residue that makes 1 of a value which is not 0."""
        return pow(value, -1, PRIME)

    def of(self, expr: Expr) -> int:
        """The residue of an expression; the same for equal ones."""
        if isinstance(expr, sp.Rational):
            return int(expr.p) * pow(int(expr.q), -1, PRIME) % PRIME
        if isinstance(expr, sp.Add):
            return sum(map(self.of, expr.args)) % PRIME
        if isinstance(expr, sp.Mul):
            value = 1
            for factor in expr.args:
                value = value * self.of(factor) % PRIME
            return value
        if isinstance(expr, sp.Pow) and expr.exp.is_Integer:
            return pow(self.of(expr.base), int(expr.exp), PRIME)
        if expr not in self._known:
            self._known[expr] = self.draw()
        return self._known[expr]


def kernel(rows: list[Row], columns: list[str]) -> set[str]:
    """The columns that are not zero in one vector that the rows take to 0; none if there is no such vector."""
    pivots: dict[str, Row] = {}
    for row in rows:
        for column, reduced in pivots.items():
            row = less(row, reduced, row.get(column, 0))
        if not row:
            continue
        pivot = min(row, key=columns.index)
        inverse = pow(row[pivot], -1, PRIME)
        row = {n: v * inverse % PRIME for n, v in row.items()}
        pivots = {n: less(other, row, other.get(pivot, 0)) for n, other in pivots.items()} | {pivot: row}
    free = next((column for column in columns if column not in pivots), None)
    return {free, *(n for n, row in pivots.items() if free in row)} if free else set()


def less(row: Row, other: Row, factor: int) -> Row:
    """row - factor*other, without zeros."""
    if not factor:
        return row
    mixed = {n: (row.get(n, 0) - factor * other.get(n, 0)) % PRIME for n in row.keys() | other.keys()}
    return {n: v for n, v in mixed.items() if v}
