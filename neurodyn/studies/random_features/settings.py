"""What can be changed about the study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.errors import InputError
from neurodyn.studies.framework.settings import setting


@dataclass(frozen=True)
class Settings:
    """Sizes and counts."""

    draws: int = setting(3, "draws of memories and frequencies for each number of the reference table")
    large: int = setting(40_000, "the larger number of frequencies of the reference table; below 40,000 it is left out")
    queries: int = setting(100, "queries of each kind: at memories, with a tenth of the bits flipped, at random")
    slopes: int = setting(8, "draws from which the exponent of the error is estimated")
    sizes: tuple[float, ...] = setting((30.0, 100.0, 300.0), "numbers of an image, for errors against temperature")
    products: int = setting(16_000, "draws for the variance of each feature map")

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            for value in np.atleast_1d(getattr(self, name)):
                if not least <= value <= most or value % 1:
                    raise InputError(
                        f"{name} is {value:g}.",
                        code="bad-setting",
                        remedy=f"Give a whole number from {least} to {most:,}.",
                    )


# The least and the most of each; there are 500 memories, and one exponent is no interval.
LIMITS = {
    "draws": (1, 1000), "large": (5000, 1_000_000), "queries": (1, 500), "slopes": (2, 1000), "sizes": (2, 10_000),
    "products": (4000, 10_000_000),
}  # fmt: skip
QUICK = {"draws": 1, "large": 5000, "queries": 30, "slopes": 2, "sizes": (100.0,), "products": 8000}
