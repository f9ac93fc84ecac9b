"""A constant matrix that is ready to be multiplied by vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.compiler import compiled
from neurodyn.backends.ensemble.machine import Machine, host
from neurodyn.backends.plan import Floats
from neurodyn.backends.products.kernel import FORM, Kernel
from neurodyn.backends.threads import MOST
from neurodyn.errors import InputError

# The sums of so many parts of a large matrix are added up at the end. On however many threads: bits are the same.
PARTS = 4
BLOCK = 200  # rows and columns that are compared at a time; copies of such blocks stay in a cache
ROWS = 32  # that are looked at together, for the same reason
Run = Callable[[Callable[[int], None], Iterable[int]], Iterable[None]]


def is_symmetric(matrix: Floats) -> bool:
    """Whether a matrix equals its transpose in every bit: NaN like NaN, and 0 unlike -0."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        return False
    bits = matrix.view(np.int64) if matrix.flags.c_contiguous else np.ascontiguousarray(matrix).view(np.int64)
    cuts = [slice(k, k + BLOCK) for k in range(0, len(matrix), BLOCK)]
    pairs = ((a, b) for k, a in enumerate(cuts) for b in cuts[k:])
    return all(np.array_equal(bits[a, b], bits[b, a].copy().T) for a, b in pairs)


def by_rows(matrix: Floats, symmetric: bool) -> Floats:
    """The matrix as it lies by rows; a symmetric one that lies by columns does so too."""
    return matrix.T if symmetric and matrix.flags.f_contiguous else np.ascontiguousarray(matrix)


def shortened(matrix: Floats) -> tuple[NDArray[np.float32], float]:
    """The matrix in 32 bits, and the largest sum over a row of what that changes.

    An element of the product is off by no more than that, times the largest element of the vector.
    """
    with np.errstate(all="ignore"):
        short, off = matrix.astype(np.float32, order="C"), 0.0
        for k in range(0, len(matrix), ROWS):
            rows, kept = matrix[k : k + ROWS], short[k : k + ROWS]
            change = np.abs(rows - kept)
            sums = change.sum(axis=1)
            if not np.isfinite(sums).all():
                check_range(rows, kept)
                sums = np.where(np.isfinite(rows), change, 0.0).sum(axis=1)
            off = max(off, float(sums.max()))
    return short, off * 1.01  # more than is lost where it is printed


def check_range(rows: Floats, kept: NDArray[np.float32]) -> None:
    """Refuse what became infinite in 32 bits.

    Raises:
        InputError: where something did.
    """
    finite = np.isfinite(rows)
    if np.any(np.isinf(kept) & finite):
        raise InputError(
            f"A matrix has numbers up to {np.abs(rows[finite]).max():.3g}, too large for float32.",
            code="out-of-range",
            remedy="Leave storage out, or choose other units.",
        )


class Product:
    """A function from a vector to the product, by code of our own.

    Tiles cover the matrix up to the last rows and columns, fewer than a tile has, which NumPy multiplies.
    """

    def __init__(self, matrix: NDArray[Any], symmetric: bool, threads: int, machine: Machine | None = None) -> None:
        """Take a matrix of 32 or 64 bits that lies by rows."""
        machine = machine or host()
        edge = 8 if machine.width >= 16 else 4  # so many sums, factors and rows find room in the registers
        self._code = compiled(Kernel(edge, symmetric, matrix.dtype == np.float32).text(), machine, FORM)
        rows, columns = matrix.shape
        self._matrix, self._place, self._stride, self._tiles = matrix, matrix.ctypes.data, columns, columns // edge
        self._whole = rows - rows % edge, columns - columns % edge
        self._parts = _parts(rows // edge, PARTS if matrix.size >= MOST else 1, symmetric)
        threads = min(threads, len(self._parts))
        self._run: Run = map if threads == 1 else ThreadPoolExecutor(threads).map
        below, right = matrix[self._whole[0] :], matrix[: self._whole[0], self._whole[1] :]
        self._below, self._right = below.astype(float), right.astype(float)

    def __call__(self, x: Floats) -> Floats:
        x = np.ascontiguousarray(x, dtype=float)
        rows, columns = self._whole
        sums = np.zeros((len(self._parts), rows))
        given, made, run = x.ctypes.data, sums.ctypes.data, self._code.run

        def part(k: int) -> None:
            run(*self._parts[k], self._tiles, self._stride, self._place, given, made + 8 * rows * k)

        for _ in self._run(part, range(len(self._parts))):
            pass
        y: Floats = sums[0] if len(sums) == 1 else np.add.reduce(sums, axis=0)
        if self._right.size:
            y += self._right @ x[columns:]
        return np.concatenate((y, self._below @ x)) if len(self._below) else y


def _parts(rows: int, count: int, symmetric: bool) -> list[tuple[int, int]]:
    """Where rows of tiles are cut into parts with about as many tiles each."""
    parts = np.arange(count + 1) / count
    cuts = np.rint(rows * (1 - np.sqrt(1 - parts) if symmetric else parts)).astype(int).tolist()
    return list(pairwise(cuts))


def threads(matrix: NDArray[Any]) -> int:
    """How many threads BLAS may take for a matrix, and so may we."""
    if matrix.size < MOST:
        return 1
    from threadpoolctl import threadpool_info

    return max((pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"), default=1)
