"""What is known of times before a run: events that are due, and inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurodyn.backends.counts import Counts
from neurodyn.backends.ensemble.segments import degree
from neurodyn.backends.ensemble.spiking.loop_text import CHUNK, CLOCK, FIRST, Rows
from neurodyn.backends.ensemble.spiking.memory import aligned
from neurodyn.backends.fixed_events import EARLY, steps_before
from neurodyn.backends.plan import Piece
from neurodyn.backends.schedule import Schedule

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.spiking.arrays import Arrays
    from neurodyn.backends.ensemble.spiking.network import Network

MOST_ROWS = 2**21  # numbers in the rows of a chunk


def rows_of(network: Network) -> list[Rows]:
    """The inputs that change between edges, and impulses that are counted: they have a value for each step."""
    found = [Rows(("train", train.name), train.places) for train in network.impulses.dense]
    for read in network.reads.varying:
        if read.kind == "input" and degree(network.plan.signals[read.name]) != 0:
            found.append(Rows(("input", read.name, read.half), network.sources[read.name].space.size))
    return list({row.key: row for row in found}.values())


def due_steps(network: Network) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The steps of clocks, lists and Poisson trains, counted from the beginning of the run, each with its unit."""
    plan, dt, happenings = network.plan, network.dt, network.events.happenings
    if happenings is None:
        return {}
    schedule = Schedule(happenings, plan.t0 - EARLY * dt, plan.until, False, plan.seed, plan.trial)
    found, first = {}, np.rint(plan.t0 / dt)
    for name, (times, units) in schedule.all.items():
        steps = steps_before(times, dt) - first
        found[name] = steps[steps >= 0].astype(np.int64), units[steps >= 0]
    return found


class Timed:
    """Fills in what the loop reads in a chunk.

    Args:
        first: the number of the step at which the run begins.
    """

    def __init__(self, arrays: Arrays, first: int) -> None:
        self._arrays, self._plan, self._dt = arrays, arrays.network.plan, arrays.network.dt
        self._first, self._counts = first, Counts(arrays.network.events.acting, self._plan, self._dt)
        self._piece: Piece | None = None
        arrays.put(FIRST, first)

    def ready(self, piece: Piece, begin: int, end: int) -> int:
        """Get ready for the steps of a chunk of a piece, or for as many as there is room for."""
        rows = self._arrays.rows
        if piece is not self._piece:
            self._enter(piece)
        if rows:
            end = min(end, begin + max(1, MOST_ROWS // sum(row.size for row in rows)))
            self._arrays.put(CHUNK, begin)
            for row in rows:
                self._fill(piece, row, begin, end)
        return end

    def _enter(self, piece: Piece) -> None:
        self._piece = piece
        self._arrays.memory.of(CLOCK)[:3] = self._dt, piece.begin, piece.end
        for read in self._arrays.network.reads.varying:
            if read.kind == "input":
                values = self._value(piece, read.name, piece.begin)
                self._arrays.memory.of(("input", read.name, read.half))[: values.size] = values

    def _value(self, piece: Piece, name: str, t: float) -> np.ndarray:
        shape = self._arrays.network.sources[name].space.shape
        return np.broadcast_to(np.asarray(piece.signals[name](t), dtype=float), shape).ravel()

    def _fill(self, piece: Piece, row: Rows, begin: int, end: int) -> None:
        kind, name, *halves = row.key
        table = aligned((end - begin) * row.size, np.float64)
        for k in range(begin, end):
            own = table[(k - begin) * row.size :][: row.size]
            if kind == "train":
                own[:] = self._counts.at(name, self._first + k)
            else:
                t = (self._first + k + halves[0] / 2) * self._dt
                own[:] = self._value(piece, name, min(max(t, piece.begin), piece.end))
        self._arrays.memory.put(("rows", row.key), table)
