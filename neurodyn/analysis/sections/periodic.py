"""Whether what drives a system repeats."""

from __future__ import annotations

import numpy as np

from neurodyn.analysis.exponents.augmented import Floats
from neurodyn.analysis.field.frozen import inputs_at, moves_with_time
from neurodyn.backends.plan import edges
from neurodyn.errors import InputError
from neurodyn.system.system import System

# Edges in two periods are at the same phase, and rates the same, up to this, in parts of the period and of the rates.
SAME = 1e-9
# So many periods are looked at.
PERIODS = 12
# Times between two edges at which rates are compared.
WITHIN = 7


def check_period(system: System, begin: float, period: float) -> None:
    """Refuse a period after which inputs, or what the equations say of time, are not the same.

    Later periods are compared with the first, which says nothing of those after the last that is looked at.
    """
    moving = moves_with_time(system)
    if not moving:
        return
    first = edges(system.signals, begin, begin + period) - begin
    for later in (begin + k * period for k in range(1, PERIODS)):
        cuts = edges(system.signals, later, later + period) - later
        apart = cuts.size != first.size or bool((np.abs(cuts - first) > SAME * period).any())
        if apart or _differs(system, begin, period, later, first):
            raise InputError(
                f"What drives {system.name}, {', '.join(moving)}, does not repeat after {period:g}.",
                code="not-periodic",
                remedy="Give the period of the inputs, and inputs that go on: pulses(5, period=1, duty=0.2).",
            )


def _differs(system: System, begin: float, period: float, later: float, cuts: Floats) -> bool:
    """Whether the rates at the start differ between two periods."""
    flow, state, scales = system.flow(), system.start(), system.layout.scales
    ends = np.concatenate([[0.0], cuts, [period]])
    parts = (np.arange(WITHIN) + 0.5) / WITHIN
    for phase in (ends[:-1, None] + np.diff(ends)[:, None] * parts).ravel().tolist():
        rates = [flow(t, state, inputs_at(system, t)) / scales for t in (begin + phase, later + phase)]
        if np.abs(rates[0] - rates[1]).max() > SAME * (1e-12 + np.abs(rates[0]).max()):
            return True
    return False
