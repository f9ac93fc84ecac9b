"""What callers of analyses along orbits give: spans of time, numbers, inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurodyn.backends.prepare import read_inputs
from neurodyn.errors import InputError
from neurodyn.system.quantities import si_values
from neurodyn.system.system import System
from neurodyn.system.varying import with_bound


def with_inputs(system: System, inputs: Mapping[str, Any]) -> System:
    """The system with other inputs."""
    system, rest = with_bound(system, inputs)
    rest = si_values(system.units, rest)
    read_inputs(system, rest)  # refuses names that are none
    return system.with_values(rest)


def time_of(system: System, name: str, value: Any) -> float | None:
    """A span of time, or a number of steps of a map."""
    found = positive(name, None if value is None else system.time(name, value))
    if found is not None and system.model.discrete and found != int(found):
        raise InputError(f"{name} is {found:g}, and {system.name} goes in steps.", code="bad-span", remedy="Round it.")
    return found


def positive(name: str, value: Any) -> float | None:
    """A number above 0."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
        raise InputError(f"{name} is {value!r}.", code="bad-span", remedy="Give a positive number.")
    return float(value)


def whole_number(name: str, value: Any, least: int) -> None:
    """Refuse what is no whole number from the least on."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{name} is {value!r}.", code="bad-count", remedy=f"Give a whole number from {least} on.")
