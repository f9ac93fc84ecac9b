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
DOUBLE, SINGLE = np.dtype(np.float64), np.dtype(np.float32)
KINDS = (DOUBLE, SINGLE)


def cases(scale: str) -> list[Case]:
    """Both kinds of time."""
    units, patterns, updates, steps = {
        FULL: (1000, 200, 200, 400), QUICK: (1000, 200, 50, 100), TINY: (60, 4, 8, 10)
    }[scale]  # fmt: skip
    return [_updates(units, patterns, updates), _trace(units, patterns, steps)]


@cache
def _patterns(units: int, patterns: int) -> Array:
    return np.random.default_rng(5).choice([-1.0, 1.0], (patterns, units))


def _told(products: int, kind: np.dtype[Any]) -> str:
    return f"limit: {products} products, {8 * kind.itemsize} bits"


def _limit(xi: Callable[[], Array], kind: np.dtype[Any], products: int, times: int) -> Column:
    """One product with the patterns as columns, and the others with them as rows."""

    def prepare() -> Run:
        rows = xi().astype(kind)
        columns = np.ascontiguousarray(rows.T)

        def run(amount: float) -> None:
            for _ in range(times):
                for _ in range(products - 1):
                    rows @ rows[0]
                columns @ columns[0]

        return run

    return Column(_told(products, kind), "numpy", prepare, LIMIT)


def _peers(tool: str, made: Callable[[Any], Run], xi: Callable[[], Array], products: int) -> list[Column]:
    """A tool in both precisions."""

    def column(kind: np.dtype[Any]) -> Column:
        name = f"{tool}, {8 * kind.itemsize} bits"
        return Column(name, tool, lambda: made(xi().astype(kind)), beside=_told(products, kind))

    return [column(kind) for kind in KINDS]


def _updates(units: int, patterns: int, updates: int) -> Case:
    sizes = {"N": units, "P": patterns}

    def xi() -> Array:
        return _patterns(units, patterns)

    def read(found: Result) -> Array:
        ends: Array = found["v"].values[-1]
        return ends

    columns = (
        own(
            "map", lambda: shipped("sequence_two_layer", sizes=sizes, values={"xi": xi(), "d": DEGREE}), read,
            span="steps", start=lambda: {"v": xi()[0]}, record=["v"], beside=_told(2, DOUBLE),
        ),
        *_peers("numpy", _numpy_updates, xi, 2),
        *_peers("jax", _jax_updates, xi, 2),
        *[_limit(xi, kind, 2, updates) for kind in KINDS],
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

    def read(found: Result) -> Array:
        return np.stack([found[s].values[-1] for s in ("x", "z")])

    reference = cache(lambda: _numpy_trace(xi())(until))
    columns = (
        *[
            own(
                way, lambda: shipped("sequence_trace", sizes=sizes, values={"xi": xi()}), read, dt=DT,
                start=lambda: {"x": xi()[0], "z": xi()[0] / 2}, record=["x", "z"],
                beside=_told(3, DOUBLE), **asked,
            )
            for way, asked in FIXED.items()
        ],
        *_peers("numpy", _numpy_trace, xi, 3),
        *_peers("jax", _jax_trace, xi, 3),
        *[_limit(xi, kind, 3, 4 * steps) for kind in KINDS],
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
