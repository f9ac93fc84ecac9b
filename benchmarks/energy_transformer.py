"""Energy and gradient of the Energy Transformer block at the size of the paper: 196 tokens x 768, 12 heads.

Beside the times, what each function does is counted while it runs: multiplications in matrix products, and arrays of
activations that are made, hidden ones included.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, ClassVar

import numpy as np

import neurodyn
from neurodyn.program.lower import Output
from tests.models.transformer_by_hand import Block

PAPER = {"T": 196, "D": 768, "H": 12, "Y": 64, "M": 3072}
SQUARE = "one product"
Pair = tuple[Any, Any]


@dataclass(frozen=True)
class Functions:
    """Energy and gradient of one block at one state, and the matrix products that they cannot do without."""

    by_hand: Callable[[np.ndarray], Pair]
    lowered: Callable[[np.ndarray], Pair]
    products: Callable[[], object]
    x: np.ndarray
    multiplications: int


def functions(sizes: dict[str, int], name: str = "energy_transformer") -> Functions:
    """Both functions of a shipped block, at any size."""
    system = neurodyn.build(name, sizes=sizes, seed=0)
    definitions, energy = system.structure.definitions, system.model.energy
    assert energy is not None
    outputs = [Output("dE/dg", definitions["dE/dg"].letters, definitions["dE/dg"].expr)]
    outputs.append(Output(energy, (), definitions[energy].expr))
    derived = system.bind("energy and gradient", outputs, False)
    block, x = Block.of(system.values), system.start().reshape(sizes["T"], sizes["D"])

    def lowered(x: np.ndarray) -> Pair:
        found = derived(0.0, {"x": x})
        return found[energy], found["dE/dg"]

    return Functions(
        lambda x: block.energy_and_gradient(block.activation(x)), lowered, _products(block, x), x, _work(sizes)
    )


def _work(n: dict[str, int]) -> int:
    """Multiplications: memory there and back, keys and queries there and back, scores and what they weigh."""
    return n["T"] * (2 * n["M"] * n["D"] + 4 * n["H"] * n["Y"] * n["D"] + 3 * n["H"] * n["Y"] * n["T"])


def _products(block: Block, x: np.ndarray) -> Callable[[], object]:
    """The nine products of the block, on arrays that are there."""
    rng, tokens = np.random.default_rng(0), len(x)
    heads, length, size = block.WK.shape
    weights, key = block.WK.reshape(-1, size), rng.normal(size=(heads, length, tokens))
    p, h = rng.random(size=(heads, tokens, tokens)), rng.random(size=(tokens, len(block.xi)))

    def run() -> object:
        there = [x @ block.xi.T, weights @ x.T, weights @ x.T, key.transpose(0, 2, 1) @ key]
        flat = key.reshape(-1, tokens).T
        return there, h @ block.xi, key @ p, key @ p.transpose(0, 2, 1), flat @ weights, flat @ weights

    return run


def square(multiplications: int) -> Callable[[], object]:
    """One product of square matrices with as many multiplications: as fast as this machine multiplies."""
    n = round(multiplications ** (1 / 3))
    a, b = np.random.default_rng(0).normal(size=(2, n, n))
    return lambda: a @ b


class _Counted(np.ndarray):
    """An array that counts multiplications in the matrix products it takes part in."""

    tally: ClassVar[list[int]] = [0]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = (), **kwargs: Any) -> Any:
        plain = [np.asarray(i) if isinstance(i, _Counted) else i for i in inputs]
        into = tuple(o.view(np.ndarray) for o in out)
        result = getattr(ufunc, method)(*plain, **({"out": into} if into else {}), **kwargs)
        if ufunc is np.matmul:
            self.tally[0] += result.size * plain[0].shape[-1]
        if out:
            return out[0]
        return result.view(_Counted) if isinstance(result, np.ndarray) else result


def multiplications(function: Callable[[np.ndarray], Pair], x: np.ndarray) -> int:
    """How many multiplications a call does in matrix products."""
    _Counted.tally[0] = 0
    function(x.view(_Counted))
    return _Counted.tally[0]


@dataclass(frozen=True)
class Made:
    """How many lines of a call make arrays of at least a size, their bytes, and the most that it holds at once."""

    arrays: int
    bytes: int
    peak: int


def made(function: Callable[[np.ndarray], Pair], x: np.ndarray, least: int) -> Made:
    """Watch the memory line by line: a line that makes an array shows it, even if it drops it at once."""
    sizes: list[int] = []
    before = highest = 0

    def look() -> None:
        nonlocal before, highest
        now, peak = tracemalloc.get_traced_memory()
        highest = max(highest, peak)
        sizes.append(peak - before)
        tracemalloc.reset_peak()
        before = now

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        look()
        return trace

    function(x)
    gc.collect()
    tracemalloc.start()
    base = before = tracemalloc.get_traced_memory()[0]
    sys.settrace(trace)
    try:
        function(x)
    finally:
        sys.settrace(None)
        tracemalloc.stop()
    large = [s for s in sizes if s >= least]
    return Made(len(large), sum(large), highest - base)


def report(f: Functions, sizes: dict[str, int]) -> None:
    """Print what both functions do, counted."""
    least = int(0.95 * 8 * sizes["T"] * sizes["D"])
    print(f"  {'':16}{'multiplications':>16}{'full arrays':>13}{'made':>10}{'held at most':>14}")
    for name, function in (("by hand", f.by_hand), ("lowered", f.lowered)):
        found, count = made(function, f.x, least), multiplications(function, f.x)
        print(f"  {name:16}{count:16,}{found.arrays:13}{found.bytes / 1e6:7.1f} MB{found.peak / 1e6:11.1f} MB")
