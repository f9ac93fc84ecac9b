"""What of a model is compared with measurements: names, times to look at, and what is read there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fitting.data import Measured
from neurodyn.errors import InputError
from neurodyn.system.system import System

Floats = NDArray[np.float64]
Index = tuple[int, ...]
_ELEMENT = re.compile(r"([^\[\]]+)\[([\d\s,]+)\]")


@dataclass(frozen=True, eq=False)
class Observed:
    """The sets of measurements of one experiment on a system.

    Attributes:
        sets: with the name and element of what each is of.
        begin, until: of runs.
        edges: where inputs jump; None for maps.
        looks: all times at which the model is looked at.
    """

    sets: tuple[tuple[Measured, str, Index], ...]
    begin: float
    until: float
    edges: Floats | None
    looks: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """Of the quantities."""
        return tuple(dict.fromkeys(name for _, name, _ in self.sets))

    def read(self, y: Mapping[str, Floats], slopes: Callable[[str, Index], Floats]) -> tuple[Floats, Floats]:
        """Values (trials, values) and their slopes (trials, values, parameters), one set after the other.

        Args:
            y: each quantity, (times, trials, *shape).
            slopes: of an element of a quantity, (times, trials, parameters).
        """
        found = [
            measured.read(self.looks, element(y[name], index), slopes(name, index), self.edges)
            for measured, name, index in self.sets
        ]
        return np.concatenate([v for v, _ in found], axis=1), np.concatenate([s for _, s in found], axis=1)


def observed(system: System, sets: Sequence[Measured]) -> Observed:
    """What of a system is compared with sets of measurements.

    Raises:
        InputError: for names that are no states or observables, and times that no run comes to.
    """
    discrete = system.model.discrete
    begin = 0.0 if discrete else float(system.time("from", system.model.bench.get("from", 0.0)))
    named = tuple((measured, *_element(system, measured.of)) for measured in sets)
    until = max(measured.last for measured in sets)
    edges = None if discrete else _edges(system, begin, until)
    looks = np.unique(np.concatenate([measured.looks(edges) for measured in sets]))
    if looks[0] < begin or (discrete and (looks != np.round(looks)).any()):
        raise InputError(
            f"{sets[0].of} was measured at {looks[0]:g}, and a run of {system.name} does not come there.",
            code="bad-data",
            remedy="Give whole steps." if discrete else f"Runs begin at {begin:g}.",
        )
    return Observed(named, begin, float(until), edges, looks)


def element(numbers: Floats, index: Index) -> Floats:
    """Of a quantity (times, trials, *shape) one element, (times, trials)."""
    place: Any = (slice(None), slice(None), *index)
    found: Floats = numbers[place]
    return found


def _edges(system: System, begin: float, until: float) -> Floats:
    each = [np.asarray(signal.edges(begin, until), dtype=float) for signal in system.signals.values()]
    return np.unique(np.concatenate([np.zeros(0), *each]))


def _element(system: System, text: str) -> tuple[str, Index]:
    """The name and the place of an element: `x[0]`, or a quantity that is one number."""
    match = _ELEMENT.fullmatch(text.strip())
    name, index = (match[1], tuple(int(k) for k in match[2].split(","))) if match else (text.strip(), ())
    role = system.role(name)
    if role not in ("state", "unknown", "observable", "energy"):
        raise InputError(
            f"{name} is no state or observable of {system.name}: it is of the kind {role}.",
            code="not-observed",
            remedy=f"Measure one of: {', '.join([*system.layout.names, *system.observables])}.",
        )
    sizes = [system.sizes[n.removesuffix("_pre")] for n in system.dims(name)]
    if len(index) != len(sizes) or any(k >= size for k, size in zip(index, sizes, strict=False)):
        shape = ",".join(str(size - 1) for size in sizes)
        raise InputError(
            f"{text} is no single number of {system.name}.",
            code="not-observed",
            remedy=f"Elements go up to {name}[{shape}]." if sizes else f"Write {name}.",
        )
    return name, index
