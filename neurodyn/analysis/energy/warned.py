"""What is told of an energy beside the verdicts: where its premises fail, and where it has no bottom or no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import Place
from neurodyn.model.declarations import value_source
from neurodyn.model.lagrangians import LAGRANGIANS
from neurodyn.model.layers import Layer
from neurodyn.system.system import System

Array = NDArray[np.float64]
SHOWN = 4


@dataclass(frozen=True, eq=False)
class Warned:
    """One warning.

    Attributes:
        about: `not convex`, `not differentiable`, `unbounded`, `not finite` or `run`.
        text: one sentence.
        place: where that is written which it is about.
        numbers: the state that shows it, and what was found there.
    """

    about: str
    text: str
    place: Place | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)


def shown(system: System, numbers: Array, first: int = 0, name: str = "", unit: int | None = None) -> str:
    """The largest of some numbers of the state, in words: `x[0] = 1, x[3] = 0.5 and 6 more`.

    Args:
        first: where they lie in the state.
        name: put before each, as in `dx[0] = 1`.
        unit: the position of one that is told in any case.
    """
    size = np.abs(numbers)
    if unit is not None:
        size[unit] = np.inf
    order = sorted(np.argsort(-size, kind="stable")[:SHOWN])
    told = ", ".join(f"{name}{system.layout.element(first + int(k))} = {numbers[k]:.4g}" for k in order)
    return told + (f" and {numbers.size - SHOWN} more" if numbers.size > SHOWN else "")


def first_time(system: System) -> float:
    """That at which the bench begins."""
    return float(system.time("from", system.model.bench.get("from", 0.0)))


def place_of(layer: Layer) -> Place:
    """Where a Lagrangian stands in the file."""
    source, text = layer.state.source, layer.fields["lagrangian"]
    return (source if text in LAGRANGIANS else value_source(source, text)).place(0)
