"""Shipped sequence memories with patterns of a study, and what one step makes of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from neurodyn.studies.framework.work import run
from neurodyn.system.build import build
from neurodyn.system.system import System

Array = NDArray[np.float64]
Degree = int | None  # None is the exponential function

_CELLS = 1 << 21  # overlaps that are computed at once: they fit the cache, and memory in any case


def called(degree: Degree) -> str:
    """A network in words."""
    return "exponential" if degree is None else f"d = {degree}"


def drawn(rng: np.random.Generator, patterns: int, units: int, bias: float = 0.0) -> Array:
    """Random patterns, one per row."""
    return np.where(rng.random((patterns, units)) < (1 + bias) / 2, 1.0, -1.0)


def network(degree: Degree, patterns: Array, *, own: int = 0) -> System:
    """The shipped sequence memory with these patterns; its units hear themselves if `own` is 1."""
    if degree is None:
        return _built("sequence_memory_exponential", *patterns.shape).with_values(xi=patterns, own=own)
    return _built("sequence_memory", *patterns.shape).with_values(xi=patterns, own=own, d=degree)


@lru_cache(maxsize=128)
def _built(model: str, patterns: int, units: int) -> System:
    return build(model, sizes={"P": patterns, "N": units})


def stepped(system: System, states: Array, steps: int = 1) -> Array:
    """The states after some steps, side by side."""
    found = run(system, steps=steps, start={"S": states}, trials=len(states), record=["S"], save_at="end")
    last: Array = found["S"].values[-1]
    return last


def wrong_units(system: System, transitions: int | None = None) -> NDArray[np.bool_]:
    """Which units are wrong after one step from each of the first patterns; shape (transitions, units).

    Without errors, the network runs through the sequence: all its states are patterns.
    """
    patterns = system.values["xi"]
    count = len(patterns) if transitions is None else min(transitions, len(patterns))
    wrong: NDArray[np.bool_] = predicted(system, patterns[:count]) != np.roll(patterns, -1, axis=0)[:count]
    return wrong


def predicted(system: System, states: Array) -> Array:
    """The states after one step, of as many at once as there is room for."""
    rows = max(1, _CELLS // max(system.values["xi"].shape))
    return np.concatenate([stepped(system, states[k : k + rows]) for k in range(0, len(states), rows)])
