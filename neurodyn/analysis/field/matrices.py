"""Jacobians of many states at once, from the blocks that the system derives in index notation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.system.jacobian import jacobian_of, spans
from neurodyn.system.system import System

Array = NDArray[np.float64]
Matrices = Callable[[float, Array, Mapping[str, Any]], Array]


def matrices_of(system: System) -> Matrices:
    """f(t, x, inputs): the Jacobian at x of shape (size,), or those at x of shape (states, size)."""
    one = system.jacobian(sparse=False)
    many = _row_by_row(one) if system.wirings else _together(system)

    def jacobian(t: float, x: Array, inputs: Mapping[str, Any]) -> Array:
        found: Array = one(t, x, inputs) if x.ndim == 1 else many(t, x, inputs)
        return found

    return jacobian


def _row_by_row(one: Callable[..., Array]) -> Matrices:
    """Where there are supports: their entries are put into one matrix after the other."""

    def many(t: float, x: Array, inputs: Mapping[str, Any]) -> Array:
        return np.stack([one(t, row, inputs) for row in x]) if len(x) else np.empty((0, x.shape[1], x.shape[1]))

    return many


def _together(system: System) -> Matrices:
    derived, layout = jacobian_of(system.structure), system.layout
    bound = system.bind(("jacobian", True), list(derived.outputs.values()), True, derived.definitions)
    place = spans(layout)

    def many(t: float, x: Array, inputs: Mapping[str, Any]) -> Array:
        found = bound(t, {**layout.unpack(x), **inputs})
        full = np.zeros((len(x), layout.size, layout.size))
        for (row, column), output in derived.outputs.items():
            down, along = place[row], place[column]
            full[:, down, along] = np.reshape(found[output.name], (len(x), down.stop - down.start, -1))
        return full

    return many
