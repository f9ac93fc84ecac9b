"""Rhythms: the power spectrum of a population's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurodyn.analysis.labels import labelled, rate_unit
from neurodyn.analysis.rates import population_rate
from neurodyn.errors import InputError
from neurodyn.results.trains import ROUNDING, Floats, Trains

if TYPE_CHECKING:
    from xarray import DataArray


def spectrum(trains: Trains, *, width: float, segment: float | None = None) -> DataArray:
    """The power spectral density of the population's rate, one-sided; for each trial.

    Welch's method: segments that overlap by half, each without its mean and under a Hann window. Flat at 2*rate/N for N
    independent Poisson units of one rate.
    Source: Welch 1967, IEEE Trans. Audio Electroacoust. 15, doi:10.1109/TAU.1967.1161901.

    Args:
        width: of the bins of the rate; the spectrum ends at 1/(2*width).
        segment: the length of a segment, by default an eighth of the run; frequencies are 1/segment apart.
    """
    rate = np.atleast_2d(population_rate(trains, width=width).values)
    length = trains.duration.max() / 8 if segment is None else segment
    size = int(np.floor(length / width + ROUNDING))
    good = np.isfinite(rate).sum(axis=1)
    if size < 2 or size > good.max():
        raise InputError(
            f"A segment of {length:g} does not hold two bins of {width:g}, or is longer than the run.",
            code="bad-width",
            remedy="Give another segment, or a smaller width.",
        )
    values = np.full((len(rate), size // 2 + 1), np.nan)
    for k, count in enumerate(good):
        if count >= size:
            values[k] = _welch(rate[k, :count], width, size)
    frequency, unit = np.fft.rfftfreq(size, width), rate_unit(trains)
    return labelled(
        trains, values, ("trial", "frequency"), name="spectrum", about="power spectral density of the population rate",
        unit=unit, frequency=(frequency, unit),
    )  # fmt: skip


def _welch(rate: Floats, width: float, size: int) -> Floats:
    """The one-sided density of a signal that is sampled at steps of `width`, from segments of `size` samples."""
    segments = np.lib.stride_tricks.sliding_window_view(rate, size)[:: size - size // 2]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    lines = np.fft.rfft((segments - segments.mean(axis=1, keepdims=True)) * window)
    power = np.asarray((np.abs(lines) ** 2).mean(axis=0) * width / (window**2).sum(), dtype=float)
    power[1 : size - size // 2] *= 2  # negative frequencies; 0 and that of the step have none
    return power
