"""W5: a memory of sequences, in steps of binary units and in continuous time with a slow trace.

The limit is the products of the patterns with a state: they read each pattern once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.bench.hand import rk4
from neurodyn.bench.own import FIXED, own, shipped
from neurodyn.bench.small import Array
from neurodyn.bench.workload import FULL, LIMIT, QUICK, TINY, Case, Column, Run

if TYPE_CHECKING:
    from neurodyn.results.result import Result

DEGREE, DT = 5, 0.005
TEMPO, GAIN, FAST, SLOW = 2.5, 100.0, 0.05, 1.0  # as in the shipped model of the trace
SINGLE = np.dtype(np.float32)


def cases(scale: str) -> list[Case]:
    """Both kinds of time."""
    units, patterns, updates, steps = {
        FULL: (1000, 200, 200, 400), QUICK: (1000, 200, 50, 100), TINY: (60, 4, 8, 10)
    }[scale]  # fmt: skip
    return [_updates(units, patterns, updates), _trace(units, patterns, steps)]


@cache
def _patterns(units: int, patterns: int) -> Array:
    return np.random.default_rng(5).choice([-1.0, 1.0], (patterns, units))


def _updates(units: int, patterns: int, updates: int) -> Case:
    sizes = {"N": units, "P": patterns}

    def xi() -> Array:
        return _patterns(units, patterns)

    def limit() -> Run:
        there, state = xi(), xi()[0]
        back, hidden = np.ascontiguousarray(np.roll(there, -1, axis=0).T), np.ones(patterns)
        return lambda amount: [(there @ state, back @ hidden) for _ in range(updates)]

    def read(found: Result) -> Array:
        ends: Array = found["v"].values[-1]
        return ends

    columns = (
        own(
            "map", lambda: shipped("sequence_two_layer", sizes=sizes, values={"xi": xi(), "d": DEGREE}), read,
            span="steps", start=lambda: {"v": xi()[0]}, record=["v"],
        ),
        Column("numpy, 64 bits", "numpy", lambda: _numpy_updates(xi())),
        Column("numpy, 32 bits", "numpy", lambda: _numpy_updates(xi().astype(SINGLE))),
        Column("jax, scan, 32 bits", "jax", lambda: _jax_updates(xi().astype(SINGLE))),
        Column("limit: two products, 64 bits", "numpy", limit, LIMIT),
    )  # fmt: skip
    return Case(
        "updates", f"{units:,} binary units, {patterns} patterns in a ring, {updates} updates at once, power {DEGREE}",
        columns, updates, updates, lambda found: float(np.mean(found != xi()[updates % patterns])),
        "share of units that differ from the pattern that must be recalled",
    )  # fmt: skip


def _numpy_updates(xi: Any) -> Run:
    back, scale = np.ascontiguousarray(np.roll(xi, -1, axis=0).T), xi.dtype.type(1.0 / xi.shape[1])

    def run(updates: float) -> Any:
        state = xi[0]
        for _ in range(round(updates)):
            state = np.sign(back @ (xi @ state * scale) ** DEGREE)
        return state

    return run


def _jax_updates(xi: Any) -> Run:
    import jax
    import jax.numpy as jnp

    there, back = jnp.asarray(xi), jnp.asarray(np.roll(xi, -1, axis=0).T)
    scale = xi.dtype.type(1.0 / xi.shape[1])

    def run(there: Any, back: Any, state: Any, count: int) -> Any:
        return jax.lax.fori_loop(0, count, lambda _, s: jnp.sign(back @ (there @ s * scale) ** DEGREE), state)

    compiled = jax.jit(run)
    return lambda updates: np.asarray(compiled(there, back, there[0], round(updates)))


def _trace(units: int, patterns: int, steps: int) -> Case:
    sizes, until = {"N": units, "P": patterns}, steps * DT

    def xi() -> Array:
        return _patterns(units, patterns)

    def limit() -> Run:
        there, state = xi(), xi()[0]
        back, weights = np.ascontiguousarray(there.T), np.ones(patterns)
        return lambda amount: [(there @ state, there @ state, back @ weights) for _ in range(4 * steps)]

    def read(found: Result) -> Array:
        return np.stack([found[s].values[-1] for s in ("x", "z")])

    reference = cache(lambda: _numpy_trace(xi())(until))
    columns = (
        *[
            own(
                way, lambda: shipped("sequence_trace", sizes=sizes, values={"xi": xi()}), read, dt=DT,
                start=lambda: {"x": xi()[0], "z": xi()[0] / 2}, record=["x", "z"], **asked,
            )
            for way, asked in FIXED.items()
        ],
        Column("numpy, RK4, 64 bits", "numpy", lambda: _numpy_trace(xi())),
        Column("numpy, RK4, 32 bits", "numpy", lambda: _numpy_trace(xi().astype(SINGLE))),
        Column("jax, RK4, 64 bits", "jax", lambda: _jax_trace(xi())),
        Column("limit: three products, 64 bits", "numpy", limit, LIMIT),
    )  # fmt: skip
    return Case(
        "trace", f"{units:,} graded units with a slow trace, {patterns} patterns, {steps} steps of RK4",
        columns, until, until, lambda found: float(np.abs(found - reference()).max()),
        "largest difference from the same steps by hand in 64 bits",
    )  # fmt: skip


def _trace_rate(lib: Any, xi: Any, back: Any) -> Callable[[Any], Any]:
    """The flow of both states; pattern m + 1 is called by the trace of pattern m."""
    share = xi.dtype.type(1.0 / xi.shape[1])

    def rate(y: Any) -> Any:
        v = lib.tanh(GAIN * y[0])
        now, before = (xi @ v * share) ** 2, (xi @ y[1] * share) ** 2
        return lib.stack([(-y[0] + back @ (now + TEMPO * lib.roll(before, 1))) / FAST, (v - y[1]) / SLOW])

    return rate


def _numpy_trace(xi: Any) -> Run:
    rate = _trace_rate(np, xi, np.ascontiguousarray(xi.T))

    def run(until: float) -> Any:
        y = np.stack([xi[0], xi[0] / 2])
        for _ in range(round(until / DT)):
            y = rk4(rate, y, DT)
        return y

    return run


def _jax_trace(xi: Any) -> Run:
    import jax
    import jax.numpy as jnp

    there, back = jnp.asarray(xi), jnp.asarray(np.ascontiguousarray(xi.T))

    def run(there: Any, back: Any, y: Any, steps: int) -> Any:
        return jax.lax.fori_loop(0, steps, lambda _, y: rk4(_trace_rate(jnp, there, back), y, DT), y)

    compiled = jax.jit(run)
    return lambda until: np.asarray(compiled(there, back, jnp.stack([there[0], there[0] / 2]), round(until / DT)))
