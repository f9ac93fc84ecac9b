"""Measurements as they are given: in Python, or as the path of a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fitting.data import Experiment, Measured, Peaks, Samples
from neurodyn.errors import InputError

Floats = NDArray[np.float64]


def experiments_of(data: Any) -> tuple[Experiment, ...]:
    """Experiments, from one, from sets of measurements, or from the path of a file."""
    if isinstance(data, str | PathLike):
        return (Experiment(read_data(data)),)
    if isinstance(data, Experiment):
        return (data,)
    items = (data,) if isinstance(data, Measured) else tuple(data) if isinstance(data, Iterable) else ()
    if items and all(isinstance(x, Measured) for x in items):
        return (Experiment(items),)
    if items and all(isinstance(x, Experiment) and x.sets for x in items):
        return items
    raise InputError(
        "The data are no measurements.",
        code="bad-data",
        remedy="Give Samples, Peaks, Experiments of them, or the path of a CSV file.",
    )


def read_data(path: str | PathLike[str]) -> tuple[Measured, ...]:
    """Measurements from a CSV file with a line of names.

    A column `time`, or `from` and `until` for the largest values in windows; then a column for each quantity, and
    perhaps its standard deviation under its name with `_error`. Cells that are empty were not measured.
    """
    table = _table(Path(path))
    when = ("time",) if "time" in table else ("from", "until")
    if not all(name in table for name in when):
        raise _unreadable(path, "It has no column time, nor from and until.")
    found: list[Measured] = []
    for name, values in table.items():
        if name in when or name.endswith("_error"):
            continue
        there = np.isfinite(values)
        errors = table[f"{name}_error"][there] if f"{name}_error" in table else None
        axis = [table[n][there] for n in when]
        if len(axis) == 1:
            found.append(Samples(name, values[there], times=axis[0], errors=errors))
        else:
            found.append(Peaks(name, values[there], starts=axis[0], ends=axis[1], errors=errors))
    if not found:
        raise _unreadable(path, "It has no column of a quantity.")
    return tuple(found)


def _table(path: Path) -> dict[str, Floats]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(line for line in file if not line.startswith("#")) if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, f"{getattr(error, 'strerror', None) or error}.") from error
    if len(rows) < 2:
        raise _unreadable(path, "It has no rows below a line of names.")
    names = [name.strip() for name in rows[0]]
    if len(set(names)) != len(names):
        raise _unreadable(path, "Two columns have the same name.")
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(names):
            raise _unreadable(path, f"Row {number} has {len(row)} cells, and there are {len(names)} columns.")
    try:
        cells = [[float(cell) if cell.strip() else np.nan for cell in row] for row in rows[1:]]
    except ValueError as error:
        raise _unreadable(path, f"A cell is no number: {error}.") from error
    return dict(zip(names, np.array(cells).T, strict=True))


def _unreadable(path: str | PathLike[str], why: str) -> InputError:
    return InputError(
        f"The data in {path} cannot be read. {why}",
        code="bad-data",
        remedy="Write columns such as: time,y,y_error.",
    )
