"""The draws of a run: fresh numbers for each step, and the order of an asynchronous update.

The numbers depend on nothing but the seed, the name, the trial and the step. A run can therefore be continued, or
read again at any of its steps, and a trial does not change with how many others there are.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.supports import edges_size
from neurodyn.system.structure import ORDER, Structure

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, int], Array]

# Steps are drawn together, as many as make an array worth the making of a generator.
MOST_TOGETHER, NUMBERS_TOGETHER = 256, 2**14


def _orders(rng: np.random.Generator, steps: int, units: int) -> Array:
    return rng.permuted(np.tile(np.arange(units, dtype=float), (steps, 1)), axis=1)


KINDS: dict[str, Draw] = {
    "uniform": lambda rng, steps, size: rng.random((steps, size)),
    "normal": lambda rng, steps, size: rng.standard_normal((steps, size)),
}
WHITE = "white"  # of flows: a step's increment is a normal number times the root of its length


def kind_of(declared: Any) -> str:
    """The kind of the numbers that a noise is made of."""
    return "normal" if declared == WHITE else str(declared)


def noise_shape(structure: Structure, sizes: Mapping[str, int], name: str) -> tuple[int, ...]:
    """The shape of what is drawn for a noise in a step."""
    if name in structure.on:
        return (sizes[edges_size(structure.on[name])],)
    return tuple(sizes[s] for s in structure.model.names.quantities[name].sets)


class Draws:
    """What a run draws.

    Args:
        structure: of a model.
        sizes: of its index sets, with the numbers of edges.
        seed: of all draws.
        trials: how many runs go side by side; None for one without a trial axis.
        trial: the number of that one, where it is one of several that go one by one.
    """

    def __init__(
        self,
        structure: Structure,
        sizes: Mapping[str, int],
        seed: int,
        trials: int | None,
        trial: int | None = None,
    ) -> None:
        noise = structure.model.noise
        self._kinds: dict[str, tuple[Draw, tuple[int, ...]]] = {
            name: (KINDS[kind_of(declared.value)], noise_shape(structure, sizes, name))
            for name, declared in noise.items()
        }
        if structure.asynchronous:
            [state] = structure.model.states
            self._kinds[ORDER] = _orders, noise_shape(structure, sizes, state)
        self._seed, self._trials = seed, trials
        self._numbers = [trial] if trials is None else list(range(trials))
        self._blocks: dict[str, tuple[int, Array]] = {}

    def at(self, step: int) -> dict[str, Array]:
        """The draws of one step, by name; each of the shape of its letters, with trials a row for each."""
        return {name: self._one(name, step) for name in self._kinds}

    def between(self, t: float) -> dict[str, Array]:
        """The draws of a step that begins between two regular ones, which it is told apart by."""
        found = {}
        for name, (draw, shape) in self._kinds.items():
            drawn = [draw(_stream(self._seed, name, trial, t.hex()), 1, math.prod(shape)) for trial in self._numbers]
            found[name] = np.stack(drawn).reshape(shape if self._trials is None else (self._trials, *shape))
        return found

    def _one(self, name: str, step: int) -> Array:
        draw, shape = self._kinds[name]
        size = math.prod(shape)
        together = steps_together(size)
        number, place = divmod(step, together)
        if name not in self._blocks or self._blocks[name][0] != number:
            drawn = [draw(_stream(self._seed, name, trial, number), together, size) for trial in self._numbers]
            self._blocks[name] = number, np.stack(drawn, axis=1)
        rows = self._blocks[name][1][place]
        found: Array = rows.reshape(shape) if self._trials is None else rows.reshape(self._trials, *shape)
        return found


def steps_together(size: int) -> int:
    """How many steps make a block, of a noise of so many numbers in each."""
    return max(1, min(MOST_TOGETHER, NUMBERS_TOGETHER // max(1, size)))


def stream_key(seed: int, name: str, trial: int | None, number: int | str) -> int:
    """The key of the generator of one block of steps, or of one step between two, which is written in hexadecimal."""
    word = hashlib.sha256("".join(stream_parts(seed, name, trial, number)).encode()).digest()
    return int.from_bytes(word[:16], "little")


def stream_parts(seed: int, name: str, trial: int | None, number: int | str) -> tuple[str, str, str]:
    """The text that the key is made of: what is the same in a run, what a trial adds, and a block."""
    return f"{seed}/{name}/", str(trial), f"/{number}"


def _stream(seed: int, name: str, trial: int | None, number: int | str) -> np.random.Generator:
    """The counter-based generator of the same."""
    return np.random.Generator(np.random.Philox(key=stream_key(seed, name, trial, number)))
