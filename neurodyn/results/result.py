"""What a run returns: labelled values, how it ended, and all that is needed to repeat it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

    from neurodyn.results.events import Events
    from neurodyn.results.trains import Trains
    from neurodyn.results.trials import Side

Arrays = Mapping[str, NDArray[Any]]


class Unlabelled(ABC):
    """The numbers of a run, from which its dataset can be made."""

    @abstractmethod
    def label(self) -> Dataset:
        """The dataset."""

    @abstractmethod
    def bare(self, name: str) -> NDArray[Any] | None:
        """A variable without labels; None where these decide what it looks like, and for events."""

    @abstractmethod
    def happened(self, name: str) -> Events | None:
        """An event that was recorded; None for any other name."""


class Late:
    """The dataset of a result: as given, or made of unlabelled numbers when it is first read.

    Labels take as long as a short run, and of a run in a loop often only the end is read.
    """

    def __get__(self, result: Result | None, kind: type[Result]) -> Dataset:
        if result is None:
            raise AttributeError("dataset")
        found: Dataset | Unlabelled = result.__dict__["dataset"]
        if isinstance(found, Unlabelled):
            found = result.__dict__["dataset"] = found.label()
        return found

    def __set__(self, result: Result, dataset: Dataset | Unlabelled) -> None:
        result.__dict__["dataset"] = dataset


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """The outcome of one run.

    Attributes:
        dataset: the recorded variables; time comes first, then `trial` if there are several, then the index sets.
            Where no times were asked for, the edge of an input, and in small systems each jump of states, stands
            there twice: just before and just after it. Events stand there by themselves; see `events`.
            The coordinates `status`, `message`, `stop_time` and `valid` of `trial` tell how each ended and how many
            of its samples are valid; the others hold NaN. See `valid`, `trial` and `at`.
        recipe: what was run, with what and where, as plain data; `results.recipe` lists its entries.
        status: `done`, `settled` (of a run without trials, at a known attractor), `interrupted` (by the user) or
            `failed`, which one trial is enough for; the dataset holds what was computed until then.
        code, message: the reason and its remedy, if the run was not done.
        counts: steps, evaluations of the flow (`rhs`) and of the Jacobian, restarts at edges of inputs.
        arrays: the arrays that the recipe needs beside its plain data, by kind: the `values` given to the build, the
            `start`, the `inputs` and `save_at` given to the run; the state at its `end`, with its time `t`; and of a
            map that looks back the states `before` the start and the `history` before the end, with the steps back
            first (after the trials); of a run with events what is `pending` at its
            end (and was before its start, `pended`): refractory units, impulses on their way.
    """

    dataset: Late = Late()
    recipe: Mapping[str, Any]  # type: ignore[misc]  # the dataset before it has no default
    status: str = "done"
    code: str = ""
    message: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    arrays: Mapping[str, Arrays] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "dataset": self.dataset}

    def __getitem__(self, name: str) -> DataArray:
        """A recorded variable over time, by its name in the model."""
        if name in self.dataset.variables:
            return self.dataset[name]
        known = [str(known) for known in self.dataset.data_vars]
        near = get_close_matches(str(name), known, 1)
        raise InputError(
            f"{name} was not recorded.",
            code="not-recorded",
            remedy=f"Did you mean {near[0]}?" if near else f"Recorded: {', '.join(known) or 'nothing'}.",
        )

    def __contains__(self, name: object) -> bool:
        return name in self.dataset.variables

    def numbers(self, name: str) -> NDArray[Any]:
        """The numbers of a recorded variable, `result[name].values`: quicker where nothing else of a run is read."""
        late = self.__dict__["dataset"]
        found: NDArray[Any] | None = late.bare(name) if isinstance(late, Unlabelled) else None
        return self[name].values if found is None else found

    @property
    def time(self) -> NDArray[np.float64]:
        """The saved times, in the order of the run."""
        return np.asarray(self.dataset["time"].values, dtype=float)

    @property
    def valid(self) -> DataArray:
        """Which samples are valid, over `time`, and with trials over `time` and `trial`: False after a trial's stop."""
        from neurodyn.results.trials import mask

        return mask(self.dataset)

    def trial(self, k: int) -> Dataset:
        """The valid samples of one trial."""
        from neurodyn.results.trials import one_trial

        return one_trial(self.dataset, k)

    def events(self, name: str) -> Events:
        """The times at which the units of an event happened, `events("spike").of(3)`; see `results.events`."""
        from neurodyn.results.events import events

        late = self.__dict__["dataset"]
        found: Events | None = late.happened(name) if isinstance(late, Unlabelled) else None
        return events(self.dataset, name) if found is None else found

    def trains(self, name: str | None = None) -> Trains:
        """The spike trains of an event, by unit and trial, with the span in which they were watched.

        They are what the measures of `neurodyn.analysis` take: `rates(result.trains("spike"))`. The name may be left
        out where one event was recorded.
        """
        from neurodyn.results.trains import trains

        return trains(self, name)

    def at(self, t: ArrayLike, side: Side = "right", *, trial: int | None = None) -> Dataset:
        """What was saved nearest to a time, or to each of several.

        The edge of an input is saved twice, which `sel(time=..., method="nearest")` of xarray refuses.

        Args:
            side: on an edge, `left` is the value just before it in time and `right` the one just after it.
            trial: look at this trial alone.
        """
        from neurodyn.results.trials import at

        return at(self.dataset if trial is None else self.trial(trial), t, side)

    @property
    def energy(self) -> DataArray | None:
        """The energy along the run, if it was recorded."""
        return self._first_of_role("energy")

    @property
    def energy_parts(self) -> DataArray | None:
        """The terms of the energy along the run; the coordinate `part` holds them as written in the model."""
        return self._first_of_role("energy part")

    def _first_of_role(self, role: str) -> DataArray | None:
        return next((data for data in self.dataset.data_vars.values() if data.attrs.get("role") == role), None)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write a NetCDF file; a file that is there is replaced once the new one is complete."""
        from neurodyn.results.storage import save

        return save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Result:
        """Read a file that `save` wrote."""
        from neurodyn.results.storage import load

        return load(path)

    def summary(self) -> str:
        """One screen of text: what was run, how it ended, and the range of every variable."""
        from neurodyn.results.summary import as_text

        return as_text(self)

    def to_json(self) -> dict[str, Any]:
        """What the summary says, as plain data."""
        from neurodyn.results.summary import describe

        return describe(self)

    def plot(self, kind: str | None = None, **options: Any) -> Any:
        """Draw the result; see `neurodyn.plots.plot` for the kinds and their options."""
        from neurodyn.results.display import plotted

        return plotted(self, kind, **options)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        recorded = ", ".join(str(name) for name in self.dataset.data_vars)
        return f"<Result of {self.recipe.get('model', {}).get('name', '?')}, {self.status}: {recorded}>"

    def _repr_html_(self) -> str:
        from neurodyn.results.display import as_html

        return as_html(self)


def load_result(path: str | PathLike[str]) -> Result:
    """Read a result from a file that `Result.save` wrote."""
    return Result.load(path)
