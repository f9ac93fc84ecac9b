"""What this machine's memory cannot hold is refused before it is made."""

from __future__ import annotations

import os

from neurodyn.errors import InputError


def check_room(sentence: str, wanted: float, code: str, remedy: str, share: float = 1.0) -> None:
    """Refuse what takes more bytes than a share of the memory of this machine.

    A request beyond it would be granted, and the process killed when the memory is filled.

    Args:
        sentence: what needs them, as the beginning of a sentence: "Saving 10 times takes".
        wanted: bytes.
        code, remedy: of the refusal.
        share: of the memory, that may be filled.

    Raises:
        InputError: with the given code; never where the size of the memory is not told.
    """
    if not hasattr(os, "sysconf"):
        return
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if wanted > share * there:
        raise InputError(
            f"{sentence} {wanted / 2**30:.0f} GiB; this machine has {there / 2**30:.0f}.", code=code, remedy=remedy
        )
