"""Random draws and data that values may ask for.

Each call draws from a stream of its own, keyed by the seed, the name of the quantity and the ordinal of the call in
its value (and the trial), so that changing one value never changes another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...], Sequence[Array]], Array]


def stream(seed: int, name: str, ordinal: int, trial: int | None = None) -> np.random.Generator:
    """The counter-based generator of one call."""
    word = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    key = [seed, word, ordinal] if trial is None else [seed, word, ordinal, trial + 1]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key)))


@dataclass(frozen=True)
class Generator:
    """One generator: the defaults of its arguments, by name, and how it draws an array of a shape.

    What is `measured` has the unit of its arguments; all others take and give plain numbers.
    """

    arguments: dict[str, float]
    draw: Draw
    random: bool = True
    measured: bool = False


def _normal(rng: np.random.Generator, shape: tuple[int, ...], args: Sequence[Array]) -> Array:
    return args[0] + args[1] * rng.standard_normal(shape)


def _uniform(rng: np.random.Generator, shape: tuple[int, ...], args: Sequence[Array]) -> Array:
    return args[0] + (args[1] - args[0]) * rng.random(shape)


def _signs(rng: np.random.Generator, shape: tuple[int, ...], args: Sequence[Array]) -> Array:
    return np.where(rng.random(shape) < args[0], 1.0, -1.0)


def _integers(rng: np.random.Generator, shape: tuple[int, ...], args: Sequence[Array]) -> Array:
    return np.floor(args[0] + (args[1] - args[0]) * rng.random(shape))


def _permutation(rng: np.random.Generator, shape: tuple[int, ...], args: Sequence[Array]) -> Array:
    if len(shape) != 1:
        raise ValueError("permutation() fills a quantity with one letter")
    return rng.permutation(shape[0]).astype(float)


def _digits(rng: np.random.Generator, shape: tuple[int, ...], args: Sequence[Array]) -> Array:
    if len(shape) != 2 or shape[1] != 64:
        raise ValueError("digits() fills a quantity of K images with 64 pixels each")
    images, _ = digit_images()
    first = int(args[0])
    if first < 0 or first + shape[0] > len(images):
        raise ValueError(f"there are {len(images)} digits, so {shape[0]} from number {first} on are too many")
    return images[first : first + shape[0]]


@lru_cache(maxsize=1)
def digit_images() -> tuple[Array, NDArray[np.int64]]:
    """Scikit-learn's handwritten digits, 8 x 8 pixels from -1 to 1, ordered 0, 1, ..., 9, 0, 1, ...

    Returns:
        images of shape (count, 64) and their classes of shape (count,); count is ten times the rarest class.
    """
    images, classes = _scikit_learn_digits()
    members = [np.flatnonzero(classes == c) for c in range(10)]
    least = min(len(m) for m in members)
    order = np.stack([m[:least] for m in members], axis=1).ravel()
    scaled = np.asarray(images[order] / 8.0 - 1.0, dtype=float)
    scaled.setflags(write=False)
    return scaled, classes[order]


def _scikit_learn_digits() -> tuple[Array, NDArray[np.int64]]:
    """The data set that scikit-learn carries, pixels from 0 to 16.

    Its file is read directly: importing scikit-learn takes seconds, ten times as long as the rest of a build.
    """
    package = find_spec("sklearn")
    folder = Path((package.submodule_search_locations or [""])[0]) if package else Path()
    file = folder / "datasets" / "data" / "digits.csv.gz"
    if not file.is_file():
        from sklearn.datasets import load_digits

        images, classes = load_digits(return_X_y=True)
        return images, classes
    table = np.loadtxt(file, delimiter=",")
    return table[:, :-1], table[:, -1].astype(np.int64)


GENERATORS: dict[str, Generator] = {
    "normal": Generator({"mean": 0.0, "sd": 1.0}, _normal, measured=True),
    "uniform": Generator({"low": 0.0, "high": 1.0}, _uniform, measured=True),
    "signs": Generator({"p": 0.5}, _signs),
    "integers": Generator({"low": 0.0, "high": 2.0}, _integers),
    "permutation": Generator({}, _permutation),
    "digits": Generator({"first": 0.0}, _digits, random=False),
}
