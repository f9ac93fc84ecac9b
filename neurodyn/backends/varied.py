"""Parameters that differ from trial to trial, with all that follows from them: others, starts, and inputs.

They are read as inputs are, with a row for each trial, so that one compiled function serves all trials.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.supports import Pair
from neurodyn.errors import InputError
from neurodyn.system.bind import check_names
from neurodyn.system.quantities import si_values
from neurodyn.system.signals import Constant, Piece, Signal, inside
from neurodyn.system.start import start_of_trial

if TYPE_CHECKING:
    from neurodyn.system.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EachTrial:
    """A signal for each trial; its value has a row for each, and all their edges are its own."""

    each: tuple[Signal, ...]

    def edges(self, t0: float, t1: float) -> Floats:
        return inside(np.concatenate([signal.edges(t0, t1) for signal in self.each]), t0, t1)

    def on(self, a: float, b: float) -> Piece:
        pieces = [signal.on(a, b) for signal in self.each]
        return lambda t: np.stack([np.asarray(piece(t), dtype=float) for piece in pieces])


@dataclass(frozen=True, eq=False)
class Varied:
    """What differs from trial to trial.

    Attributes:
        asked: the values that were given, (trials, *shape), in SI units.
        each: the system of each trial; trials of equal values share one.
        signals: by name, what is read in place of parameters and of inputs.
    """

    asked: Mapping[str, Floats]
    each: tuple[System, ...]
    signals: Mapping[str, Signal]

    @property
    def trials(self) -> int:
        return len(self.each)

    def starts(self, given: Mapping[str, Any] | None, seed: int) -> Floats:
        """The start of each trial, as its own values say; shape (trials, size)."""
        if not self._start_follows(given or {}):
            return self.each[0].start(given, trials=self.trials, seed=seed)
        return np.stack([start_of_trial(own, given or {}, self.trials, k, seed) for k, own in enumerate(self.each)])

    def _start_follows(self, given: Mapping[str, Any]) -> bool:
        """Whether some start may follow from what differs: its text names it, or a quantity that may hold it."""
        system = self.each[0]
        texts = [given.get(name, declared.value) for name, declared in system.constrained.model.variables.items()]
        words = {word for text in texts if isinstance(text, str) for word in re.findall(r"[^\W\d]\w*", text)}
        return not words.isdisjoint(self.signals.keys() | system.structure.dynamic)


def varied(
    system: System, values: Mapping[str, Any], inputs: Mapping[str, Any], trials: int | None
) -> tuple[System, Varied | None]:
    """The system with the values that are the same in all trials, and what differs.

    Args:
        values: parameters by name. A value with one axis more than its parameter has is a row for each trial.
        inputs: what is given in place of the model's inputs; it may follow from parameters.
        trials: how many there are, where that is said.

    Raises:
        InputError: for unknown names, rows of parameters on a support, and rows that are not as many as the trials.
    """
    check_names(system.model, values)
    asked = {
        n: np.asarray(v, dtype=float) for n, v in si_values(system.units, values).items() if _has_rows(system, n, v)
    }
    rest = {name: value for name, value in values.items() if name not in asked}
    system = system.with_values(rest) if rest else system
    if not asked:
        return system, None
    count = _count(asked, trials)
    places, each = _distinct(asked, count)
    base = system.with_values(inputs) if inputs else system
    systems = [base.with_values({name: rows[k] for name, rows in asked.items()}) for k in places]
    found = Varied(asked, tuple(systems[k] for k in each), _signals(base, systems, each))
    return replace(system, by_trial=tuple(found.signals)), found


def _has_rows(system: System, name: str, value: Any) -> bool:
    """Whether there is a value for each trial."""
    if name not in system.model.parameters or isinstance(value, str):
        return False
    letters = system.structure.letters(name)
    return not isinstance(letters, Pair) and np.ndim(value) == len(letters) + 1


def _count(asked: Mapping[str, Floats], trials: int | None) -> int:
    counts = {name: len(rows) for name, rows in asked.items()}
    wanted = next(iter(counts.values())) if trials is None else trials
    for name, count in counts.items():
        if count != wanted:
            what = f"there are {wanted} trials" if trials is not None else f"{next(iter(counts))} has {wanted}"
            raise InputError(
                f"{name} has rows for {count} trials, but {what}.",
                code="wrong-shape",
                remedy="Give one row for each trial; a value without that axis holds for all of them.",
            )
    return wanted


def _distinct(asked: Mapping[str, Floats], count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first trial of each distinct set of values, and the number of the set of each trial."""
    rows = np.concatenate([np.ascontiguousarray(v.reshape(count, -1)) for v in asked.values()], axis=1)
    _, places, each = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return places, each.ravel()


def _signals(system: System, systems: list[System], each: NDArray[np.intp]) -> dict[str, Signal]:
    """What is read of the parameters and inputs that are not the same in all of the systems."""
    first = systems[0]
    found: dict[str, Signal] = {}
    for name, value in first.values.items():
        if value is not system.values[name]:
            found[name] = Constant(np.stack([own.values[name] for own in systems])[each])
    for name, signal in first.signals.items():
        if signal is not system.signals[name]:
            found[name] = EachTrial(tuple(systems[k].signals[name] for k in each))
    return found
