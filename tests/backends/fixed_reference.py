"""A network of integrate-and-fire units, as the package runs it and as a plain loop over steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

import neurodyn

TAU, TAU_G, DRIVE, THRESHOLD, RESET, REST = 20e-3, 5e-3, 21e-3, 15e-3, 0.0, 2e-3
EQUATIONS = """
tau*dv[i]/dt = drive[i] - v[i] + g[i]
dg[i]/dt = -g[i]/tau_g + sum(w[i,j]*spike[j](t - d[i,j]), j)
"""


def network(n: int, seed: int = 0, delays: str = "list") -> neurodyn.System:
    """Four units in five excite, the others inhibit, each pair with a delay of its own."""
    rng = np.random.default_rng(seed)
    w = np.where(np.arange(n) < 0.8 * n, 8e-3, -32e-3) * (rng.random((n, n)) < 0.1) * math.sqrt(50 / n)
    values = {
        "w": w,
        "d": rng.uniform(0.3e-3, 3e-3, (n, n)) if delays == "list" else np.full((n, n), 1.5e-3),
        "drive": rng.uniform(0.9, 1.1, n) * DRIVE,
    }
    model = neurodyn.Model(
        EQUATIONS,
        indices={"N": {"letters": "i j", "size": n}},
        states={"v[i]": "uniform(0, 15e-3)", "g[i]": {"start": 0.0, "scale": 0.001}},
        parameters={
            "C[i,j]": {},
            "w[i,j]": {"on": "C[i,j]"},
            "d[i,j]": {"on": "C[i,j]"},
            "drive[i]": {},
            "tau": TAU,
            "tau_g": TAU_G,
        },
        events={
            "spike[i]": {"when": f"v[i] > {THRESHOLD}", "set": "v[i] = 0", "refractory": REST, "hold": "v[i]"},
        },
    )
    return neurodyn.build(model, values={"C": (w != 0).astype(float), **values}, seed=seed)


def dense(system: neurodyn.System, name: str) -> NDArray[np.float64]:
    """What lives on edges as an array over all pairs."""
    edges = system.wirings["C"]
    full = np.zeros((system.sizes["N"],) * 2)
    full[edges.first, edges.second] = system.values[name]
    return full


def loop(system: neurodyn.System, start: Any, dt: float, steps: int, method: str) -> tuple[list[int], list[int]]:
    """Steps and units of spikes: state update, thresholds, deliveries, resets, unit by unit and edge by edge."""
    w, drive = dense(system, "w"), system.values["drive"]
    late = np.rint(dense(system, "d") / dt).astype(int)
    v, g = start["v"].copy(), start["g"].copy()
    rest, n = round(REST / dt), len(v)
    arriving, free = np.zeros((steps + late.max() + 1, n)), np.zeros(n, int)
    found: tuple[list[int], list[int]] = ([], [])
    a, b = (1 - dt / TAU, 1 - dt / TAU_G) if method == "euler" else (math.exp(-dt / TAU), math.exp(-dt / TAU_G))
    for k in range(steps):
        goal = drive + g
        v, g = np.where(free <= k, goal + (v - goal) * a, v), g * b
        fired = np.flatnonzero((v > THRESHOLD) & (free <= k))
        for j in fired:
            for i in np.flatnonzero(w[:, j]):
                arriving[k + late[i, j], i] += w[i, j]
            found[0].append(k)
            found[1].append(int(j))
        g = g + arriving[k]
        v[fired], free[fired] = RESET, k + rest
    return found
