"""Measurements that a fit compares a model with: values at given times, or the largest in each period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError

Floats = NDArray[np.float64]
# So many looks between edges of inputs in search of the largest value: closer together just after an edge.
LOOKS = 16
# So many places around the largest look are compared on the polynomial through its neighbours.
FINE = 65


@dataclass(frozen=True, eq=False)
class Measured:
    """Values that were measured of a quantity, and how exactly.

    Attributes:
        of: a state or observable; an element as `x[0]`.
        values: what was measured.
        errors: standard deviations: one number, one for each value, or None where they are not known.
    """

    of: str
    values: ArrayLike
    errors: ArrayLike | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        values = np.atleast_1d(np.asarray(self.values, dtype=float))
        object.__setattr__(self, "values", values)
        self.check("values", values)
        if self.errors is not None:
            errors = np.broadcast_to(np.asarray(self.errors, dtype=float), values.shape)
            self.check("errors", errors)
            if (errors <= 0).any():
                raise InputError(f"An error of {self.of} is not above 0.", code="bad-data", remedy="Leave them out.")
            object.__setattr__(self, "errors", errors)

    def check(self, what: str, numbers: Floats) -> None:
        """Refuse what is not a list of finite numbers."""
        if numbers.ndim != 1 or not numbers.size or not np.isfinite(numbers).all():
            raise InputError(
                f"The {what} of {self.of} are no list of finite numbers.",
                code="bad-data",
                remedy="Leave out what was not measured.",
            )

    @property
    def places(self) -> Floats:
        """Where the values stand on the axis of time."""
        raise NotImplementedError

    @property
    def last(self) -> float:
        """When a run may end."""
        return float(self.places.max())

    def looks(self, edges: Floats | None) -> Floats:
        """When the model is to be looked at.

        Args:
            edges: the times at which inputs jump; None for maps, which are looked at in whole steps.
        """
        raise NotImplementedError

    def read(self, time: Floats, y: Floats, slopes: Floats, edges: Floats | None) -> tuple[Floats, Floats]:
        """What the model says of the values, (trials, values), and its slopes, (trials, values, parameters).

        Args:
            time: the looks, and perhaps others.
            y: of the quantity there, (times, trials).
            slopes: its derivatives by the parameters, (times, trials, parameters).
        """
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Samples(Measured):
    """Values at given times; where an input jumps, the value just after it.

    Attributes:
        times: when they were taken.
    """

    times: ArrayLike = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        times = np.atleast_1d(np.asarray(self.times, dtype=float))
        self.check("times", times)
        _as_many(self, "times", times)
        object.__setattr__(self, "times", times)

    @property
    def places(self) -> Floats:
        return np.asarray(self.times, dtype=float)

    def looks(self, edges: Floats | None) -> Floats:
        return self.places

    def read(self, time: Floats, y: Floats, slopes: Floats, edges: Floats | None) -> tuple[Floats, Floats]:
        at = np.searchsorted(time, self.places)
        return y[at].T, slopes[at].swapaxes(0, 1)


@dataclass(frozen=True, eq=False)
class Peaks(Measured):
    """The largest value in each of some windows of time, such as the periods of a stimulus.

    Attributes:
        starts, ends: of the windows.
    """

    starts: ArrayLike = field(default=(), kw_only=True)
    ends: ArrayLike = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        starts, ends = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (self.starts, self.ends))
        for what, times in (("starts", starts), ("ends", ends)):
            self.check(what, times)
            _as_many(self, what, times)
            object.__setattr__(self, what, times)
        if (starts >= ends).any():
            raise InputError(f"A window of {self.of} ends before it starts.", code="bad-data")

    @classmethod
    def every(
        cls, of: str, values: ArrayLike, *, period: float, start: float = 0.0, errors: ArrayLike | None = None
    ) -> Peaks:
        """The largest value in each period from a start on."""
        starts = start + period * np.arange(len(np.atleast_1d(np.asarray(values))))
        return cls(of, values, errors=errors, starts=starts, ends=starts + period)

    @property
    def places(self) -> Floats:
        middle: Floats = (np.asarray(self.starts, dtype=float) + np.asarray(self.ends, dtype=float)) / 2
        return middle

    @property
    def last(self) -> float:
        return float(np.max(self.ends))

    def looks(self, edges: Floats | None) -> Floats:
        found = [self._window(*ends, edges) for ends in zip(self._floats("starts"), self._floats("ends"), strict=True)]
        return np.concatenate(found)

    def _floats(self, name: str) -> list[float]:
        return [float(x) for x in getattr(self, name)]

    def _window(self, start: float, end: float, edges: Floats | None) -> Floats:
        """Looks at one window: from each edge of an input until just before the next."""
        if edges is None:
            return np.arange(np.ceil(start), np.ceil(end))
        cuts = [start, *edges[(edges > start) & (edges < end)], end]
        parts = np.linspace(0, 1, LOOKS + 1) ** 2
        found = [a + (np.nextafter(b, -np.inf) - a) * parts for a, b in pairwise(cuts)]
        return np.unique(np.concatenate(found))

    def read(self, time: Floats, y: Floats, slopes: Floats, edges: Floats | None) -> tuple[Floats, Floats]:
        heights, ways = [], []
        for start, end in zip(self._floats("starts"), self._floats("ends"), strict=True):
            own = np.searchsorted(time, self._window(start, end, edges))
            found = [_top(time[own], y[own, k], slopes[own, k], edges) for k in range(y.shape[1])]
            heights.append([height for height, _ in found])
            ways.append([way for _, way in found])
        return np.array(heights).T, np.array(ways).swapaxes(0, 1)


def _as_many(measured: Measured, what: str, numbers: Floats) -> None:
    count = len(np.asarray(measured.values))
    if len(numbers) != count:
        raise InputError(
            f"There are {count} values of {measured.of} and {len(numbers)} {what}.",
            code="bad-data",
            remedy="Give one for each value.",
        )


def _top(time: Floats, y: Floats, slopes: Floats, edges: Floats | None) -> tuple[float, Floats]:
    """The largest value and its slopes; between looks, of the polynomial through those around the largest."""
    if not np.isfinite(y).all():
        return np.nan, np.full(slopes.shape[1:], np.nan)
    k = int(y.argmax())
    if edges is None or not 0 < k < len(y) - 1:
        return float(y[k]), slopes[k]
    cuts = [0, *np.searchsorted(time, edges[(edges > time[0]) & (edges < time[-1])]), len(y)]  # where inputs jump
    own = max(i for i, cut in enumerate(cuts) if cut <= k)
    first, last = max(cuts[own], k - 2), min(cuts[own + 1], k + 3)
    if not cuts[own] < k < cuts[own + 1] - 1:
        return float(y[k]), slopes[k]
    weights = _weights(time[first:last], np.linspace(time[k - 1], time[k + 1], FINE))
    best = weights[int((weights @ y[first:last]).argmax())]
    return float(best @ y[first:last]), best @ slopes[first:last]


def _weights(t: Floats, at: Floats) -> Floats:
    """Of values at times in the polynomial through them, at other times: (others, times)."""
    same = np.eye(len(t), dtype=bool)
    ratio = (at[:, None, None] - t) / np.where(same, 1.0, t[:, None] - t)
    found: Floats = np.where(same, 1.0, ratio).prod(axis=2)
    return found


@dataclass(frozen=True, eq=False)
class Experiment:
    """What was measured under one set of inputs.

    Attributes:
        data: one or several sets of measurements.
        inputs: in place of those of the model, as in `simulate`.
        start: of states, the others as the model says.
    """

    data: Measured | Sequence[Measured]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    start: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sets(self) -> tuple[Measured, ...]:
        """The sets of measurements."""
        return (self.data,) if isinstance(self.data, Measured) else tuple(self.data)
