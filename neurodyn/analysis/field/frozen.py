"""Systems held still in time: their inputs at an instant, and whether the instant matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurodyn.calculus.rewrite import names_reached
from neurodyn.system.delayed_signal import DelayedSignal
from neurodyn.system.signals import Combined, Constant, Signal, Spread
from neurodyn.system.structure import TIME
from neurodyn.system.system import System


def inputs_at(system: System, t: float) -> Mapping[str, Any]:
    """The inputs at a time, those at earlier times that the equations read included; just after it, at an edge."""
    own = system.signals
    known = {**own, **system.earlier.signals(own)} if system.structure.delayed else own
    return {name: signal.on(t, np.nextafter(t, np.inf))(t) for name, signal in known.items()}


def moves_with_time(system: System) -> tuple[str, ...]:
    """What makes the flow or step of a system another one at another time: `t`, and inputs that vary."""
    structure = system.structure
    rows = {**structure.flows, **structure.maps}
    known = {**structure.definitions, **{f"{n} row": d for n, d in rows.items()}}
    reached = frozenset[str]().union(*(names_reached(f"{n} row", known) for n in rows))
    earlier = system.earlier.signals(system.signals) if structure.delayed else {}
    signals = {**system.signals, **earlier}
    varying = sorted(n for n, signal in signals.items() if n in reached and not is_constant(signal))
    return (*([TIME] if TIME in reached else []), *varying)


def is_constant(signal: Signal) -> bool:
    """Whether a signal is surely the same at all times."""
    match signal:
        case Combined():
            return is_constant(signal.left) and is_constant(signal.right)
        case Spread() | DelayedSignal():
            return is_constant(signal.signal)
    return isinstance(signal, Constant)
