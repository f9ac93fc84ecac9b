"""Reading variables along a trajectory, with the inputs that held there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.given import Given
from neurodyn.backends.outcome import interrupted
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.stops import Stops
from neurodyn.backends.trajectory import Outcome, Trajectory
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.system.system import System

Variables = Mapping[str, NDArray[Any]]
Rows = NDArray[np.intp]  # numbers of trials


def chosen_names(system: System, record: Iterable[str] | None) -> tuple[str, ...]:
    """The variables to record, by default those of the bench, else states, unknowns and events; and the energy."""
    dated = [name for name, event in system.model.events.items() if not event.counted]
    energy = [system.model.energy] if system.model.energy else []
    if record is None:
        usual = [*(system.structure.constrained or system.structure).model.variables, *dated]
        names = tuple(dict.fromkeys([*system.model.bench.get("record", usual), *energy]))
    else:
        names = tuple(dict.fromkeys([record] if isinstance(record, str) else record))
        _check_known(system, names, dated)
    refuse_noise(system, names)
    return names


def _check_known(system: System, names: Sequence[str], dated: Sequence[str]) -> None:
    """Refuse names that cannot be recorded; `dated` are the events that can."""
    impulses = system.structure.impulses
    carriers = impulses.carriers if impulses else frozenset()
    observables = [name for name in system.observables if name not in carriers]
    known = dict.fromkeys([*system.layout.names, *observables, *system.signals, *dated])
    for name in names:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            raise InputError(
                f"{name} cannot be recorded.",
                code="unknown-record",
                remedy=f"Did you mean {near[0]}?"
                if near
                else f"States, observables, inputs and events: {', '.join(known)}.",
            )


def refuse_noise(system: System, names: Sequence[str]) -> None:
    """White noise has no value at a time. The energy of a noisy system is meant without it."""
    holders = system.structure.diffusion.holders if system.structure.diffusion else frozenset()
    for name in names:
        if name in holders and name != system.model.energy:
            raise InputError(
                f"{name} holds white noise, which has no value at a time.",
                code="white-record",
                remedy="Record the states that it drives.",
            )


@dataclass(frozen=True, eq=False)
class Observed:
    """What was read along a trajectory.

    Attributes:
        time: the times at which it was read.
        variables: by name, each (time, ...), with trials (time, trial, ...) where trials differ; NaN after the stop
            of a trial. The terms of an energy E come as `E_parts`, with the term last.
        outcome: how the run ended.
        stops: how each trial ended.
    """

    time: Floats
    variables: Variables
    outcome: Outcome
    stops: Stops


def observe(plan: Plan, trajectory: Trajectory, names: Sequence[str]) -> Observed:
    """The named variables along a trajectory; Ctrl-C ends the reading early."""
    layout, energy = plan.system.layout, plan.system.model.energy
    terms = [f"{energy}:{k}" for k in range(len(plan.system.energy_terms))] if energy in names else []
    others = [*(name for name in names if name not in layout.names), *terms]
    count, read = _read(plan, trajectory, others) if others else (len(trajectory.time), {})
    states = layout.unpack(trajectory.y[:count])
    found = {name: states[name] if name in states else read[name] for name in names if name in states or name in read}
    if terms and count:
        found[f"{energy}_parts"] = np.stack([read[term] for term in terms], axis=-1)
    time, outcome = trajectory.time[:count], trajectory.outcome
    stops = Stops.of(trajectory.stops)
    if count < len(trajectory.time):
        t = float(time[-1]) if count else plan.t0
        outcome = interrupted(t)
        stops = stops.cut(count, t, outcome)
    elif outcome.status != "interrupted":
        bad = _not_finite(plan, time, found, stops)
        stops = stops.spoilt(bad)
        outcome = next(iter(bad.values())) if outcome.status == "done" and bad else outcome
    return Observed(time, found, outcome, stops)


def _read(plan: Plan, trajectory: Trajectory, names: Sequence[str]) -> tuple[int, dict[str, NDArray[Any]]]:
    """How many saved times were read, and the variables there."""
    read = plan.system.observe(tuple(names), trials=plan.trials is not None)
    given = _given(plan, trajectory)
    found: dict[str, NDArray[Any]] = {}
    count = 0
    shared = _shared(plan)
    valid = Stops.of(trajectory.stops).valid
    try:
        with np.errstate(all="ignore"):
            for k, t in enumerate(trajectory.time.tolist()):
                going = np.flatnonzero(valid > k)
                whole = going.size == valid.size
                values = read(
                    t, trajectory.y[k] if whole else trajectory.y[k, going], given(k, t, None if whole else going)
                )
                for name in names:
                    value = np.asarray(values[name][0] if name in shared else values[name])
                    if not whole and name not in shared:
                        value = _spread(value, going, valid.size)
                    _store(found, name, len(trajectory.time), k, value)
                count = k + 1
    except KeyboardInterrupt:
        pass
    return count, {name: values[:count] for name, values in found.items()}


def _given(plan: Plan, trajectory: Trajectory) -> Callable[[int, float, Rows | None], Mapping[str, Any]]:
    """What was read beside the states at saved time number k, t, in some of the trials (None: all)."""
    if not plan.discrete:
        pieces, places, kept = plan.pieces(), _places(plan, trajectory.time), trajectory.past
        # What was kept of the past at a time is that of the trials that had come there.
        return lambda k, t, rows: {**_inputs(plan, pieces[places[k]], t, rows), **(kept[k] if kept else {})}
    given, past = Given(plan), trajectory.past
    return lambda k, t, rows: given.at(int(t), None if past is None else past[k], rows)


def _shared(plan: Plan) -> frozenset[str]:
    """The inputs that are the same in all trials."""
    return frozenset() if plan.trials is None else frozenset(plan.signals) - plan.own_signals


def _inputs(plan: Plan, piece: Piece, t: float, rows: Rows | None) -> dict[str, Any]:
    """The inputs at a time, for some of the trials (None: all)."""
    found = piece.inputs(t)
    return found if rows is None else {**found, **{name: found[name][rows] for name in plan.own_signals}}


def _places(plan: Plan, time: Floats) -> Rows:
    """The number of the piece of each time that was reached."""
    if plan.save_at is None or plan.jumps:
        return plan.places(time)
    return plan.places(plan.save_at)[: time.size]


def _spread(values: NDArray[Any], going: Rows, trials: int) -> Floats:
    """The values of the trials that go on, among those of all trials: NaN for the others."""
    every = np.full((trials, *values.shape[1:]), np.nan)
    every[going] = values
    return every


def _store(found: dict[str, NDArray[Any]], name: str, count: int, k: int, value: NDArray[Any]) -> None:
    if name not in found:
        found[name] = np.empty((count, *value.shape), value.dtype)
    elif not np.can_cast(value.dtype, found[name].dtype):
        found[name] = found[name].astype(value.dtype)
    found[name][k] = value


def _not_finite(plan: Plan, time: Floats, variables: Variables, stops: Stops) -> dict[int, Outcome]:
    """The states of a run are finite; what is computed from them need not be. The trials where it is not, and why."""
    found: dict[int, Outcome] = {}
    valid = stops.valid if stops else np.array([len(time)])
    for name, values in variables.items():
        is_shared = plan.trials is None or name in _shared(plan)
        rows = values[:, None] if is_shared else values
        bad = ~np.asarray(np.isfinite(rows).all(axis=tuple(range(2, rows.ndim))))
        if not is_shared:
            bad &= np.arange(len(time))[:, None] < valid
        for k in np.flatnonzero(bad.any(axis=0)).tolist():
            where, t = "" if is_shared else f" in trial {k}", time[int(np.argmax(bad[:, k]))]
            ended = Outcome(
                "failed",
                "non-finite",
                f"{name}{where} is not finite at t = {t:.6g}, though every state is. Look in its definition for a "
                f"division by 0, a root or logarithm of a negative number, or an overflow; or do not record it.",
            )
            for trial in range(plan.trials or 1) if is_shared else [k]:
                found.setdefault(trial, ended)
    return found
