"""Whether the algebraic part of a model with constraints can be solved as it stands: whether its index is 1.

Where the rows of F are combined so that as many as possible hold no rate, these, together with what the mass matrix
sees, must determine all variables. It is computed for generic values, as `regular` computes whether the model
determines anything at all.
"""

from __future__ import annotations

from neurodyn.system.checks.regular import Residues, Row, kernel, less, residue_rows
from neurodyn.system.structure import Structure


def higher_index(structure: Structure) -> tuple[str, ...]:
    """Variables that constraints leave open at an instant, though not over time; none where the index is 0 or 1."""
    if any(d.letters for d in structure.residuals.values()):
        return ()
    at = Residues()
    mass, rest = residue_rows(structure, True, at), residue_rows(structure, False, at)
    columns = list(structure.model.variables)
    pivots: list[tuple[str, Row, Row]] = []  # a column, a row of the mass matrix with it, and the rest of its equation
    free: list[Row] = []
    for name in structure.residuals:
        row, other = mass[name], rest[name]
        for column, above, beside in pivots:
            factor = row.get(column, 0) * at.inverse(above[column])
            row, other = less(row, above, factor), less(other, beside, factor)
        if row:
            pivots.append((min(row, key=columns.index), row, other))
        else:
            free.append(other)
    strict = kernel([*(row for _, row, _ in pivots), *free], columns)
    return tuple(n for n in columns if n in strict)
