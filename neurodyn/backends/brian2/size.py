"""Sizes that no memory holds are refused before anything is made."""

from __future__ import annotations

import os

from neurodyn.errors import InputError


def check_memory(what: str, wanted: float) -> None:
    """Refuse what takes more bytes than half of the memory of this machine."""
    if not hasattr(os, "sysconf"):
        return
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if wanted > there / 2:
        raise InputError(
            f"The brian2 backend would need {wanted / 2**30:.0f} GiB for {what}; this machine has {there / 2**30:.0f}.",
            code="brian2-memory",
            remedy="Make the network or the run smaller, or take the scipy backend.",
        )
