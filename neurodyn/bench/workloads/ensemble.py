"""W2: ten thousand starts of a system of three states, which settles (Hopfield) or never does (Lorenz).

The least arithmetic of a step of order 5 on one state: 21 products of stages, 7 of the next state, 7 of its error, and
4 to weigh it; each a fused operation, which the processor does at a rate measured beside. Functions are counted apart,
at the rate of a loop that does nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.bench.own import engine, own, shipped
from neurodyn.bench.small import Array, Small, diffrax_lanes, heyoka_lanes, scipy_loop, scipy_stacked
from neurodyn.bench.workload import FULL, LIMIT, QUICK, TINY, Case, Column, Run
from neurodyn.simulation import simulate

if TYPE_CHECKING:
    from neurodyn.results.result import Result

TOLERANCE = 1e-6
SWEEP = (1e-3, 1e-4, 1e-5, TOLERANCE, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11)
WEIGHTS = np.array([[1.2, 0.4, -0.2], [0.4, 1.1, 0.3], [-0.2, 0.3, 1.0]])
STEP, STAGES = 39, 6  # fused operations of a step on one state; evaluations of a step
COMPARED = 400  # runs that the reference has
Made = Callable[[Small, float], Run]


def _hopfield_rate(lib: Any, *x: Any) -> tuple[Any, ...]:
    v = [lib.tanh(2.0 * one) for one in x]
    return tuple(-x[i] + float(a) * v[0] + float(b) * v[1] + float(c) * v[2] for i, (a, b, c) in enumerate(WEIGHTS))


def _lorenz_rate(lib: Any, x: Any, y: Any, z: Any) -> tuple[Any, ...]:
    return 10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z


def cases(scale: str) -> list[Case]:
    """Both systems."""
    runs = {FULL: 10_000, QUICK: 2_000, TINY: 32}[scale]
    hopfield = Small(
        lambda: shipped("hopfield", sizes={"N": 3, "P": 1}, values={"W": WEIGHTS, "beta": 2.0}),
        _hopfield_rate, np.random.default_rng(1).uniform(-2, 2, (runs, 3)),
    )  # fmt: skip
    start = np.random.default_rng(2).uniform(-10, 10, (runs, 3)) + np.array([0.0, 0.0, 20.0])
    lorenz = Small(lambda: shipped("lorenz"), _lorenz_rate, start)
    until = {FULL: (100.0, 20.0), QUICK: (100.0, 20.0), TINY: (5.0, 5.0)}[scale]
    return [
        _case("hopfield", "Hopfield network of three units", hopfield, until[0], 3.0, (1e-5, 1e-7, 1e-9), 3, 15),
        _case("lorenz", "Lorenz's system", lorenz, until[1], 5.0, (1e-2, 1e-4, 1e-6), 0, 6),
    ]


def _case(
    name: str, title: str, small: Small, until: float, probe: float, targets: Any, functions: int, arithmetic: int
) -> Case:
    """Hopfield or Lorenz; `functions` and `arithmetic` are the tanh and the fused operations of an evaluation."""
    runs = len(small.start)
    few = Small(small.system, small.rate, small.start[:COMPARED])
    reference = cache(lambda: scipy_stacked(few, 1e-13)(probe))

    def error(found: Array) -> float:
        there = found[:COMPARED]
        apart = np.abs(there - reference()[: len(there)]).max(axis=1)
        return float(np.nanquantile(apart, 0.99))

    return Case(
        name, f"{title}, {runs:,} starts to t = {until:g}, rtol = atol = {TOLERANCE:g}",
        _columns(small, until, functions, arithmetic), until, probe, error,
        f"at t = {probe:g}: the largest of the three states, 99th percentile of {len(few.start)} runs",
        TOLERANCE, targets, cold=name == "lorenz",
    )  # fmt: skip


def _columns(small: Small, until: float, functions: int, arithmetic: int) -> tuple[Column, ...]:
    runs, few, several = len(small.start), min(8, len(small.start)), min(500, len(small.start))
    names = ("x",) if functions else ("x", "y", "z")

    def start(count: int = runs) -> dict[str, Array]:
        first = small.start[:count]
        return {"x": first} if functions else dict(zip(names, first.T, strict=True))

    def read(found: Result) -> Array:
        ends = [found.numbers(s)[-1] for s in names]
        return ends[0] if functions else np.stack(ends, axis=1)

    def ours(way: str, tolerance: float, count: int = runs, **more: Any) -> Column:
        given: dict[str, Any] = {"start": start(count), "trials": count, "record": names, **more}
        return own(way, small.system, read, tolerance=tolerance, share=count / runs, **given)

    def peers(name: str, tool: str, made: Made, tolerances: Sequence[float] = (TOLERANCE,)) -> list[Column]:
        return [Column(name, tool, partial(made, small, tol), tolerance=tol) for tol in tolerances]

    alone = {"start": start(), "backend": "ensemble", "rtol": TOLERANCE, "atol": TOLERANCE}
    return (
        *[ours("ensemble", tol, backend="ensemble") for tol in SWEEP],
        engine("ensemble, engine alone", small.system, lambda end: end, list(names), trials=runs, **alone),
        ours("scipy", TOLERANCE, several, backend="scipy", method="DOP853"),
        *peers("heyoka, 8 lanes", "heyoka", partial(heyoka_lanes, lanes=8), SWEEP),
        *peers("heyoka, 16 lanes", "heyoka", partial(heyoka_lanes, lanes=16)),
        *peers("diffrax, Tsit5, vmap", "diffrax", diffrax_lanes),
        *peers("scipy DOP853, all in one", "scipy", scipy_stacked),
        Column(
            "scipy DOP853, one by one", "scipy", lambda: scipy_loop(small, TOLERANCE, few),
            share=few / runs, tolerance=TOLERANCE,
        ),
        _limit(small, start(), until, functions, arithmetic),
    )  # fmt: skip


def _limit(small: Small, start: Any, until: float, functions: int, arithmetic: int) -> Column:
    """The arithmetic of as many steps as ours takes."""

    def limit() -> Run:
        from neurodyn.bench import kernels

        asked: dict[str, Any] = {"save_at": [until], "rtol": TOLERANCE, "atol": TOLERANCE, "progress": False}
        asked |= {"start": start, "trials": len(small.start), "backend": "ensemble", "method": "Tsit5"}
        found = simulate(small.system(), until=until, **asked)
        steps = found.counts["tried"]
        fused, many = kernels.at_once(kernels.FUSED)
        tanh, _ = kernels.at_once("tanh")
        return lambda amount: (
            fused(steps * (3 * STEP + STAGES * arithmetic) // many),
            tanh(steps * STAGES * functions // many) if functions else None,
        )

    return Column("limit: arithmetic and tanh" if functions else "limit: arithmetic", "llvmlite", limit, LIMIT)
