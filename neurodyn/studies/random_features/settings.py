"""What can be changed about the study."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.studies.framework.settings import check_whole, setting


@dataclass(frozen=True)
class Settings:
    """Sizes and counts."""

    draws: int = setting(3, "draws of memories and frequencies for each number of the reference table")
    large: int = setting(40_000, "the larger number of frequencies of the reference table; below 40,000 it is left out")
    queries: int = setting(100, "queries of each kind: at memories, with a tenth of the bits flipped, at random")
    memories: int = setting(500, "memories, for the exponent of the error and for errors against temperature")
    slopes: int = setting(8, "draws from which the exponent of the error is estimated")
    sizes: tuple[float, ...] = setting((30.0, 100.0, 300.0), "numbers of an image, for errors against temperature")
    products: int = setting(16_000, "draws for the variance of each feature map")
    stored: int = setting(20, "images that a memory of digits holds")
    sets: int = setting(4, "such memories, beside the one that chooses temperature and number of frequencies")
    most: int = setting(100_000, "frequencies of a memory of digits at most")
    writings: int = setting(640, "memories that are written while one stays")
    starts: int = setting(8, "pairs of paths at each temperature")
    many: int = setting(50, "memories for the count of what is recalled at break-even")

    def __post_init__(self) -> None:
        check_whole(self, LIMITS)


# The least and the most of each; there are 500 memories, and one exponent is no interval.
LIMITS = {
    "draws": (1, 1000), "large": (5000, 1_000_000), "queries": (1, 500), "memories": (2, 10_000), "slopes": (2, 1000),
    "sizes": (2, 10_000), "products": (4000, 10_000_000), "stored": (2, 1000), "sets": (1, 1000),
    "most": (100, 10_000_000), "writings": (10, 1_000_000), "starts": (1, 1000), "many": (10, 10_000),
}  # fmt: skip
QUICK = {
    "draws": 1, "large": 5000, "queries": 20, "memories": 100, "slopes": 2, "sizes": (100.0,), "products": 8000,
    "sets": 1, "most": 5000, "writings": 80, "starts": 1, "many": 10,
}  # fmt: skip
