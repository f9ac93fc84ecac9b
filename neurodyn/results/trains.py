"""Spike trains: the events of a run by unit and trial, with the span in which they were watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError
from neurodyn.results.events import event_names, events

if TYPE_CHECKING:
    from xarray import Dataset

    from neurodyn.results.result import Result

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
ROUNDING = 1e-8  # of a bin: a time that is this close below an edge of bins lies on it


@dataclass(frozen=True, eq=False, repr=False)
class Trains:
    """The times at which the units of one event happened, and from when to when they were watched.

    Attributes:
        time: trial after trial, in order.
        unit: of each, its number when all units are counted in the order of their places.
        trial: of each; 0 where there are no trials.
        start, stop: of each trial.
        places: for each index set of the event, the positions that are here.
        many: whether there are trials.
        measured: the unit of time: `unit` and the unit that the model writes (`written_unit`, of `written_size`).
    """

    name: str
    time: Floats
    unit: Places
    trial: Places
    start: Floats
    stop: Floats
    places: Mapping[str, Places]
    many: bool = False
    measured: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        trials = f" in {self.trials} trials" if self.many else ""
        return f"<Trains {self.name}: {len(self)} of {self.units} units{trials}, {self.duration.mean():.6g} long>"

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of positions in each index set."""
        return tuple(len(place) for place in self.places.values())

    @property
    def units(self) -> int:
        """How many units there are, silent ones included."""
        return int(np.prod(self.shape))

    @property
    def trials(self) -> int:
        """How many trials there are; 1 for a run without trials."""
        return len(self.start)

    @property
    def duration(self) -> Floats:
        """How long each trial was watched."""
        return self.stop - self.start

    @property
    def row(self) -> Places:
        """Of each time, the number of its train: units of the first trial come first."""
        return self.trial * self.units + self.unit

    def of(self, *place: int, trial: int = 0) -> Floats:
        """The times of the unit at a place, `of(3)`; without a place those of all units."""
        kept = self.trial == trial
        if place:
            kept &= self.unit == self._number(place)
        found: Floats = self.time[kept]
        return found

    def _number(self, place: Sequence[int]) -> int:
        known = dict(zip(self.places, place, strict=False))
        found = [np.flatnonzero(self.places[dim] == at) for dim, at in known.items()]
        if len(place) != len(self.places) or not all(len(at) for at in found):
            sizes = ", ".join(f"{size} of {dim}" for dim, size in zip(self.places, self.shape, strict=True))
            raise InputError(
                f"{self.name} has no unit {', '.join(map(str, place))}.",
                code="no-unit",
                remedy=f"Its units are {sizes}." if sizes else "It has one unit: give no place.",
            )
        return int(np.ravel_multi_index([int(at[0]) for at in found], self.shape))

    def between(self, start: float, stop: float) -> Trains:
        """What happened from one time up to another, which is the span from now on."""
        low, high = np.maximum(self.start, start), np.minimum(self.stop, stop)
        if not (high > low).any():
            raise InputError(
                f"{self.name} was not watched from {start:g} to {stop:g}.",
                code="outside",
                remedy=f"It was from {self.start.min():g} to {self.stop.max():g}.",
            )
        kept = (self.time >= low[self.trial]) & (self.time < high[self.trial])
        return replace(self._only(kept), start=low, stop=np.maximum(low, high))

    def isel(self, *, trial: Any = None, **positions: Any) -> Trains:
        """Some units and trials by their number, as in xarray: `isel(N=slice(0, 80), trial=0)`.

        A number drops its index set; a slice or a list keeps it.
        """
        unknown = positions.keys() - self.places.keys()
        if unknown or (trial is not None and not self.many):
            dims = [*self.places, *(["trial"] if self.many else [])]
            raise InputError(
                f"{self.name} has no dimension {min(unknown, default='trial')}.",
                code="no-dimension",
                remedy=f"It has: {', '.join(dims) or 'none'}.",
            )
        numbers = np.arange(self.units).reshape(self.shape)
        places = {}
        for axis, (dim, place) in reversed(list(enumerate(self.places.items()))):
            chosen = positions.get(dim, slice(None))
            numbers = np.take(numbers, np.arange(len(place))[chosen], axis=axis)
            places[dim] = place[chosen]
        kept = {dim: place for dim, place in reversed(places.items()) if place.ndim}
        return self._renumbered(np.ravel(numbers), kept, trial)

    def _renumbered(self, units: Places, places: Mapping[str, Places], trial: Any) -> Trains:
        trials = np.arange(self.trials)[slice(None) if trial is None else trial]
        unit, turn = (np.full(size, -1) for size in (self.units, self.trials))
        unit[units], turn[np.atleast_1d(trials)] = np.arange(units.size), np.arange(trials.size)
        some = replace(
            self._only(np.ones(len(self), bool)), unit=unit[self.unit], trial=turn[self.trial], places=places,
            start=self.start[np.atleast_1d(trials)], stop=self.stop[np.atleast_1d(trials)],
            many=self.many and trials.ndim > 0,
        )  # fmt: skip
        return some._only((some.unit >= 0) & (some.trial >= 0))

    def _only(self, kept: NDArray[np.bool_]) -> Trains:
        return replace(self, time=self.time[kept], unit=self.unit[kept], trial=self.trial[kept])

    def counts(self) -> Places:
        """How often each unit happened, over (trial, unit)."""
        return np.bincount(self.row, minlength=self.trials * self.units).reshape(self.trials, self.units)

    def intervals(self) -> tuple[Floats, Places]:
        """The intervals between successive times of a train, train after train, and the number of the train of each."""
        order = np.argsort(self.row, kind="stable")
        row, time = self.row[order], self.time[order]
        same = row[1:] == row[:-1]
        return np.diff(time)[same], row[1:][same]

    def binned(self, width: float) -> tuple[Places, Places]:
        """The number of the bin of each time, from the start of its trial; and how many bins fit into each trial.

        Bins hold their left edge and not the right one. What lies behind the last whole bin has the number -1. A trial
        that ended early has fewer.
        """
        if not width > 0:
            raise InputError(f"The width of a bin is {width:g}.", code="bad-width", remedy="Give one above 0.")
        bins = np.floor(self.duration / width + ROUNDING).astype(np.intp)
        if not bins.any():
            raise InputError(
                f"Bins of {width:g} are longer than the run, which is {self.duration.max():g} long.",
                code="bad-width",
                remedy="Give a smaller width.",
            )
        number = np.floor((self.time - self.start[self.trial]) / width + ROUNDING).astype(np.intp)
        return np.where(number < bins[self.trial], number, -1), bins


def spike_trains(times: Sequence[ArrayLike], *, stop: float, start: float = 0.0, name: str = "spike") -> Trains:
    """Trains that were recorded elsewhere: a sequence of times for each unit, in seconds, within a span."""
    arrays = [np.sort(np.asarray(one, dtype=float).ravel()) for one in times]
    time = np.concatenate([*arrays, np.zeros(0)])
    if not stop > start or (time.size and not (time.min() >= start and time.max() <= stop)):
        raise InputError(
            f"The times of {name} do not lie from {start:g} to {stop:g}.",
            code="outside",
            remedy="Give the span in which the units were watched.",
        )
    unit = np.repeat(np.arange(len(arrays)), [len(one) for one in arrays])
    order = np.argsort(time, kind="stable")
    return Trains(
        name, time[order], unit[order], np.zeros(len(time), np.intp), np.array([float(start)]),
        np.array([float(stop)]), {"unit": np.arange(len(arrays))}, measured={"unit": "s"},
    )  # fmt: skip


def trains(result: Result, name: str | None = None) -> Trains:
    """The spike trains of one event of a result; the name may be left out where one event was recorded."""
    known = event_names(result.dataset)
    if name is None and len(known) != 1:
        raise InputError(
            "Which event is meant?" if known else "No event was recorded.",
            code="not-recorded",
            remedy=f"Give the name of one: {', '.join(known)}." if known else "Record one.",
        )
    return trains_in(result.dataset, known[0] if name is None else name, *_span(result))


def trains_in(dataset: Dataset, name: str, start: Floats, stop: Floats) -> Trains:
    """The spike trains of an event in a dataset, watched from and to those times, one for each trial."""
    found, data = events(dataset, name), dataset[name]
    dims = [str(key).removeprefix(f"{found.name}.") for key in data.coords if str(key).startswith(f"{found.name}.")]
    dims = [dim for dim in dims if dim not in ("trial", "offset", "number")]
    sizes = tuple(int(size) for size in np.atleast_1d(data.attrs["shape"]))[: len(dims)]
    unit = np.ravel_multi_index(tuple(found.unit.T), sizes) if dims else np.zeros(len(found), np.intp)
    trial = np.zeros(len(found), np.intp) if found.trial is None else found.trial
    measured = {key: value for key, value in data.attrs.items() if key.endswith(("unit", "size"))}
    places = {dim: np.arange(size) for dim, size in zip(dims, sizes, strict=True)}
    many, about = "trial" in dataset.dims, str(data.attrs.get("about", ""))
    return Trains(found.name, found.time, unit, trial, start, stop, places, many, measured, about)


def _span(result: Result) -> tuple[Floats, Floats]:
    """From when to when each trial ran."""
    data = result.dataset
    start = float(result.recipe["t0"])
    stops = data["stop_time"].values if "stop_time" in data.coords else [result.arrays["end"]["t"]]
    stop = np.atleast_1d(np.asarray(stops, dtype=float))
    return np.full(len(stop), start), stop
