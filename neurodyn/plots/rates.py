"""Success rates against damage, with the band that each is known to lie in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from neurodyn.errors import InputError
from neurodyn.plots.labels import plain
from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import PALETTE


def draw_rates(axes: Axes, curve: Mapping[str, Any]) -> None:
    """Draw one curve, with the arrays `damage`, `rate`, `low` and `high`, or several such by name."""
    curves = {"": curve} if "rate" in curve else curve
    for (name, one), colour in zip(curves.items(), PALETTE, strict=False):
        damage, rate, low, high = _curve(one)
        axes.fill_between(damage, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(damage, rate, "o-", color=colour, markersize=4, label=plain(str(name)), clip_on=False)
    if len(curves) > 1:
        axes.legend(loc="lower left")
    axes.set(xlabel="damage of the cue", ylabel="recalled", title="Success rate", ylim=(0, 1.03))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    if max(np.max(one["damage"]) for one in curves.values()) <= 1:
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _curve(curve: Mapping[str, Any]) -> list[Floats]:
    missing = [key for key in ("damage", "rate", "low", "high") if key not in curve]
    if missing:
        raise InputError(
            f"The curve lacks {', '.join(missing)}.",
            code="no-curve",
            remedy="Give damage, rate, low and high, of one length.",
        )
    arrays = [np.asarray(curve[key], dtype=float) for key in ("damage", "rate", "low", "high")]
    if any(array.ndim != 1 or array.shape != arrays[0].shape for array in arrays):
        raise InputError("The curve's arrays differ in length.", code="wrong-shape", remedy="Give four of one length.")
    return arrays
