"""From what a caller asks of a map to its steps: the span, the steps to record, the past before the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.backends.grids import END, STEPS, given_times, regular_times
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.prepare import first, number, origin, read_inputs, trial_count, whole
from neurodyn.calculus.rewrite import names_reached
from neurodyn.errors import InputError
from neurodyn.results import Result
from neurodyn.system.history import history_before

if TYPE_CHECKING:
    from neurodyn.backends.varied import Varied
    from neurodyn.system.system import System

# How many steps are saved where none are asked for.
MOST_SAVED = 2000


def prepare_map(system: System, names: Sequence[str], *, steps: Any, **asked: Any) -> Plan:
    """The plan of a run of a map; whatever is None comes from the bench of the model. See `neurodyn.simulate`.

    Args:
        names: what will be recorded.
        asked: the other arguments of `simulate`.
    """
    bench, start = system.model.bench, asked["start"]
    _refuse(system, {name: asked[name] for name in ("until", "dt", "rtol", "atol")})
    varied: Varied | None = asked["varied"]
    given, t0, trials = origin(start, asked["t0"], varied.trials if varied else asked["trials"])
    kept = start.arrays.get("history") if isinstance(start, Result) else None
    told = start.recipe["seed"] if isinstance(start, Result) else None
    begin = whole_step("t0", number("t0", first(t0, bench.get("from"), 0.0)))
    end = begin + _count_steps(first(steps, bench.get("steps")))
    # Draws are told apart by the step, so a run goes on as it began when it keeps its seed.
    seed = whole("seed", first(asked["seed"], told, system.seed), 0)
    number_of_trials = trial_count(first(trials, bench.get("trials")))
    y = varied.starts(given, seed) if varied else system.start(given, trials=number_of_trials, seed=seed)
    history = past_states(system, kept, y, begin, number_of_trials, seed)
    return Plan(
        system=system,
        t0=float(begin),
        until=float(end),
        start=y,
        signals={**read_inputs(system, asked["inputs"]), **(varied.signals if varied else {})},
        save_at=steps_to_save(asked["save_at"], asked["every"], begin, end),
        method=asked["method"],
        trials=number_of_trials,
        varied=varied,
        seed=seed,
        progress=asked["progress"] is not False,
        needed=system.needs,
        history=history,
        keep_past=history is not None and looks_back(system, names),
    )


def _refuse(system: System, options: Mapping[str, Any]) -> None:
    """Refuse what has a meaning for flows only."""
    for name, value in options.items():
        if value is not None:
            raise InputError(
                f"{system.name} is a map, which has no {name}.",
                code="not-a-flow",
                remedy="Give steps, the number of steps." if name == "until" else "Leave it out.",
            )


def _count_steps(steps: Any) -> int:
    if steps is None:
        raise InputError("steps is missing.", code="missing-option", remedy="Give steps, or set it in [bench].")
    return whole("steps", steps, 1)


def whole_step(name: str, value: float) -> int:
    """A number that must be a whole step."""
    if not float(value).is_integer():
        raise InputError(
            f"{name} is {value:g}, but a map goes in whole steps.", code="not-whole", remedy="Give a whole number."
        )
    return int(value)


def steps_to_save(save_at: Any, every: Any, begin: int, end: int) -> Floats:
    """The steps to record: those asked for, each so many, or all of them as long as they are few."""
    if isinstance(save_at, str) and save_at == STEPS:
        return regular_times(1, begin, end)
    if isinstance(save_at, str) and save_at == END:
        return np.array([float(end)])
    if save_at is not None:
        times = given_times(save_at, begin, end)
        strange = times[np.isfinite(times) & (times != np.floor(times))]
        if strange.size:
            whole_step("A time in save_at", strange[0])
        return times
    stride = -(-(end - begin) // MOST_SAVED) if every is None else whole_step("every", number("every", every))
    if stride < 1:
        raise InputError(f"every is {every}.", code="bad-step", remedy="Give a whole number from 1 on.")
    return regular_times(stride, begin, end)


def past_states(
    system: System, given: Mapping[str, Any] | None, y: Floats, t0: float, trials: int | None, seed: int
) -> Floats | None:
    """The states before the start: those of the run that is continued, else what the model says of them."""
    depth = system.past.depth
    if given is None or depth == 1:
        return history_before(system, y, int(t0), trials, seed)
    found = np.empty((*y.shape[:-1], depth - 1, y.shape[-1]))
    for name, place in system.layout.unpack(found).items():
        kept = np.asarray(given[name]) if name in given else np.empty(0)
        if kept.shape != place.shape:
            raise InputError(
                f"The run to go on from has not kept the {depth - 1} earlier values of {name} that are needed.",
                code="bad-start",
                remedy="Go on from a run of the same system, or give its states as a start of their own.",
            )
        place[...] = kept
    return found


def looks_back(system: System, names: Sequence[str]) -> bool:
    """Whether any of the recorded names reads past values."""
    structure = system.structure
    return any(not names_reached(name, structure.definitions).isdisjoint(structure.pasts) for name in names)
