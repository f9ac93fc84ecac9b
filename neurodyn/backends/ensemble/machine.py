"""The processor that compiled code runs on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

# Two registers of each: one alone leaves the units waiting for results, more do not fit beside each other.
WIDTHS = {"avx512f": 16, "avx2": 8, "neon": 4, "asimd": 4}


@dataclass(frozen=True)
class Machine:
    """What code is compiled for.

    Attributes:
        cpu, features: as LLVM names them.
        width: how many runs stand side by side in a vector.
    """

    cpu: str
    features: str
    width: int

    def narrowed(self, runs: int) -> Machine:
        """No wider than what so many runs fill: one run takes a third less time in a vector of one."""
        return replace(self, width=min(self.width, 1 << (runs - 1).bit_length()))


@cache
def host() -> Machine:
    """This machine."""
    from llvmlite import binding

    try:
        found = binding.get_host_cpu_features()
    except RuntimeError:  # a processor that LLVM does not know
        return Machine("", "", 1)
    width = next((w for name, w in WIDTHS.items() if found.get(name)), 2)
    if width > 1 and not found.get("fma", width == 4):
        width = 1
    # Registers of 512 bits, which LLVM leaves unused on processors whose first kind grew slow with them.
    features = found.flatten()
    if found.get("avx512f"):
        features = features.replace("+prefer-256-bit", "-prefer-256-bit") + ",-prefer-256-bit"
    return Machine(binding.get_host_cpu_name(), features, width)
