"""How every plot looks: a palette that colour-blind eyes can tell apart, thin frames, sizes that a talk needs."""

from __future__ import annotations

from textwrap import fill
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito's colours, without the yellow that vanishes on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
ROLE = {"input": "#E69F00", "state": "#0072B2", "observable": "#009E73", "energy": "#D55E00"}
QUIET, INK, GOOD, BAD = "#B8BDC4", "#22262B", "#009E73", "#D55E00"
RISING, SIGNED, CYCLIC, PAPER = "viridis", "RdBu_r", "twilight", "Greys"

STYLE: Any = {
    "font.size": 11.0,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#6B7178",
    "axes.linewidth": 0.7,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 5.0,
    "axes.labelsize": 12.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.xmargin": 0.0,
    "axes.formatter.limits": (-4, 5),
    "axes.formatter.use_mathtext": True,
    "grid.color": "#E4E7EA",
    "grid.linewidth": 0.7,
    "xtick.color": "#6B7178",
    "ytick.color": "#6B7178",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "figure.titlesize": 13.0,
    "figure.titleweight": "bold",
    "image.cmap": RISING,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}


def new_figure(width: float, height: float, title: str = "") -> Figure:
    """An empty figure of that many inches, tied to no window."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    if title:
        figure.suptitle(fill(title, int(8.5 * width)), x=0.01, ha="left")
    return figure


def bare(axes: Axes) -> None:
    """Leave nothing but the picture: no ticks, no grid, no frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
