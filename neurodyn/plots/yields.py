"""The figure of yields: shares of samples with their intervals, beside what each quantity follows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from neurodyn.plots.labels import plain
from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import PALETTE, SIGNED, STYLE, new_figure


def draw_yields(
    names: Sequence[str], shares: Floats, filled: Sequence[bool], slopes: Floats, parts: Sequence[str], title: str
) -> Figure:
    """Draw shares as points with intervals, and standardised slopes as a map.

    Args:
        shares: (names, 3): the share, and the ends of its interval.
        filled: which points are filled.
        slopes: (names, parts); NaN where there are none.
    """
    with rc_context(STYLE):
        figure = new_figure(10.0, 1.6 + 0.4 * len(names), plain(title))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1.3))
        rows = np.arange(len(names))
        for row, (share, low, high), full in zip(rows, shares, filled, strict=True):
            left.plot([low, high], [row, row], color=PALETTE[0], linewidth=2)
            face = PALETTE[0] if full else "white"
            left.plot(share, row, "o", color=PALETTE[0], markerfacecolor=face, clip_on=False)
        left.set(xlabel="share of samples that show it", xlim=(0, 1), ylim=(len(names) - 0.5, -0.5))
        left.set_yticks(rows, [plain(name) for name in names])
        image = right.imshow(slopes, cmap=SIGNED, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
        right.set_xticks(np.arange(len(parts)), [plain(name) for name in parts])
        right.grid(visible=False)
        right.tick_params(labelleft=False)
        for row, column in np.argwhere(np.isfinite(slopes)):
            value = slopes[row, column]
            colour = "white" if abs(value) > 0.6 else "black"
            right.text(column, row, f"{value:+.2f}", ha="center", va="center", fontsize=8, color=colour)
        figure.colorbar(image, ax=right, label="standardised slope of its size")
    return figure
