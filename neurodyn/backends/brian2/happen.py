"""Events of groups: conditions, what they set, refractory periods, what is held, and events at known times.

A unit happens where its condition becomes true. Where what an event sets does not itself make the condition false, a
variable remembers whether it was false since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
from sympy import Expr, S
from sympy.logic.boolalg import Boolean

from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.junctions import Generator, Junction, Sender
from neurodyn.backends.brian2.sites import Places, Site
from neurodyn.backends.brian2.targets import STANDALONE
from neurodyn.backends.brian2.units import STEP, Group, Path
from neurodyn.backends.fixed_events import steps_before
from neurodyn.backends.plan import Floats
from neurodyn.backends.schedule import Schedule
from neurodyn.calculus.letters import Reference, name_of, names_in, reindex
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.rewrite import substitute
from neurodyn.model.event_rules import Rule
from neurodyn.system.happenings import Happenings

# Places in Brian2's schedule: what happens is known, and what events set has been set.
KNOWN, SET, AFTER = "after_thresholds", "resets", "after_resets"


@dataclass(frozen=True, eq=False)
class Events:
    """The events of a network.

    Attributes:
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
        self._check_shared(rules)
        times = self.schedule.all
        for name, rule in rules.items():
            if rule.event.counted:
                self._drawn(name)
            elif rule.condition is None:
                self._known(rule, *times[name])
            else:
                self._watched(rule)

    def copies(self, name: str) -> int:
        """How often the code of its impulses runs within one step at most."""
        thing = None if name in self.counted else self.sources[name].thing
        return thing.copies if isinstance(thing, Generator) else 1

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
        word = f"{name} at {group.name}"
        due, own = names.give(word, "due"), [names.give(f"{word} {k}", "event") for k in range(self.copies(name))]
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

    def _check_shared(self, rules: Mapping[str, Rule]) -> None:
        """Brian2 lets events act one after the other: none may read or set what another one sets."""
        for name, rule in rules.items():
            mine = {s.name for s in rule.sets}
            read = set[str]().union(*(names_in(self.groups.context.whole(s.expr)) for s in rule.sets))
            for other, others in rules.items():
                if other != name and (mine | read) & {s.name for s in others.sets}:
                    shared = sorted((mine | read) & {s.name for s in others.sets})[0]
                    self._refuse(f"{name} and {other} both set or read {shared}")

    def _known(self, rule: Rule, times: Floats, units: Places) -> None:
        """An event of a clock, a list or a Poisson process: its impulses come from a generator of their own."""
        name, plan, event = rule.event.name, self.groups.inputs.plan, self.happenings.events[rule.event.name]
        assert plan.dt is not None
        if rule.sets or rule.hold or event.refractory is not None:
            self._refuse(f"{name} happens at known times, and sets, holds or rests")
        steps = steps_before(times, plan.dt) - np.rint(plan.t0 / plan.dt)
        inside = (steps >= 0) & (steps < self.groups.inputs.steps)
        steps, units = steps[inside].astype(np.intp), units[inside]
        self.known[name] = steps, units
        generator = Generator.of(f"times_{len(self.known)}", event.units, steps, units)
        self.sources[name] = Sender(generator, ("spike",))

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
        name, context, group = rule.event.name, self.groups.context, self.groups.of(rule.event.name)
        own = context.names.give(name, "event")
        self.sources[name] = Sender(group, (own,))
        condition = self._text(rule, rule.condition, group)
        parts, code = [condition], self._statements(rule, group)
        refractory, early, rests = self.happenings.events[name].refractory, False, ""
        if refractory is not None:
            free = self._counted(name, refractory, group)
            parts.append(f"{STEP} >= {free}")
            rests = f"{free} = {STEP} + {free}w"
            # What an event holds is not reached by impulses of the same step; that shows unless it is set anyway.
            early = self._hold(rule, group, free)
            code += [] if early else [rests]
        if not self._clears(rule):
            parts.append(f"{self._arm(rule, condition, group)} > 0.5")
            code += [] if name in self.flowing else [f"{self.armed[name]} = 0"]
        group.events[own] = " and ".join(parts)
        if early:  # Brian2 lets one event do things at one place only
            group.events[f"{own}r"] = group.events[own]
            group.codes.append((f"{own}r", rests, KNOWN))
        if code:
            group.codes.append((own, "\n".join(code), SET))

    def _arm(self, rule: Rule, condition: str, group: Group) -> str:
        """The variable that remembers whether the condition was false since the event."""
        name = rule.event.name
        self.armed[name] = armed = self.groups.context.names.give(name, "armed")
        group.lines.append(f"{armed} : 1")
        group.starts[armed] = np.ones(group.site.size)
        if self._flows(rule, group):
            self.flowing.add(name)
            group.first.append(f"{armed} = int((not {condition}) or {STEP} < 1)")
        else:
            code = f"{armed} = clip({armed} + int(not {condition}), 0, 1)"
            group.regular.extend([(code, KNOWN), (code, AFTER)])
        return armed

    def _flows(self, rule: Rule, group: Group) -> bool:
        """Whether the flow alone makes a condition true or false, so that looking once before each step is enough."""
        context, impulses = self.groups.context, self.groups.context.system.structure.impulses
        read = names_in(context.whole(rule.condition)) & context.varying
        moved = {s.name for one in context.system.model.rules.values() for s in one.sets} | set(
            impulses.jumps if impulses else ()
        )
        flows = {
            n for n, flow in context.system.structure.flows.items() if flow.expr != 0 and self.groups.of(n) is group
        }
        return self.happenings.events[rule.event.name].refractory is None and read <= flows - moved

    def _text(self, rule: Rule, expr: Expr | Boolean, group: Group) -> str:
        put = dict(zip(rule.letters, group.letters, strict=True))
        return self.groups.text(reindex(expr, put), group, self._summed)

    def _statements(self, rule: Rule, group: Group) -> list[str]:
        """Statements that act together: all right sides are read before anything is set."""
        names, first, second = self.groups.context.names, [], []
        for number, one in enumerate(rule.sets):
            if self.groups.of(one.name) is not group or one.letters != rule.letters:
                self._refuse(f"{rule.event.name} sets several elements of {one.name}")
            text, variable = self._text(rule, one.expr, group), names.give(one.name)
            read = any(one.name in names_in(self.groups.context.whole(s.expr)) for s in rule.sets[number + 1 :])
            new = names.give(f"{rule.event.name} {one.name}", "new") if read else variable
            first.append(f"{new} = {text}")
            second += [f"{variable} = {new}"] if read else []
        return first + second

    def _counted(self, name: str, refractory: Floats, group: Group) -> str:
        plan = self.groups.inputs.plan
        assert plan.dt is not None
        self.free[name] = free = self.groups.context.names.give(name, "free")
        group.lines.append(f"{free} : integer")
        group.starts[free] = np.zeros(group.site.size)
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

    def _clears(self, rule: Rule) -> bool:
        """Whether the condition is false once the statements have acted, whatever the states were."""
        sets = {s.name: s.expr for s in rule.sets}
        context = self.groups.context

        def put(reference: Reference) -> Expr | None:
            return sets.get(name_of(reference))

        after = substitute(context.whole(rule.condition), put)
        if not context.is_constant(after):
            return False
        return not context.evaluate(Where(after, S.One, S.Zero), rule.letters).any()
