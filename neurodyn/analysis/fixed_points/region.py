"""The box in which fixed points are looked for, as it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.system.system import System

Array = NDArray[np.float64]


def region_of(system: System, given: Mapping[str, Any]) -> tuple[Array, Array]:
    """The ends of all states, infinite for those that are not named; flat.

    Raises:
        InputError: for what is no state, and ends that are no two numbers, low before high, of the shape of the state.
    """
    layout = system.layout
    for name in given:
        if name not in layout.names:
            raise InputError(
                f"The box bounds {name}, which is no state of {system.name}.",
                code="bad-box",
                remedy=near(name, list(layout.names)) or f"States: {', '.join(layout.names)}.",
            )
    ends = {n: _ends(n, s, given.get(n, (-np.inf, np.inf))) for n, s in zip(layout.names, layout.shapes, strict=True)}
    low, high = (layout.pack({n: np.asarray(e[k]) for n, e in ends.items()}) for k in (0, 1))
    return low + 0.0, high + 0.0


def _ends(name: str, shape: tuple[int, ...], given: Any) -> tuple[Array, Array]:
    try:
        low, high = (np.broadcast_to(np.asarray(end, dtype=float), shape) for end in given)
    except (TypeError, ValueError):
        raise InputError(
            f"The box has no two ends of the shape {shape} for {name}.", code="bad-box", remedy="Give (low, high)."
        ) from None
    if not (low < high).all():  # NaN too
        raise InputError(
            f"The box is empty: of {name}, its low end is not below its high one.",
            code="bad-box",
            remedy="Give (low, high).",
        )
    return low, high
