"""Kind `population`: the rate of each population in time, in bins and smoothed."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from neurodyn.analysis.kernels import Kernel
from neurodyn.analysis.labels import rate_unit
from neurodyn.analysis.rates import population_rate
from neurodyn.plots.labels import number, plain, symbol, time_label, with_unit
from neurodyn.plots.recorded import Recorded
from neurodyn.plots.spikes import colour, in_time, time_unit, titled, trains_of
from neurodyn.plots.style import QUIET, new_figure


def draw(
    data: Recorded, *, events: Sequence[str] | None = None, width: float | None = None,
    kernel: Kernel = "gaussian", sigma: float | None = None,
) -> Figure:  # fmt: skip
    """Draw one panel for each event; of several trials one is shown.

    Args:
        width: of the bins, in SI units; by default a thousandth of the run.
        kernel, sigma: what the thick line is smoothed with; by default a Gaussian of five bins.
    """
    trains = trains_of(data, events, trial=data.trial)
    figure = new_figure(9.0, 1.0 + 2.0 * len(trains), plain(str(data.dataset.attrs.get("title", ""))))
    panels = figure.subplots(len(trains), 1, sharex=True, squeeze=False)[:, 0]
    for k, (axes, one) in enumerate(zip(panels, trains, strict=True)):
        bins = float(one.duration[0]) / 1000 if width is None else width
        smooth = 5 * bins if sigma is None else sigma
        raw = population_rate(one, width=bins)
        time = in_time(one, raw["time"].values)
        axes.plot(time, raw.values, color=QUIET, linewidth=0.6)
        rate = population_rate(one, width=bins, kernel=kernel, sigma=smooth)
        axes.plot(time, rate.values, color=colour(k), linewidth=1.6)
        note = f"{kernel} kernel, sigma {number(float(in_time(one, smooth)))} {time_unit(one) or ''}".strip()
        axes.set_title("; ".join(part for part in (titled(one), note) if part))
        axes.set_ylabel(with_unit(f"rate of {symbol(one.name)}", rate_unit(one)))
        # Bins with few spikes would hide the line: the view is that of the smooth rate and most of the bins.
        axes.set_ylim(0, 1.1 * max(float(rate.max()), float(raw.quantile(0.98))) or None)
    panels[-1].set_xlabel(time_label(data.dataset))
    panels[-1].set_xlim(float(data.time.min()), float(data.time.max()))
    figure.align_ylabels(list(panels))
    return figure
