"""The attractors that some starts come to: runs go on until they come back, and what they came back in is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as made

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.basins.attractor import Attractor, Kind
from neurodyn.analysis.basins.clouds import Cloud, period_of, period_of_map
from neurodyn.analysis.basins.points import distinct, point_at, polished
from neurodyn.analysis.basins.recurrences import Grid, Visits
from neurodyn.analysis.basins.runner import Runner
from neurodyn.analysis.basins.trapping import trapped
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.verdict import Verdict

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
ESCAPED, UNSETTLED = -1, -2
# How many states of a run are looked at together, and how many make a cloud.
CHUNK, CLOUD = 400, 2000
# The states of a cloud that is no cycle's are so many times as far from each other in time.
LONGER = 10
# For how many states in a row a run must be close to a set that is known.
ALIKE = 200
# How many widths of the box a run may leave it by before it counts as gone.
FAR = 1e3


@dataclass(frozen=True)
class Search:
    """How attractors are looked for.

    Attributes:
        cells: along each side of the box.
        back: how many known cells in a row make a recurrence.
        step: the time from one look at a state to the next.
        horizon: the time that runs are given.
        most: how many attractors are told apart.
    """

    cells: int
    back: int
    step: float
    horizon: float
    most: int = 4096


@dataclass(eq=False)
class Finder:
    """Attractors as they are found."""

    runner: Runner
    field: Field
    grid: Grid
    how: Search
    box: tuple[Array, Array]
    t0: float
    attractors: list[Attractor] = made(default_factory=list)
    clouds: list[Cloud | None] = made(default_factory=list)

    def of(self, starts: Array) -> Labels:
        """The attractor of each start, by number; those that are new join the others."""
        labels = np.full(len(starts), UNSETTLED, dtype=np.intp)
        states, visits = starts.copy(), Visits.of(len(starts), self.how.back)
        pending, t = np.arange(len(starts)), self.t0
        while len(pending) and t - self.t0 < self.how.horizon:
            times = self._times(t, CHUNK)
            paths = self.runner.paths(states[pending], times)
            t, states[pending] = float(times[-1]), paths[-1]
            gone = self.gone(states[pending])
            labels[pending[gone]] = ESCAPED
            cells = self.grid.cells(paths)
            back = np.array(
                [not g and visits.add(int(p), cells[:, k]) for k, (p, g) in enumerate(zip(pending, gone, strict=True))]
            )
            known = self._known(paths[-ALIKE:].transpose(1, 0, 2))
            labels[pending[known >= 0]] = known[known >= 0]
            back &= known < 0
            if back.any():
                chosen = pending[back]
                labels[chosen] = self._settled(states[chosen], t)
            pending = pending[labels[pending] == UNSETTLED]
        return labels

    def _times(self, t: float, looks: int) -> Array:
        """Times of so many looks after t."""
        found: Array = np.linspace(t, t + looks * self.how.step, looks + 1)
        return found

    def _known(self, paths: Array) -> Labels:
        """The number of the set that each path (runs, times, size) has stayed close to, or UNSETTLED."""
        found = np.full(len(paths), UNSETTLED, dtype=np.intp)
        for k, cloud in enumerate(self.clouds):
            if cloud is not None:
                off = cloud.distances(paths.reshape(-1, paths.shape[-1])).reshape(paths.shape[:2])
                found[(np.quantile(off, 0.9, axis=1) <= cloud.reach) & (found < 0)] = k
        return found

    def gone(self, states: Array) -> NDArray[np.bool_]:
        """Which states are no numbers any more, or far outside the box."""
        low, high = self.box
        room = FAR * np.maximum(high - low, self.field.scales)
        with np.errstate(invalid="ignore"):
            inside = (states >= low - room) & (states <= high + room)
        return np.asarray(~inside.all(axis=1))

    # --- what runs came back in -----------------------------------------------------------------------------------

    def _settled(self, states: Array, t: float) -> Labels:
        """The attractors of runs that came back, by number; those of slow passages stay unsettled."""
        labels = np.full(len(states), UNSETTLED, dtype=np.intp)
        zeros = polished(self.field, states)
        close = (np.abs(zeros - states) <= self.grid.size).all(axis=1)
        if close.any():
            labels[close] = self._points(zeros[close])
        rest = np.flatnonzero(~close)
        if len(rest):
            times = self._times(t, 3 * CLOUD)
            paths = self.runner.paths(states[rest], times)
            for k, number in enumerate(rest):
                labels[number] = self._set(times, paths[:, k])
        return labels

    def _points(self, zeros: Array) -> Labels:
        """Numbers of point attractors; of zeros that are unstable, or too many, none."""
        known = [k for k, a in enumerate(self.attractors) if a.kind == "point"]
        states, place = distinct(zeros, self.field.scales, [self.attractors[k].cloud[0] for k in known])
        numbers = list(known)
        for state in states[len(known) :]:
            found = point_at(self.field, state)
            numbers.append(UNSETTLED if found is None else self._kept(trapped(self.field, found, self._widest), None))
        return np.array(numbers, dtype=np.intp)[place]

    @property
    def _widest(self) -> float:
        """Half of the longest side of the box, in units of scales."""
        return float(((self.box[1] - self.box[0]) / self.field.scales).max()) / 2

    def _set(self, times: Array, path: Array) -> int:
        """The number of the set that a path lies on, if the run is on it later too: a slow spiral meets old cells."""
        cloud, known = self._cloud(path)
        if cloud is None or known >= 0:
            return known
        states, scales = cloud.states, self.field.scales
        if self.field.kind == "map":
            period = period_of_map(states, scales)
        else:
            period = period_of(times[:CLOUD], states, self.field.values(states), scales)
        if np.isnan(period) and self.field.kind == "flow":
            # A path of so few turns may not yet have been all over a chaotic set.
            longer = np.linspace(0, LONGER * (times[-1] - times[0]), len(times)) + times[-1]
            cloud, known = self._cloud(self.runner.paths(path[-1:], longer)[:, 0])
            if cloud is None or known >= 0:
                return known
            states = cloud.states
        kind: Kind = "set" if np.isnan(period) else "cycle"
        if kind == "cycle":  # one turn is all there is
            turns = times[:CLOUD] - times[0] if self.field.kind == "flow" else np.arange(CLOUD)
            states = states[turns < period]
        none = np.empty(0, dtype=complex)
        return self._kept(Attractor(kind, states, period, none, Verdict.SEARCHED, cloud.reach), cloud)

    def _cloud(self, path: Array) -> tuple[Cloud | None, int]:
        """The first part of a path as a cloud, if the rest lies on the same set; the number of that if it is known."""
        if self.gone(path).any():
            return None, UNSETTLED
        cloud = Cloud(path[:CLOUD], self.field.scales)
        if not cloud.is_same(Cloud(path[CLOUD:], self.field.scales)):
            return None, UNSETTLED
        alike = (k for k, other in enumerate(self.clouds) if other is not None and other.is_same(cloud))
        return cloud, next(alike, UNSETTLED)

    def _kept(self, attractor: Attractor, cloud: Cloud | None) -> int:
        if len(self.attractors) >= self.how.most:
            return UNSETTLED
        self.attractors.append(attractor)
        self.clouds.append(cloud)
        return len(self.attractors) - 1
