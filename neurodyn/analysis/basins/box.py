"""Where starts are taken from: a box of states, or a plane of two coordinates through a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from neurodyn.errors import InputError
from neurodyn.system.system import System

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Region:
    """Ends of each coordinate, (size,), equal where it is held; and the coordinates that are not, by name."""

    low: Array
    high: Array
    free: Mapping[str, int]

    def drawn(self, count: int, seed: int) -> Array:
        """So many starts that fill it evenly: scrambled points of Sobol, (count, size)."""
        found = np.tile(self.low, (count, 1))
        columns = list(self.free.values())
        points = qmc.Sobol(len(columns), seed=np.random.default_rng(seed)).random_base2(max(count - 1, 1).bit_length())
        found[:, columns] += points[:count] * (self.high - self.low)[columns]
        return found

    def plane(self, cells: tuple[int, int]) -> tuple[dict[str, Array], Array]:
        """Starts in the middles of so many cells along two coordinates: their values, and the starts row by row."""
        (first, i), (second, j) = self.free.items()
        axes = {n: _middles(self.low[k], self.high[k], c) for (n, k), c in zip(self.free.items(), cells, strict=True)}
        across, up = np.meshgrid(axes[first], axes[second])
        found = np.tile(self.low, (across.size, 1))
        found[:, i], found[:, j] = across.ravel(), up.ravel()
        return axes, found


def _middles(low: float, high: float, cells: int) -> Array:
    found: Array = low + (high - low) * (np.arange(cells) + 0.5) / cells
    return found


def region(system: System, box: Mapping[str, Any], start: Array) -> Region:
    """The states between ends (low, high) for states (`x`) or single coordinates (`x[3]`); others stay at the start.

    Raises:
        InputError: for what is no state, and ends that are no numbers or not in order.
    """
    layout = system.layout
    low, high = start.copy(), start.copy()
    free: dict[str, int] = {}
    names = {layout.element(k): k for k in range(layout.size)}
    for name, ends in box.items():
        places = _places(system, names, name)
        try:
            first, last = (np.asarray(e, dtype=float).ravel() for e in ends)
            low[places], high[places] = first, last
        except (TypeError, ValueError):
            raise _bad(f"The box has no two ends for {name}.") from None
        if not (np.isfinite(low[places]).all() and np.isfinite(high[places]).all()):
            raise _bad(f"The ends of {name} are not finite.")
        if not (low[places] < high[places]).all():
            raise _bad(f"The box is empty: the ends of {name} are {ends[0]} and {ends[1]}.")
        free |= {layout.element(k): k for k in places}
    if not free:
        raise _bad("The box bounds nothing.")
    return Region(low, high, free)


def _places(system: System, names: Mapping[str, int], name: str) -> list[int]:
    if name in names:
        return [names[name]]
    if name in system.layout.names:
        return [k for n, k in names.items() if n.partition("[")[0] == name]
    raise InputError(
        f"The box bounds {name}, which is no state of {system.name}.",
        code="bad-box",
        remedy=f"States: {', '.join(system.layout.names)}; one number of a state is x[3].",
    )


def _bad(sentence: str) -> InputError:
    return InputError(sentence, code="bad-box", remedy="Give (low, high), low before high.")
