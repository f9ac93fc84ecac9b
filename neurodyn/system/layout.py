"""How the states lie in one flat vector."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Layout:
    """Names, shapes and places of the states in the flat vector, and the scale of each element.

    Attributes:
        names, shapes, offsets: one entry for each state; `size` is the length of the vector.
        scales: shape (size,), the magnitude at which each element counts as one.
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    offsets: tuple[int, ...]
    size: int
    scales: Array

    @classmethod
    def of(cls, shapes: Mapping[str, tuple[int, ...]], scales: Mapping[str, float]) -> Layout:
        """The layout of states in the order given."""
        sizes = [math.prod(s) for s in shapes.values()]
        offsets = tuple(int(x) for x in np.cumsum([0, *sizes])[:-1])
        scale = [np.full(n, scales.get(name, 1.0)) for name, n in zip(shapes, sizes, strict=True)]
        flat = np.concatenate(scale) if scale else np.empty(0)
        return cls(tuple(shapes), tuple(shapes.values()), offsets, sum(sizes), flat)

    @cached_property
    def _slots(self) -> tuple[tuple[str, int | slice, tuple[int, ...]], ...]:
        """Name, place and shape of each state; a state without letters has a position, others a slice."""
        return tuple(
            (name, slice(at, at + math.prod(shape)) if shape else at, shape)
            for name, shape, at in zip(self.names, self.shapes, self.offsets, strict=True)
        )

    def unpack(self, y: Array) -> dict[str, Array]:
        """The states in `y`, shape (size,) or (trials, size): views, except for a number without trials."""
        if y.ndim == 1:
            return {n: y[at] if len(shape) < 2 else y[at].reshape(shape) for n, at, shape in self._slots}
        lead = y.shape[:-1]
        return {n: y[..., at].reshape((*lead, *shape)) for n, at, shape in self._slots}

    def pack(self, values: Mapping[str, Array], trials: bool = False) -> Array:
        """The flat vector of the states: shape (size,), or (trials, size). One state is not copied."""
        if len(self.names) == 1:
            value = values[self.names[0]]
            return value.reshape(len(value), -1) if trials else value.reshape(-1)
        lead = (len(values[self.names[0]]),) if trials else ()
        flat = np.empty((*lead, self.size))
        for name, at, shape in self._slots:
            value = values[name]
            flat[..., at] = value.reshape((*lead, -1)) if len(shape) > 1 else value
        return flat

    def element(self, position: int) -> str:
        """The name of one element of the flat vector, such as `x[3]`."""
        for name, shape, at in zip(self.names, self.shapes, self.offsets, strict=True):
            if at <= position < at + math.prod(shape):
                index = np.unravel_index(position - at, shape)
                return f"{name}[{','.join(str(int(k)) for k in index)}]" if shape else name
        raise IndexError(f"element {position} of {self.size}")
