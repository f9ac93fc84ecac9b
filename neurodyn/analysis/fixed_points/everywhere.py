"""A box of all fixed points where none is given: from bounded activations, else from what symbols say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.bounds import WIDER, bounded
from neurodyn.analysis.fixed_points.elimination import Solved, solved
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.levels import Levels
from neurodyn.analysis.fixed_points.written import Written
from neurodyn.program.scalar_graph import TooLarge
from neurodyn.program.scalars import NotUnrolled

Array = NDArray[np.float64]
# Symbols take longer for more unknowns than there is time for.
UNKNOWNS = 5


@dataclass(frozen=True, eq=False)
class Bounds:
    """Ends of a box of all fixed points between two states.

    Attributes:
        why: what shows that there are none beyond it.
        solved: what symbols say, where they were asked.
        empty: whether there are none at all.
    """

    low: Array
    high: Array
    why: str
    solved: Solved = field(default_factory=Solved)
    empty: bool = False


def bounds(of: Enclosure, low: Array, high: Array, forms: bool = False) -> Bounds:
    """The box of all fixed points between two states, as far as it follows; both may be infinite.

    Args:
        forms: whether symbols are asked for closed forms where the box follows without them.

    Raises:
        NoInterval: for an operation that intervals lack.
    """
    found = Bounds(*bounded(of, low, high), "the equations bound them")
    is_known = bool(np.isfinite([found.low, found.high]).all())
    if (is_known and not forms) or of.period > 1:
        return found
    said = _by_symbols(of)
    if is_known or said.ends is None:
        return replace(found, solved=said)
    if not said.ends:
        return Bounds(low, high, "the equations have no real solution, by symbols", said, True)
    ends = np.array(said.ends)
    room = 2 * WIDER * (ends[:, 1] - ends[:, 0]) + 1e-6 * (np.abs(ends).max(axis=1) + of.layout.scales)
    box = np.fmax(found.low, ends[:, 0] - room), np.fmin(found.high, ends[:, 1] + room)
    if (box[0] > box[1]).any():
        return Bounds(low, high, "the real solutions of the equations lie elsewhere, by symbols", said, True)
    by = "SymPy's solveset gives all real solutions" if said.is_listed else "polynomials in each state alone bound them"
    return Bounds(*box, f"{by}, by symbols", said)


def _by_symbols(of: Enclosure) -> Solved:
    """What symbols say; nothing, where the equations cannot be written in what SymPy knows, or are too many."""
    size = of.layout.size
    if size > UNKNOWNS:
        return Solved()
    unknowns = tuple(sp.symbols(f"x0:{size}", real=True))
    try:
        rates = Written.of(of).expressions(unknowns, of.t)
    except (TooLarge, NotUnrolled):
        return Solved()
    if of.is_map:
        rates = [new - x for new, x in zip(rates, unknowns, strict=True)]
    if isinstance(of.levels, Levels):
        away = [x - sp.Rational(v) for x, v in zip(unknowns, of.levels.through.tolist(), strict=True)]
        for k, row in zip(of.levels.pivots.tolist(), of.levels.weights.tolist(), strict=True):
            rates[k] = sp.Add(*(sp.Rational(w) * a for w, a in zip(row, away, strict=True)))
    return solved(rates, unknowns)
