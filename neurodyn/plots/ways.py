"""The energy along straight lines: from memory to memory, or between two states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.errors import InputError
from neurodyn.plots.labels import plain, symbol
from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import GOOD, INK, QUIET, ROLE, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.energy.memories import Memories
    from neurodyn.system.system import System

FINE, BEYOND = 161, 0.25


def draw(system: System, between: tuple[Any, Any] | None = None) -> Figure:
    """The energy on the straight line between two states, or from memory to memory.

    Args:
        between: two memories by the rows of their patterns, or two mappings from states to values (the other states
            are where they start); by default all memories, one after the other.

    Raises:
        InputError: where the system has no energy, or no memories and no two states are named.
    """
    from neurodyn.analysis.energy.memories import memories

    with rc_context(STYLE):
        figure = new_figure(8.0, 4.4, f"{system.name}: {plain(system.model.summary)}")
        axes = figure.subplots()
        if between is not None and isinstance(between[0], Mapping):
            draw_between(axes, system, between)
            return figure
        found = memories(system) if between is None else memories(system, max(between) + 1)
        if found is None or len(found.numbers) < 2:
            raise InputError(
                f"{system.name} has no two memories to draw a line between.",
                code="no-memories",
                remedy="Name two states: between=({'x': ...}, {'x': ...}).",
            )
        draw_memories(axes, system, found, found.numbers if between is None else between)
    return figure


def draw_memories(axes: Axes, system: System, found: Memories, numbers: Sequence[int]) -> None:
    """The energy from memory to memory, in straight lines, each as long as any other."""
    missing = [n for n in numbers if n not in found.numbers]
    if missing:
        raise InputError(
            f"From pattern {missing[0]} the flow does not come to a memory of its own.",
            code="no-memories",
            remedy=f"Memories: {', '.join(map(str, found.numbers))}.",
        )
    states = found.states[[found.numbers.index(n) for n in numbers]]
    place = np.linspace(-BEYOND, len(states) - 1 + BEYOND, FINE * (len(states) - 1))
    values = _draw_line(axes, system, found.t, states, place)
    names = [f"memory {n}" for n in numbers]
    _mark(axes, values[np.searchsorted(place, np.arange(len(states))).clip(0, len(place) - 1)], names)
    axes.set_title(
        f"energy in straight lines from memory to memory: where the flow rests, started at rows of {found.patterns}"
    )


def draw_between(axes: Axes, system: System, between: tuple[Any, Any]) -> None:
    """The energy between two states."""
    from neurodyn.analysis.energy.memories import energy_at, state_of

    ends = np.array([state_of(system, end) for end in between])
    start = system.time("from", system.model.bench.get("from", 0.0))
    _draw_line(axes, system, start, ends, np.linspace(-BEYOND, 1 + BEYOND, FINE))
    _mark(axes, energy_at(system, start, ends), ["first state", "second state"])
    axes.set_title("energy on the straight line between two states; states that are not named are where they start")


def _draw_line(axes: Axes, system: System, t: float, states: Floats, place: Floats) -> Floats:
    from neurodyn.analysis.energy.memories import energy_at

    before = np.clip(np.floor(place).astype(int), 0, len(states) - 2)
    points = states[before] + (place - before)[:, None] * (states[before + 1] - states[before])
    values: Floats = energy_at(system, t, points)
    axes.plot(place, values, color=ROLE["energy"], linewidth=2.4)
    axes.set(xlim=(place[0], place[-1]), ylabel=symbol(str(system.model.energy)))
    axes.margins(y=0.12)
    return values


def _mark(axes: Axes, heights: Floats, names: Sequence[str]) -> None:
    """The ends of the lines, by name."""
    for k, height in enumerate(heights):
        axes.axvline(k, color=QUIET, linewidth=0.8, zorder=0)
        axes.plot(k, height, "o", color=GOOD, markeredgecolor=INK, markersize=8, zorder=4)
    axes.set_xticks(range(len(names)), names)
    axes.set_xlabel("")
