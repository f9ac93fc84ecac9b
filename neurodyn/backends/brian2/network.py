"""From a plan to the text of a network: its groups, synapses and events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from neurodyn.backends.brian2.couplings import FUNCTION, SUMMED, UNROLLED
from neurodyn.backends.brian2.edge_sums import Mixed
from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.happen import AFTER, Events
from neurodyn.backends.brian2.inputs import Inputs
from neurodyn.backends.brian2.jumps import Jumps
from neurodyn.backends.brian2.junctions import Generator, Junction
from neurodyn.backends.brian2.methods import Updates
from neurodyn.backends.brian2.noise import Noise
from neurodyn.backends.brian2.resume import sent
from neurodyn.backends.brian2.sites import Context
from neurodyn.backends.brian2.stage import Reading
from neurodyn.backends.brian2.sums import Sums
from neurodyn.backends.brian2.units import Edges, Group, Host
from neurodyn.backends.brian2.unrolled import Unrolled
from neurodyn.backends.brian2.wholes import Wholes, join
from neurodyn.backends.fixed_events import EARLY
from neurodyn.backends.plan import Floats, Plan
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
        watched: states with a note on the first step that was too long.
        wholes, sums: what units read of others in the flow.
        unrolled: the flow written out, where it is.
    """

    plan: Plan
    steps: int
    context: Context
    groups: Groups
    updates: Mapping[str, str]
    watched: Collection[str]
    wholes: Wholes
    sums: Sums
    jumps: list[Junction]
    generators: list[Generator]
    happenings: Happenings | None
    events: Events | None
    unrolled: Unrolled | None = None

    @property
    def dt(self) -> float:
        """The length of a step."""
        assert self.plan.dt is not None
        return self.plan.dt

    @property
    def coupling(self) -> str:
        """How units read one another in the flow, if they do."""
        if self.unrolled is not None:
            return UNROLLED
        return SUMMED if self.sums.known else FUNCTION if self.wholes.known else ""

    @property
    def junctions(self) -> list[Junction]:
        return [*self.sums.junctions, *self.jumps]

    def variables(self, state: str, kind: str = "q") -> tuple[Group, list[str]]:
        """The group of a state, and its name there, or those of its elements; or of what else of that kind it has."""
        if self.unrolled is not None:
            return self.groups.alone(), [self.context.names.give(x, kind) for x in self.unrolled.elements(state)]
        return self.groups.of(state), [self.context.names.give(state, kind)]


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
    noise = Noise(groups)
    wholes = Wholes(groups, noise)
    if coupling == UNROLLED:
        unrolled = Unrolled(groups)
        unrolled.declare(method)
        codes = {groups.alone().name: ""}  # its step is no equation: Brian2 would take each apart with SymPy
        return Network(plan, steps, context, groups, codes, unrolled.moving, wholes, sums, [], [], None, None, unrolled)
    if coupling == FUNCTION:
        join(groups)
    if "event:reset" in plan.needed:
        happenings = Happenings(plan.system)
        schedule = Schedule(happenings, plan.t0 - EARLY * (plan.dt or 0), plan.until, False, plan.seed, plan.trial)
        events = Events(groups, happenings, schedule, sent(happenings, plan))
        events.declare()
    held: Mapping[str, str] = events.held if events else {}
    reading = Reading(groups, Mixed(groups, wholes, sums) if coupling == FUNCTION else sums, held)
    updates = Updates(reading, noise, wholes.functions)
    _add_states(plan, groups, updates)
    codes = {h.name: updates.code(h, method) for h in (*groups.all_hosts, *(Host((one,)) for one in groups.edges()))}
    jumps, generators = list[Junction](), list[Generator]()
    if happenings is not None and events is not None:
        jumps = Jumps(groups, events, _add_bounds(plan, groups, happenings)).junctions() + events.junctions
        generators = list(dict.fromkeys(j.source for j in jumps if isinstance(j.source, Generator)))
    return Network(
        plan, steps, context, groups, codes, updates.watched, wholes, sums, jumps, generators, happenings, events
    )


def _add_states(plan: Plan, groups: Groups, updates: Updates) -> None:
    start = plan.system.layout.unpack(plan.start)
    for name in plan.system.layout.names:
        group, variable = groups.of(name), groups.context.names.give(name)
        group.starts[variable] = np.ravel(start[name])
        still = not updates.moves(name)
        flag = " (clock-driven)" if isinstance(group, Edges) else ""
        flow = f"d{variable}/dt = {updates.equation(name)}/second : 1{flag}"
        group.lines.append(f"{variable} : 1" if still else flow)


def _add_bounds(plan: Plan, groups: Groups, happenings: Happenings) -> dict[str, str]:
    """States with bounds; the text of each within them."""
    low, high = (plan.system.layout.unpack(bound) for bound in (happenings.low, happenings.high))
    start, found = plan.system.layout.unpack(plan.start), dict[str, str]()
    for name in plan.system.layout.names:
        if not np.isfinite([low[name], high[name]]).any():
            continue
        group, variable = groups.of(name), groups.context.names.give(name)
        ends = ", ".join(_bound(name, word, bound[name], group) for word, bound in (("low", low), ("high", high)))
        found[name] = f"clip({variable}, {ends})"
        moves = (
            plan.system.structure.flows[name].expr != 0
            or ((start[name] < low[name]) | (start[name] > high[name])).any()
        )
        slots = CLIPPED if not isinstance(group, Edges) else CLIPPED[:1] if moves else ()  # impulses see to the rest
        group.regular.extend([(f"{variable} = {found[name]}", when) for when in slots])
    return found


def _bound(name: str, word: str, values: Floats, group: Group) -> str:
    """The text of a bound: one number, or one for each unit."""
    context = group.site.context
    if np.unique(values).size == 1:
        own = context.names.give(f"{name} {word}", "p")
        context.scalars[own] = float(np.ravel(values)[0])
        return own
    own = context.names.give(name, word)
    group.site.constants[own] = np.ravel(values)
    return own
