"""`basins`: which attractors a system has in a box, and which starts lead to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.analysis.basins.box import Region, region
from neurodyn.analysis.basins.chaos import Tested, tested
from neurodyn.analysis.basins.finder import UNSETTLED, Finder, Search
from neurodyn.analysis.basins.mapping import mapped
from neurodyn.analysis.basins.recurrences import Grid
from neurodyn.analysis.basins.report import Basins
from neurodyn.analysis.basins.runner import Runner
from neurodyn.analysis.field.field import Field
from neurodyn.backends.progress import Bar
from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.system.build import built
from neurodyn.system.system import System

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
# Starts from which attractors are looked for first, cells along a side, recurrences, and looks within the horizon.
SEEDS, CELLS, BACK, LOOKS = 32, 100, 100, 40_000
# How many starts are mapped together, how often new attractors are looked for among the rest, and in how many of it.
BLOCK, ROUNDS, FURTHER = 262_144, 8, 256


def basins(
    system: System | Model | str,
    *,
    box: Mapping[str, Any],
    starts: int | ArrayLike = 1024,
    grid: int | tuple[int, int] | None = None,
    at: Mapping[str, ArrayLike] | None = None,
    horizon: float | None = None,
    step: float | None = None,
    cells: int = CELLS,
    recurrences: int = BACK,
    t0: float = 0.0,
    seed: int = 0,
    backend: str | None = None,
    method: str | None = None,
    dt: float | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    chaos: bool = True,
    progress: bool | None = None,
) -> Basins:
    """The attractors that starts in a box lead to, and the share of starts of each.

    Some starts run until they come back to cells of the box that they have been in (Datseris and Wagemakers 2022). What
    they came back in is a point, if Newton's method finds one there that its eigenvalues do not show to be unstable;
    else a cycle, if it closes; else a recurrent set. Then all starts run until they arrive at one of these; among those
    that do not, attractors are looked for again. Sets whose largest exponent of Lyapunov is above 0 are chaotic.

    Args:
        system: a flow or map without noise, delays and constraints; or a model, or the name of one.
        box: ends (low, high) of states, or of single numbers of states (`x[3]`); others start at `at`.
        starts: how many starts are drawn from the box (scrambled points of Sobol), or starts, (starts, size).
        grid: a map in place of drawn starts: so many cells along each of the two coordinates that the box bounds.
        at: values of states that the box does not bound; by default those of the model's start.
        horizon: the time that runs are given; by default 40,000 steps.
        step: the time between two looks at a run; by default such that it moves by about one cell.
        cells, recurrences: cells along each side of the box, and how many known ones in a row make a recurrence.
        t0: when runs begin; inputs go on in time.
        seed: of the draws.
        backend, method, dt, rtol, atol: as in `simulate`; by default the backend `ensemble` where it can.
        chaos: whether recurrent sets are tested for it, which can take longer than all else in large systems.
        progress: False shows no bar; otherwise one appears on a terminal when it takes long.

    Raises:
        InputError: for a box that is empty or bounds no states, and for systems without states of their own.
    """
    system = built(system)
    origin = system.start(at, seed=seed)
    chosen = region(system, box, origin)
    axes, states = _starts(chosen, starts, grid, seed, system)
    field = _field(system, t0)
    how = _search(chosen, field, cells, recurrences, step, horizon)
    runner = Runner.of(system, origin, t0, backend=backend, method=method, dt=dt, rtol=rtol, atol=atol)
    wide = _widened(chosen, states)
    finder = Finder(runner, field, Grid.of(*wide, cells), how, wide, t0)
    with Bar(system.name, len(states), progress) as bar:
        labels, interrupted = _labelled(finder, states, bar)
    order, labels = _ranked(labels, len(finder.attractors))
    found = Tested(tuple(finder.attractors[k] for k in order), interrupted=interrupted)
    if chaos and not interrupted:
        found = tested(field, found.attractors, seed, progress)
    return _told(finder, chosen, axes, states, labels, seed, found)


def _told(
    finder: Finder, chosen: Region, axes: dict[str, Array], states: Array, labels: Labels, seed: int, found: Tested
) -> Basins:
    """The report."""
    how, runner, field = finder.how, finder.runner, finder.field
    recipe = {
        "box": {k: [float(chosen.low[i]), float(chosen.high[i])] for k, i in chosen.free.items()}, "seed": seed,
        "starts": len(states), "grid": [len(v) for v in axes.values()], "t0": finder.t0, "cells": how.cells,
        "recurrences": how.back, "step": how.step, "horizon": how.horizon, **runner.how,
    }  # fmt: skip
    notes = (*field.notes, *runner.notes, *found.notes)
    return Basins(
        runner.system, field.names, found.attractors, states, labels, axes, how.horizon, notes, recipe,
        found.interrupted,
    )  # fmt: skip


def _labelled(finder: Finder, states: Array, bar: Bar) -> tuple[Labels, bool]:
    """The attractor of each start, and whether it was interrupted before all were known."""
    labels = np.full(len(states), UNSETTLED, dtype=np.intp)
    try:
        finder.of(states[:: max(len(states) // SEEDS, 1)][:SEEDS])
        for k in range(0, len(states), BLOCK):
            block = slice(k, min(k + BLOCK, len(states)))
            labels[block] = _block(finder, states[block], _after(k, bar.to))
    except KeyboardInterrupt:
        return labels, True
    return labels, False


def _block(finder: Finder, states: Array, told: Callable[[int], None]) -> Labels:
    span = 16 * finder.how.step if finder.field.kind == "flow" else 16.0
    labels = mapped(finder, states, span, told)
    for _ in range(ROUNDS):
        left = np.flatnonzero(labels == UNSETTLED)
        known = len(finder.attractors)
        some, rest = left[:FURTHER], left[FURTHER:]
        labels[some] = finder.of(states[some])
        if not len(rest) or len(finder.attractors) == known:
            break
        labels[rest] = mapped(finder, states[rest], span, _after(len(states) - len(rest), told))
    told(len(states))
    return labels


def _after(before: int, told: Callable[[int], None]) -> Callable[[int], None]:
    """Tells of work after so much that is done."""
    return lambda done: told(before + done)


def _ranked(labels: Labels, count: int) -> tuple[list[int], Labels]:
    """Numbers of attractors from the one with most starts on, and the labels by that order."""
    counts = np.bincount(labels[labels >= 0], minlength=count)
    order = [int(k) for k in np.argsort(-counts, kind="stable")]
    place = np.empty(count + 2, dtype=np.intp)
    place[[-1, -2]] = -1, -2
    place[order] = np.arange(count)
    return order, place[labels]


def _field(system: System, t0: float) -> Field:
    """The field that attractors are looked at with."""
    structure = system.structure
    for what, there in (("white noise", structure.noisy), ("events", bool(system.model.events))):
        if there:
            raise InputError(
                f"{system.name} has {what}, and basins are of flows and maps without.",
                code="no-basins",
                remedy="Leave that out of the model, or run it with simulate(trials=...).",
            )
    try:
        return Field.of(system)
    except InputError as error:
        if error.code != "not-autonomous":
            raise
        held = Field.of(system, at=t0)
        note = f"{', '.join(held.moving)} moves with time: points and eigenvalues are those at t = {t0:g}, runs go on."
        return replace(held, notes=(*held.notes, note))


def _starts(
    chosen: Region, starts: int | ArrayLike, grid: int | tuple[int, int] | None, seed: int, system: System
) -> tuple[dict[str, Array], Array]:
    """Axes of a map if there is one, and the starts."""
    if grid is not None:
        if len(chosen.free) != 2:
            raise InputError(
                f"A map is over two coordinates, and the box bounds {len(chosen.free)}.",
                code="bad-grid",
                remedy="Bound two, such as box={'x[0]': (-2, 2), 'x[1]': (-2, 2)}; the others stay at `at`.",
            )
        pair = (grid, grid) if isinstance(grid, int) else (int(grid[0]), int(grid[1]))
        if min(pair) < 1:
            raise InputError(f"The grid has {min(pair)} cells along a side.", code="bad-grid", remedy="Give 1 or more.")
        return chosen.plane(pair)
    if isinstance(starts, int):
        if starts < 1:
            raise InputError(f"starts is {starts}.", code="bad-starts", remedy="Give 1 or more.")
        return {}, chosen.drawn(starts, seed)
    given = np.array(starts, dtype=float)
    if given.ndim != 2 or given.shape[1] != system.layout.size or not np.isfinite(given).all() or not len(given):
        raise InputError(
            f"starts has the shape {given.shape}.",
            code="bad-starts",
            remedy=f"Give finite states as rows: (starts, {system.layout.size}).",
        )
    return {}, given


def _widened(chosen: Region, states: Array) -> tuple[Array, Array]:
    """The box that holds all starts; a coordinate that is held gets the width of the widest."""
    low, high = np.minimum(chosen.low, states.min(axis=0)), np.maximum(chosen.high, states.max(axis=0))
    return low, np.where(high > low, high, low + float((high - low).max()))


def _search(chosen: Region, field: Field, cells: int, back: int, step: float | None, horizon: float | None) -> Search:
    """How attractors are looked for: a step moves a state by about one cell."""
    for name, value in (("step", step), ("horizon", horizon), ("cells", cells), ("recurrences", back)):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise InputError(f"{name} is {value}.", code="bad-search", remedy="Give a number above 0.")
    if field.kind == "map":
        step = 1.0
    elif step is None:
        step = _own_step(chosen, field, cells)
    return Search(cells, back, step, LOOKS * step if horizon is None else horizon)


def _own_step(chosen: Region, field: Field, cells: int) -> float:
    """The time in which half of the states of the box move by a cell or more."""
    side = np.where(chosen.high > chosen.low, chosen.high - chosen.low, (chosen.high - chosen.low).max()) / cells
    with np.errstate(all="ignore"):
        speed = (np.abs(field.values(chosen.drawn(256, 0))) / side).max(axis=1)
    speed = speed[np.isfinite(speed) & (speed > 0)]
    if not len(speed):
        raise InputError("No state of the box moves, and a step is a time in which one does.", code="bad-search",
                         remedy="Give step.")  # fmt: skip
    return float(1 / np.median(speed))
