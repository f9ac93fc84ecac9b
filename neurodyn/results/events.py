"""Events in a dataset: flat, one entry for each time that a unit of an event happened.

The variable `spike` holds times along the dim `spike.number`. Its coordinates are named after it: one for each index
set (`spike.N`, the place of the unit), and with trials `spike.trial` and, along `trial`, `spike.offset`, the number of
the first entry of each trial. Entries are sorted by trial, then by time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError

if TYPE_CHECKING:
    from xarray import Dataset

    from neurodyn.system.system import System

ROLE, REDUCED = "event", "reduction"


class Record(Protocol):
    """What a backend tells of one event: times, the flat number of the unit of each, and its trial if it has one."""

    @property
    def time(self) -> NDArray[np.float64]: ...
    @property
    def unit(self) -> NDArray[np.intp]: ...
    @property
    def trial(self) -> NDArray[np.intp] | None: ...


@dataclass(frozen=True, eq=False, repr=False)
class Events:
    """The times at which the units of one event happened.

    Attributes:
        time: in order, trial after trial.
        unit: the place of the unit of each: a row of positions, one for each letter of the event.
        trial: of each; None for a run without trials.
    """

    name: str
    time: NDArray[np.float64]
    unit: NDArray[np.intp]
    trial: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        span = f", t = {self.time.min():.6g} to {self.time.max():.6g}" if len(self) else ""
        return f"<Events {self.name}: {len(self)}{span}>"

    def before(self, t: float) -> Events:
        """Those before a time."""
        kept = self.time < t
        trial = None if self.trial is None else self.trial[kept]
        return Events(self.name, self.time[kept], self.unit[kept], trial)

    def of(self, *unit: int, trial: int | None = None) -> NDArray[np.float64]:
        """The times of one unit, `of(3)`; without a unit those of all."""
        kept = np.ones(len(self), bool) if not unit else (self.unit == np.array(unit)).all(axis=1)
        if trial is not None and self.trial is not None:
            kept &= self.trial == trial
        found: NDArray[np.float64] = self.time[kept]
        return found


def event_columns(
    system: System, fired: Mapping[str, Record], trials: int | None, time: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables and the coordinates of the events that were recorded; `time` says how times are measured."""
    variables, coords = dict[str, Any](), dict[str, Any]()
    for name, record in fired.items():
        dim, dims, shape = f"{name}.number", system.dims(name), _shape(system, name)
        places = np.unravel_index(record.unit, shape) if shape else ()
        coords |= {f"{name}.{d}": (dim, np.asarray(p)) for d, p in zip(dims, places, strict=True)}
        if trials is not None and record.trial is not None:
            counts = np.bincount(record.trial, minlength=trials)
            coords[f"{name}.trial"] = (dim, record.trial)
            coords[f"{name}.offset"] = ("trial", np.cumsum(counts) - counts, {"about": "number of its first entry"})
        told = {"role": ROLE, "about": system.about(name), "shape": list(shape) or [1], **time}
        variables[name] = (dim, record.time, told)
    return variables, coords


def unlabelled(system: System, name: str, record: Record, with_trials: bool) -> Events:
    """What a backend tells of one event, as `events` reads it from a dataset."""
    shape, time = _shape(system, name), np.asarray(record.time, float)
    unit = np.stack(np.unravel_index(record.unit, shape), axis=1) if shape else np.zeros((time.size, 0), np.intp)
    trial = np.asarray(record.trial, np.intp) if with_trials and record.trial is not None else None
    return Events(name, time, unit.astype(np.intp, copy=False), trial)


def _shape(system: System, name: str) -> tuple[int, ...]:
    """How many places each letter of an event has."""
    return tuple(system.sizes[d.removesuffix("_pre")] for d in system.dims(name))


def without_events(dataset: Dataset) -> Dataset:
    """The dataset with nothing of its events."""
    names = event_names(dataset)
    offsets = [f"{name}.offset" for name in names if f"{name}.offset" in dataset.coords]
    return dataset.drop_dims([f"{name}.number" for name in names]).drop_vars(offsets)


def with_all_events(dataset: Dataset, datasets: Sequence[Dataset]) -> Dataset:
    """The dataset with the events of several that went on from one another, which have none of a time in common."""
    for name in event_names(datasets[0]):
        first = datasets[0][name]
        own = [str(key) for key in first.coords if first.coords[key].dims == first.dims]
        columns = {key: np.concatenate([d[key].values for d in datasets]) for key in own}
        order = np.argsort(columns.get(f"{name}.trial", np.zeros(sum(d[name].size for d in datasets))), kind="stable")
        time = np.concatenate([d[name].values for d in datasets])[order]
        coords: dict[str, Any] = {key: (first.dims, column[order]) for key, column in columns.items()}
        if f"{name}.offset" in datasets[0].coords:
            offset = datasets[0][f"{name}.offset"]
            coords[f"{name}.offset"] = (offset.dims, sum(d[offset.name].values for d in datasets), offset.attrs)
        dataset = dataset.assign({name: (first.dims, time, first.attrs)}).assign_coords(coords)
    return dataset


def event_names(dataset: Dataset) -> list[str]:
    """The events that were recorded."""
    return [str(name) for name, data in dataset.data_vars.items() if data.attrs.get("role") == ROLE]


def sampled(dataset: Dataset) -> list[str]:
    """The variables that were recorded over time."""
    others = (ROLE, REDUCED)
    return [str(name) for name, data in dataset.data_vars.items() if data.attrs.get("role") not in others]


def events(dataset: Dataset, name: str) -> Events:
    """One of the events that were recorded."""
    known = event_names(dataset)
    if name not in known:
        near = get_close_matches(str(name), known, 1)
        raise InputError(
            f"No event {name} was recorded.",
            code="not-recorded",
            remedy=f"Did you mean {near[0]}?" if near else f"Recorded: {', '.join(known) or 'none'}.",
        )
    data = dataset[name]
    own = {str(key).removeprefix(f"{name}."): c for key, c in data.coords.items() if str(key).startswith(f"{name}.")}
    trial = own.pop("trial", None)
    columns = [np.asarray(c.values, dtype=np.intp) for key, c in own.items() if key not in ("offset", "number")]
    unit = np.stack(columns, axis=1) if columns else np.zeros((data.size, 0), np.intp)
    return Events(
        name, np.asarray(data.values, float), unit, None if trial is None else np.asarray(trial.values, np.intp)
    )
