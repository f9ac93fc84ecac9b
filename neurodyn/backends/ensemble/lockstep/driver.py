"""Runs the loop of fixed steps over blocks of trials, on all threads that are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.driver import BLOCK, all_done
from neurodyn.backends.ensemble.lanes import columns
from neurodyn.backends.ensemble.lockstep.code import Steps
from neurodyn.backends.ensemble.lockstep.frame import TOLD
from neurodyn.backends.ensemble.lockstep.schedule import Schedule
from neurodyn.backends.ensemble.lockstep.streams import Bytes, beginnings, middles, room_for
from neurodyn.backends.ensemble.segments import Rows, Segments
from neurodyn.backends.outcome import LEAP
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.progress import Progress


@dataclass(frozen=True, eq=False)
class Tables:
    """What the loop reads.

    Attributes:
        start: (trials, states).
        values: the parameters, those that are the same for all trials.
        varied: (trials, numbers), those that are not.
        limits: the length of a step, and how much of a change is too much; see `frame`.
        steps: the stretches of the run.
        edges, segments: begin of each piece, and the inputs there.
        beginnings: of the texts of keys.
    """

    start: Floats
    values: Floats
    varied: Floats
    limits: Floats
    steps: Schedule
    edges: Floats
    segments: Floats
    beginnings: Bytes

    @classmethod
    def of(cls, plan: Plan, code: Steps, steps: Schedule, parameters: Floats, inputs: Segments, varied: Rows) -> Tables:
        return cls(
            start=np.ascontiguousarray(np.atleast_2d(plan.start)),
            values=columns(parameters[None], code.parameters)[0],
            varied=columns(varied.values, code.constants),
            limits=np.array([plan.dt or 1.0, *(LEAP * plan.system.layout.scales)]),
            steps=steps,
            edges=np.zeros(len(inputs.lines)) if plan.discrete else np.array([plan.t0, *plan.edges().tolist()]),
            segments=np.ascontiguousarray(inputs.lines),
            beginnings=beginnings(plan, code.shape.streams),
        )


@dataclass(frozen=True, eq=False)
class Found:
    """What the loop has written.

    Attributes:
        saved: (times, trials, states).
        final, ended: the last good state of each trial, and when that was.
        wrong: what a step led to that ended a trial.
        told: how each trial ended, its steps, and how many times were saved.
        threads: how many were at work.
    """

    saved: Floats
    final: Floats
    wrong: Floats
    ended: Floats
    told: NDArray[np.int64]
    threads: int


def carried_out(plan: Plan, code: Steps, tables: Tables, saves: int, cores: int, progress: Progress) -> Found:
    """All trials, as far as the user lets them go."""
    trials, states = tables.start.shape
    groups = -(-trials // code.width)
    block = min(BLOCK, -(-groups // cores) * code.width)
    firsts = range(0, trials, block)
    found = Found(
        np.full((saves, trials, states), np.nan),
        tables.start.copy(),
        np.zeros((trials, states)),
        np.full(trials, plan.t0),
        np.zeros((trials, TOLD), np.int64),
        min(cores, len(firsts)),
    )
    stop, steps, room = np.zeros(1, np.int64), tables.steps, room_for(tables.beginnings)
    read: list[NDArray[Any]] = [
        tables.start, tables.values, tables.varied, tables.limits, steps.wholes, steps.reals, tables.edges,
        tables.segments, tables.beginnings,
    ]  # fmt: skip
    written = [found.saved, found.final, found.wrong, found.ended, found.told, stop]

    def run(first: int) -> None:
        last = min(first + block, trials)
        own = middles(plan, first, last)
        scratch = np.empty(code.shape.scratch(code.width)[-1] + room // 8)
        widths = (tables.beginnings.shape[1], own.shape[1], steps.texts.shape[1], room)
        pointers = [array.ctypes.data for array in (*read, own, steps.texts, scratch, *written)]
        code.code.run(first, last, trials, len(steps.wholes), *widths, *pointers)

    all_done(run, firsts, found.threads, stop, progress)
    return found
