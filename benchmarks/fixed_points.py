"""All fixed points of x' = -x + W tanh x with W = 2 I + 0.05 (1 1' - I): 3**n of them, proved; and a degenerate one.

Beside it: Newton's method of SciPy from random starts, as long as it takes to have seen each of them once. It proves
nothing, and to know when to stop it must be told how many there are.
"""

from __future__ import annotations

import time

import numpy as np
from scipy.optimize import root

import neurodyn
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.certified import Certified, certified
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.everywhere import bounds

# The units of a network, and the seconds that it may take.
GOALS = {4: 0.1, 5: 0.5, 6: 3.0}
ROUNDS = 5


def report() -> None:
    """Print CPU seconds on one core: equations and programs made, all proved, and the search beside."""
    print("\nfixed points of x' = -x + W tanh x, all of them proved (CPU seconds, least of 5)")
    print(f"  {'units':>5}{'points':>8}{'boxes':>9}{'made':>9}{'proved':>9}{'goal':>7}{'search':>9}{'ratio':>7}")
    for size, goal in GOALS.items():
        weights = 2 * np.eye(size) + 0.05 * (np.ones((size, size)) - np.eye(size))
        made, proved, found = min((_proved(weights) for _ in range(ROUNDS)), key=lambda r: r[1])
        search = _searched(weights, 3**size)
        cells = f"{len(found.points):8d}{found.boxes:9d}{made:9.3f}{proved:9.3f}{goal:7.1f}"
        print(f"  {size:5d}{cells}{search:9.3f}{search / proved:7.2f}")
    _, proved, found = _proved(np.array([[1.5, 0.5], [0.5, 1.5]]))
    kinds = ", ".join(p.kind for p in found.points)
    print(f"  exact pitchfork: {found.boxes} boxes, {proved:.3f} s: {kinds}")


def _proved(weights: np.ndarray) -> tuple[float, float, Certified]:
    model = neurodyn.Model(
        "dx[i]/dt = -x[i] + sum(W[i,j]*tanh(x[j]), j)", states={"x[i]": 0.1},
        indices={"N": {"letters": "i j", "size": len(weights)}}, parameters={"W[i,j]": weights},
    )  # fmt: skip
    start = time.process_time()
    of = Enclosure(Field.of(neurodyn.build(model)))
    ready = time.process_time()
    inside = bounds(of, np.full(len(weights), -np.inf), np.full(len(weights), np.inf))
    found = certified(of, (inside.low, inside.high), (inside.low, inside.high))
    return ready - start, time.process_time() - ready, found


def _searched(weights: np.ndarray, count: int) -> float:
    """Seconds until all are seen, by Newton's method (hybrid Powell) with the Jacobian, from starts in the same box."""
    rng, size = np.random.default_rng(0), len(weights)
    reach, seen = np.abs(weights).sum(axis=1), set[bytes]()
    start = time.process_time()
    while len(seen) < count:
        found = root(
            lambda x: weights @ np.tanh(x) - x, rng.uniform(-reach, reach),
            jac=lambda x: weights / np.cosh(x) ** 2 - np.eye(size),
        )  # fmt: skip
        if found.success:
            seen.add(np.round(found.x + 0.0, 6).tobytes())
    return time.process_time() - start
