"""What a backend answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from neurodyn.backends.event_log import Fired

Status = Literal["done", "settled", "interrupted", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        status: `done`, or `settled` at a known attractor, or `interrupted` by the user, or `failed`.
        code: a short stable name of the reason; empty when done.
        message: the reason in one sentence, and the remedy.
    """

    status: Status
    code: str = ""
    message: str = ""


DONE, SETTLED = Outcome("done"), Outcome("settled", "settled")


@dataclass(frozen=True, eq=False)
class Stop:
    """How one trial ended.

    Attributes:
        time: the last time that it reached.
        valid: how many of the saved times it has a state at; they are the first ones.
    """

    outcome: Outcome
    time: float
    valid: int


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The saved states of a run, as far as it came.

    Attributes:
        time: the times that were reached, a beginning of the plan's `save_at`, or the solver's own steps.
        y: the states there, (n, size), with trials (n, trials, size); finite, but for NaN after the stop of a trial.
        outcome: how the run ended; it failed if one of its trials did.
        method: the method that was used.
        counts: steps, evaluations of the flow (`rhs`) and of the Jacobian, restarts at edges of inputs.
        end_time, end: the last time that was reached and the state there, to go on from.
        stops: how each trial ended; empty for a run without trials.
        history: of a map that looks back, the states before the end, those one step back in row 0.
        memory: of a flow with delays, what is kept of its past, to go on from.
        past: if the plan keeps them, a window of states for each saved time: the one there, the one before, ...;
            of a flow with delays the earlier values that are read there, by their names.
        fired: the events that are recorded, by name.
        pending: what the events of a run that goes on from the end must know.
        attractor: with known ones, the number of the one that each trial came to, -1 for none.
        reduced: what the reductions of the plan have come to, by name: (...), with trials (trials, ...).
        scheme: what the recipe must tell beside the method: how steps are taken, and what is rounded.
    """

    time: NDArray[np.float64]
    y: NDArray[np.float64]
    outcome: Outcome
    method: str
    counts: Mapping[str, int]
    end_time: float
    end: NDArray[np.float64]
    stops: Sequence[Stop] = ()
    history: NDArray[np.float64] | None = None
    memory: Mapping[str, NDArray[Any]] | None = None
    past: Sequence[Any] | None = None
    fired: Mapping[str, Fired] = field(default_factory=dict)
    pending: Mapping[str, NDArray[np.float64]] | None = None
    scheme: Mapping[str, Any] = field(default_factory=dict)
    reduced: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    attractor: NDArray[np.intp] | None = None
