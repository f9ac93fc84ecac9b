"""How the time of a run grows: with units, with trials, with duration."""

from __future__ import annotations

import numpy as np

from neurodyn.bench.own import own, shipped
from neurodyn.bench.workload import FULL, QUICK, TINY, Case
from neurodyn.bench.workloads.dense import network


def cases(scale: str) -> list[Case]:
    """One for each thing that grows."""
    units = {FULL: (500, 1000, 2000, 4000), QUICK: (250, 500, 1000), TINY: (8, 16)}[scale]
    trials = {FULL: (10, 100, 1000, 10_000), QUICK: (10, 100, 1000), TINY: (2, 4)}[scale]
    ends = {FULL: (0.1, 1.0, 10.0, 100.0), QUICK: (0.1, 1.0, 10.0), TINY: (0.01, 0.02)}[scale]
    return [_units(units), _trials(trials), _duration(ends)]


def _units(sizes: tuple[int, ...]) -> Case:
    columns = [
        own(f"{n:,} units", network(n), lambda found: None, size=float(n), start={"x": np.ones(n)}, backend="scipy")
        for n in sizes
    ]
    return Case("units", "Hopfield network to t = 10, backend scipy", tuple(columns), 10.0, 10.0, grows="units")


def _trials(counts: tuple[int, ...]) -> Case:
    start = np.random.default_rng(2).uniform(-10, 10, (3, max(counts)))
    columns = [
        own(
            f"{n:,} trials", lambda: shipped("lorenz"), lambda found: None, size=float(n), trials=n,
            start=dict(zip("xyz", start[:, :n], strict=True)), backend="ensemble",
        )
        for n in counts
    ]  # fmt: skip
    return Case("trials", "Lorenz's system to t = 20, backend ensemble", tuple(columns), 20.0, 20.0, grows="trials")


def _duration(ends: tuple[float, ...]) -> Case:
    columns = [
        own(
            f"{end:g} s", lambda: shipped("morris_lecar"), lambda found: None, size=end,
            inputs={"I": 1.0}, until=end, save_at=[end], backend="ensemble",
        )
        for end in ends
    ]  # fmt: skip
    title = "Morris-Lecar membrane, backend ensemble"
    return Case("duration", title, tuple(columns), ends[-1], ends[-1], grows="seconds of model time")
