"""Reading variables along a trajectory, with the inputs that held there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.given import Given
from neurodyn.backends.outcome import interrupted
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.trajectory import Outcome, Trajectory
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.system.system import System

Variables = Mapping[str, NDArray[Any]]


def chosen_names(system: System, record: Iterable[str] | None) -> tuple[str, ...]:
    """The variables to record, by default those of the bench, else the states; the energy comes with both."""
    known = dict.fromkeys([*system.layout.names, *system.observables, *system.signals])
    energy = [system.model.energy] if system.model.energy else []
    if record is None:
        return tuple(dict.fromkeys([*system.model.bench.get("record", system.layout.names), *energy]))
    names = tuple(dict.fromkeys([record] if isinstance(record, str) else record))
    for name in names:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            raise InputError(
                f"{name} cannot be recorded.",
                code="unknown-record",
                remedy=f"Did you mean {near[0]}?" if near else f"States, observables and inputs: {', '.join(known)}.",
            )
    return names


def observe(plan: Plan, trajectory: Trajectory, names: Sequence[str]) -> tuple[Floats, Variables, Outcome]:
    """The named variables, each (time, ...), the times at which they were read, and how the run ended now.

    Ctrl-C ends the reading early. Of an energy E the terms are read too, as `E_parts` with the term last.
    """
    layout, energy = plan.system.layout, plan.system.model.energy
    terms = [f"{energy}:{k}" for k in range(len(plan.system.energy_terms))] if energy in names else []
    others = [*(name for name in names if name not in layout.names), *terms]
    count, read = _read(plan, trajectory, others) if others else (len(trajectory.time), {})
    states = layout.unpack(trajectory.y[:count])
    found = {name: states[name] if name in states else read[name] for name in names if name in states or name in read}
    if terms and count:
        found[f"{energy}_parts"] = np.stack([read[term] for term in terms], axis=-1)
    time, outcome = trajectory.time[:count], trajectory.outcome
    if count < len(trajectory.time):
        outcome = interrupted(float(time[-1]) if count else plan.t0)
    elif outcome.status == "done":
        outcome = _finite(time, found) or outcome
    return time, found, outcome


def _read(plan: Plan, trajectory: Trajectory, names: Sequence[str]) -> tuple[int, dict[str, NDArray[Any]]]:
    """How many saved times were read, and the variables there."""
    read = plan.system.observe(tuple(names), trials=plan.trials is not None)
    given = _given(plan, trajectory)
    found: dict[str, NDArray[Any]] = {}
    count = 0
    try:
        with np.errstate(all="ignore"):
            for k, t in enumerate(trajectory.time.tolist()):
                values = read(t, trajectory.y[k], given(k, t))
                for name in names:
                    value = np.asarray(values[name])
                    found.setdefault(name, np.empty((len(trajectory.time), *value.shape), value.dtype))[k] = value
                count = k + 1
    except KeyboardInterrupt:
        pass
    # An input is the same in all trials.
    shared = plan.signals if plan.trials is not None else ()
    return count, {name: values[:count, 0] if name in shared else values[:count] for name, values in found.items()}


def _given(plan: Plan, trajectory: Trajectory) -> Callable[[int, float], Mapping[str, Any]]:
    """What was read beside the states at saved time number k, t."""
    if not plan.discrete:
        pieces, places = plan.pieces(), plan.places()
        return lambda k, t: pieces[places[k]].inputs(t)
    given, past = Given(plan), trajectory.past
    return lambda k, t: given.at(int(t), None if past is None else past[k])


def _finite(time: Floats, variables: Variables) -> Outcome | None:
    """The states of a run are finite; what is computed from them need not be."""
    for name, values in variables.items():
        bad = ~np.isfinite(values.reshape(len(time), -1)).all(axis=1)
        if bad.any():
            t = time[int(np.argmax(bad))]
            return Outcome(
                "failed",
                "non-finite",
                f"{name} is not finite at t = {t:.6g}, though every state is. Look in its definition for a division by "
                f"0, a root or logarithm of a negative number, or an overflow; or do not record it.",
            )
    return None
