"""Events that never end, at an instant or before one: when that is, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Plan
from neurodyn.backends.trajectory import Outcome
from neurodyn.system.happenings import Acting

Units = NDArray[np.intp]
MOST_ROUNDS = 100
# A unit that happens so often within this part of the run is taken to pile up its events before a point in time.
MOST_PILED, PILE = 100, 1e-9


class Endless(Exception):
    """Events that never end, at an instant or before one."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def named(event: Acting, units: Units, most: int = 5) -> str:
    """Units of an event in words."""
    if not event.shape:
        return event.name
    shown = [f"{event.name}[{','.join(map(str, np.unravel_index(int(u), event.shape)))}]" for u in units[:most]]
    return ", ".join(shown) + (f" and {units.size - most} more" if units.size > most else "")


def endless(plan: Plan, t: float, fired: Mapping[str, Units], events: Mapping[str, Acting]) -> Outcome:
    """Events that set off one another."""
    units = "; ".join(named(events[n], u) for n, u in fired.items())
    return Outcome(
        "failed",
        "endless-events",
        f"At t = {t:.9g} events set off one another without end: after {MOST_ROUNDS} rounds {units} happen again. Give "
        f"them a refractory period, or set states so that their conditions become false.",
    )


def piling(plan: Plan, t: float, event: Acting, units: Units) -> Outcome:
    """Events that come ever faster."""
    return Outcome(
        "failed",
        "accumulating-events",
        f"{named(event, units)} happened {MOST_PILED} times just before t = {t:.9g}: its events come ever faster, "
        f"so that no step leads beyond. End the run before, or give the event a refractory period.",
    )
