"""How the study makes networks and runs them.

Sizes are powers of two: weights are whole numbers over N, and their sums are exact then, so that a tie is one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.studies.framework.work import Work, run
from neurodyn.system.build import build
from neurodyn.system.system import System

Array = NDArray[np.float64]
FIRST, MOST = 8, 128  # steps after which runs are looked at for the first time, and of all runs
ROOM = 4_000_000  # numbers of a temporary array


def signs(work: Work, name: str, ordinal: int, patterns: int, units: int) -> Array:
    """Random patterns, one per row; those of a larger number begin with those of a smaller one."""
    rng = work.rng(name, ordinal)
    return np.stack([rng.integers(0, 2, units) * 2.0 - 1.0 for _ in range(patterns)])


def network(name: str, xi: Array, **values: float) -> System:
    """A shipped model that stores these patterns."""
    rows = "K" if name.startswith("dense") else "P"
    return build(name, sizes={"N": xi.shape[1], rows: len(xi)}, values={"xi": xi, **values})


def storing(before: System | None, name: str, xi: Array, **values: float) -> System:
    """The same, made from one of the same sizes if there is one, which needs no building."""
    return network(name, xi, **values) if before is None else before.with_values({"xi": xi})


def settled(system: System, starts: Array) -> tuple[Array, Array]:
    """Where runs end, (starts, units), and how: 0 at rest, 1 going to and fro between two states, 2 still moving.

    Those that are neither at rest nor in a cycle go on, for `MOST` steps in all. However the units are updated, a state
    at rest is one that a step leaves as it is.
    """
    ends, kinds, left, steps, done = starts.copy(), np.full(len(starts), 2.0), np.arange(len(starts)), FIRST, 0
    while len(left) and done < MOST:
        last = run(
            system, start={"S": ends[left]}, trials=len(left), steps=steps, record=["S"],
            save_at=[steps - 2, steps - 1, steps], seed=done,
        )["S"].values  # fmt: skip
        rests = (last[2] == last[1]).all(axis=1)
        returns = (last[2] == last[0]).all(axis=1)
        ends[left], kinds[left] = last[2], np.where(rests, 0.0, np.where(returns, 1.0, 2.0))
        done, steps = done + steps, min(2 * steps, MOST - done - steps)
        left = left[~rests & ~returns]
    return ends, kinds


def stepped(system: System, states: Array) -> Array:
    """What the update of each single unit makes of it where all others are as they are: (states, units)."""
    field, entries = Field.of(system), int(np.prod(system.values["xi"].shape))
    rows = max(1, ROOM // entries)
    return np.concatenate([field.values(states[k : k + rows]) for k in range(0, len(states), rows)])


def flipped(patterns: Array, count: int, rng: np.random.Generator) -> Array:
    """Patterns with so many of their units flipped."""
    ranks = rng.random(patterns.shape).argsort(axis=1).argsort(axis=1)
    found: Array = np.where(ranks < count, -patterns, patterns)
    return found


def joined(outcomes: list[Any], key: str) -> Array:
    """One number of each outcome."""
    return np.array([np.asarray(one[key], dtype=float) for one in outcomes])
