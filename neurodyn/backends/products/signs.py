"""Products of constant matrices of +1 and -1, which are kept as bits."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Floats
from neurodyn.backends.products.sign_kernel import ADDED, COUNTED, FORM, TEXT, WORD
from neurodyn.program.products import IN_NUMPY, Multiply, Products

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.compiler import Code
    from neurodyn.backends.ensemble.machine import Machine

Bits = NDArray[np.uint8]
# Below so many numbers NumPy is done before our code is called.
LEAST = 1 << 15


class SignProducts(Products):
    """Makes ready the products of one map: those with large matrices of +1 and -1 are computed from their bits.

    They are taken where sums are exact in any order, which is seen vector by vector, so their bits are those of NumPy;
    all others are left to NumPy.
    """

    def __init__(self) -> None:
        self._made: list[SignProduct] = []

    def __call__(self, matrix: Floats) -> Multiply:
        if matrix.size < LEAST or not (np.abs(matrix) == 1.0).all():
            return super().__call__(matrix)
        made = SignProduct(matrix)
        self._made.append(made)
        return made

    def scheme(self) -> dict[str, object]:
        """What the recipe tells of them."""
        told = [f"{rows} x {columns}: entries of +1 and -1 kept as bits, exact" for rows, columns in self._shapes()]
        return {"products": told} if told else {}

    def _shapes(self) -> list[tuple[int, int]]:
        return list(dict.fromkeys(made.shape for made in self._made))


class SignProduct:
    """A function from a vector to the product, by code of our own where that is exact.

    Attributes:
        shape: of the matrix.
    """

    def __init__(self, matrix: Floats, machine: Machine | None = None) -> None:
        self.shape, columns = matrix.shape, matrix.shape[1]
        self._code = _code(machine)
        self._else = IN_NUMPY(matrix)
        words = math.ceil(columns / WORD)
        self._rows, self._sides = _by_rows(matrix < 0, words), _by_columns(matrix > 0)
        # Behind the vector stand ones, whose bits are those that stand behind the rows of the matrix.
        self._x, self._bits = np.ones(words * WORD), np.zeros(words, np.uint64)
        self._y = np.empty(len(self._sides) * ADDED)
        arrays = (self._x, self._bits, self._rows, self._sides, self._y)
        sizes = (self._x.size, words, columns, len(self._rows), len(self._sides))
        self._frame = np.array([*sizes, *(a.ctypes.data for a in arrays)], np.int64)
        self._place = self._frame.ctypes.data

    def __call__(self, x: Floats) -> Floats:
        rows, columns = self.shape
        self._x[:columns] = x
        return self._y[:rows].copy() if self._code.run(self._place) else self._else(x)


@cache
def _code(machine: Machine | None) -> Code:
    """The code, which is the same for all matrices; without a machine, for this one."""
    # Imported where there is something to compile: it loads LLVM.
    from neurodyn.backends.ensemble.compiler import compiled
    from neurodyn.backends.ensemble.machine import host

    return compiled(TEXT, machine or host(), FORM)


def _by_rows(flags: NDArray[np.bool_], words: int) -> NDArray[np.uint64]:
    """Words of bits along each row; one after the other the first words of some rows, their second words, and so on."""
    rows, columns = flags.shape
    groups = math.ceil(rows / COUNTED)
    wide = np.zeros((groups * COUNTED, words * WORD), bool)
    wide[:rows, :columns] = flags
    bits = _packed(wide).view(np.uint64).reshape(groups, COUNTED, words)
    return np.ascontiguousarray(bits.transpose(0, 2, 1))


def _by_columns(flags: NDArray[np.bool_]) -> Bits:
    """For some rows together one word for each column."""
    rows, columns = flags.shape
    groups = math.ceil(rows / ADDED)
    tall = np.zeros((groups * ADDED, columns), bool)
    tall[:rows] = flags
    ordered = np.ascontiguousarray(tall.reshape(groups, ADDED, columns).transpose(0, 2, 1))
    return _packed(ordered).reshape(groups, columns, ADDED // 8)


def _packed(flags: NDArray[np.bool_]) -> Bits:
    return np.packbits(flags, axis=-1, bitorder="little")
