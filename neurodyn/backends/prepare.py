"""From what a caller asks for to a complete plan."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.backends.check import check_span
from neurodyn.backends.plan import Floats, Plan, edges
from neurodyn.errors import InputError
from neurodyn.results import Result

if TYPE_CHECKING:
    from neurodyn.system.signals import Signal
    from neurodyn.system.system import System

# How many times are saved where none are asked for: enough for smooth curves, few enough to hold large states.
GRID, FINE_GRID, FEW_STATES = 501, 2001, 16
MOST_TIMES = 10_000_000


def prepare(
    system: System,
    *,
    until: Any,
    t0: Any,
    start: Any,
    inputs: Mapping[str, Any],
    save_at: Any,
    every: Any,
    method: str | None,
    rtol: Any,
    atol: Any,
    seed: Any,
    trials: Any,
    progress: bool | None,
) -> Plan:
    """The plan of a run; whatever is None comes from the bench of the model. See `neurodyn.simulate`."""
    bench = system.model.bench
    given, t0, trials = origin(start, t0, trials)
    begin = number("t0", first(t0, bench.get("from"), 0.0))
    end = number("until", first(until, bench.get("until")))
    check_span(begin, end)
    draws = whole("seed", first(seed, system.seed), 0)
    count = trial_count(first(trials, bench.get("trials")))
    signals = read_inputs(system, inputs)
    every = first(every, bench.get("every"))
    return Plan(
        system=system,
        t0=begin,
        until=end,
        start=system.start(given, trials=count, seed=draws),
        signals=signals,
        save_at=_save_points(save_at, signals, begin, end, system.layout.size * (count or 1), every),
        method=first(method, bench.get("method")),
        rtol=number("rtol", first(rtol, bench.get("rtol"), 1e-6)),
        atol=number("atol", first(atol, bench.get("atol"), 1e-9)),
        trials=count,
        seed=draws,
        progress=progress is not False,
    )


def first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def trial_count(trials: Any) -> int | None:
    return None if trials is None else whole("trials", trials, 1)


def origin(start: Any, t0: Any, trials: Any) -> tuple[Mapping[str, Any] | None, Any, Any]:
    """The states that are given, and the time and trials that go with them where a run is continued."""
    if isinstance(start, Result):
        end = dict(start.arrays["end"])
        reached = end.pop("t")
        return end, first(t0, float(reached)), first(trials, start.recipe["trials"])
    if start is None or isinstance(start, Mapping):
        return start, t0, trials
    raise InputError(
        f"A {type(start).__name__} is no start.",
        code="bad-start",
        remedy="Give states by name, or a result to go on from.",
    )


def number(name: str, value: Any) -> float:
    """A real number, as a float."""
    if value is None:
        raise InputError(f"{name} is missing.", code="missing-option", remedy=f"Give {name}, or set it in [bench].")
    try:
        if isinstance(value, str | bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} is {value!r}, not a number.", code="not-a-number", remedy="Give a number.") from None


def whole(name: str, value: Any, least: int) -> int:
    """A whole number, not too small."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{name} is {value!r}.", code="not-a-number", remedy=f"Give a whole number from {least} on.")
    return int(value)


def read_inputs(system: System, inputs: Mapping[str, Any]) -> dict[str, Signal]:
    """The inputs of the system, some of them replaced by signals, numbers, arrays, or text as in a model file."""
    for name in inputs:
        if name not in system.signals:
            near = get_close_matches(name, system.signals, 1)
            known = f"Inputs: {', '.join(system.signals)}." if system.signals else "It has none."
            raise InputError(
                f"{system.name} has no input {name}.",
                code="unknown-input",
                remedy=f"Did you mean {near[0]}?" if near else known,
            )
    ready = {name: value for name, value in inputs.items() if is_signal(value)}
    read = {name: value for name, value in inputs.items() if name not in ready}
    return {**(system.with_values(read) if read else system).signals, **ready}


def is_signal(value: Any) -> bool:
    return hasattr(value, "edges") and hasattr(value, "on")


def given_times(save_at: Any) -> Floats | None:
    """The times that were asked for, as an array."""
    try:
        return None if save_at is None else np.asarray(save_at, dtype=float)
    except (TypeError, ValueError):
        raise InputError("save_at is not a list of times.", code="bad-save-points", remedy="Give numbers.") from None


def regular_times(every: Any, begin: float, end: float) -> Floats:
    """The times from `begin` to `end` in steps of `every`, both ends included."""
    stride = number("every", every)
    steps = abs(end - begin) / stride if stride > 0 else np.nan
    if not steps < MOST_TIMES:
        raise InputError(
            f"Saving every {stride:g} from {begin:g} to {end:g} is not possible.",
            code="bad-step",
            remedy=f"Give a step above 0 that makes fewer than {MOST_TIMES:,} times.",
        )
    inner = begin + np.sign(end - begin) * stride * np.arange(int(np.ceil(steps - 1e-9)))
    return np.append(inner, end)


def _save_points(
    save_at: Any, signals: Mapping[str, Signal], t0: float, until: float, states: int, every: Any = None
) -> Floats:
    """The times to record; by default a regular grid, and every edge twice."""
    times = given_times(save_at)
    if times is None and every is not None:
        return regular_times(every, t0, until)
    if times is not None:
        # A grid made by adding up steps may pass the end by rounding.
        return np.where(np.abs(times - until) <= 1e-12 * abs(until - t0), until, times)
    try:
        cuts = np.sort(edges(signals, t0, until))
    except OverflowError as error:
        raise InputError(
            f"The inputs have too many edges: {error}.", code="too-many-edges", remedy="Shorten the run."
        ) from error
    grid = np.linspace(t0, until, FINE_GRID if states <= FEW_STATES else GRID)
    times = np.sort(np.concatenate([_apart(grid, cuts), cuts, cuts]))
    return times if until > t0 else times[::-1]


def _apart(grid: Floats, cuts: Floats) -> Floats:
    """The times of a grid that are none of the cuts, rounding aside."""
    if not cuts.size:
        return grid
    after = np.searchsorted(cuts, grid)
    left, right = cuts[np.maximum(after - 1, 0)], cuts[np.minimum(after, cuts.size - 1)]
    apart: Floats = grid[np.minimum(np.abs(grid - left), np.abs(grid - right)) > 1e-9 * abs(grid[-1] - grid[0])]
    return apart
