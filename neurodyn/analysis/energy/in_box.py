"""The verdict on an inequality in a box of states."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.energy.boxes import Cover, Covered
from neurodyn.analysis.energy.judged import Judged
from neurodyn.analysis.energy.recheck import recheck
from neurodyn.analysis.verdict import Verdict
from neurodyn.errors import InputError
from neurodyn.program.interval_ops import NoInterval
from neurodyn.system.claims import Claim
from neurodyn.system.structure import TIME
from neurodyn.system.system import System

Array = NDArray[np.float64]
# Intervals go through all sides of a box: more states take more pieces than there is time for.
MOST_STATES = 12


@dataclass(frozen=True, eq=False)
class Box:
    """All states between two; `sides` says it as it was given."""

    low: Array
    high: Array
    sides: tuple[str, ...]


def box_of(system: System, given: Mapping[str, Any]) -> Box:
    """The box with these ends for each state, (low, high), numbers or arrays of the shape of the state.

    Raises:
        InputError: for a state that is missing or unknown, ends that are no numbers or the wrong way round, or more
            states than intervals can go through.
    """
    layout = system.layout
    for name in given:
        if name not in layout.names:
            raise InputError(
                f"The box bounds {name}, which is no state of {system.name}.",
                code="bad-box",
                remedy=f"States: {', '.join(layout.names)}.",
            )
    missing = [n for n in layout.names if n not in given]
    if missing:
        raise InputError(
            f"The box says nothing of {missing[0]}.", code="bad-box", remedy=f"Bound it too: {missing[0]}: (low, high)."
        )
    if layout.size > MOST_STATES:
        raise InputError(
            f"{system.name} has {layout.size} numbers as its state; a box is gone through for up to {MOST_STATES}.",
            code="bad-box",
            remedy="Take a smaller size, or leave the box out: proofs by symbols hold at any size.",
        )
    shapes = dict(zip(layout.names, layout.shapes, strict=True))
    low, high = (layout.pack({n: _end(n, shapes[n], given[n], which) for n in shapes}) for which in (0, 1))
    if not (np.isfinite(low).all() and np.isfinite(high).all() and (low < high).all()):
        raise InputError("The ends of a box are numbers, low before high.", code="bad-box", remedy="Give (low, high).")
    return Box(low, high, tuple(f"{n} from {given[n][0]} to {given[n][1]}" for n in layout.names))


def _end(name: str, shape: tuple[int, ...], ends: Any, which: int) -> Array:
    try:
        low, high = ends
        found: Array = np.broadcast_to(np.asarray((low, high)[which], dtype=float), shape)
    except (TypeError, ValueError):
        raise InputError(
            f"The box has no two ends for {name} of the shape {shape}.", code="bad-box", remedy="Give (low, high)."
        ) from None
    return found


def in_box(system: System, claim: Claim, box: Box, spoken: Collection[str]) -> Judged | str:
    """The verdict on a claim in a box, or why there is none."""
    if system.model.discrete or claim.relation == "==":
        return "boxes are for inequalities along flows"
    try:
        cover = Cover(system, claim, _times(system, spoken))
        found = cover.of(box.low, box.high, [np.zeros(system.layout.size)])
    except NoInterval as error:
        return f"intervals lack the operation {error}"
    if found.broken is not None:
        return _judged(claim, Verdict.REFUTED, "an interval around one state is positive", box, found)
    if found.is_sure:
        reason = f"{found.pieces} pieces of the box are sure by intervals"
        reason += f", {found.closed} of them by second derivatives" if found.closed else ""
        reason += f"; {recheck(cover, found)}"
        return _judged(claim, Verdict.PROVED, reason, box, found)
    return f"of the box {len(found.left)} pieces stay undecided, out of {found.pieces}"


def _judged(claim: Claim, verdict: Verdict, reason: str, box: Box, found: Covered) -> Judged:
    numbers: dict[str, Any] = {"pieces": found.pieces, "closed": found.closed}
    numbers |= {} if found.broken is None else {"state": found.broken}
    return Judged(claim.text, verdict, reason, notes=(f"for {'; '.join(box.sides)}",), numbers=numbers)


def _times(system: System, spoken: Collection[str]) -> tuple[float, float]:
    """All times of a run, where a claim speaks of time."""
    bench = system.model.bench
    start = system.time("from", bench.get("from", 0.0))
    first, last = sorted((start, system.time("until", bench.get("until", start))))
    return (first, last) if TIME in spoken else (start, start)
