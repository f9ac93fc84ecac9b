"""A system as a netlist: devices on their nodes, states on capacitors of 1 F, inputs as sources.

A device with a card of its own (`cards.py`) is that card. Of all others, and of the circuit itself, the equations are
written as behavioural sources: the current into each pin; the rate of each state, into a capacitor of 1 F whose voltage
is the state over its scale; each constraint, as a current that must vanish at the node of an unknown; each `ddt(e)`, as
the current of a capacitor of 1 F at the voltage e.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from neurodyn.backends.begin import starts
from neurodyn.exports.check import check
from neurodyn.exports.devices import devices_of
from neurodyn.exports.spice.layout import Sheet
from neurodyn.exports.spice.netlist import Netlist
from neurodyn.exports.spice.resets import check_starts, resets_of
from neurodyn.exports.spice.settings import Time, settings
from neurodyn.exports.spice.writing import netlist
from neurodyn.model.model import Model
from neurodyn.system.build import built
from neurodyn.system.system import System


def to_spice(
    system: System | Model | str,
    *,
    until: Time = None,
    start: Mapping[str, Any] | None = None,
    edge: Time = None,
    step: Time = None,
    rtol: float = 1e-6,
    own_equations: bool = False,
) -> Netlist:
    """A netlist that `ngspice -b` runs as it is.

    Args:
        system: a circuit, or a small model of states with flows; a model is built first.
        until: the end of the run; by default that of the bench.
        start: states and unknowns by name, the others as the model says.
        edge: how long a jump of an input takes; by default a thousandth of the shortest time between two of them.
        step: the largest step.
        rtol: the relative tolerance of ngspice.
        own_equations: write diodes and transistors by our equations, rather than as those of ngspice, which differ a
            little.

    Raises:
        InputError: for what has no form in a netlist: maps, noise, delays, large systems, events that are no resets.
    """
    system = built(system)
    own = system.constrained  # nodes are named as the file says them, also where constraints are solved
    check(own, "a netlist", events=True)
    resets = resets_of(own)
    devices = tuple(devices_of(own.model))
    asked = settings(own, until, edge, step, rtol, own_equations, bool(devices))
    flat = starts(own, None, start, own.signals, asked.edges.t0, None, own.seed)
    begin = {n: np.asarray(v) for n, v in own.layout.unpack(flat).items()}
    check_starts(own, resets, begin, asked.edges.t0)
    return replace(netlist(Sheet.of(own, devices, asked, begin, resets)), system=system)
