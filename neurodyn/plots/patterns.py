"""Find the stored patterns of a memory, and the variable that is to resemble them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from neurodyn.errors import InputError
from neurodyn.plots.labels import plain
from neurodyn.plots.recorded import Floats, Recorded


def find_patterns(data: Recorded, patterns: ArrayLike | str | None, of: str | None) -> tuple[Floats, xr.DataArray]:
    """The patterns as (K, N), one per row, and the recorded variable of N units.

    Args:
        data: the run.
        patterns: the array, or the name of a parameter; by default the one parameter that has one row per memory.
        of: the variable; by default the only recorded one that has as many units as a pattern.
    """
    name = patterns if isinstance(patterns, str) else _only_parameter(data) if patterns is None else None
    stored = np.asarray(_parameter(data, name) if name is not None else patterns, dtype=float)
    if stored.ndim != 2 or 0 in stored.shape or not np.isfinite(stored).all():
        raise InputError(
            f"The patterns have the shape {stored.shape}.",
            code="wrong-shape",
            remedy="Give finite numbers, one pattern per row.",
        )
    return stored, _variable(data, stored.shape[1], of)


def _values(data: Recorded) -> Mapping[str, Any]:
    return data.system.values if data.system is not None else {}


def _parameter(data: Recorded, name: str) -> Any:
    values = _values(data)
    if name not in values:
        tables = ", ".join(key for key, value in values.items() if np.ndim(value) == 2)
        remedy = f"Parameters with two indices: {tables}." if tables else "Give the array itself, or a result."
        raise InputError(f"No parameter {name} holds patterns.", code="unknown-patterns", remedy=remedy)
    return values[name]


def _only_parameter(data: Recorded) -> str:
    """The one parameter over two different index sets; of several the one of which a row fits what was recorded."""
    system, values = data.system, _values(data)
    tables = [name for name, value in values.items() if np.ndim(value) == 2]
    rows = [
        name for name in tables if system is not None and len({d.removesuffix("_pre") for d in system.dims(name)}) == 2
    ]
    if len(rows) > 1:
        units = {data.rows(data.one_trial(data.get(n))).shape[1] for n in data.variables if data.role(n) != "input"}
        rows = [name for name in rows if values[name].shape[1] in units] or rows
    if len(rows) != 1:
        said = f"Candidates: {', '.join(rows)}." if rows else "No parameter has one row per pattern."
        raise InputError(f"Which patterns are meant is not clear. {said}", code="no-patterns", remedy="Give patterns=.")
    return rows[0]


def _variable(data: Recorded, units: int, of: str | None) -> xr.DataArray:
    if of is not None:
        chosen = data.one_trial(data.get(of))
        if data.rows(chosen).shape[1] != units:
            raise InputError(
                f"{of} has {data.rows(chosen).shape[1]} units and the patterns have {units}.",
                code="wrong-shape",
                remedy="Name a variable with as many units as a pattern has.",
            )
        return chosen
    shown = [data.one_trial(data.get(name)) for name in data.variables if data.role(name) != "input"]
    fitting = [variable for variable in shown if data.rows(variable).shape[1] == units]
    if len(fitting) != 1:
        said = f"Candidates: {', '.join(str(v.name) for v in fitting)}." if fitting else f"None has {units} units."
        raise InputError(
            f"Which variable is compared with the patterns is not clear. {said}",
            code="no-variable",
            remedy="Record one of them, or give of=.",
        )
    return fitting[0]


def pattern_names(names: Sequence[str] | None, count: int, number: str) -> list[str]:
    """What the patterns are called: the given names, or their numbers in the form `number`."""
    if names is None:
        return [number.format(k) for k in range(count)]
    if len(names) != count:
        raise InputError(
            f"There are {len(names)} names for {count} patterns.", code="wrong-shape", remedy="Give one per pattern."
        )
    return [plain(str(name)) for name in names]


def overlaps(states: Floats, patterns: Floats) -> tuple[Floats, str]:
    """Overlap of each state (time, N) with each pattern (K, N), and what it is called.

    For patterns of plus and minus one that is the mean of the products, for others the cosine of the angle.
    """
    products = states @ patterns.T
    if np.isin(patterns, (-1.0, 1.0)).all():
        return products / patterns.shape[1], "overlap"
    lengths = np.linalg.norm(states, axis=1)[:, None] * np.linalg.norm(patterns, axis=1)
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0), "overlap (cosine)"
