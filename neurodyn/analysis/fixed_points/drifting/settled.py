"""Which definitions stay as they are along some states."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.errors import InputError

Array = NDArray[np.float64]


def settled(field: Field, states: Array, off: float) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Those that differ by no more than `off` between the last states, in terms of their size, with their last values;
    and the names of the others."""
    system, stays, moves = field.system, dict[str, Any](), list[str]()
    for name in system.model.definitions:
        if name not in system.structure.varying:
            continue
        try:
            values = np.asarray(system.observe([name], trials=True)(field.t, states, field.inputs)[name])
        except InputError:  # it holds noise
            continue
        values = np.broadcast_to(values, (len(states), *values.shape[1:]))
        with np.errstate(all="ignore"):
            apart = np.abs(values[1:] - values[-1]).max(initial=0.0)
            is_same = bool(apart <= off * (1 + np.abs(values[-1]).max(initial=0.0)))
        if is_same:
            stays[name] = values[-1]
        else:
            moves.append(name)
    return stays, tuple(moves)
