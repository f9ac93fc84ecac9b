"""What is written by hand in several workloads, in the words of NumPy or JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def rk4(rate: Callable[[Any], Any], y: Any, dt: Any) -> Any:
    """One step of the classical method of order 4."""
    a = rate(y)
    b = rate(y + dt / 2 * a)
    c = rate(y + dt / 2 * b)
    return y + dt / 6 * (a + 2 * b + 2 * c + rate(y + dt * c))


def rk4_in_time(rate: Callable[[Any, Any], Any], t: Any, y: Any, dt: Any) -> Any:
    """The same for a rate that reads the time, too."""
    a = rate(t, y)
    b = rate(t + dt / 2, y + dt / 2 * a)
    c = rate(t + dt / 2, y + dt / 2 * b)
    return y + dt / 6 * (a + 2 * b + 2 * c + rate(t + dt, y + dt * c))
