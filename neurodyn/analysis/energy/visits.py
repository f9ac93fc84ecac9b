"""A search for a state from which a step of a map breaks a claim: along many runs, and at states beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.energy.search import CLEAR, Found, Hunt
from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.program.lower import Output
from neurodyn.system.claims import Claim
from neurodyn.system.noise import Draws
from neurodyn.system.system import System

Array = NDArray[np.float64]


def visit(system: System, claim: Claim, how: Hunt) -> Found:
    """The largest excess of a claim over its bound that is met.

    Runs start from draws of the start, half of their signs turned where all values are -1 and 1, else with normal
    numbers added.
    """
    outputs = [Output("left", claim.letters, claim.left), Output("right", claim.letters, claim.right)]
    sides, step = system.bind(("sides", claim.text), outputs, False), system.step()
    rng, best, at, when, scale, count = np.random.default_rng(how.seed), -np.inf, system.start(), 0, 0.0, 0
    for start in range(how.starts):
        y = _moved(system, system.start(seed=how.seed + start), rng)
        for k in range(_steps(how)):
            read = _given(system, k, how.seed, rng)
            found = sides(float(k), {**system.layout.unpack(y), **read})
            left, right = np.asarray(found["left"]), np.asarray(found["right"])
            broken, count = excess(claim, left - right), count + 1
            if np.isfinite(broken) and broken > best:
                best, at, when, scale = broken, y, k, float(np.abs(left).max() + np.abs(right).max())
            y = step(float(k), y, read)
    return Found(best, scale * float(np.finfo(float).eps) * y.size / CLEAR * 10, at, float(when), how.starts, count)


def _steps(how: Hunt) -> int:
    return max(1, how.steps // 6)


def excess(claim: Claim, off: Array) -> float:
    """By how much the difference of two sides breaks a claim; below 0 if it keeps it."""
    if claim.relation == "==":
        return float(np.abs(off).max())
    return float((-off if claim.relation in (">=", ">") else off).max())


def _moved(system: System, y: Array, rng: np.random.Generator) -> Array:
    if (np.abs(y) == 1).all():
        turned: Array = np.where(rng.random(y.size) < 0.5, y, -y)
        return turned
    return y + system.layout.scales * rng.normal(size=y.size)


def _given(system: System, k: int, seed: int, rng: np.random.Generator) -> dict[str, Any]:
    """Inputs, draws and a past for one step."""
    draws = Draws(system.structure, system.sizes, seed, None).at(k)
    past = system.past(rng.normal(size=(system.past.depth, system.layout.size)))
    return {**inputs_at(system, float(k)), **draws, **past}
