"""Where searches begin: Sobol points in a box, or draws of the start and states along the trajectories from them."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from neurodyn.analysis.field.field import Field
from neurodyn.errors import InputError, RunFailed

Array = NDArray[np.float64]
MOST_SOBOL = 21201  # dimensions that SciPy's Sobol sequence has
# How far normal numbers are added to draws of the start, in scales.
SPREADS = (0.0, 0.3, 1.0, 3.0)


def in_box(low: Array, high: Array, count: int, seed: int) -> Array:
    """Points spread evenly in a box: a scrambled Sobol sequence, up to the dimensions that it has."""
    if low.size > MOST_SOBOL:
        return np.asarray(np.random.default_rng(seed).uniform(low, high, (count, low.size)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a number of points that is no power of 2 is a little less even
        points = qmc.Sobol(low.size, seed=seed).random(count)
    return np.asarray(low + (high - low) * points)


def from_start(field: Field, count: int, seed: int) -> Array:
    """Half draws of the start with normal numbers added, half states along trajectories from draws, where it runs."""
    drawn = field.system.start(trials=count, seed=seed)
    spread = np.resize(SPREADS, count)[:, None] * field.scales
    starts = drawn + spread * np.random.default_rng(seed).standard_normal(drawn.shape)
    along = _along(field, drawn[: max(1, count // 16)])
    if len(along):
        rng = np.random.default_rng(seed + 1)
        half = rng.choice(count, count // 2, replace=False)
        starts[half] = along[rng.integers(len(along), size=len(half))]
    return np.asarray(starts)


def _along(field: Field, drawn: Array) -> Array:
    """States along the trajectories of the bench, where the system can be run so."""
    from neurodyn.simulation import simulate

    system = field.system
    ends = {name: system.model.bench[name] for name in ("until", "steps") if name in system.model.bench}
    if not ends or system.model.events or system.structure.noisy:
        return np.empty((0, field.size))
    if field.kind == "map":
        return _iterated(field, drawn, int(ends.get("steps", 100)))
    until = system.time("until", ends["until"])
    found = []
    for row in drawn:
        try:
            run = simulate(system, until=until, start=dict(system.layout.unpack(row)),
                           save_at=np.linspace(0, until, 32), record=[*system.layout.names])  # fmt: skip
        except (RunFailed, InputError):
            continue
        found.append(np.concatenate([run[n].values.reshape(32, -1) for n in system.layout.names], axis=1))
    states = np.concatenate(found) if found else np.empty((0, field.size))
    return states[np.isfinite(states).all(axis=1)]


def _iterated(field: Field, drawn: Array, steps: int) -> Array:
    states, found = drawn, []
    for _ in range(min(steps, 100)):
        states = field.values(states)
        found.append(states)
    whole = np.concatenate(found)
    return whole[np.isfinite(whole).all(axis=1)]
