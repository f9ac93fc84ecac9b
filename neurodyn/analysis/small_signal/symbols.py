"""Transfer functions of small systems in the names of their parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import QQ, Expr, Symbol, sympify
from sympy.polys.matrices import DomainMatrix

from neurodyn.analysis.small_signal.slopes import Element, derivatives, itself
from neurodyn.calculus.letters import names_in
from neurodyn.language.spell import spell
from neurodyn.system.jacobian import Jacobian
from neurodyn.system.structure import Structure, rate_name
from neurodyn.system.system import System

MOST_VARIABLES, MOST_NAMES = 10, 8
LONGEST = 400  # characters of a numerator or denominator that is told
S = Symbol("s")


@dataclass(frozen=True)
class Fraction:
    """A numerator and a denominator in s and the names of parameters, as text."""

    numerator: str
    denominator: str


def symbolic(system: System, source: Element, output: Element) -> Fraction | None:
    """The transfer function in symbols; None where it is large, or what stands in it follows from the state."""
    structure, names = system.structure, [*system.layout.names]
    if len(names) > MOST_VARIABLES or system.layout.size != len(names) or source.place or output.place:
        return None
    if any(structure.letters(name) for name in (source.name, output.name)):
        return None
    key = ("symbolic transfer", source.name, output.name)
    if key not in structure.compiled:
        structure.compiled[key] = _made(structure, names, source.name, output.name)
    found: Fraction | None = structure.compiled[key]
    return found


def _made(structure: Structure, names: list[str], source: str, output: str) -> Fraction | None:
    implicit = bool(structure.residuals)
    rows = dict(structure.residuals or structure.flows)
    out = {f"{output} out": itself(structure, output)}
    rate = [rate_name(n) for n in names] if implicit else []
    columns = [*names, *rate, source]
    inner, last = derivatives(structure, rows, columns), derivatives(structure, out, columns)
    entries = [o.expr for jacobian in (inner, last) for o in jacobian.outputs.values()]
    said = {name for expr in entries for name in names_in(expr)}
    if said & structure.dynamic or len(said) > MOST_NAMES or inner.hidden or last.hidden:
        return None
    pencil = [_row(inner, row, names, implicit) for row in rows]
    if not implicit:  # rate = flow
        pencil = [[(S if k == j else sympify(0)) - e for j, e in enumerate(row)] for k, row in enumerate(pencil)]
    sign = -1 if implicit else 1
    drive = [sign * _entry(inner, row, source) for row in rows]
    bordered = [[*row, -b] for row, b in zip(pencil, drive, strict=True)]
    bordered.append([*_row(last, f"{output} out", names, implicit), _entry(last, f"{output} out", source)])
    ratio = _ratio(bordered, pencil)
    if ratio is None:
        return None
    above, below = map(_spelt, ratio)
    return Fraction(above, below) if max(len(above), len(below)) <= LONGEST else None


def _ratio(above: list[list[Expr]], below: list[list[Expr]]) -> tuple[Expr, Expr] | None:
    """The quotient of two determinants in lowest terms; None where an entry is not rational or the second is 0."""
    symbols = sorted({x for row in above for e in row for x in e.free_symbols} | {S}, key=str)
    field = QQ.frac_field(*symbols)
    if not all(e.is_rational_function(*symbols) for row in above for e in row):
        return None
    first, second = (
        _determinant([[field.from_sympy(e) for e in row] for row in rows], field) for rows in (above, below)
    )
    if not second:
        return None
    found = first / second
    numerator, denominator = found.numer, found.denom
    return numerator.as_expr(), denominator.as_expr()


def _determinant(rows: list[list[Any]], field: Any) -> Any:
    """Of polynomials: the denominators of each row are taken out first."""
    ring, factor, cleared = field.get_ring(), field.one, []
    for row in rows:
        common = ring.one
        for entry in row:
            common = ring.lcm(common, entry.denom)
        whole = field.convert_from(common, ring)
        cleared.append([(entry * whole).numer for entry in row])
        factor *= whole
    matrix = DomainMatrix(cleared, (len(rows), len(rows)), ring)
    return field.convert_from(matrix.det(), ring) / factor


def _entry(jacobian: Jacobian, row: str, column: str) -> Expr:
    found = jacobian.outputs.get((row, column))
    return sympify(0) if found is None else found.expr


def _row(jacobian: Jacobian, row: str, names: list[str], implicit: bool) -> list[Expr]:
    return [_entry(jacobian, row, n) + (S * _entry(jacobian, row, rate_name(n)) if implicit else 0) for n in names]


def _spelt(expr: Expr) -> str:
    return spell(expr.collect(S) if expr.has(S) else expr)
