"""The events of a run as compiled code knows them, and what it cannot know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.backends.ensemble.spiking.reads import Space
from neurodyn.backends.plan import Plan
from neurodyn.errors import InputError
from neurodyn.system.happenings import Acting, Happenings, Target

if TYPE_CHECKING:
    from neurodyn.system.system import System


def refused(system: System, reason: str) -> InputError:
    """The error of what has no compiled form."""
    return InputError(
        f"The backend ensemble cannot run {system.name}: {reason}.",
        code="not-compiled",
        remedy="Take the backend fixed.",
    )


@dataclass(frozen=True, eq=False)
class Events:
    """The events of a system.

    Attributes:
        acting: by name.
        spaces: that of the units of each.
        sets, holds: the states that each sets and holds, each at the unit itself.
    """

    happenings: Happenings | None
    acting: Mapping[str, Acting]
    spaces: Mapping[str, Space]
    sets: Mapping[str, Sequence[str]]
    holds: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, plan: Plan, spaces: Mapping[str, Space]) -> Events:
        """Those of a plan.

        Args:
            spaces: those of the states.
        """
        if "event:reset" not in plan.needed:
            return cls(None, {}, {}, {}, {})
        system = plan.system
        happenings = Happenings(system)
        own = {name: Space(event.shape) for name, event in happenings.events.items()}
        sets, holds = dict[str, Sequence[str]](), dict[str, Sequence[str]]()
        for name, event in happenings.events.items():
            sets[name] = [_at_unit(system, name, event, t, own[name], spaces) for t in event.sets]
            holds[name] = [_at_unit(system, name, event, t, own[name], spaces) for t in event.held]
        return cls(happenings, happenings.events, own, sets, holds)

    def holders(self, state: str) -> tuple[str, ...]:
        """The events that hold a state."""
        return tuple(name for name, states in self.holds.items() if state in states)


def _at_unit(system: System, name: str, event: Acting, target: Target, own: Space, spaces: Mapping[str, Space]) -> str:
    """The state of which an event sets, or holds, the element of its unit."""
    layout = system.layout
    state = layout.names[layout.offsets.index(target.offset)]
    units = np.arange(event.units)
    if spaces[state] != own or not np.array_equal(target.members.of(units), units):
        raise refused(system, f"{name} sets or holds several elements of {state}")
    return state
