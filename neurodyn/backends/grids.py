"""The times at which a run is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.backends.clock import Clock
from neurodyn.backends.plan import Floats, edges
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.system.signals import Signal

# How many times are saved where none are asked for: enough for smooth curves, few enough to hold large states.
GRID, FINE_GRID, FEW_STATES = 501, 2001, 16
MOST_TIMES = 10_000_000
STEPS, END = "steps", "end"


def save_points(
    save_at: Any, every: Any, signals: Mapping[str, Signal], t0: float, until: float, states: int, dt: float | None
) -> Floats | None:
    """The times to record, None for the solver's own steps; by default a regular grid, and every edge twice.

    Args:
        every: the step of the grid; the end of the run belongs to it in any case.
        states: how many numbers the state has, which decides how fine the default grid is.
        dt: the length of the steps, where they are fixed; the default grid then is one of steps.
    """
    if isinstance(save_at, str) and save_at == STEPS:
        return None
    if isinstance(save_at, str) and save_at == END:
        return np.array([until])
    if save_at is not None:
        return given_times(save_at, t0, until)
    try:
        cuts = np.sort(edges(signals, t0, until))
    except OverflowError as error:
        raise InputError(
            f"The inputs have too many edges: {error}.", code="too-many-edges", remedy="Shorten the run."
        ) from error
    count = FINE_GRID if states <= FEW_STATES else GRID
    if every is None and dt is not None:
        grid = Clock(dt).regular(t0, until, count - 1)
    elif every is None:
        grid = np.linspace(t0, until, count)
    else:
        grid = regular_times(every, t0, until)
    times = np.sort(np.concatenate([_apart(grid, cuts), cuts, cuts]))
    return times if until > t0 else times[::-1]


def given_times(save_at: Any, t0: float, until: float) -> Floats:
    """The times that were asked for."""
    try:
        times = np.asarray(save_at, dtype=float)
    except (TypeError, ValueError):
        raise InputError(
            "save_at is not a list of times.",
            code="bad-save-points",
            remedy="Give numbers, 'steps' for the steps of the solver, or 'end'.",
        ) from None
    # A grid made by adding up steps may pass the end by rounding.
    return np.where(np.abs(times - until) <= 1e-12 * abs(until - t0), until, times)


def regular_times(every: Any, t0: float, until: float) -> Floats:
    """From t0 in equal steps, and the end."""
    is_number = isinstance(every, int | float | np.number) and not isinstance(every, bool)
    steps = abs(until - t0) / every if is_number and every > 0 else np.nan
    if not steps < MOST_TIMES:
        shown = f"{every:g}" if is_number else repr(every)
        raise InputError(
            f"Saving every {shown} from {t0:g} to {until:g} is not possible.",
            code="bad-step",
            remedy=f"Give a step above 0 that makes fewer than {MOST_TIMES:,} times.",
        )
    inner = t0 + np.sign(until - t0) * every * np.arange(int(np.ceil(steps - 1e-9)))
    return np.append(inner, until)


def _apart(grid: Floats, cuts: Floats) -> Floats:
    """The times of a grid that are none of the cuts, rounding aside."""
    if not cuts.size:
        return grid
    after = np.searchsorted(cuts, grid)
    left, right = cuts[np.maximum(after - 1, 0)], cuts[np.minimum(after, cuts.size - 1)]
    apart: Floats = grid[np.minimum(np.abs(grid - left), np.abs(grid - right)) > 1e-9 * abs(grid[-1] - grid[0])]
    return apart
