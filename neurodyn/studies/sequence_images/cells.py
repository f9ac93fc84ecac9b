"""One network with some images: how many of its transitions are wrong, and what they look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.studies.memory.sequences import Array, Degree, called, network, predicted
from neurodyn.system.build import build
from neurodyn.system.system import System

DEGREES: tuple[Degree, ...] = (1, 5, 25, None)
PLAIN, INVERSE = "plain", "pseudoinverse"
SHOWN = 10  # transitions in the figure, from the first on


@dataclass(frozen=True, eq=False)
class Cell:
    """What came of one network with the first so many images.

    Attributes:
        kind: plain, or with the pseudoinverse.
        degree: of the separation function; None is the exponential one.
        wrong: of each transition, how many pixels are wrong.
        pixels: of an image.
        shown: what the first transitions gave.
    """

    kind: str
    degree: Degree
    wrong: Array
    pixels: int
    shown: Array

    @property
    def count(self) -> int:
        """How many images there are."""
        return len(self.wrong)

    @property
    def name(self) -> str:
        """The network in words."""
        return f"{called(self.degree)}, {self.kind}"

    def pixel_rate(self) -> tuple[float, float, float]:
        """Share of wrong pixels, with its 95 % interval."""
        return _rate(int(self.wrong.sum()), self.count * self.pixels)

    def image_rate(self) -> tuple[float, float, float]:
        """Share of images with any wrong pixel, with its 95 % interval."""
        return _rate(int((self.wrong > 0).sum()), self.count)


def _rate(found: int, of: int) -> tuple[float, float, float]:
    low, high = wilson(found, of)
    return found / of, float(low), float(high)


def cells_of(kind: str, part: Mapping[str, Array], pixels: int) -> list[Cell]:
    """The cells of a part, one for each separation function."""
    return [Cell(kind, d, part[f"wrong {called(d)}"], pixels, part[f"shown {called(d)}"]) for d in DEGREES]


def plain(images: Array) -> dict[str, Array]:
    """A part: the networks without pseudoinverse."""
    return _outcome(images, {d: network(d, images, own=1) for d in DEGREES})


def inverted(images: Array) -> dict[str, Any]:
    """A part: those with it; rank of the images, and what the system says of the inverse."""
    polynomial = build("sequence_pseudoinverse", xi=images)
    systems: dict[Degree, System] = {d: polynomial.with_values(d=d) for d in DEGREES if d is not None}
    systems[None] = build("sequence_pseudoinverse_exponential", xi=images)
    return {
        **_outcome(images, systems),
        "rank": int(np.linalg.matrix_rank(images)),
        "told": polynomial.notes["R"][0],
    }


def _outcome(images: Array, systems: Mapping[Degree, System]) -> dict[str, Array]:
    found, meant = {}, np.roll(images, -1, axis=0)
    for degree, system in systems.items():
        made = predicted(system, images)
        found[f"wrong {called(degree)}"] = (made != meant).sum(axis=1)
        found[f"shown {called(degree)}"] = made[:SHOWN]
    return found
