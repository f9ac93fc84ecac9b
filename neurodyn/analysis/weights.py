"""How the values of a state are spread over its units or edges, and how that changes in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.errors import InputError
from neurodyn.results.trains import Floats

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def weight_distribution(
    data: DataArray, *, bins: int | Sequence[float] = 50, quantiles: Sequence[float] = _QUANTILES
) -> Dataset:
    """The distribution of a recorded variable, `result["w"]`, over all its index sets or edges at each time.

    Args:
        bins: how many bins there are from the least value to the greatest, or their edges.
        quantiles: the shares below which lie the values of `quantile`.

    Returns:
        Over `time`, and `trial` if there are trials: `mean`, `deviation`, `least`, `greatest`, `quantile`, and the
        `share` of the values in each bin `value`.
    """
    import xarray as xr

    name = str(data.name)
    own = [str(dim) for dim in data.dims if dim not in ("time", "trial", "sample")]
    if not own or not data.size:
        raise InputError(
            f"{name} is a single number, or has no samples.", code="no-distribution", remedy="Name one with index sets."
        )
    stacked = data.stack(element=own, create_index=False).transpose(..., "element")
    values = np.asarray(stacked.values, dtype=float)
    found = _edges(values, bins)
    rest = [dim for dim in stacked.dims if dim != "element"]
    shares = _shares(values.reshape(-1, values.shape[-1]), found).reshape(*values.shape[:-1], -1)
    told = {key: data.attrs[key] for key in ("unit", "written_unit", "written_size") if key in data.attrs}
    middles = xr.Variable("value", (found[1:] + found[:-1]) / 2, told)
    parts = {
        "mean": stacked.mean("element"),
        "deviation": stacked.std("element"),
        "least": stacked.min("element"),
        "greatest": stacked.max("element"),
        "quantile": stacked.quantile(list(quantiles), "element").rename(quantile="level"),
    }
    parts = {key: part.assign_attrs(told) for key, part in parts.items()}
    share = xr.DataArray(shares, {"value": middles}, [*rest, "value"], attrs={"about": f"share of {name} in each bin"})
    attrs = {"name": name, "about": str(data.attrs.get("about", ""))}
    return xr.Dataset({**parts, "share": share}, attrs=attrs).assign_coords(edge=("side", found, told))


def _edges(values: Floats, bins: int | Sequence[float]) -> Floats:
    if not isinstance(bins, int):
        return np.asarray(bins, dtype=float)
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    spread = high - low or abs(high) or 1.0
    return np.linspace(low, high if high > low else low + spread, bins + 1)


def _shares(rows: Floats, edges: Floats) -> Floats:
    """The share of each row in each bin, the last of which holds its right edge; NaN for a row that is not finite."""
    number = np.clip(np.searchsorted(edges, rows, side="right") - 1, -1, len(edges) - 1)
    number[rows == edges[-1]] = len(edges) - 2
    good = np.isfinite(rows) & (number >= 0) & (number < len(edges) - 1)
    flat = (np.arange(len(rows))[:, None] * (len(edges) - 1) + number)[good]
    counts = np.bincount(flat, minlength=len(rows) * (len(edges) - 1)).reshape(len(rows), -1)
    whole = np.isfinite(rows).all(axis=1, keepdims=True)
    return np.where(whole, counts / rows.shape[1], np.nan)
