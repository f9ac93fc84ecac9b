"""What a plan of a system with events says more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError
from neurodyn.results import Result

if TYPE_CHECKING:
    from neurodyn.system.system import System


def check_forward(system: System, t0: float, until: float) -> bool:
    """Refuse to run events backwards; tells whether there are any."""
    acts = "event:reset" in system.needs
    if acts and until < t0:
        raise InputError(
            f"{system.name} has events, which happen forwards in time.",
            code="backward-events",
            remedy=f"Give an end after t = {t0:g}.",
        )
    return acts


def pending(start: Any, t0: float) -> Mapping[str, Any] | None:
    """What the events of a run know that is gone on from at its end; None where nothing is known."""
    if not isinstance(start, Result) or float(start.arrays["end"]["t"]) != t0:
        return None
    return start.arrays.get("pending")


def check_kind(system: System, pending: Mapping[str, Any] | None, fixed: bool) -> None:
    """Refuse to go on from a run in fixed steps without them, or the other way round: instants differ by a step."""
    if pending is not None and ("fixed" in pending) != fixed:
        raise InputError(
            f"{system.name} has events, and a run with {'chosen' if fixed else 'fixed'} steps is not gone on from with "
            f"{'fixed' if fixed else 'chosen'} ones.",
            code="bad-start",
            remedy="Take the backend of that run, or give its states as a start of their own: start={...}.",
        )
