"""From what a caller asks for to a complete plan."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.backends.check import check, check_span
from neurodyn.backends.plan import Floats, Plan, edges
from neurodyn.errors import InputError
from neurodyn.results import Result

if TYPE_CHECKING:
    from neurodyn.system.signals import Signal
    from neurodyn.system.system import System

# How many times are saved where none are asked for: enough for smooth curves, few enough to hold large states.
GRID, FINE_GRID, FEW_STATES = 501, 2001, 16


def prepare(
    system: System,
    *,
    until: Any,
    t0: Any,
    start: Any,
    inputs: Mapping[str, Any],
    save_at: Any,
    method: str | None,
    rtol: Any,
    atol: Any,
    seed: Any,
    trials: Any,
    progress: bool | None,
) -> Plan:
    """The plan of a run; whatever is None comes from the bench of the model. See `neurodyn.simulate`."""
    bench = system.model.bench
    given, t0, trials = _origin(start, t0, trials)
    begin = number("t0", _first(t0, bench.get("from"), 0.0))
    end = number("until", _first(until, bench.get("until")))
    check_span(begin, end)
    draws = whole("seed", _first(seed, system.seed), 0)
    count = _count(_first(trials, bench.get("trials")))
    signals = _signals(system, inputs)
    plan = Plan(
        system=system,
        t0=begin,
        until=end,
        start=system.start(given, trials=count, seed=draws),
        signals=signals,
        save_at=_save_points(save_at, signals, begin, end, system.layout.size * (count or 1)),
        method=_first(method, bench.get("method")),
        rtol=number("rtol", _first(rtol, bench.get("rtol"), 1e-6)),
        atol=number("atol", _first(atol, bench.get("atol"), 1e-9)),
        trials=count,
        seed=draws,
        progress=progress is not False,
    )
    check(plan)
    return plan


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _count(trials: Any) -> int | None:
    return None if trials is None else whole("trials", trials, 1)


def _origin(start: Any, t0: Any, trials: Any) -> tuple[Mapping[str, Any] | None, Any, Any]:
    """The states that are given, and the time and trials that go with them where a run is continued."""
    if isinstance(start, Result):
        end = dict(start.arrays["end"])
        reached = end.pop("t")
        return end, _first(t0, float(reached)), _first(trials, start.recipe["trials"])
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


def _signals(system: System, inputs: Mapping[str, Any]) -> dict[str, Signal]:
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
    return dict(system.with_values(inputs).signals if inputs else system.signals)


def _save_points(save_at: Any, signals: Mapping[str, Signal], t0: float, until: float, states: int) -> Floats:
    """The times to record; by default a regular grid, and every edge twice."""
    if save_at is not None:
        try:
            times = np.asarray(save_at, dtype=float)
        except (TypeError, ValueError):
            raise InputError(
                "save_at is not a list of times.", code="bad-save-points", remedy="Give numbers."
            ) from None
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
