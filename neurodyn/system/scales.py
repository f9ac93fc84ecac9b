"""The scale of each state: the magnitude at which it counts as one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from neurodyn.model.declarations import Declaration
from neurodyn.model.measures import si_scale
from neurodyn.system.units import Units

SMALLEST, LARGEST = 1e-100, 1e100


def scale_of(declared: Declaration, units: Units, start: Callable[[], Any]) -> float:
    """The declared scale, else that of the state's unit (mV: 1e-3), else the power of ten of the start; else one.

    Args:
        start: gives the start of the state, when it is asked for.
    """
    said = si_scale(declared)
    if said is not None:
        return said
    unit = units.of(declared.name)
    if unit.powers:
        return unit.factor
    if declared.value is None:
        return 1.0
    size = float(np.abs(start()).max(initial=0.0))
    return 10.0 ** math.floor(math.log10(size)) if SMALLEST < size < LARGEST else 1.0
