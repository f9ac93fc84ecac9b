"""The pieces of a box that intervals found sure, looked at again in ball arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.energy.boxes import OVER, Cover, Covered, halved
from neurodyn.program.balls import BITS, Balls, between
from neurodyn.program.interval_ops import NoInterval

Array = NDArray[np.float64]
# How many pieces of each kind are looked at again, spread over all, and how often one is halved.
MOST, DEEP = 500, 5


@dataclass(frozen=True)
class Rechecked:
    """How many pieces were looked at again, and in how many of them balls show the same.

    Balls are wider than intervals, and a ball that comes up to 0 reaches beyond it by rounding: not all pieces need be
    confirmed.
    """

    tried: int
    confirmed: int
    lacking: str = ""

    def __str__(self) -> str:
        if self.lacking:
            return f"not re-checked in ball arithmetic, which lacks {self.lacking}"
        told = f"ball arithmetic (Arb, {BITS} bits) shows it again in {self.confirmed} of {self.tried} pieces"
        return told + ("" if self.confirmed == self.tried else "; its balls are too wide in the others")


def recheck(cover: Cover, found: Covered) -> Rechecked:
    """A second opinion on a box that is sure."""
    balls = [Balls(run.program, run.constants) for run in cover.programs]
    sure, bent = _some(found.sure), _some(found.bent)
    try:
        confirmed = sum(_holds(cover, balls, piece) for piece in sure)
        confirmed += sum(_bends_down(cover, balls[2], piece) for piece in bent)
    except NoInterval as error:
        return Rechecked(0, 0, str(error))
    return Rechecked(len(sure) + len(bent), confirmed)


def _some(pieces: Array) -> Array:
    which: Any = np.unique(np.linspace(0, len(pieces) - 1, min(MOST, len(pieces))).astype(int))
    return np.asarray(pieces[which])


def _run(cover: Cover, program: Balls, piece: Array) -> dict[str, Any]:
    given = {n: between(x.low, x.high) for n, x in cover.given(piece[None]).items()}
    return program(between(cover.times.low, cover.times.high), given)


def _holds(cover: Cover, balls: list[Balls], piece: Array, depth: int = DEEP) -> bool:
    """Whether the value is 0 or less in a piece, or in halves of it."""
    if _is_below(cover, balls, piece):
        return True
    return depth > 0 and all(_holds(cover, balls, half, depth - 1) for half in halved(piece[None], piece[1] - piece[0]))


def _is_below(cover: Cover, balls: list[Balls], piece: Array) -> bool:
    """Whether the value is 0 or less, by itself or along the slope from the middle."""
    value, slope, _ = balls
    direct = _run(cover, value, piece)[OVER].item()
    if direct.is_finite() and not direct.upper() > 0:
        return True
    middle = np.stack([piece.mean(axis=0)] * 2)
    line = _run(cover, value, middle)[OVER].item()
    away = between(*piece) - between(*middle)
    for name, found in _run(cover, slope, piece).items():
        line = line + (found.ravel() * away[cover.spans[name]]).sum()
    return bool(line.is_finite() and not line.upper() > 0)


def _bends_down(cover: Cover, program: Balls, piece: Array) -> bool:
    """Whether every matrix of second derivatives has negative pivots alone."""
    rows = cover.matrix(_run(cover, program, piece))
    for k in range(len(rows)):
        if not rows[k, k] < 0:
            return False
        rest = slice(k + 1, None)
        rows[rest, rest] = rows[rest, rest] - np.outer(rows[rest, k], rows[k, rest]) / rows[k, k]
    return True
