"""Runs a compiled loop over blocks of trials, on all threads that are given."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.compiler import Code
from neurodyn.backends.ensemble.frame import STOPPED, TOLD
from neurodyn.backends.plan import Floats
from neurodyn.backends.progress import Progress

# A block is long beside the time in which its last runs leave lanes empty, and short beside a whole ensemble.
BLOCK = 1024
WATCH = 0.1  # seconds between two looks at the clock and the keyboard


@dataclass(frozen=True, eq=False)
class Tables:
    """What a loop reads.

    Attributes:
        start: (trials, states).
        values: the parameters, those that are the same for all trials.
        varied: (trials, numbers), those that are not.
        span: begin, tolerances and the rest; see `frame`.
        times: those to save.
        edges: begin and end of each piece; inside, time runs forward.
        segments: inputs on each piece.
    """

    start: Floats
    values: Floats
    varied: Floats
    span: Floats
    times: Floats
    edges: Floats
    segments: Floats


@dataclass(frozen=True, eq=False)
class Found:
    """What a loop has written.

    Attributes:
        saved: (times, trials, states).
        final, ended: the last state of each trial, and when that was.
        told: how each trial ended, steps that counted and that were tried, times that were saved.
        kept: what lanes have kept of the path of each, (trials, slots).
        goals: the number of the attractor that each has come to, -1 for none.
    """

    saved: Floats
    final: Floats
    ended: Floats
    told: NDArray[np.int64]
    kept: Floats
    goals: Floats


def carried_out(
    code: Code,
    tables: Tables,
    saves: int,
    threads: int,
    progress: Progress,
    more: Callable[[int], tuple[int, ...]] = lambda _: (),
    slots: int = 0,
) -> Found:
    """All trials, as far as the user lets them go.

    Args:
        more: further pointers of the block that begins with a trial.
        slots: how many numbers are kept of the path of each.
    """
    trials, states = tables.start.shape
    found = Found(
        np.full((saves, trials, states), np.nan),
        tables.start.copy(),
        np.full(trials, tables.span[0]),
        np.zeros((trials, TOLD), np.int64),
        np.full((trials, slots), np.nan),
        np.full(trials, -1.0),
    )
    stop = np.zeros(1, np.int64)
    read = [tables.start, tables.values, tables.varied, tables.span, tables.times, tables.edges, tables.segments]
    written = [found.saved, found.final, found.ended, found.told, found.kept, found.goals, stop]
    pointers = [array.ctypes.data for array in (*read, *written)]

    def block(first: int) -> None:
        last = min(first + BLOCK, trials)
        code.run(first, last, trials, saves, len(tables.edges) - 1, *pointers, *more(first))

    all_done(block, range(0, trials, BLOCK), threads, stop, progress)
    found.told[found.told[:, 0] == 0, 0] = STOPPED  # those that no lane has taken
    return found


def all_done(block: Any, firsts: range, threads: int, stop: NDArray[np.int64], progress: Progress) -> None:
    """Carry out all blocks, and look at the keyboard meanwhile."""
    # Threads of our own: a pool takes as long to set up as a short run.
    plan, waiting, done, failed = progress.plan, iter(firsts), list[int](), list[BaseException]()
    wake, started = SimpleQueue[None](), 0

    def work() -> None:
        for first in waiting:
            try:
                block(first)
            except BaseException as error:
                failed.append(error)
            done.append(first)
        wake.put(None)

    # Blocks are counted, not threads that can be joined: a join that Ctrl-C ends takes a thread for finished that is
    # not (Python 3.10 to 3.12). Ctrl-C while threads are started makes one too many, which finds nothing to do.
    while len(done) < len(firsts):
        try:
            while started < threads:
                Thread(target=work).start()
                started += 1
            with suppress(Empty):
                wake.get(timeout=WATCH)
            progress.at(plan.t0 + (plan.until - plan.t0) * len(done) / len(firsts))
        except KeyboardInterrupt:
            stop[0] = 1
    if failed:
        raise failed[0]
