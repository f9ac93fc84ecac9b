"""Kind `recall`: images on their way from a damaged cue to a stored memory, the energy, and how often it succeeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import ArrayLike

from neurodyn.errors import InputError
from neurodyn.plots.energy import rise_note
from neurodyn.plots.labels import label, number, plain, time_label
from neurodyn.plots.paint import fits_paper
from neurodyn.plots.patterns import find_patterns, pattern_names
from neurodyn.plots.rates import draw_rates
from neurodyn.plots.recorded import Floats, Recorded
from neurodyn.plots.style import BAD, GOOD, INK, PALETTE, PAPER, QUIET, bare, new_figure

_MOST = 8  # rows of images
_ROWS = tuple(colour for colour in PALETTE if colour not in (GOOD, BAD))  # one per row, as right and wrong have theirs


@dataclass(frozen=True, eq=False)
class _Album:
    """The images of one figure.

    Attributes:
        states: (time, row, N), what each shown trial passed through.
        moments: the places in time of the cue, the snapshots and the recalled image.
        patterns: (K, N), the memories.
        shape: rows and columns of one image.
        nearest: (row,), the memory that the last state is nearest to.
        truth: (row,), the memory that was meant, if known.
        names: (K,), what the memories are called.
    """

    states: Floats
    moments: Sequence[int]
    patterns: Floats
    shape: tuple[int, int]
    nearest: Sequence[int]
    truth: Sequence[int] | None
    names: Sequence[str]


def draw(
    data: Recorded,
    *,
    patterns: ArrayLike | str | None = None,
    of: str | None = None,
    truth: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    rows: Sequence[int] | None = None,
    snapshots: int = 4,
    shape: tuple[int, int] | None = None,
    curve: Mapping[str, Any] | None = None,
) -> Figure:
    """Draw cue, path, recalled and stored image of some trials, next to the energy and the success rate.

    Args:
        data: the run; its state has as many units as an image has pixels.
        patterns: the stored images (K, N), or the name of the parameter that holds them.
        of: the variable that is shown.
        truth: for each trial the number of the memory that was meant; recalled images are then framed right or wrong.
        names: what the memories are called, as "7"; by default their numbers.
        rows: the trials to show; by default the first four.
        snapshots: how many images between the cue and the recalled one; they split the mean path into equal lengths.
        shape: rows and columns of an image; by default a square.
        curve: the arrays `damage`, `rate`, `low` and `high` of a success rate, or several such by name.
    """
    trials = _trials(data, rows)
    stored, _ = find_patterns(data, patterns, of)
    album = _album(data, trials, stored, of, truth, names, snapshots, shape)
    figure, images, panels = _page(album, 1 + (curve is not None), plain(str(data.dataset.attrs.get("title", ""))))
    _draw_album(images, data, album)
    _draw_energy(panels[0], data, trials, album.moments)
    if curve is not None:
        draw_rates(panels[1], curve)
    return figure


def _page(album: _Album, panels: int, title: str) -> tuple[Figure, SubFigure, list[Axes]]:
    """An empty figure: many rows of images stand left of the panels, one or two above them."""
    rows, wide = len(album.nearest), 0.85 * (len(album.moments) + 1)
    if rows <= 2:
        figure = new_figure(10.0, 1.65 * rows + 3.8, title)
        parts: Any = figure.subfigures(2, 1, height_ratios=(1.65 * rows + 0.3, 3.2), hspace=0.03)
    else:
        figure = new_figure(wide + 4.6, max(0.92 * rows + 0.9, 4.4), title)
        parts = figure.subfigures(1, 2, width_ratios=(wide, 4.6), wspace=0.03)
    across = rows <= 2
    grid = parts[1].subplots(1 if across else panels, panels if across else 1, squeeze=False)
    return figure, parts[0], list(grid.ravel())


def _trials(data: Recorded, rows: Sequence[int] | None) -> list[int]:
    count = data.dataset.sizes.get("trial", 1)
    chosen = list(range(min(4, count))) if rows is None else [int(row) for row in rows]
    if not 0 < len(chosen) <= _MOST or not all(0 <= row < count for row in chosen):
        raise InputError(
            f"Trials {chosen} cannot be shown.",
            code="no-trial",
            remedy=f"Name 1 to {_MOST} of the trials 0 to {count - 1}.",
        )
    return chosen


def _album(
    data: Recorded,
    trials: Sequence[int],
    patterns: Floats,
    of: str | None,
    truth: ArrayLike | None,
    names: Sequence[str] | None,
    snapshots: int,
    shape: tuple[int, int] | None,
) -> _Album:
    """Read the states of the shown trials, and say what each has become."""
    views = [replace(data, trial=trial) for trial in trials]
    states = np.stack([view.rows(find_patterns(view, patterns, of)[1]) for view in views], axis=1)
    pixels = patterns.shape[1]
    shape = (isqrt(pixels), isqrt(pixels)) if shape is None else shape
    if shape[0] * shape[1] != pixels:
        raise InputError(
            f"{pixels} pixels are no image of {shape[0]} x {shape[1]}.",
            code="wrong-shape",
            remedy="Give shape=(rows, columns).",
        )
    distances = np.linalg.norm(states[-1][:, None, :] - patterns, axis=2)
    meant = None if truth is None else _meant(truth, data.dataset.sizes.get("trial", 1), len(patterns))
    meant = None if meant is None else [meant[trial] for trial in trials]
    called = pattern_names(names, len(patterns), "{}")
    return _Album(
        states, _moments(states, snapshots), patterns, shape, distances.argmin(axis=1).tolist(), meant, called
    )


def _meant(truth: ArrayLike, trials: int, patterns: int) -> list[int]:
    """The number of the memory that each trial was meant to recall."""
    meant = [int(k) for k in np.ravel(np.asarray(truth))]
    if len(meant) != trials:
        raise InputError(
            f"truth has {len(meant)} entries for {trials} trials.", code="wrong-shape", remedy="Give one per trial."
        )
    if not all(0 <= k < patterns for k in meant):
        raise InputError(
            "truth names a memory that is not there.", code="no-pattern", remedy=f"Memories are 0 to {patterns - 1}."
        )
    return meant


def _moments(states: Floats, snapshots: int) -> list[int]:
    """Places in time that split the mean length of the path evenly, with both ends."""
    steps = np.linalg.norm(np.diff(states, axis=0), axis=2).mean(axis=1)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0.0, length[-1], snapshots + 2)
    inner = [int(np.abs(length - goal).argmin()) for goal in wanted[1:-1]]
    return [0, *inner, len(states) - 1]


def _draw_album(figure: SubFigure, data: Recorded, album: _Album) -> None:
    count = len(album.moments)
    gaps = [1.0] * count + [0.25, 1.0]
    grid = figure.subplots(len(album.nearest), count + 2, squeeze=False, width_ratios=gaps)
    low, high = float(album.patterns.min()), float(album.patterns.max())
    times = [f"$t$ = {number(float(data.time[k]), 2)}" for k in album.moments]
    heads = ["cue", *times[1:-1], "recalled", "", "stored"]
    for row, line in enumerate(grid):
        meant = album.nearest[row] if album.truth is None else album.truth[row]
        images = [*album.states[album.moments, row], None, album.patterns[meant]]
        for axes, image in zip(line, images, strict=True):
            bare(axes)
            if image is not None:
                axes.imshow(image.reshape(album.shape), cmap=PAPER, vmin=low, vmax=high, interpolation="nearest")
        _name(line[-1], album.names[meant], _ROWS[row % len(_ROWS)])
        found, known = album.nearest[row], album.truth is not None
        colour = INK if not known else GOOD if found == meant else BAD
        _name(line[count - 1], album.names[found], colour, framed=known)
    for axes, head in zip(grid[0], heads, strict=True):
        axes.set_title(head, loc="center")


def _name(axes: Axes, text: str, colour: str, *, framed: bool = False) -> None:
    """Write below an image what it is; a frame in the colour of right or wrong."""
    axes.set_xlabel(text, color=colour, fontsize=10, labelpad=2)
    if framed:
        for spine in axes.spines.values():
            spine.set(visible=True, color=colour, linewidth=2.2)


def _draw_energy(axes: Axes, data: Recorded, trials: Sequence[int], moments: Sequence[int]) -> None:
    """The energy of the shown trials, in the colours of their names, over all others; snapshots are dotted."""
    energy = data.energy
    if energy is None:
        raise InputError("No energy was recorded.", code="no-energy", remedy="Record the energy too.")
    rows = fits_paper(data.rows(energy))
    axes.plot(data.time, rows, color=QUIET, linewidth=0.6, alpha=0.6)
    for place, trial in enumerate(trials):
        axes.plot(data.time, rows[:, trial], color=_ROWS[place % len(_ROWS)], linewidth=1.8)
    for moment in moments[1:-1]:
        axes.axvline(data.time[moment], color=QUIET, linewidth=0.8, linestyle=":")
    axes.margins(y=0.08)
    if len(rows) > 1:
        axes.set_xlim(data.time[0], _settled(data.time, rows[:, trials]))
    axes.set(
        xlabel=time_label(data.dataset),
        ylabel=label(energy),
        title="Energy" if len(trials) == 1 else "Energy of each row",
    )
    axes.text(0.98, 0.95, rise_note(data.time, rows), transform=axes.transAxes, ha="right", va="top", fontsize=9.5)


def _settled(time: Floats, rows: Floats) -> float:
    """Twice the time by which every energy has come to its end but for a thousandth: nothing is seen after it."""
    moving = np.abs(rows - rows[-1]) > 1e-3 * np.abs(rows[0] - rows[-1])
    last = int(np.flatnonzero(moving.any(axis=1)).max(initial=0))
    return float(time[min(2 * last + 1, len(time) - 1)])
