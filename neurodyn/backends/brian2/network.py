"""From a plan to the text of a network: its groups, synapses and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neurodyn.backends.brian2.couplings import FUNCTION, SUMMED
from neurodyn.backends.brian2.groups import Group, Groups
from neurodyn.backends.brian2.happen import AFTER, Events
from neurodyn.backends.brian2.inputs import Inputs
from neurodyn.backends.brian2.jumps import Jumps
from neurodyn.backends.brian2.junctions import Generator, Junction
from neurodyn.backends.brian2.methods import Updates
from neurodyn.backends.brian2.sites import Context
from neurodyn.backends.brian2.sums import Sums
from neurodyn.backends.brian2.wholes import Wholes, join
from neurodyn.backends.fixed_events import EARLY
from neurodyn.backends.plan import Plan
from neurodyn.backends.schedule import Schedule
from neurodyn.system.happenings import Happenings

# Where states are kept within their bounds: after the flow, and after what events set.
CLIPPED = ("after_groups", AFTER)


@dataclass(frozen=True, eq=False)
class Network:
    """All that Brian2 must be told.

    Attributes:
        happenings, events: of a system that has any.
        updates: what the method makes of the states of each group, by the name of its host.
        wholes, sums: what units read of others in the flow.
    """

    plan: Plan
    steps: int
    context: Context
    groups: Groups
    updates: Mapping[str, str]
    wholes: Wholes
    sums: Sums
    jumps: list[Junction]
    generators: list[Generator]
    happenings: Happenings | None
    events: Events | None

    @property
    def dt(self) -> float:
        """The length of a step."""
        assert self.plan.dt is not None
        return self.plan.dt

    @property
    def coupling(self) -> str:
        """How units read one another in the flow, if they do."""
        return FUNCTION if self.wholes.known else SUMMED if self.sums.known else ""

    @property
    def junctions(self) -> list[Junction]:
        return [*self.sums.junctions, *self.jumps]

    def variable(self, state: str) -> tuple[Group, str]:
        """The group of a state, and its name there."""
        return self.groups.of(state), self.context.names.give(state)


def network(plan: Plan, steps: int, method: str, coupling: str) -> Network:
    """The text of the network of a plan.

    Raises:
        InputError: for what Brian2 cannot run.
    """
    context = Context(plan.system)
    groups = Groups(context, Inputs(plan, steps, context.names, context.scalars))
    sums, events, happenings = Sums(groups), None, None
    for name in plan.system.layout.names:
        groups.of(name)
    wholes = Wholes(groups)
    if coupling == FUNCTION:
        join(groups)
    if "event:reset" in plan.needed:
        happenings = Happenings(plan.system)
        schedule = Schedule(happenings, plan.t0 - EARLY * (plan.dt or 0), plan.until, False, plan.seed, plan.trial)
        events = Events(groups, happenings, schedule)
        events.declare()
    held: Mapping[str, str] = events.held if events else {}
    jumps = Jumps(groups, events.sources if events else {}, held).junctions()
    updates = Updates(groups, wholes if coupling == FUNCTION else sums, held)
    _add_states(plan, groups, updates)
    codes = {h.name: updates.code(h, method) for h in groups.all_hosts}
    if happenings is not None:
        _add_bounds(plan, groups, happenings)
    senders = [source for source, _ in (events.sources if events else {}).values()]
    generators = [s for s in senders if isinstance(s, Generator) and any(j.source is s for j in jumps)]
    return Network(plan, steps, context, groups, codes, wholes, sums, jumps, generators, happenings, events)


def _add_states(plan: Plan, groups: Groups, updates: Updates) -> None:
    start, flows = plan.system.layout.unpack(plan.start), plan.system.structure.flows
    for name in plan.system.layout.names:
        group, variable = groups.of(name), groups.context.names.give(name)
        group.starts[variable] = np.ravel(start[name])
        still = flows[name].expr == 0
        group.lines.append(f"{variable} : 1" if still else f"d{variable}/dt = {updates.equation(name)}/second : 1")


def _add_bounds(plan: Plan, groups: Groups, happenings: Happenings) -> None:
    """States with bounds."""
    low, high = (plan.system.layout.unpack(bound) for bound in (happenings.low, happenings.high))
    for name in plan.system.layout.names:
        if not np.isfinite([low[name], high[name]]).any():
            continue
        group, variable = groups.of(name), groups.context.names.give(name)
        ends = [groups.context.names.give(name, word) for word in ("low", "high")]
        group.lines.extend([f"{end} : 1 (constant)" for end in ends])
        group.starts.update({end: np.ravel(bound[name]) for end, bound in zip(ends, (low, high), strict=True)})
        group.regular.extend([(f"{variable} = clip({variable}, {', '.join(ends)})", when) for when in CLIPPED])
