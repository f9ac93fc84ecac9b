"""Results as objects of Neo, which Elephant and other tools for recordings read. Neo is an extra of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.results.events import event_names, sampled
from neurodyn.results.trials import one_trial

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

    from neurodyn.results.result import Result
    from neurodyn.results.trains import Trains

_REGULAR = 1e-6  # of a step: times that are this close to even steps are regular


def to_neo(result: Result, *, time_unit: str | None = None) -> Any:
    """A result as a `neo.Block`, with a segment for each trial.

    Each unit of each event is a `SpikeTrain`, silent ones included, with its place as annotations; the trains of an
    event are a `Group` of its name. Each variable is an `AnalogSignal` where its times are regular, else an
    `IrregularlySampledSignal`; its units or edges are channels, with their places as array annotations. All is in SI
    units. The block is annotated with the model, backend, method, step and seed of the run.

    Args:
        time_unit: what a time without a unit counts as, such as `ms`; needed for models whose time has none.

    Raises:
        InputError: if Neo is not installed, or the unit of time is not known.
    """
    objects = _Objects.loaded(result.dataset, time_unit)
    neo, recipe = objects.neo, result.recipe
    told = {key: recipe[key] for key in ("backend", "method", "dt", "seed") if recipe.get(key) is not None}
    told |= {"model": recipe["model"]["text"], "status": result.status}
    block = neo.Block(name=recipe["model"]["name"], description=str(result.dataset.attrs.get("title", "")), **told)
    trains = [result.trains(name) for name in event_names(result.dataset)]
    block.groups.extend([neo.Group(name=one.name) for one in trains])
    for k in range(result.dataset.sizes.get("trial", 1)):
        data = one_trial(result.dataset, k) if "trial" in result.dataset.dims else result.dataset
        segment = neo.Segment(name=f"trial {k}", index=k)
        for name in sampled(result.dataset) if data["time"].size else ():
            signal = objects.signal(data, name)
            regular = isinstance(signal, neo.AnalogSignal)
            (segment.analogsignals if regular else segment.irregularlysampledsignals).append(signal)
        for own, group in zip(trains, block.groups, strict=True):
            found = list(objects.spike_trains(own, k))
            segment.spiketrains.extend(found)
            group.spiketrains.extend(found)
        block.segments.append(segment)
    return block


@dataclass(frozen=True)
class _Objects:
    """Makes objects of Neo.

    Attributes:
        neo, quantities: the packages.
        second: the unit of time of the run.
    """

    neo: Any
    quantities: Any
    second: Any

    @classmethod
    def loaded(cls, dataset: Dataset, time_unit: str | None) -> _Objects:
        """With the packages, and the unit of time that the run has or that is given."""
        try:
            neo, quantities = import_module("neo"), import_module("quantities")
        except ImportError as error:
            raise InputError(
                "Neo is not installed.", code="no-package", remedy="Install it: pip install 'neurodyn[neo]'."
            ) from error
        own = dataset["time"].attrs.get("unit", "")
        own = "" if own == "steps" else own
        if bool(own) == (time_unit is not None):
            what = f"the run is in {own}, and time_unit is {time_unit}" if own else "the time of this model has no unit"
            raise InputError(
                f"What a time counts as in Neo is not clear: {what}.",
                code="time-unit",
                remedy="Leave time_unit out." if own else "Say it: time_unit='ms'.",
            )
        try:
            second = quantities.Quantity(1.0, own or time_unit)
            second.rescale("s")
        except (LookupError, ValueError, SyntaxError) as error:
            raise InputError(
                f"{time_unit} is not a unit of time.", code="time-unit", remedy="Give one such as s or ms."
            ) from error
        return cls(neo, quantities, second)

    def spike_trains(self, trains: Trains, trial: int) -> Iterator[Any]:
        """One for each unit of an event in a trial."""
        start, stop = (float(end[trial]) * self.second for end in (trains.start, trains.stop))
        own = trains.trial == trial
        time, unit = trains.time[own], trains.unit[own]
        order = np.argsort(unit, kind="stable")
        ends = np.cumsum(np.bincount(unit, minlength=trains.units))
        for number, times in enumerate(np.split(time[order], ends[:-1])):
            at = np.unravel_index(number, trains.shape) if trains.shape else ()
            place = {dim: int(where[k]) for (dim, where), k in zip(trains.places.items(), at, strict=True)}
            text = f"[{','.join(map(str, place.values()))}]" if place else ""
            yield self.neo.SpikeTrain(
                times * self.second, t_start=start, t_stop=stop, name=f"{trains.name}{text}",
                description=trains.about, event=trains.name, **place,
            )  # fmt: skip

    def signal(self, data: Dataset, name: str) -> Any:
        """A variable over time, one channel for each unit."""
        variable = data[name]
        values = np.asarray(variable.transpose("time", ...).values, dtype=float)
        values = values.reshape(len(values), -1)
        measured = values * self.quantities.Quantity(1.0, variable.attrs.get("unit") or "dimensionless")
        time = np.asarray(data["time"].values, dtype=float)
        told = {"name": name, "description": str(variable.attrs.get("about", "")), "role": variable.attrs.get("role")}
        told["array_annotations"] = _places(variable)
        step = _regular(time)
        if step is None:
            return self.neo.IrregularlySampledSignal(time * self.second, measured, **told)
        return self.neo.AnalogSignal(
            measured, t_start=time[0] * self.second, sampling_period=step * self.second, **told
        )


def _regular(time: np.ndarray[Any, np.dtype[np.float64]]) -> float | None:
    """The step of regular times."""
    if len(time) < 2:
        return None
    step = (time[-1] - time[0]) / (len(time) - 1)
    even = time[0] + step * np.arange(len(time))
    return float(step) if step > 0 and np.abs(time - even).max() < _REGULAR * step else None


def _places(variable: DataArray) -> dict[str, Any]:
    """The place of each channel in each index set; for edges the ends of each."""
    dims = [str(dim) for dim in variable.dims if dim != "time"]
    if not dims:
        return {}
    grids = np.meshgrid(*(np.asarray(variable[dim].values) for dim in dims), indexing="ij")
    places = {dim: np.ravel(grid) for dim, grid in zip(dims, grids, strict=True)}
    edges = {str(key): c.values for key, c in variable.coords.items() if len(dims) == 1 and c.dims == (dims[0],)}
    return places | edges
