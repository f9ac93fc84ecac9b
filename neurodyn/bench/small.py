"""Small systems: their right sides, written for any library, and the tools that many use for them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.bench.workload import Run

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Small:
    """A small system.

    Attributes:
        system: builds it from its shipped equations.
        rate: the right side, with the functions of a library: `rate(math, *states, *inputs)`.
        start: the states at the begin; a row for each run, if there are several.
        edges: the times at which the input jumps, from begin to end; none without an input.
        inputs: its value on each piece.
    """

    system: Callable[[], System]
    rate: Callable[..., tuple[Any, ...]]
    start: Array
    edges: tuple[float, ...] = ()
    inputs: tuple[float, ...] = ()

    def pieces(self, until: float) -> list[tuple[float, float, tuple[float, ...]]]:
        """Begin, end and input of each piece."""
        if not self.edges:
            return [(0.0, until, ())]
        return [(a, b, (u,)) for (a, b), u in zip(pairwise(self.edges), self.inputs, strict=True)]


def scipy_alone(small: Small, tolerance: float) -> Run:
    """`solve_ivp`, as most would write it, started anew on each piece."""
    from scipy.integrate import solve_ivp

    def run(until: float) -> Array:
        y, ends = small.start, []
        for begin, end, u in small.pieces(until):
            found = solve_ivp(
                lambda t, y, u=u: small.rate(math, *y.tolist(), *u),
                (begin, end), y, method="DOP853", rtol=tolerance, atol=tolerance, t_eval=[end],
            )  # fmt: skip
            y = found.y[:, -1]
            ends.append(y)
        return np.array(ends)

    return run


def fortran_alone(small: Small, tolerance: float) -> Run:
    """SciPy's `ode` with the DOP853 of Hairer and Wanner, in Fortran."""
    from scipy.integrate import ode

    now: list[tuple[float, ...]] = [()]
    solver = ode(lambda t, y: small.rate(math, *y.tolist(), *now[0]))
    solver.set_integrator("dop853", rtol=tolerance, atol=tolerance, nsteps=10**7)

    def run(until: float) -> Array:
        y, ends = small.start, []
        for begin, end, now[0] in small.pieces(until):
            y = solver.set_initial_value(y, begin).integrate(end)
            ends.append(y)
        return np.array(ends)

    return run


def _equations(small: Small) -> tuple[Any, list[Any]]:
    """The module heyoka, and the equations for it."""
    import heyoka

    names = heyoka.make_vars(*[f"y{k}" for k in range(small.start.shape[-1])])
    inputs = [heyoka.par[0]] if small.edges else []
    return heyoka, list(zip(names, small.rate(heyoka, *names, *inputs), strict=True))


def heyoka_alone(small: Small, tolerance: float) -> Run:
    """Taylor series of high order, compiled."""
    heyoka, equations = _equations(small)
    solver = heyoka.taylor_adaptive(equations, small.start.tolist(), tol=tolerance, compact_mode=False)

    def run(until: float) -> Array:
        solver.time, ends = 0.0, []
        solver.state[:] = small.start
        for _, end, u in small.pieces(until):
            solver.pars[: len(u)] = u
            solver.propagate_until(end)
            ends.append(solver.state.copy())
        return np.array(ends)

    return run


def heyoka_lanes(small: Small, tolerance: float, lanes: int) -> Run:
    """The same for as many runs at once as there are lanes."""
    heyoka, equations = _equations(small)
    solver = heyoka.taylor_adaptive_batch(
        equations, np.zeros((len(equations), lanes)), tol=tolerance, compact_mode=False
    )

    def run(until: float) -> Array:
        start = small.start[: len(small.start) // lanes * lanes]
        ends = np.empty_like(small.start)
        ends[len(start) :] = np.nan
        for first in range(0, len(start), lanes):
            solver.set_time(np.zeros(lanes))
            solver.state[:] = start[first : first + lanes].T
            solver.propagate_until(until)
            ends[first : first + lanes] = solver.state.T
        return ends

    return run


def diffrax_alone(small: Small, tolerance: float) -> Run:
    """Order 5 in compiled array code; it steps onto the edges of the input."""
    import diffrax
    import jax
    import jax.numpy as jnp

    edges, inputs = jnp.asarray(small.edges), jnp.asarray(small.inputs)

    def rate(t: Any, y: Any, _: Any) -> Any:
        u = [inputs[jnp.clip(jnp.searchsorted(edges, t, side="right") - 1, 0, len(inputs) - 1)]] if small.edges else []
        return jnp.stack(small.rate(jnp, *y, *u))

    control: Any = diffrax.PIDController(rtol=tolerance, atol=tolerance)
    if small.edges:
        control = diffrax.ClipStepSizeController(control, jump_ts=edges[1:-1])

    def solve(y: Any, ends: Any) -> Any:
        return diffrax.diffeqsolve(
            diffrax.ODETerm(rate), diffrax.Dopri8(), 0.0, ends[-1], 1e-4 if small.edges else None, y,
            stepsize_controller=control, max_steps=None, adjoint=diffrax.ForwardMode(), saveat=diffrax.SaveAt(ts=ends),
        ).ys  # fmt: skip

    compiled = jax.jit(solve)
    return lambda until: np.asarray(compiled(small.start, jnp.asarray([p[1] for p in small.pieces(until)])))


def diffrax_lanes(small: Small, tolerance: float) -> Run:
    """All runs at once in array code, each with its own steps, until the slowest is done."""
    import diffrax
    import jax
    import jax.numpy as jnp

    term = diffrax.ODETerm(lambda t, y, _: jnp.stack(small.rate(jnp, *y)))

    def solve(y: Any, until: Any) -> Any:
        return diffrax.diffeqsolve(
            term, diffrax.Tsit5(), 0.0, until, None, y, max_steps=None, adjoint=diffrax.ForwardMode(),
            stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
        ).ys[0]  # fmt: skip

    together = jax.jit(jax.vmap(solve, in_axes=(0, None)))
    return lambda until: np.asarray(together(small.start, until))


def scipy_stacked(small: Small, tolerance: float) -> Run:
    """`solve_ivp` for all runs as one large state, which share their steps."""
    from scipy.integrate import solve_ivp

    def run(until: float) -> Array:
        shape = small.start.T.shape
        found = solve_ivp(
            lambda t, y: np.concatenate(small.rate(np, *y.reshape(shape))),
            (0.0, until), small.start.T.ravel(), method="DOP853", rtol=tolerance, atol=tolerance, t_eval=[until],
        )  # fmt: skip
        ends: Array = found.y[:, -1].reshape(shape).T
        return ends

    return run


def scipy_loop(small: Small, tolerance: float, runs: int) -> Run:
    """`solve_ivp` for the first runs, one after the other."""
    from scipy.integrate import solve_ivp

    def run(until: float) -> Array:
        ends = np.full_like(small.start, np.nan)
        for k in range(runs):
            ends[k] = solve_ivp(
                lambda t, y: small.rate(math, *y.tolist()),
                (0.0, until), small.start[k], method="DOP853", rtol=tolerance, atol=tolerance, t_eval=[until],
            ).y[:, -1]  # fmt: skip
        return ends

    return run
