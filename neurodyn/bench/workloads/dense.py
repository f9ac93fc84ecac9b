"""W3: a network of thousands of units, all connected: each evaluation reads every weight once, and that decides.

The limit is the matrix products alone: a program that computes with these weights can be faster only by reading fewer
bytes (a half of a symmetric matrix, numbers of 32 bits) or by fewer evaluations in a step.
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
from neurodyn.simulation import simulate

if TYPE_CHECKING:
    from neurodyn.results.result import Result
    from neurodyn.system.system import System

DT = 0.05
Rate = Callable[[Any], Any]


def cases(scale: str) -> list[Case]:
    """Fixed steps on weights that no cache holds, and adaptive steps on a smaller network."""
    large, small, steps, until = {
        FULL: (4000, 2000, 10, 50.0), QUICK: (1000, 500, 20, 50.0), TINY: (40, 40, 20, 5.0)
    }[scale]  # fmt: skip
    return [_fixed(large, steps), _adaptive(small, until)]


@cache
def _data(units: int) -> tuple[Array, Array, Array]:
    """Symmetric weights, bias and start."""
    rng = np.random.default_rng(3)
    a = rng.standard_normal((units, units)) / np.sqrt(units)
    return 0.75 * (a + a.T), 0.1 * rng.standard_normal(units), rng.standard_normal(units)


def network(units: int) -> Callable[[], System]:
    """Builds the network."""

    def made() -> System:
        W, b, _ = _data(units)
        return shipped("hopfield", sizes={"N": units, "P": 1}, values={"W": W, "b": b, "beta": 1.0})

    return made


def _start(units: int) -> Callable[[], Any]:
    return lambda: {"x": _data(units)[2]}


def _end(found: Result) -> Array:
    ends: Array = found["x"].values[-1]
    return ends


def _reference(units: int, until: float) -> Callable[[Array], float]:
    @cache
    def exact() -> Array:
        ends: Array = _scipy(units, "DOP853", 1e-11)(until)
        return ends

    return lambda found: float(np.abs(np.asarray(found) - exact()).max())


def _fixed(units: int, steps: int) -> Case:
    until = steps * DT

    def ours(way: str, **asked: Any) -> Column:
        return own(way, network(units), _end, start=_start(units), dt=DT, **asked)

    def limit() -> Run:
        W, _, x = _data(units)
        return lambda amount: [W @ x for _ in range(4 * steps)]

    # A small matrix has no storage of its own.
    short = {"backend": "fixed", "method": "rk4", "storage": "float32"}
    columns = (
        *[ours(way, **asked) for way, asked in FIXED.items()],
        *([ours("fixed, RK4, W in float32", **short)] if units >= 1000 else []),
        Column("numpy, RK4", "numpy", lambda: _rk4(units, _product(units))),
        Column("numpy, RK4, half of W", "scipy", lambda: _rk4(units, _half_product(units))),
        Column("numpy, Adams, one product a step", "numpy", lambda: _adams(units)),
        Column("jax, RK4", "jax", lambda: _jax_rk4(units)),
        Column("limit: the matrix products", "numpy", limit, LIMIT),
    )
    title = f"{units:,} units, {steps} steps of RK4"
    return Case("rk4", title, columns, until, until, _reference(units, until), "x at the end, largest")


def _adaptive(units: int, until: float) -> Case:
    tolerance = 1e-6

    def ours(way: str, **asked: Any) -> Column:
        return own(way, network(units), _end, start=_start(units), tolerance=tolerance, **asked)

    def limit() -> Run:
        W, _, x = _data(units)
        asked: dict[str, Any] = {"start": _start(units)(), "save_at": [until], "rtol": tolerance, "atol": tolerance}
        found = simulate(network(units)(), until=until, method="DOP853", progress=False, **asked)
        count = found.counts["rhs"]
        return lambda amount: [W @ x for _ in range(count)]

    columns = (
        ours("ensemble, arrays", backend="ensemble", target="arrays"),
        ours("scipy, DOP853", backend="scipy", method="DOP853"),
        Column("scipy, DOP853", "scipy", lambda: _scipy(units, "DOP853", tolerance), tolerance=tolerance),
        Column("scipy, LSODA", "scipy", lambda: _scipy(units, "LSODA", tolerance), tolerance=tolerance),
        Column("diffrax, Tsit5", "diffrax", lambda: _diffrax(units, tolerance), tolerance=tolerance),
        Column("limit: the products of DOP853", "numpy", limit, LIMIT),
    )
    title = f"{units:,} units to t = {until:g}, rtol = atol = {tolerance:g}"
    return Case("adaptive", title, columns, until, until, _reference(units, until), "x at the end, largest", tolerance)


def _product(units: int) -> Rate:
    W, b, _ = _data(units)
    return lambda x: -x + W @ np.tanh(x) + b


def _half_product(units: int) -> Rate:
    """BLAS reads half of a symmetric matrix."""
    from scipy.linalg.blas import dsymv

    W, b, _ = _data(units)
    half = np.asfortranarray(W)
    return lambda x: -x + dsymv(1.0, half, np.tanh(x)) + b


def _rk4(units: int, rate: Rate) -> Run:
    def run(until: float) -> Array:
        x = _data(units)[2]
        for _ in range(round(until / DT)):
            x = rk4(rate, x, DT)
        return x

    return run


def _adams(units: int) -> Run:
    """Adams-Bashforth-Moulton of order 4: predict, evaluate, correct."""
    rate = _product(units)

    def run(until: float) -> Array:
        x, slopes = _data(units)[2], list[Array]()
        for n in range(round(until / DT)):
            if n < 3:
                slopes.append(rate(x))
                x = rk4(rate, x, DT)
                continue
            if n == 3:
                slopes.append(rate(x))
            a, b, c, d = slopes[-4:]
            ahead = rate(x + DT / 24 * (55 * d - 59 * c + 37 * b - 9 * a))
            x = x + DT / 24 * (9 * ahead + 19 * d - 5 * c + b)
            slopes.append(ahead)
        return x

    return run


def _jax_rk4(units: int) -> Run:
    import jax
    import jax.numpy as jnp

    W, b, start = map(jnp.asarray, _data(units))

    def run(W: Any, b: Any, x: Any, steps: int) -> Any:
        return jax.lax.fori_loop(0, steps, lambda _, x: rk4(lambda y: -y + W @ jnp.tanh(y) + b, x, DT), x)

    compiled = jax.jit(run)
    return lambda until: np.asarray(compiled(W, b, start, round(until / DT)))


def _scipy(units: int, method: str, tolerance: float) -> Run:
    from scipy.integrate import solve_ivp

    rate = _product(units)

    def run(until: float) -> Array:
        x = _data(units)[2]
        found = solve_ivp(lambda t, x: rate(x), (0, until), x, method=method, rtol=tolerance, atol=tolerance)
        ends: Array = found.y[:, -1]
        return ends

    return run


def _diffrax(units: int, tolerance: float) -> Run:
    import diffrax
    import jax
    import jax.numpy as jnp

    W, b, start = map(jnp.asarray, _data(units))
    term = diffrax.ODETerm(lambda t, x, given: -x + given[0] @ jnp.tanh(x) + given[1])

    def solve(W: Any, b: Any, x: Any, until: float) -> Any:
        return diffrax.diffeqsolve(
            term, diffrax.Tsit5(), 0.0, until, None, x, args=(W, b), max_steps=None, adjoint=diffrax.ForwardMode(),
            stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
        ).ys[0]  # fmt: skip

    compiled = jax.jit(solve)
    return lambda until: np.asarray(compiled(W, b, start, until))
