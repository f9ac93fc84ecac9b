"""Sizes that no memory holds are refused before anything is made."""

from __future__ import annotations

from neurodyn.system.room import check_room


def check_memory(what: str, wanted: float) -> None:
    """Refuse what takes more bytes than half of the memory of this machine."""
    sentence = f"For {what} the brian2 backend would need"
    remedy = "Make the network or the run smaller, or take the scipy backend."
    check_room(sentence, wanted, "brian2-memory", remedy, share=0.5)
