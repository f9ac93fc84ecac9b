"""`fixed_points`: where a flow stands still, or to what a map returns, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.bounds import bounded
from neurodyn.analysis.fixed_points.certified import MOST, certified
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.region import region_of
from neurodyn.analysis.fixed_points.report import FixedPoints
from neurodyn.analysis.fixed_points.smooth import breaks
from neurodyn.errors import InputError
from neurodyn.program.interval_ops import NoInterval
from neurodyn.system.system import System

Array = NDArray[np.float64]
# Boxes are gone through along all their sides: more states take more boxes than there is time for.
MOST_STATES = 12


def fixed_points(
    system: System | str, *, box: Mapping[str, Any] | None = None, at: Any = None, boxes: int = MOST
) -> FixedPoints:
    """The fixed points of a system, with their eigenvalues, kinds, and how sure each is.

    All in a box are found and proved: interval arithmetic shows of pieces of it that they hold none or exactly one.

    Args:
        system: a system, or the name of a model.
        box: ends (low, high) for states; those that are not named, or all, follow from the equations where activations
            are bounded.
        at: the time at which a system that depends on time, or its inputs, is held still.
        boxes: how many pieces are looked at.

    Raises:
        InputError: where no box follows and none is given, for boxes that are none, and for what has no field of its
            states: constraints, delays, maps that draw random numbers.
    """
    from neurodyn.system.build import build

    system = build(system) if isinstance(system, str) else system
    field = Field.of(system, at)
    _check(system)
    of = Enclosure(field)
    try:
        given = region_of(system, box or {})
        low, high = bounded(of, *given)
        _check_ends(system, low, high)
        whole = np.where(np.isfinite(given[0]), given[0], low), np.where(np.isfinite(given[1]), given[1], high)
        found = certified(of, (low, high), whole, boxes)
    except NoInterval as error:
        raise InputError(
            f"The fixed points of {system.name} cannot be proved: intervals lack the operation {error}.",
            code="not-certified",
        ) from None
    texts = [s.text(system) for s in found.symmetries]
    shown = [f"Symmetric under {'; '.join(texts[:4])}{f' and {len(texts) - 4} more' if len(texts) > 4 else ''}."]
    return FixedPoints(
        system, found.points, found.verdict, found.reason, whole, found.unresolved, field.notes,
        tuple(shown if texts else ()), interrupted=found.interrupted, counts={"boxes": found.boxes},
    )  # fmt: skip


def _check(system: System) -> None:
    """Refuse what cannot be proved."""
    if system.layout.size > MOST_STATES:
        raise InputError(
            f"{system.name} has {system.layout.size} numbers as its state; fixed points are proved for up to "
            f"{MOST_STATES}.",
            code="not-certified",
            remedy="Take a smaller size.",
        )
    broken = breaks(system)
    if broken:
        raise InputError(
            f"The fixed points of {system.name} cannot be proved: {broken}",
            code="not-certified",
            remedy="Take a continuous form of it, such as sigmoid or clip.",
        )


def _check_ends(system: System, low: Array, high: Array) -> None:
    """Refuse a box without ends."""
    open_ = np.flatnonzero(~(np.isfinite(low) & np.isfinite(high)))
    if len(open_):
        name = system.layout.element(int(open_[0]))
        raise InputError(
            f"No bound of {name} at fixed points of {system.name} follows from the equations.",
            code="no-box",
            remedy=f'Give one: box={{"{name.partition("[")[0]}": (low, high)}}.',
        )
