"""W7: samples flow to stored points along the probability flow of a diffusion, with the exact score.

Two thin matrix products and as many exponentials as scores decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.bench.hand import rk4_in_time
from neurodyn.bench.own import FIXED, SHORT, own, shipped
from neurodyn.bench.small import Array
from neurodyn.bench.workload import FULL, LIMIT, QUICK, TINY, Case, Column, Run

if TYPE_CHECKING:
    from neurodyn.results.result import Result
    from neurodyn.system.system import System

NOISE, LAST = 400.0, 4e-4  # variance at the begin and at the end
DOUBLE, SINGLE = np.dtype(np.float64), np.dtype(np.float32)
BLOCK = 32  # samples whose scores stay in the cache


@dataclass(frozen=True, eq=False)
class Task:
    """Stored points and starts, one a row, and how long a step is in logarithmic time."""

    points: Array
    starts: Array
    steps: int

    @property
    def dt(self) -> float:
        return float(np.log(NOISE / LAST) / self.steps)

    @property
    def until(self) -> float:
        return self.steps * self.dt


@cache
def _task(points: int, dimensions: int, samples: int, steps: int) -> Task:
    rng = np.random.default_rng(6)
    stored = rng.standard_normal((points, dimensions))
    return Task(stored, np.sqrt(NOISE) * rng.standard_normal((samples, dimensions)), steps)


def cases(scale: str) -> list[Case]:
    """One case."""
    sizes = {FULL: (5000, 64, 160, 25), QUICK: (1000, 64, 64, 25), TINY: (40, 8, 6, 20)}[scale]
    points, dimensions, samples, steps = sizes

    def given() -> Task:
        return _task(*sizes)

    @cache
    def reference() -> Array:
        ends: Array = _numpy(given, DOUBLE, samples)(given().until)
        return ends

    def error(found: Array) -> float:
        """Of samples that go to the same point, where nearly all do: rounding can decide to which."""
        apart = np.abs(found - reference()).max(axis=1)
        same = apart < 0.5
        return float(apart[same].max() if same.mean() > 0.95 else apart.max())

    title = f"{samples} samples among {points:,} points in {dimensions} dimensions, {steps} steps of RK4"
    told = "largest difference from the same steps in 64 bits, of samples that end at the same point"
    until = given().until
    return [Case("flow", title, _columns(given, samples, scale == FULL), until, until, error, told)]


def _columns(given: Callable[[], Task], samples: int, large: bool) -> tuple[Column, ...]:
    def system() -> System:
        points = given().points
        sizes = {"K": len(points), "d": points.shape[1]}
        return shipped("diffusion_flow", sizes=sizes, values={"xi": points, "s_0": NOISE})

    def read(found: Result) -> Array:
        return found["x"].isel(time=-1).transpose("trial", ...).values

    def ours(way: str, kind: np.dtype[Any], **asked: Any) -> Column:
        task = given()
        start = {"x": task.starts}
        more: dict[str, Any] = {"trials": samples, "record": ["x"], "dt": task.dt, **asked}
        return own(way, system, read, beside=_limit(kind), start=start, **more)

    def column(name: str, tool: str, kind: np.dtype[Any], made: Callable[[], Run]) -> Column:
        return Column(f"{name}, {_bits(kind)}", tool, made, beside=_limit(kind))

    kinds = (DOUBLE, SINGLE)
    return (
        *[ours(way, DOUBLE, **asked) for way, asked in FIXED.items()],
        *[ours(way, SINGLE, **asked) for way, asked in SHORT.items() if large],
        column("numpy, all at once", "numpy", DOUBLE, partial(_numpy, given, DOUBLE, samples)),
        *[column("numpy, in blocks", "numpy", k, partial(_numpy, given, k, BLOCK)) for k in kinds],
        *[column("jax", "jax", k, partial(_jax, given, k)) for k in kinds],
        *[Column(_limit(k), "numpy", partial(_products, given, k), LIMIT) for k in kinds],
    )


def _bits(kind: np.dtype[Any]) -> str:
    return f"{8 * kind.itemsize} bits"


def _limit(kind: np.dtype[Any]) -> str:
    return f"limit: products and exp, {_bits(kind)}"


def _products(given: Callable[[], Task], kind: np.dtype[Any]) -> Run:
    """Block by block, on arrays that stay in the cache."""
    task = given()
    points, starts = task.points.astype(kind), task.starts.astype(kind)
    blocks = [starts[k : k + BLOCK] for k in range(0, len(starts), BLOCK)]
    scores, weights = (np.full((BLOCK, len(points)), -1.0, kind) for _ in range(2))

    def run(amount: float) -> None:
        for _ in range(4 * task.steps):
            for x in blocks:
                np.matmul(x, points.T, out=scores[: len(x)])
                np.exp(weights[: len(x)], out=scores[: len(x)])
                np.matmul(scores[: len(x)], points)

    return run


def _numpy(given: Callable[[], Task], kind: np.dtype[Any], block: int) -> Run:
    task = given()
    points = task.points.astype(kind)
    half = (0.5 * (task.points**2).sum(axis=1)).astype(kind)
    places = np.empty((block, len(points)), kind)

    def rate(t: float, x: Any) -> Any:
        scores = np.matmul(x, points.T, out=places[: len(x)])
        scores -= half
        scores *= kind.type(np.exp(t) / NOISE)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        return ((scores @ points) / scores.sum(axis=1, keepdims=True) - x) / 2

    def run(until: float) -> Any:
        ends = task.starts.astype(kind)
        for first in range(0, len(ends), block):
            x = ends[first : first + block]
            for k in range(task.steps):
                x[:] = rk4_in_time(rate, k * task.dt, x, kind.type(task.dt))
        return ends

    return run


def _jax(given: Callable[[], Task], kind: np.dtype[Any]) -> Run:
    import jax
    import jax.numpy as jnp

    task = given()
    points, half = jnp.asarray(task.points, kind), jnp.asarray(0.5 * (task.points**2).sum(axis=1), kind)
    size = BLOCK if len(task.starts) % BLOCK == 0 else len(task.starts)
    starts = jnp.asarray(task.starts.reshape(-1, size, task.starts.shape[1]), kind)
    dt = kind.type(task.dt)

    def run(points: Any, half: Any, starts: Any) -> Any:
        def rate(t: Any, x: Any) -> Any:
            w = jax.nn.softmax((x @ points.T - half) * (jnp.exp(t) / NOISE).astype(kind), axis=-1)
            return (w @ points - x) / 2

        def step(k: Any, x: Any) -> Any:
            return rk4_in_time(rate, k * dt, x, dt)

        return jax.lax.map(lambda x: jax.lax.fori_loop(0, task.steps, step, x), starts)

    compiled = jax.jit(run)
    return lambda until: np.asarray(compiled(points, half, starts)).reshape(task.starts.shape)
