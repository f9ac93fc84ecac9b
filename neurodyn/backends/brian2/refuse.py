"""What Brian2 cannot run is refused by name, with the reason and who can."""

from __future__ import annotations

from neurodyn.errors import InputError


def refused(system: str, reason: str, remedy: str = "Take the scipy backend, which can.") -> InputError:
    """The error for a system that Brian2 cannot run."""
    return InputError(f"The brian2 backend cannot run {system}: {reason}.", code="brian2-cannot", remedy=remedy)
