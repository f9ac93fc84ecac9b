"""`fixed_points`: where a flow stands still, or to what a map returns, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.certified import MOST, Certified, certified
from neurodyn.analysis.fixed_points.drifting.find import HINT, drifting, may_drift
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.everywhere import Bounds, bounds
from neurodyn.analysis.fixed_points.invariants import invariants
from neurodyn.analysis.fixed_points.jumps import Unknown
from neurodyn.analysis.fixed_points.levels import Levels
from neurodyn.analysis.fixed_points.point import Sure
from neurodyn.analysis.fixed_points.region import region_of
from neurodyn.analysis.fixed_points.report import FixedPoints
from neurodyn.analysis.fixed_points.shares import Effort
from neurodyn.analysis.fixed_points.symbolic import LATE, checked, with_forms
from neurodyn.analysis.fixed_points.symmetries import Symmetry
from neurodyn.backends.progress import Bar
from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.program.interval_ops import NoInterval
from neurodyn.system.system import System

Array = NDArray[np.float64]
# Boxes are gone through along all their sides: more states take more boxes than there is time for.
MOST_STATES = 12
NAMED = 4


def fixed_points(
    system: System | Model | str,
    *,
    box: Mapping[str, Any] | None = None,
    at: Any = None,
    period: int = 1,
    start: Mapping[str, Any] | None = None,
    boxes: int = MOST,
    starts: int = 256,
    seed: int = 0,
    closed_forms: bool = False,
    drift: bool = False,
    progress: bool | None = None,
) -> FixedPoints:
    """The fixed points of a system, with their eigenvalues, kinds, and how sure each is.

    All in a box are found and proved: interval arithmetic shows of pieces of it that they hold none or exactly one.
    Those of systems of more than twelve numbers of state, or with operations that intervals lack, are searched for from
    many starts, and each is proved by itself where that can be done; slow points are told beside them.

    Args:
        system: a system, or the name of a model.
        box: ends (low, high) for states; those that are not named, or all, follow from the equations where activations
            are bounded.
        at: the time at which a system that depends on time, or its inputs, is held still.
        period: of a map, after how many steps the states return; cycles are found with it, each once.
        start: states that replace those of the model: where sums of states are conserved, fixed points are looked for
            on the level of the start.
        boxes: how many pieces are looked at.
        starts, seed: of a search: how many there are, in the box if one is given, else at the start of the model and
            along trajectories.
        closed_forms: asks SymPy for closed forms (2 seconds at most) also where the box is known without them.
        drift: looks for states at which activations stay while the state itself may go on at a constant rate: along
            directions that rates do not depend on, and, without a box, far out from the start.
        progress: False shows no bar; by default there is one on a terminal, from one second on.

    Raises:
        InputError: where no box follows and none is given, for boxes that are none, and for what has no field of its
            states: constraints, delays, maps that draw random numbers.
    """
    from neurodyn.system.build import built

    system = built(system)
    field = Field.of(system, at)
    _check(system, period)
    ends = region_of(system, box or {})
    with Bar(system.name, 1.0, progress) as bar:
        effort = Effort(boxes, starts, seed, bar.to)
        if drift:
            return drifting(field, ends if box else None, system.start(start), effort)
        found = _all_or_some(field, ends if box else None, period, effort, system.start(start), closed_forms)
    if not found.points and may_drift(field, system.start(start)):
        return replace(found, reason=f"{found.reason}; {HINT}")
    return found


def _all_or_some(
    field: Field, ends: tuple[Array, Array] | None, period: int, effort: Effort, start: Array, forms: bool
) -> FixedPoints:
    """All fixed points, proved, where that can be done; else what a search finds."""
    size = field.size
    if size > MOST_STATES:
        why = f"{size} numbers of state are more than the {MOST_STATES} that a proof is made for"
        return _looked_for(field, ends, period, effort, why)
    try:
        of = Enclosure(field, period)
        of.levels = invariants(of, start)
        return _proved(field, of, ends or (np.full(size, -np.inf), np.full(size, np.inf)), effort, forms)
    except (NoInterval, Unknown) as error:
        why = f"intervals lack the operation {error}" if isinstance(error, NoInterval) else str(error)
        return _looked_for(field, ends, period, effort, why)


def _proved(field: Field, of: Enclosure, given: tuple[Array, Array], effort: Effort, forms: bool) -> FixedPoints:
    """What is proved of the box between two states, whose ends may be infinite."""
    inside = bounds(of, *given, forms)
    if inside.empty:
        return _report(field, of, None, Certified((), Sure.PROVED, f"there is no fixed point: {inside.why}"), given)
    is_open = ~np.isfinite([inside.low, inside.high]).all(axis=0)
    if is_open.any():
        return _listed(field, of, inside, given, field.system.layout.element(int(is_open.argmax())))
    is_cut = [np.isfinite(end) for end in given]
    whole = np.where(is_cut[0], given[0], inside.low), np.where(is_cut[1], given[1], inside.high)
    found = with_forms(certified(of, (inside.low, inside.high), whole, effort.boxes, effort.told), inside.solved, whole)
    if not any(end.any() for end in is_cut):
        found = replace(found, reason=f"{found.reason}; beyond it there are none, for {inside.why}")
    return _report(field, of, whole, found, given)


def _listed(field: Field, of: Enclosure, inside: Bounds, given: tuple[Array, Array], name: str) -> FixedPoints:
    """What SymPy's solutions are where there is no box; the first number of state that is not bounded is named."""
    points, lost = checked(of, inside.solved, given)
    late = f"; {LATE}" if inside.solved.is_late else ""
    if not points:
        raise InputError(
            f"No bound of {name} at fixed points of {field.system.name} follows from the equations{late}.",
            code="no-box",
            remedy=f'Give one: box={{"{name.partition("[")[0]}": (low, high)}}.',
        )
    why = ("SymPy's solutions, each shown by itself; others are not ruled out, for no bound of "
           f"{name} follows from the equations{late}")  # fmt: skip
    why += f"; {lost} more of its solutions are not shown to be fixed points" if lost else ""
    box = given if np.isfinite(given).any() else None
    return _report(field, of, box, Certified(points, Sure.SEARCHED, why), given)


def _report(
    field: Field, of: Enclosure, box: tuple[Array, Array] | None, found: Certified, given: tuple[Array, Array]
) -> FixedPoints:
    return FixedPoints(
        field.system, found.points, found.verdict, found.reason, box, found.unresolved, field.notes,
        _symmetric(field.system, found.symmetries), _held(of), of.period, found.interrupted, {"boxes": found.boxes},
        field.t, given=given,
    )  # fmt: skip


def _symmetric(system: System, found: Sequence[Symmetry]) -> tuple[str, ...]:
    texts = [s.text(system) for s in found]
    more = f"; and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
    return (f"Symmetric under {'; '.join(texts[:NAMED])}{more}.",) if texts else ()


def _held(of: Enclosure) -> tuple[str, ...]:
    if not isinstance(of.levels, Levels):
        return ()
    texts = "; ".join(of.levels.texts(of.layout))
    return (f"Conserved, and held at the level of the start: {texts}. Levels nearby have fixed points beside these.",)


def _check(system: System, period: int) -> None:
    """Refuse what cannot be proved."""
    if period < 1 or (period > 1 and not system.model.discrete):
        raise InputError(
            f"{system.name} has no points of period {period}.",
            code="bad-period",
            remedy="Periods are whole numbers of steps of maps; cycles of flows have periods in time.",
        )


def _looked_for(field: Field, ends: tuple[Array, Array] | None, period: int, effort: Effort, why: str) -> FixedPoints:
    """What a search finds."""
    from neurodyn.analysis.fixed_points.search.searched import searched

    system = field.system
    if period > 1:
        raise InputError(f"Cycles of {system.name} cannot be proved: {why}.", code="not-certified",
                         remedy="Leave period at 1: fixed points are searched for.")  # fmt: skip
    if ends is not None and not np.isfinite(ends).all():
        raise InputError(f"A search in {system.name} needs the ends of all states, or of none.", code="bad-box",
                         remedy=f"States: {', '.join(system.layout.names)}.")  # fmt: skip
    found = searched(field, ends, starts=effort.starts, seed=effort.seed, told=effort.told)
    return FixedPoints(
        system, found.points, found.verdict, f"{found.reason} (not proved to be all: {why})", ends,
        frozen=field.notes, interrupted=found.interrupted, counts=found.counts, at=field.t, given=ends,
    )  # fmt: skip
