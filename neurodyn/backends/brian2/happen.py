"""Events of groups: conditions, what they set, refractory periods, what is held, and events at known times.

A unit happens where its condition becomes true. Where what an event sets does not itself make the condition false, a
variable remembers whether it was false since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
from sympy import Expr
from sympy.logic.boolalg import Boolean

from neurodyn.backends.brian2.conditions import check_shared, clears, flows_alone
from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.junctions import Generator, Junction, Sender
from neurodyn.backends.brian2.resume import Sent
from neurodyn.backends.brian2.sites import Places, Site
from neurodyn.backends.brian2.targets import STANDALONE
from neurodyn.backends.brian2.units import STEP, Edges, Group, Path
from neurodyn.backends.fixed_events import EARLY, steps_before
from neurodyn.backends.plan import Floats
from neurodyn.backends.schedule import Schedule
from neurodyn.calculus.letters import names_in, reindex
from neurodyn.model.equations import Equation
from neurodyn.model.event_rules import Rule
from neurodyn.system.happenings import Happenings

# Places in Brian2's schedule: what happens is known, and what events set has been set.
KNOWN, SET, AFTER = "after_thresholds", "resets", "after_resets"


@dataclass(frozen=True, eq=False)
class Events:
    """The events of a network.

    Attributes:
        sent: what is on its way from an earlier run, by train.
        sources: who sends the impulses of each event.
        relays: units that send them in place of a generator, or of an event without letters; by event and group.
        junctions: by which these know.
        free: by event, the variable that holds the first step at which a unit can happen again.
        held: by state, that variable of the event that holds it.
        armed: by event, the variable that is 1 where its condition was false since the event.
        flowing: those that the flow alone makes happen, without rest: that variable is set at the begin of a step.
        known: steps and units of events at known times.
        counted: by event whose impulses are counted, the variable of its group with their number in the step.
    """

    groups: Groups
    happenings: Happenings
    schedule: Schedule
    sent: Mapping[str, Sent]
    sources: dict[str, Sender] = field(default_factory=dict)
    relays: dict[tuple[str, str], Sender] = field(default_factory=dict)
    junctions: list[Junction] = field(default_factory=list)
    free: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    armed: dict[str, str] = field(default_factory=dict)
    flowing: set[str] = field(default_factory=set)
    known: dict[str, tuple[Places, Places]] = field(default_factory=dict)
    counted: dict[str, str] = field(default_factory=dict)

    def declare(self) -> None:
        """All of them."""
        rules = self.groups.context.system.model.rules
        check_shared(self.groups.context)
        times = self.schedule.all
        for name, rule in rules.items():
            if rule.event.counted:
                self._drawn(name)
            elif rule.condition is None:
                self._known(rule, *times[name])
            else:
                self._watched(rule)

    @property
    def pending(self) -> Mapping[str, Floats]:
        """What is known from an earlier run."""
        return self.groups.inputs.plan.pending or {}

    def copies(self, name: str) -> int:
        """How often the code of its impulses runs within one step at most."""
        if name in self.counted:
            return 1
        sender = self.sources[name]
        return sender.thing.copies if isinstance(sender.thing, Generator) else len(sender.events)

    def at(self, name: str, group: Group) -> Sender:
        """The units of a group that send the impulses of an event: of its own letters, or all, if it has none."""
        sender = self.sources[name]
        if sender.thing is group:
            return sender
        if (name, group.name) not in self.relays:
            self.relays[name, group.name] = self._relayed(name, sender, group)
        return self.relays[name, group.name]

    def _relayed(self, name: str, sender: Sender, group: Group) -> Sender:
        """Units count the impulses that are due, and happen as often, before anything else follows from these."""
        names, known, size = self.groups.context.names, isinstance(sender.thing, Generator), group.site.size
        word, copies = f"{name} at {group.name}", sender.thing.copies if isinstance(sender.thing, Generator) else 1
        due, own = names.give(word, "due"), [names.give(f"{word} {k}", "event") for k in range(copies)]
        path = Path(sender.events[0], f"{due}_post += 1", order=1, when="before_thresholds" if known else KNOWN)
        post = np.arange(size)
        pre = post if self.groups.of(name) is group else np.zeros(size, np.intp)
        site = Site(self.groups.context, {}, size)
        self.junctions.append(Junction(f"due_{len(self.relays)}", sender.thing, group, pre, post, site, paths=[path]))
        group.lines.append(f"{due} : 1")
        group.events.update({event: f"{due} > {k}.5" for k, event in enumerate(own)})
        group.late.update(() if known else own)
        group.regular.append((f"{due} = 0", "after_synapses"))
        return Sender(group, tuple(own))

    def _refuse(self, reason: str) -> NoReturn:
        raise self.groups.context.refused(reason)

    def _summed(self, part: Expr) -> str:
        self._refuse("a condition or a statement of an event reads several units")

    def _known(self, rule: Rule, times: Floats, units: Places) -> None:
        """An event of a clock, a list or a Poisson process: its impulses come from a generator of their own."""
        name, plan, event = rule.event.name, self.groups.inputs.plan, self.happenings.events[rule.event.name]
        assert plan.dt is not None
        steps = steps_before(times, plan.dt) - np.rint(plan.t0 / plan.dt)
        inside = (steps >= 0) & (steps < self.groups.inputs.steps)
        steps, units = steps[inside].astype(np.intp), units[inside]
        most = max((sent.copies for train, sent in self.sent.items() if self._event_of(train) == name), default=1)
        generator = Generator.of(f"times_{len(self.sources)}", event.units, steps, units, most)
        self.sources[name] = Sender(generator, ("spike",))
        if rule.sets or rule.hold or event.refractory is not None:
            group = self.groups.of(name)
            self.sources[name] = self.at(name, group)
            self._acting(rule, group, self.sources[name].events)
        else:
            self.known[name] = steps, units

    def _event_of(self, train: str) -> str:
        return self.happenings.delays[train].event

    def _drawn(self, name: str) -> None:
        """An event whose impulses are counted: their numbers are drawn outside of Brian2, and noted in each step."""
        if self.groups.inputs.plan.target == STANDALONE:
            raise self.groups.context.refused(
                f"{name} is counted, and its numbers are drawn by Python, which the target {STANDALONE} leaves",
                'Take target="numpy" or target="cython".',
            )
        self.counted[name] = drawn = self.groups.context.names.give(name, "drawn")
        self.groups.of(name).lines.append(f"{drawn} : 1")

    def _watched(self, rule: Rule) -> None:
        name, group = rule.event.name, self.groups.of(rule.event.name)
        own, condition = self.groups.context.names.give(name, "event"), self._text(rule, rule.condition, group)
        self.sources[name], group.events[own] = Sender(group, (own,)), condition
        code = []
        if not clears(self.groups.context, rule):
            armed = self._arm(rule, condition, group)
            group.events[own] += f" and {armed} > 0.5"
            code = [] if name in self.flowing else [f"{armed} = 0"]
        self._acting(rule, group, (own,), code)

    def _acting(self, rule: Rule, group: Group, events: Sequence[str], more: Sequence[str] = ()) -> None:
        """What an event does at the units of a group, where it is known by some names there; the first one acts."""
        name, first = rule.event.name, events[0]
        code, refractory = [*self._statements(rule, group), *more], self.happenings.events[name].refractory
        if refractory is not None:
            free = self._counted(name, refractory, group)
            for event in events:
                group.events[event] += f" and {STEP} >= {free}"
            rests = f"{free} = {STEP} + {free}w"
            # What an event holds is not reached by impulses of the same step; that shows unless it is set anyway.
            if self._hold(rule, group, free):
                group.events[f"{first}r"] = group.events[first]  # Brian2 lets one event do things at one place only
                group.codes.append((f"{first}r", rests, KNOWN))
            else:
                code.append(rests)
        if code:
            group.codes.append((first, "\n".join(code), SET))

    def _arm(self, rule: Rule, condition: str, group: Group) -> str:
        """The variable that remembers whether the condition was false since the event."""
        name = rule.event.name
        self.armed[name] = armed = self.groups.context.names.give(name, "armed")
        group.lines.append(f"{armed} : 1")
        group.starts[armed] = self.pending.get(f"armed:{name}", np.ones(group.site.size))
        if flows_alone(self.groups, self.happenings, rule, group):
            self.flowing.add(name)
            group.first.append(f"{armed} = int((not {condition}) or ({STEP} < 1 and {armed} > 0.5))")
        else:
            code = f"{armed} = clip({armed} + int(not {condition}), 0, 1)"
            group.regular.extend([(code, KNOWN), (code, AFTER)])
        return armed

    def _text(self, rule: Rule, expr: Expr | Boolean, group: Group) -> str:
        put = dict(zip(rule.letters, group.letters, strict=True))
        return self.groups.text(reindex(expr, put), group, self._summed)

    def _statements(self, rule: Rule, group: Group) -> list[str]:
        """The statements of an event at its own units; those of an event without letters may set units elsewhere."""
        name, sets = rule.event.name, rule.sets
        homes = [self.groups.of(one.name) for one in sets]
        for home in dict.fromkeys(homes):
            mine = [one for one, other in zip(sets, homes, strict=True) if other is home]
            others = {one.name for one in sets} - {one.name for one in mine}
            read = set[str]().union(*(names_in(self.groups.context.whole(one.expr)) for one in mine))
            if home is not group and (rule.letters or isinstance(home, Edges) or others & read):
                self._refuse(f"{name} sets several elements of {mine[0].name}")
            if home is not group:
                home.codes.append((self.at(name, home).events[0], "\n".join(self._together(rule, mine, home)), SET))
        return self._together(rule, [one for one, home in zip(sets, homes, strict=True) if home is group], group)

    def _together(self, rule: Rule, sets: Sequence[Equation], group: Group) -> list[str]:
        """Statements that act together: all right sides are read before anything is set."""
        names, first, second = self.groups.context.names, [], []
        for number, one in enumerate(sets):
            put = dict(zip(one.letters, group.letters, strict=True))
            text, variable = self.groups.text(reindex(one.expr, put), group, self._summed), names.give(one.name)
            read = any(one.name in names_in(self.groups.context.whole(s.expr)) for s in sets[number + 1 :])
            new = names.give(f"{rule.event.name} {one.name}", "new") if read else variable
            first.append(f"{new} = {text}")
            second += [f"{variable} = {new}"] if read else []
        return first + second

    def _counted(self, name: str, refractory: Floats, group: Group) -> str:
        plan = self.groups.inputs.plan
        assert plan.dt is not None
        self.free[name] = free = self.groups.context.names.give(name, "free")
        group.lines.append(f"{free} : integer")
        until = self.pending.get(f"until:{name}", np.full(group.site.size, -np.inf))
        group.starts[free] = np.maximum(np.ceil(until / plan.dt - EARLY) - np.rint(plan.t0 / plan.dt), 0)
        rest = steps_before(refractory, plan.dt).astype(int)
        if np.unique(rest).size == 1:
            self.groups.context.scalars[f"{free}w"] = int(rest[0])
        else:
            group.lines.append(f"{free}w : integer (constant)")
            group.starts[f"{free}w"] = rest
        return free

    def _hold(self, rule: Rule, group: Group, free: str) -> bool:
        """Note what is held; tells whether impulses of the event's own step could be seen in it."""
        own = {state for state, _ in rule.hold}
        read = frozenset[str]().union(*(names_in(self.groups.context.whole(s.expr)) for s in rule.sets))
        for state, letters in rule.hold:
            if self.groups.of(state) is not group or letters != rule.letters or state in self.held:
                self._refuse(f"{rule.event.name} holds {state}, of which it has several, or which another event holds")
            self.held[state] = free
        return bool(own - {s.name for s in rule.sets} or own & read)
