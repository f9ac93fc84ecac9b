"""What is 0 where activations stay and states drift, in units of scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.drifting.translations import Translations
from neurodyn.analysis.fixed_points.search.scaled import Scaled

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Across(Scaled):
    """The rate across directions along which it does not change; states are held along them."""

    ways: Translations

    def defect(self, z: Array) -> Array:
        x = z * self.field.scales
        found = self.ways.across(self.field.defect(x)[..., None])[..., 0] if len(z) else x
        return self._held(found, x - self.ways.through)

    def jacobian(self, z: Array) -> Array:
        scales, pivots = self.field.scales, self.ways.pivots
        found = self.ways.across(self.field.defect_jacobian(z * scales))
        found[..., pivots, :] = np.eye(self.size)[pivots]
        return found * scales / scales[:, None]

    def matrix(self, z: Array) -> Any:
        return self.jacobian(z)

    def along(self, z: Array, v: Array) -> Array:
        moved = v * self.field.scales
        found = self.ways.across(self.field.jvp(z * self.field.scales, moved)[..., None])[..., 0]
        return self._held(found, moved)

    def _held(self, rates: Array, off: Array) -> Array:
        rates = rates.copy()
        rates[..., self.ways.pivots] = off[..., self.ways.pivots]
        return rates / self.field.scales


@dataclass(frozen=True, eq=False)
class Far(Scaled):
    """How the rate that a state has differs from the one that it has had since it left its home: f(home + t u) - u.

    Attributes:
        home: the state at the start, flat.
        rate: in how many scales by time u counts as one.
        far: how many scales away u = 1 is.
    """

    home: Array
    rate: float
    far: float

    def state(self, u: Array) -> Array:
        """Where the state is."""
        return self.home + self.far * u * self.field.scales

    def defect(self, z: Array) -> Array:
        return self.field.defect(self.state(z)) / self.field.scales / self.rate - z if len(z) else z

    def jacobian(self, z: Array) -> Array:
        scales = self.field.scales
        found = self.field.defect_jacobian(self.state(z)) * scales / scales[:, None]
        return np.asarray(found * (self.far / self.rate) - np.eye(self.size))

    def matrix(self, z: Array) -> Any:
        return self.jacobian(z)

    def along(self, z: Array, v: Array) -> Array:
        scales = self.field.scales
        return self.field.jvp(self.state(z), v * scales) / scales * (self.far / self.rate) - v
