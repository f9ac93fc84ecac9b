"""Attractors that are known: a run that has come to one need not go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.system.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Attractors:
    """Points at which runs end before their time; `simulate(..., stop_at=Attractors(...))`.

    A run has come to a point when at the ends of so many steps in a row it is in the ball around it, and is at each of
    them no farther away than at the one before, or within a tenth of the radius. The distance is the largest difference
    of all states, each in units of its scale.

    Attributes:
        points: a row for each point: of the flat state, or of states by name.
        radius: of the balls.
        steps: how many steps in a row.
    """

    points: Mapping[str, ArrayLike] | ArrayLike
    radius: float = 1e-3
    steps: int = 5

    def table(self, system: System) -> Floats:
        """A row of the flat state for each point.

        Raises:
            InputError: for points that are none of this system, and numbers that make no sense.
        """
        layout = system.layout
        found = self.points
        if isinstance(found, Mapping):
            if set(found) != set(layout.names):
                raise _bad(f"points name {', '.join(map(str, found))}", f"Give all states: {', '.join(layout.names)}.")
            rows = {name: np.atleast_1d(np.asarray(found[name], dtype=float)) for name in layout.names}
            counts = {len(values) for values in rows.values()}
            shapes = zip(layout.names, layout.shapes, strict=True)
            if len(counts) > 1 or any(rows[name].shape[1:] != shape for name, shape in shapes):
                raise _bad("states of the points have other shapes", "Give a row for each point, of all states.")
            found = layout.pack(rows, trials=True)
        points = np.atleast_2d(np.asarray(found, dtype=float))
        if points.ndim != 2 or points.shape[1] != layout.size or not np.isfinite(points).all():
            raise _bad(
                f"points have the shape {points.shape}, or hold what is no number",
                f"Give a row of {layout.size} finite numbers for each point.",
            )
        if not 0 < self.radius < np.inf or isinstance(self.steps, bool) or not 1 <= int(self.steps) == self.steps:
            raise _bad(
                f"the radius is {self.radius}, with {self.steps} steps", "Give a radius above 0, and steps from 1."
            )
        return points


def _bad(what: str, remedy: str) -> InputError:
    return InputError(f"stop_at: {what}.", code="bad-attractors", remedy=remedy)


def checked(system: System, asked: Any) -> Attractors | None:
    """The attractors that were asked for, their points as a table."""
    if asked is None:
        return None
    if not isinstance(asked, Attractors):
        raise _bad(f"a {type(asked).__name__} is no set of attractors", "Give neurodyn.Attractors(points, radius).")
    return Attractors(asked.table(system), float(asked.radius), int(asked.steps))
