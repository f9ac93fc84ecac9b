"""`export`: a system in the form of another tool, by the name of that tool."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError
from neurodyn.exports.spice.circuit import to_spice

if TYPE_CHECKING:
    from neurodyn.exports.spice.netlist import Netlist
    from neurodyn.model.model import Model
    from neurodyn.system.system import System

TARGETS = {"spice": to_spice}


def export(system: System | Model | str, *, to: str, **options: Any) -> Netlist:
    """Write a system for another tool.

    Args:
        system: a system, or a model, which is built first.
        to: `spice`, a netlist for ngspice.
        **options: what the target understands; see `neurodyn.exports.spice.to_spice`.

    Returns:
        What was written: `str()` is its text, `save(path)` writes it into a file.

    Raises:
        InputError: for an unknown target, and for what has no form there.
    """
    if to not in TARGETS:
        near = get_close_matches(to, TARGETS, 1)
        raise InputError(
            f"There is no export to {to}.",
            code="unknown-target",
            remedy=f"Did you mean {near[0]}?" if near else f"There are: {', '.join(TARGETS)}.",
        )
    return TARGETS[to](system, **options)
