"""`export`: a system in the form of another tool, by the name of that tool."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError
from neurodyn.exports.spice.circuit import to_spice
from neurodyn.exports.verilog_a.circuit import to_verilog_a

if TYPE_CHECKING:
    from neurodyn.exports.spice.netlist import Netlist
    from neurodyn.exports.verilog_a.source import VerilogA
    from neurodyn.model.model import Model
    from neurodyn.system.system import System

TARGETS: dict[str, Callable[..., Any]] = {"spice": to_spice, "verilog_a": to_verilog_a}


def export(system: System | Model | str, *, to: str, **options: Any) -> Netlist | VerilogA:
    """Write a system for another tool.

    Args:
        system: a system, or a model, which is built first.
        to: `spice`, a netlist for ngspice; `verilog_a`, modules of Verilog-A.
        **options: what the target understands; see `neurodyn.exports.spice.to_spice` and
            `neurodyn.exports.verilog_a.to_verilog_a`.

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
    written: Netlist | VerilogA = TARGETS[to](system, **options)
    return written
