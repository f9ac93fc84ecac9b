"""What can be changed about the study."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.errors import InputError
from neurodyn.studies.framework.settings import check_whole, setting


@dataclass(frozen=True)
class Settings:
    """Sizes and counts."""

    sizes: tuple[float, ...] = setting((256.0, 512.0, 1024.0, 2048.0), "units of the networks of the load curve")
    sets: int = setting(5, "sets of patterns of the largest of them; smaller ones have more")
    cues: int = setting(64, "patterns of each set that are recalled")
    bits: int = setting(40_000, "units whose first step is looked at, for each load of the dense memories")
    entries: int = setting(4_000_000, "memories times units up to which dense memories are taken")
    recalls: int = setting(150, "cues of the exponential memory, for each number of memories")
    starts: int = setting(400, "random starts at each load, whose ends are named")

    def __post_init__(self) -> None:
        check_whole(self, LIMITS)
        if len(set(self.sizes)) < 2:
            raise InputError(
                "The load curve has one size.", code="bad-setting", remedy="Give two sizes at least: sizes=256,512."
            )


# The least and the most of each.
LIMITS = {
    "sizes": (50, 8000), "sets": (1, 1000), "cues": (10, 1000), "bits": (2000, 10_000_000),
    "entries": (60_000, 50_000_000), "recalls": (20, 10_000), "starts": (50, 10_000),
}  # fmt: skip
QUICK = {
    "sizes": (128.0, 256.0, 512.0), "sets": 2, "cues": 32, "bits": 4000, "entries": 150_000, "recalls": 40,
    "starts": 50,
}  # fmt: skip
