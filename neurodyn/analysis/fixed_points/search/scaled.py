"""A field in units of the scales of its states: one tolerance fits all coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from neurodyn.analysis.field.field import Field

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scaled:
    """What is 0 at a fixed point, and its derivatives, as functions of z = x/scale."""

    field: Field

    @property
    def size(self) -> int:
        return self.field.size

    def defect(self, z: Array) -> Array:
        """Of one state or many: the rate, or how far a step moves a state."""
        return self.field.defect(z * self.field.scales) / self.field.scales if len(z) else z

    def jacobian(self, z: Array) -> Array:
        """Dense, of one state or many."""
        scales = self.field.scales
        found = self.field.defect_jacobian(z * scales)
        return found if (scales == 1).all() else found * scales / scales[:, None]

    def matrix(self, z: Array) -> Any:
        """Of one state, as the system has it: sparse where that pays."""
        from scipy.sparse import diags_array

        scales = self.field.scales
        found = self.field.matrix(z * scales)
        if self.field.kind == "map":
            found = found - (diags_array(np.ones(self.size)) if issparse(found) else np.eye(self.size))
        return (
            diags_array(1 / scales) @ found @ diags_array(scales)
            if issparse(found)
            else found * scales / scales[:, None]
        )

    def along(self, z: Array, v: Array) -> Array:
        """The derivative along a direction."""
        scales = self.field.scales
        found = self.field.jvp(z * scales, v * scales) / scales
        return found if self.field.kind == "flow" else found - v
