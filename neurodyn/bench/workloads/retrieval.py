"""W4: noisy cues settle in a memory of ten thousand patterns: two matrix products a step decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.bench.hand import rk4
from neurodyn.bench.own import FIXED, SHORT, own, shipped
from neurodyn.bench.small import Array
from neurodyn.bench.workload import FULL, LIMIT, QUICK, TINY, Case, Column, Run

if TYPE_CHECKING:
    from neurodyn.results.result import Result
    from neurodyn.system.system import System

DT = 0.2
DOUBLE, SINGLE = np.dtype(np.float64), np.dtype(np.float32)
BLOCK = 1000  # memories whose scores stay in the cache


@dataclass(frozen=True, eq=False)
class Memory:
    """Patterns, one a row, and cues."""

    patterns: Array
    cues: Array

    @property
    def beta(self) -> float:
        return float(8.0 / np.sqrt(self.patterns.shape[1]))


@cache
def _memory(memories: int, features: int, cues: int) -> Memory:
    rng = np.random.default_rng(4)
    patterns = rng.choice([-1.0, 1.0], (memories, features))
    return Memory(patterns, patterns[:cues] + rng.standard_normal((cues, features)))


def cases(scale: str) -> list[Case]:
    """One case; its steps all cost the same."""
    sizes, steps = {
        FULL: ((10_000, 784, 256), 1), QUICK: ((2_000, 784, 64), 1), TINY: ((30, 20, 5), 2)
    }[scale]  # fmt: skip
    memories, features, cues = sizes
    until = steps * DT

    def given() -> Memory:
        return _memory(*sizes)

    @cache
    def reference() -> Array:
        ends: Array = _plain(given(), DOUBLE)(until)
        return ends

    return [
        Case(
            "cues",
            f"{cues} cues to {memories:,} memories of {features} features, {steps} step{'s' * (steps > 1)} of RK4",
            _columns(given, steps, scale != TINY), until, until, lambda found: float(np.abs(found - reference()).max()),
            "largest difference from the same steps by hand in 64 bits",
        )
    ]  # fmt: skip


def _columns(given: Callable[[], Memory], steps: int, large: bool) -> tuple[Column, ...]:
    def system() -> System:
        memory = given()
        sizes = dict(zip("KN", memory.patterns.shape, strict=True))
        return shipped("dense_memory", sizes=sizes, values={"xi": memory.patterns, "beta": memory.beta})

    def read(found: Result) -> Array:
        return found["v"].isel(time=-1).transpose("trial", ...).values

    def ours(way: str, kind: np.dtype[Any], **asked: Any) -> Column:
        more: dict[str, Any] = {"start": lambda: {"v": given().cues}, "trials": lambda: len(given().cues)}
        return own(way, system, read, beside=_limit(kind), record=["v"], dt=DT, **more, **asked)

    def column(name: str, tool: str, made: Callable[[Memory, np.dtype[Any]], Run], kind: np.dtype[Any]) -> Column:
        return Column(f"{name}, {_bits(kind)}", tool, lambda: made(given(), kind), beside=_limit(kind))

    return (
        *[ours(way, DOUBLE, **asked) for way, asked in FIXED.items()],
        *[ours(way, SINGLE, **asked) for way, asked in SHORT.items() if large],
        column("numpy, as written", "numpy", _plain, DOUBLE),
        *[column("numpy, in blocks", "numpy", _blocked, kind) for kind in (DOUBLE, SINGLE)],
        *[column("jax", "jax", _jax, kind) for kind in (DOUBLE, SINGLE)],
        *[Column(_limit(k), "numpy", partial(_products, given, k, steps), LIMIT) for k in (DOUBLE, SINGLE)],
    )


def _bits(kind: np.dtype[Any]) -> str:
    return f"{8 * kind.itemsize} bits"


def _limit(kind: np.dtype[Any]) -> str:
    return f"limit: both products, {_bits(kind)}"


def _products(given: Callable[[], Memory], kind: np.dtype[Any], steps: int) -> Run:
    memory = given()
    patterns, cues = memory.patterns.astype(kind), memory.cues.astype(kind)
    scores, ends = np.full((len(cues), len(patterns)), 1e-4, kind), np.empty_like(cues)

    def run(amount: float) -> None:
        for _ in range(4 * steps):
            np.matmul(cues, patterns.T, out=scores)
            np.matmul(scores, patterns, out=ends)

    return run


def _plain(memory: Memory, kind: np.dtype[Any]) -> Run:
    patterns = memory.patterns.astype(kind)

    def rate(v: Any) -> Any:
        p = memory.beta * (v @ patterns.T)
        p = np.exp(p - p.max(axis=1, keepdims=True))
        return (p / p.sum(axis=1, keepdims=True)) @ patterns - v

    return _steps(rate, memory.cues.astype(kind))


def _steps(rate: Callable[[Any], Any], cues: Any) -> Run:
    def run(until: float) -> Any:
        v = cues
        for _ in range(round(until / DT)):
            v = rk4(rate, v, cues.dtype.type(DT))
        return v

    return run


def _blocked(memory: Memory, kind: np.dtype[Any]) -> Run:
    """Some memories at a time, in arrays that are made once; sums are rescaled when a larger score turns up."""
    patterns, cues = memory.patterns.astype(kind), memory.cues.astype(kind)
    blocks = [patterns[k : k + BLOCK] for k in range(0, len(patterns), BLOCK)]
    scores, part = np.empty((len(cues), BLOCK), kind), np.empty_like(cues)
    beta = kind.type(memory.beta)

    def rate(v: Any) -> Any:
        top, total = np.full((len(v), 1), -np.inf, kind), np.zeros((len(v), 1), kind)
        found = np.zeros_like(v)
        for block in blocks:
            p = scores[:, : len(block)] if len(block) == BLOCK else np.empty((len(v), len(block)), kind)
            np.matmul(v, block.T, out=p)
            p *= beta
            higher = np.maximum(top, p.max(axis=1, keepdims=True))
            p -= higher
            np.exp(p, out=p)
            less = np.exp(top - higher)
            total = total * less + p.sum(axis=1, keepdims=True)
            found *= less
            found += np.matmul(p, block, out=part)
            top = higher
        return found / total - v

    return _steps(rate, cues)


def _jax(memory: Memory, kind: np.dtype[Any]) -> Run:
    import jax
    import jax.numpy as jnp

    patterns, cues = jnp.asarray(memory.patterns, kind), jnp.asarray(memory.cues, kind)
    beta, dt = kind.type(memory.beta), kind.type(DT)

    def steps(patterns: Any, v: Any, count: int) -> Any:
        def rate(v: Any) -> Any:
            return jax.nn.softmax(beta * (v @ patterns.T), axis=-1) @ patterns - v

        return jax.lax.fori_loop(0, count, lambda _, v: rk4(rate, v, dt), v)

    compiled = jax.jit(steps)
    return lambda until: np.asarray(compiled(patterns, cues, round(until / DT)))
