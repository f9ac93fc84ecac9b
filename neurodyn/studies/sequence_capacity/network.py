"""The shipped networks with patterns of the study, and what one step makes of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from neurodyn.studies.framework.work import run
from neurodyn.system.build import build
from neurodyn.system.system import System

Array = NDArray[np.float64]
Degree = int | None  # None is the exponential function

POLYNOMIAL, EXPONENTIAL = "sequence_memory", "sequence_memory_exponential"
_CELLS = 1 << 21  # overlaps that are computed at once: they fit the cache, and memory in any case


def called(degree: Degree) -> str:
    """A network in words."""
    return "exponential" if degree is None else f"d = {degree}"


def drawn(rng: np.random.Generator, patterns: int, units: int, bias: float = 0.0) -> Array:
    """Random patterns, one per row."""
    return np.where(rng.random((patterns, units)) < (1 + bias) / 2, 1.0, -1.0)


def network(degree: Degree, patterns: Array) -> System:
    """The shipped sequence memory with these patterns, in which units do not hear themselves."""
    if degree is None:
        return _built(EXPONENTIAL, *patterns.shape).with_values(xi=patterns)
    return _built(POLYNOMIAL, *patterns.shape).with_values(xi=patterns, d=degree)


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
    rows = max(1, _CELLS // max(patterns.shape))
    found = [
        stepped(system, patterns[k : k + rows][: count - k]) != _next(patterns, k, min(rows, count - k))
        for k in range(0, count, rows)
    ]
    return np.concatenate(found)


def _next(patterns: Array, first: int, count: int) -> Array:
    """The patterns that follow some patterns."""
    following: Array = patterns[np.arange(first + 1, first + 1 + count) % len(patterns)]
    return following
