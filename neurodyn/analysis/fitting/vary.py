"""What a fit may vary: parameters and starts of states, each between two bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.system.system import System

# So many sets of the others are tried before a bound is refused.
CORNERS = 81


@dataclass(frozen=True)
class Vary:
    """A parameter, or the start of a state, between two bounds.

    A fit works on a coordinate without unit: the logarithm of what lies between positive bounds, else the value in
    terms of their distance. So a step of 1 is a factor of e, or the whole width.

    Attributes:
        name, low, high: what is varied, and its bounds, in SI units.
        first: where the search begins: the value in the model, or the nearest bound.
        is_start: whether it is the start of a state.
    """

    name: str
    low: float
    high: float
    first: float
    is_start: bool = False

    @property
    def log(self) -> bool:
        """Whether the coordinate is the logarithm."""
        return self.low > 0

    @property
    def width(self) -> float:
        """A typical size, for scales."""
        return math.sqrt(self.low * self.high) if self.log else self.high - self.low

    def coordinate(self, value: Any) -> Any:
        """The coordinate of a value."""
        return np.log(value) if self.log else np.asarray(value) / self.width

    def value(self, coordinate: Any) -> Any:
        """The value at a coordinate."""
        return np.clip(np.exp(coordinate) if self.log else np.asarray(coordinate) * self.width, self.low, self.high)

    def slope(self, value: Any) -> Any:
        """The derivative of the value by the coordinate."""
        return np.asarray(value) if self.log else np.full_like(np.asarray(value, dtype=float), self.width)


def read_varied(system: System, asked: Mapping[str, Any]) -> tuple[Vary, ...]:
    """What is varied, from names and bounds: `(low, high)`, or text `low..high` with units.

    Raises:
        InputError: for unknown names, what has elements, and bounds that are none.
    """
    if not asked:
        raise InputError(
            "Nothing is varied.", code="nothing-varied", remedy="Name parameters: parameters={'alpha': (0.01, 1)}."
        )
    varied = tuple(_vary(system, name, bounds) for name, bounds in asked.items())
    for one in varied:
        for end in (one.low, one.high) if not one.is_start else ():
            _check_end(system, varied, one, end)
    return varied


def _check_end(system: System, varied: Sequence[Vary], one: Vary, end: float) -> None:
    """Refuse a bound that the model refuses, whatever the others are."""
    others = [v for v in varied if v is not one and not v.is_start]
    refused: list[InputError] = []
    for corner in islice(product(*[(v.first, v.low, v.high) for v in others]), CORNERS):
        try:
            system.with_values({one.name: end, **{v.name: x for v, x in zip(others, corner, strict=True)}})
            return
        except InputError as error:
            refused.append(error)
    raise refused[0]


def _vary(system: System, name: str, bounds: Any) -> Vary:
    role = system.role(name)
    if role not in ("parameter", "state"):
        raise InputError(
            f"{name} is no parameter of {system.name}, nor the start of a state, but {_kind(role)}.",
            code="not-varied",
            remedy=f"Vary one of: {', '.join(_choices(system))}.",
        )
    if system.dims(name):
        raise InputError(
            f"{name} has elements, and a fit varies single numbers.",
            code="not-varied",
            remedy="Write the model with a parameter for each, or with one number from which all follow.",
        )
    low, high = _bounds(system, name, bounds)
    first = system.values[name] if role == "parameter" else system.layout.unpack(system.start())[name]
    return Vary(name, low, high, float(np.clip(float(first), low, high)), role == "state")


def _bounds(system: System, name: str, bounds: Any) -> tuple[float, float]:
    ends = bounds.split("..") if isinstance(bounds, str) else bounds
    try:
        low, high = ends
        low, high = _number(system, name, low), _number(system, name, high)
    except (TypeError, ValueError):
        raise InputError(
            f"The bounds of {name} are {bounds!r}.", code="bad-bounds", remedy=f"Give two: {name}=0.01..1."
        ) from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(
            f"The bounds of {name} are {low:g} and {high:g}.",
            code="bad-bounds",
            remedy="Give two finite numbers, the lower first: searches start between them.",
        )
    return low, high


def _number(system: System, name: str, end: Any) -> float:
    """A bound as a number in SI units; text as the language reads it."""
    if isinstance(end, str):
        text = end.strip()
        try:
            end = float(text)
        except ValueError:
            if name in system.model.parameters:
                return float(system.with_values({name: text}).values[name])
            return float(system.layout.unpack(system.start({name: text}))[name])
    return float(end)


def _kind(role: str) -> str:
    return {"derived": "what follows from parameters", "input": "an input"}.get(role, f"of the kind {role}")


def _choices(system: System) -> list[str]:
    return [n for n in (*system.model.parameters, *system.layout.names) if not system.dims(n)]
