"""What the plots read: the recorded variables of a run, and the patterns that are hidden in its parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.results.trials import is_flat, one_trial

if TYPE_CHECKING:
    from neurodyn.system.system import System

Floats = NDArray[np.float64]
ORDER = ("input", "state", "unknown", "observable", "energy")
PART = "energy part"


@dataclass(frozen=True, eq=False)
class Recorded:
    """Everything a plot may look at.

    Attributes:
        dataset: the variables over time.
        source: what was given to be plotted: a result, or the dataset itself.
        known: the system that was run, if the caller gave it.
        trial: which trial is shown where only one can be.
    """

    dataset: xr.Dataset
    source: Any = None
    known: System | None = None
    trial: int = 0

    @cached_property
    def system(self) -> System | None:
        """The system that was run: as given, else built again from the recipe of the result."""
        if self.known is not None or not hasattr(self.source, "recipe"):
            return self.known
        from neurodyn.results.again import rebuilt

        return rebuilt(self.source)

    @property
    def replaced(self) -> frozenset[str]:
        """The inputs that this run had in place of the system's own."""
        return frozenset(getattr(self.source, "recipe", {}).get("inputs", ()))

    @property
    def time(self) -> Floats:
        """The times; an input's edge is there twice."""
        return np.asarray(self.dataset["time"].values, dtype=float)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that were recorded over time, inputs first and the energy last, without the energy's parts."""
        found = [str(name) for name, data in self.dataset.data_vars.items() if "time" in data.dims]
        found = [name for name in found if self.role(name) in ORDER]
        return tuple(sorted(found, key=lambda name: ORDER.index(self.role(name))))

    def role(self, name: str) -> str:
        """What a variable is to the model; an unmarked one counts as an observable."""
        return str(self.dataset[name].attrs.get("role", "observable"))

    def get(self, name: str) -> xr.DataArray:
        """A recorded variable, or an error that lists what was recorded."""
        if name not in self.dataset.data_vars or "time" not in self.dataset[name].dims:
            known = self.variables
            near = get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Recorded: {', '.join(known) or 'nothing'}."
            raise InputError(f"No variable {name} was recorded.", code="not-recorded", remedy=hint)
        return self.dataset[name]

    def one_trial(self, data: xr.DataArray) -> xr.DataArray:
        """The variable in the chosen trial, if it has several; its attribute `trial` says which."""
        if "trial" not in data.dims:
            return data
        count = data.sizes["trial"]
        if not 0 <= self.trial < count:
            raise InputError(
                f"There is no trial {self.trial}.", code="no-trial", remedy=f"The run has trials 0 to {count - 1}."
            )
        return data.isel(trial=self.trial).assign_attrs(trial=f"trial {self.trial} of {count}")

    def rows(self, data: xr.DataArray) -> Floats:
        """Values as (time, row): the trial or the units in one row after the other."""
        values = np.asarray(data.transpose("time", ...).values, dtype=float)
        return values.reshape(len(values), -1)

    def element(self, text: str) -> tuple[xr.DataArray, Floats]:
        """One number over time: the variable that `v` or `x[3]` names, and its values in the chosen trial."""
        name, index = parse_element(text)
        data = self.one_trial(self.get(name))
        rest = tuple(size for dim, size in data.sizes.items() if dim != "time")
        if len(index) != len(rest) or any(i >= size for i, size in zip(index, rest, strict=True)):
            whole = f"{name}[{','.join(map(str, rest))}]" if rest else f"{name}, a single number"
            raise InputError(
                f"{text} is not one element of {name}.", code="not-an-element", remedy=f"The variable is {whole}."
            )
        place = int(np.ravel_multi_index(index, rest)) if rest else 0
        return data, self.rows(data)[:, place]

    @property
    def energy(self) -> xr.DataArray | None:
        """The recorded energy."""
        return next((self.dataset[name] for name in self.variables if self.role(name) == "energy"), None)

    @property
    def energy_parts(self) -> xr.DataArray | None:
        """The recorded terms of the energy; the coordinate `part` holds them as written."""
        return next((data for data in self.dataset.data_vars.values() if data.attrs.get("role") == PART), None)

    @property
    def as_written(self) -> Recorded:
        """The same with every variable, and time, in the unit in which the model writes it, rather than in SI units."""
        coordinates = {"time": _as_written(self.dataset["time"])}
        variables = {name: _as_written(data) for name, data in self.dataset.data_vars.items()}
        return replace(self, dataset=self.dataset.assign(variables).assign_coords(coordinates))


def _as_written(data: xr.DataArray) -> xr.DataArray:
    size = data.attrs.get("written_size", 1.0)
    if size == 1.0:
        return data
    shown = data.copy(data=np.asarray(data.values, dtype=float) / size)
    period = {"period": data.attrs["period"] / size} if "period" in data.attrs else {}
    return shown.assign_attrs(unit=data.attrs["written_unit"], **period)


def parse_element(text: str) -> tuple[str, tuple[int, ...]]:
    """The name and the index in `x[1,2]`."""
    match = re.fullmatch(r"\s*([^\[\]\s]+)\s*(?:\[\s*(\d{1,9}(?:\s*,\s*\d{1,9})*)\s*\])?\s*", text)
    if match is None:
        raise InputError(
            f"{text!r} does not name a variable.",
            code="not-an-element",
            remedy="Write a name, as v, or an element, as x[3].",
        )
    return match[1], tuple(int(part) for part in match[2].split(",")) if match[2] else ()


def recorded(thing: Any, system: System | None, trial: int) -> Recorded:
    """Read a `Result`, or a bare dataset with a time axis."""
    dataset = thing if isinstance(thing, xr.Dataset) else getattr(thing, "dataset", None)
    if not isinstance(dataset, xr.Dataset) or "time" not in dataset.variables:
        raise InputError(
            f"A {type(thing).__name__} cannot be plotted.", code="not-plottable", remedy="Give the result of a run."
        )
    if not dataset["time"].size:
        raise InputError(
            "The run holds no samples.", code="nothing-to-plot", remedy="See its message for why it ended at once."
        )
    if is_flat(dataset):
        dataset = one_trial(dataset, trial)
    return Recorded(dataset, thing, system, trial)
