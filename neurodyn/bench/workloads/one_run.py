"""W1: one run of a small system: a synapse under a hundred pulses, and a membrane that spikes for ten seconds.

Nothing here can be done side by side: a step waits for the one before, and each evaluation of the right side for its
slowest function. So the limit is the time of as many evaluations one after the other, of nothing but that function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.bench.own import engine, own, shipped
from neurodyn.bench.small import Array, Small, diffrax_alone, fortran_alone, heyoka_alone, scipy_alone
from neurodyn.bench.workload import FULL, LIMIT, QUICK, TINY, Case, Column, Run
from neurodyn.simulation import simulate

if TYPE_CHECKING:
    from neurodyn.results.result import Result
    from neurodyn.system.system import System

SYNAPSE = """
format    = 1
summary   = "A synapse that tires under pulses: a fast response and a slow efficacy"
equations = \"\"\"
tau_v*dv/dt = w*S - v
dw/dt       = (1 - w)/tau_w - k*S*w*v/(c + v)
\"\"\"

[states]
v = { start = 0, about = "response" }
w = { start = 1, about = "efficacy" }

[parameters]
tau_v = { value = 0.01, about = "time constant of the response" }
tau_w = { value = 20, about = "time constant of recovery" }
k     = { value = 0.5, about = "rate of use" }
c     = { value = 0.5, about = "response of half use" }

[inputs]
S = { value = "pulses(1, period=1, duty=0.1)", about = "stimulus" }
"""
TOLERANCE = 1e-8
DIVISION = "division"
SWEEP = (1e-5, 1e-6, 1e-7, TOLERANCE, 1e-9, 1e-10)
Made = Callable[[Small, float], Run]


def _synapse_rate(lib: Any, v: Any, w: Any, S: Any) -> tuple[Any, ...]:
    return (w * S - v) / 0.01, (1.0 - w) / 20.0 - 0.5 * S * w * v / (0.5 + v)


def _membrane_rate(lib: Any, v: Any, w: Any) -> tuple[Any, ...]:
    """In millivolts, the scale of the shipped file's potential, so that tolerances mean the same; and seconds."""
    m = (1.0 + lib.tanh((v + 1.2) / 18.0)) / 2.0
    rest = (1.0 + lib.tanh((v - 2.0) / 30.0)) / 2.0
    current = 4.4 * m * (120.0 - v) + 8.0 * w * (-84.0 - v) + 2.0 * (-60.0 - v) + 100.0
    return current * 50.0, 40.0 * lib.cosh((v - 2.0) / 60.0) * (rest - w)


def cases(scale: str) -> list[Case]:
    """Both systems."""
    pulses, until = {FULL: (100, 10.0), QUICK: (20, 1.0), TINY: (2, 0.05)}[scale]
    return [_pulses(pulses), _spikes(until)]


def _synapse() -> System:
    from neurodyn.model.model import Model
    from neurodyn.system.build import build

    return build(Model.from_text(SYNAPSE, name="synapse"))


def _pulses(pulses: int) -> Case:
    edges = (*(t for k in range(pulses) for t in (float(k), k + 0.1)), float(pulses))
    small = Small(
        _synapse,
        _synapse_rate, np.array([0.0, 1.0]), edges, (1.0, 0.0) * pulses,
    )  # fmt: skip
    title = f"A synapse under {pulses} pulses, to t = {pulses:g}, rtol = atol = {TOLERANCE:g}"
    columns = _columns(small, {"save_at": edges[1:]}, (1.0, 1.0), DIVISION, float(pulses))
    reference = cache(lambda: fortran_alone(small, 1e-13)(pulses))
    return Case(
        "synapse", title, columns, float(pulses), float(pulses), lambda y: float(np.abs(y - reference()).max()),
        "v and w, largest at the edges of pulses", TOLERANCE, (1e-7,),
    )  # fmt: skip


def _spikes(until: float) -> Case:
    small = Small(lambda: shipped("morris_lecar"), _membrane_rate, np.array([-40.0, 0.1]))
    asked: dict[str, Any] = {"inputs": {"I": 1.0}, "start": {"v": -0.04, "w": 0.1}}
    title = f"Morris-Lecar membrane, {until:g} s, rtol = atol = {TOLERANCE:g}"
    alone = engine(
        "ensemble, engine alone", small.system, lambda end: np.atleast_2d(end) * (1e3, 1.0), ["v", "w"],
        backend="ensemble", rtol=TOLERANCE, atol=TOLERANCE, **asked,
    )  # fmt: skip
    columns = (*_columns(small, asked, (1e3, 1.0), "tanh", until), alone)
    reference = cache(lambda: fortran_alone(small, 1e-13)(until))
    return Case(
        "membrane", title, columns, until, until, lambda y: float(np.abs(y - reference())[-1, 0]),
        "v at the end in mV, mostly an error of the phase", TOLERANCE, (1e-4,), True,
    )  # fmt: skip


def _columns(
    small: Small, asked: dict[str, Any], units: tuple[float, ...], slowest: str, until: float
) -> tuple[Column, ...]:
    def read(found: Result) -> Array:
        return np.stack([found.numbers(s) * unit for s, unit in zip("vw", units, strict=True)], axis=1)

    def ours(way: str, tolerance: float, **more: Any) -> Column:
        return own(way, small.system, read, tolerance=tolerance, **asked, **more)

    def peers(name: str, tool: str, made: Made, tolerances: Sequence[float] = (TOLERANCE,)) -> list[Column]:
        return [Column(name, tool, partial(made, small, tol), tolerance=tol) for tol in tolerances]

    def evaluations() -> int:
        found = simulate(small.system(), until=until, rtol=TOLERANCE, atol=TOLERANCE, progress=False, **asked)
        return int(found.counts["rhs"])

    def limit() -> Run:
        from neurodyn.bench import kernels

        one, count = kernels.waiting(slowest), evaluations()
        return lambda amount: one(count)

    return (
        *[ours("ensemble", tol, backend="ensemble") for tol in SWEEP],
        ours("scipy", TOLERANCE, backend="scipy", method="DOP853"),
        *peers("heyoka, one run", "heyoka", heyoka_alone, SWEEP),
        *peers("scipy ode, dop853", "scipy", fortran_alone, SWEEP),
        *peers("scipy solve_ivp, DOP853", "scipy", scipy_alone),
        *peers("diffrax, Dopri8", "diffrax", diffrax_alone),
        Column(f"limit: {slowest} after {slowest}", "llvmlite", limit, LIMIT),
    )
