"""Images of signs that were recalled, beside those that were meant: wrong pixels stand out in colour."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from neurodyn.plots.labels import plain
from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import PALETTE, STYLE, bare, new_figure

_TOO_MANY, _MISSING = PALETTE[1], PALETTE[0]
_LIGHT, _DARK = 0.96, 0.15  # greys of pixels that are right


def draw_images(meant: Floats, found: Mapping[str, Floats], shape: tuple[int, int], title: str) -> Figure:
    """Draw a row for each set of images, below those that were meant.

    Args:
        meant: +1 and -1, (images, pixels).
        found: by name what was recalled in place of them, of the same shape.
        shape: rows and columns of an image.
        title: of the figure; what the colours mean is added.
    """
    told = f"{title}\norange: on by error; blue: off by error"
    with rc_context(STYLE):
        figure = new_figure(1.6 + 0.8 * len(meant), 0.85 * (len(found) + 1) + 0.8)
        figure.suptitle(plain(told), x=0.01, ha="left", fontsize=11)
        grid = figure.subplots(len(found) + 1, len(meant), squeeze=False)
        for line, (name, images) in zip(grid, {"meant": meant, **found}.items(), strict=True):
            for axes, image, right in zip(line, images, meant, strict=True):
                bare(axes)
                axes.imshow(coloured(image, right).reshape(*shape, 3), interpolation="nearest")
            line[0].set_ylabel(plain(name), rotation=0, ha="right", va="center", fontsize=10)
    return figure


def coloured(image: Floats, meant: Floats) -> NDArray[np.float64]:
    """The colours of its pixels, (pixels, 3): grey where they are right."""
    greys = np.where(image > 0, _DARK, _LIGHT)
    colours = np.repeat(greys[:, None], 3, axis=1)
    colours[(image > 0) & (meant < 0)] = to_rgb(_TOO_MANY)
    colours[(image < 0) & (meant > 0)] = to_rgb(_MISSING)
    return colours
