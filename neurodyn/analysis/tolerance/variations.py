"""What varies from sample to sample: parameters with tolerances, each by itself or several by one draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.model.spreads import read_spread
from neurodyn.system.system import System

Array = NDArray[np.float64]
DRAWS = ("philox", "sobol")
DEVIATIONS = 3.0  # that a tolerance is worth where values are normal


@dataclass(frozen=True)
class Variation:
    """A parameter with a tolerance, in SI units: its value is `middle + half*offset`, offsets being drawn."""

    name: str
    middle: float
    half: float
    shape: str


@dataclass(frozen=True, eq=False)
class Variations:
    """All that varies.

    Attributes:
        axes: what shares a draw, by a name for it.
    """

    axes: Mapping[str, tuple[Variation, ...]]

    def offsets(self, count: int, draws: str, seed: int) -> Array:
        """Independent draws (`philox`), or points that fill the cube evenly (`sobol`): (count, axes), in tolerances."""
        if draws not in DRAWS:
            raise InputError(
                f"There is no kind of draws called {draws}.", code="unknown-option", remedy="Give philox or sobol."
            )
        if draws == "sobol":
            unit = np.asarray(qmc.Sobol(len(self.axes), seed=seed).random(count))
        else:
            unit = np.random.Generator(np.random.Philox(seed)).random((count, len(self.axes)))
        return self.spread(unit)

    def spread(self, unit: Array) -> Array:
        """Offsets from numbers between 0 and 1."""
        bounded = np.clip(unit, np.finfo(float).tiny, 1 - np.finfo(float).epsneg)
        found = 2 * unit - 1
        for k, variations in enumerate(self.axes.values()):
            if variations[0].shape == "normal":
                found[:, k] = ndtri(bounded[:, k]) / DEVIATIONS
        return found

    def values(self, offsets: Array) -> dict[str, Array]:
        """The values of each parameter, a row for each sample."""
        return {
            one.name: one.middle + one.half * offsets[:, k]
            for k, variations in enumerate(self.axes.values())
            for one in variations
        }


def variations(
    system: System, spreads: Mapping[str, str] | None = None, common: Sequence[Sequence[str]] = ()
) -> Variations:
    """What varies: the tolerances in the file, and those that are given in their place.

    Args:
        spreads: tolerances by parameter, `{"R3.R": "5 %"}`; an empty text is none.
        common: groups of parameters that share one draw, as the temperature of all parts does.

    Raises:
        InputError: for parameters that there are not, that have letters, or that are no numbers; and where none varies.
    """
    said = {n: d.spread for n, d in system.model.parameters.items() if d.spread} | dict(spreads or {})
    found = {name: _variation(system, name, text) for name, text in said.items() if text}
    if not found:
        raise InputError(
            f"No parameter of {system.name} has a tolerance.",
            code="no-spread",
            remedy="Write R = \"470 ohm ± 5 %\" in the file, or give spreads={'R3.R': '5 %'} (--spread R3.R='5 %').",
        )
    grouped: dict[str, str] = {}
    for group in common:
        for name in group:
            if name not in found or name in grouped:
                what = "is in two groups" if name in grouped else "has no tolerance"
                raise InputError(
                    f"{name} {what}, so it cannot share a draw.", code="common", remedy="Name what varies, once each."
                )
            grouped[name] = " ".join(group)
    axes: dict[str, list[Variation]] = {}
    for name, one in found.items():
        axes.setdefault(grouped.get(name, name), []).append(one)
    return Variations({name: _alike(name, members) for name, members in axes.items()})


def _alike(name: str, members: list[Variation]) -> tuple[Variation, ...]:
    if len({one.shape for one in members}) > 1:
        raise InputError(
            f"{name} share a draw, but some are uniform and some normal.", code="common", remedy="Choose one for all."
        )
    return tuple(members)


def _variation(system: System, name: str, text: str) -> Variation:
    known = system.model.parameters
    if name not in known:
        raise InputError(
            f"{system.name} has no parameter {name}.",
            code="unknown-parameter",
            remedy=near(name, [*known]) or f"It has: {', '.join(known)}.",
        )
    if known[name].letters:
        raise InputError(
            f"{name} has letters; a tolerance is that of a single number.",
            code="spread",
            remedy="Give rows of it to simulate(values=...).",
        )
    spread, middle = read_spread(text, Source(f"{name} {text}")), float(system.values[name])
    half = spread.half(middle, system.units.of(name))
    if not half:
        raise InputError(
            f"{name} is 0, of which {text} is nothing.", code="spread", remedy="Give its tolerance as a quantity."
        )
    return Variation(name, middle, half, spread.shape)
