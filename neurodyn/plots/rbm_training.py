"""Training of RBMs from several starts: likelihood, errors, distance from patterns, recall; filters and samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, MaxNLocator

from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import INK, PALETTE, PAPER, QUIET, SIGNED, STYLE, bare, new_figure

if TYPE_CHECKING:
    from xarray import Dataset

SHOWN = 10  # images of a row
Recall = Mapping[tuple[str, float], Mapping[str, float]]


def draw_training(data: Dataset, recall: Recall, measures: Mapping[str, str], title: str) -> Figure:
    """The course of training and what it does to recall.

    Args:
        data: `log_likelihood` and `log_likelihood_test` (start, run, epoch), `error` (expert_start, run, epoch) and
            `distance` (run, epoch).
        recall: shares by network and inverse temperature, by measure.
        measures: what each of them is called.
        title: of the figure.
    """
    with rc_context(STYLE):
        figure = new_figure(13.0, 8.0, title)
        (whole, close, errors), (distance, warm, cold) = figure.subplots(2, 3)
        epochs = data["epoch"].values.astype(float)
        starts = [str(name) for name in data["start"].values]
        train, test = (data[f"log_likelihood{x}"].values for x in ("", "_test"))
        _bands(whole, epochs, -train, starts)
        whole.set(yscale="log", ylabel="minus mean log-likelihood (nats)", title="all epochs, training images")
        _bands(close, epochs[1:], train[..., 1:], starts)
        _bands(close, epochs[1:], test[..., 1:], starts, dashed=True)
        _to_the_first(close, train[:2, :, 1:], test[:2, :, 1:])
        close.set(ylabel="mean log-likelihood (nats)", title="from epoch 1 on (dashed: test images)")
        _bands(errors, epochs, 100 * data["error"].values, [str(name) for name in data["expert_start"].values])
        errors.set(yscale="log", ylabel="wrongly classified (%)", title="experts and logistic regression, test images")
        _bands(distance, epochs, data["distance"].values[None], ["Hopfield"])
        distance.set(ylabel="distance / length", title="closest vector of signs, from the span of W", ylim=(0, None))
        for axes in (whole, errors):
            for ticks in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
                ticks(LogFormatter(labelOnlyBase=False, minor_thresholds=(2, 0.5)))
        for axes in (whole, close, errors, distance):
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.legend(loc="best")
        betas = sorted({beta for _, beta in recall})
        for axes, beta in zip((warm, cold), betas, strict=True):
            _bars(axes, {name: shares for (name, at), shares in recall.items() if at == beta}, measures)
            axes.set(title=f"finds the pattern of its class, beta = {beta:g}", ylabel="test images (%)", ylim=(0, 119))
            axes.set_yticks(range(0, 101, 20))
    return figure


def draw_images(data: Dataset, shape: tuple[int, int], title: str) -> Figure:
    """Patterns, filters and samples: `patterns` (unit, class), `weights` (machine, unit, hidden), `samples`."""
    rows: list[tuple[str, Floats, Any]] = [("patterns", data["patterns"].values.T, PAPER)]
    for k, name in enumerate(str(name) for name in data["machine"].values):
        rows.append((f"filters,\n{name}", data["weights"].values[k].T, SIGNED))
        rows.append((f"samples,\n{name}", data["samples"].values[k], PAPER))
    with rc_context(STYLE):
        figure = new_figure(11.0, 1.05 * len(rows) + 0.7, title)
        for axes, (label, images, colours) in zip(figure.subplots(len(rows), 1), rows, strict=True):
            top = float(np.abs(images).max())
            axes.imshow(_strip(images[:SHOWN], shape), cmap=colours, vmin=-top, vmax=top, interpolation="nearest")
            bare(axes)
            axes.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=10)
    return figure


def _strip(images: Floats, shape: tuple[int, int]) -> Floats:
    """Images side by side, with a gap between."""
    gap = np.full((shape[0], max(1, shape[1] // 8)), np.nan)
    pieces = [piece for image in images for piece in (image.reshape(shape), gap)]
    return np.concatenate(pieces[:-1], axis=1)


def _bands(axes: Axes, epochs: Floats, values: Floats, names: list[str], dashed: bool = False) -> None:
    """The mean over runs of each start, between the least and the largest."""
    for k, (name, runs) in enumerate(zip(names, values, strict=True)):
        colour = PALETTE[k]
        if dashed:
            axes.plot(epochs, runs.mean(axis=0), color=colour, linestyle="--", linewidth=1.2)
        else:
            axes.plot(epochs, runs.mean(axis=0), "o-", color=colour, markersize=4.0, label=name)
            axes.fill_between(epochs, runs.min(axis=0), runs.max(axis=0), color=colour, alpha=0.2, linewidth=0)
    axes.margins(x=0.03)


def _to_the_first(axes: Axes, *values: Floats) -> None:
    """Limits that show these values: what is far below them stands in another panel."""
    low, high = min(float(x.min()) for x in values), max(float(x.max()) for x in values)
    axes.set_ylim(low - 0.1 * (high - low), high + 0.1 * (high - low))


def _bars(axes: Axes, shares: Mapping[str, Mapping[str, float]], measures: Mapping[str, str]) -> None:
    """Bars for each network in groups of measures."""
    places, width = np.arange(len(measures)), 0.8 / len(shares)
    for k, (name, one) in enumerate(shares.items()):
        heights = [100 * one[what] for what in measures]
        axes.bar(places + (k - (len(shares) - 1) / 2) * width, heights, width, color=PALETTE[k], label=name)
    axes.set_xticks(places, [text.replace(" ", "\n", 1) for text in measures.values()])
    axes.tick_params(axis="x", labelcolor=INK)
    axes.margins(x=0.05)
    axes.grid(visible=False, axis="x")
    axes.axhline(0, color=QUIET, linewidth=0.7)
    axes.legend(loc="upper right")
