"""Smoothing of rates with kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from neurodyn.errors import InputError
from neurodyn.results.spiking import ratio
from neurodyn.results.trains import Floats

if TYPE_CHECKING:
    from xarray import DataArray

Kernel = Literal["gaussian", "boxcar", "exponential", "alpha"]
_REACH = {"gaussian": 6.0, "boxcar": 2.0, "exponential": 30.0, "alpha": 30.0}  # in standard deviations


def smoothed(rate: DataArray, kernel: Kernel, *, sigma: float | None, dim: str = "time") -> DataArray:
    """A rate in bins, smoothed with a kernel; at the ends with the part of it that lies inside.

    The kernels have the standard deviation sigma: `gaussian`, `boxcar` (of the width sqrt(12)*sigma), and those that
    look back alone, `exponential` (exp(-s/sigma)) and `alpha` (s*exp(-s/tau) with tau = sigma/sqrt(2)). Each is
    averaged over the bins. Source: Nawrot et al. 1999, J. Neurosci. Methods 94, doi:10.1016/S0165-0270(99)00127-2.
    """
    if kernel not in get_args(Kernel):
        raise InputError(
            f"There is no kernel {kernel}.", code="unknown-option", remedy=f"There are: {', '.join(get_args(Kernel))}."
        )
    if sigma is None or not sigma > 0:
        raise InputError(
            "The kernel has no width.", code="bad-width", remedy="Give sigma, its standard deviation, above 0."
        )
    axis, place = rate.get_axis_num(dim), rate[dim].values
    width = float(place[1] - place[0]) if len(place) > 1 else float(sigma)
    weights = _weights(kernel, sigma / width, len(place))
    values = np.apply_along_axis(_convolved, axis, rate.values, weights)
    about = f"{rate.attrs.get('about', '')}; {kernel} kernel, sigma {sigma:g}"
    return rate.copy(data=values).assign_attrs(about=about)


def _weights(kernel: Kernel, sigma: float, size: int) -> Floats:
    """The weight of each lag from -n to n bins: the integral of the kernel over the bin around it."""
    reach = min(int(np.ceil(_REACH[kernel] * sigma)) + 1, size)
    edges = np.asarray((np.arange(-reach, reach + 2) - 0.5) / sigma, dtype=float)
    return np.diff(_integral(kernel, edges))


def _integral(kernel: Kernel, s: Floats) -> Floats:
    """The integral of a kernel of standard deviation 1 up to s."""
    from scipy.special import gammainc, ndtr

    back = np.maximum(s, 0.0)
    shapes: dict[Kernel, Callable[[], Any]] = {
        "gaussian": lambda: ndtr(s),
        "boxcar": lambda: np.clip(s / np.sqrt(12) + 0.5, 0.0, 1.0),
        "exponential": lambda: gammainc(1, back),
        "alpha": lambda: gammainc(2, np.sqrt(2) * back),
    }
    return np.asarray(shapes[kernel](), dtype=float)


def _convolved(values: Floats, weights: Floats) -> Floats:
    """The mean of the values around each, weighted, over those that are finite."""
    good = np.isfinite(values)
    reach = len(weights) // 2

    def spread(data: Floats) -> Floats:
        return np.asarray(np.convolve(data, weights)[reach : reach + len(data)], dtype=float)

    mass = spread(good.astype(float))
    return ratio(spread(np.where(good, values, 0.0)), np.where(good, mass, 0.0))
