"""What can be known of conditions and statements of events without running them."""

from __future__ import annotations

from sympy import Expr, S

from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.sites import Context
from neurodyn.backends.brian2.units import Group
from neurodyn.calculus.letters import Reference, name_of, names_in
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.rewrite import substitute
from neurodyn.model.event_rules import Rule
from neurodyn.system.happenings import Happenings


def check_shared(context: Context) -> None:
    """Brian2 lets events act one after the other: none may read or set what another one sets."""
    rules = context.system.model.rules
    for name, rule in rules.items():
        mine = {s.name for s in rule.sets}
        read = set[str]().union(*(names_in(context.whole(s.expr)) for s in rule.sets))
        for other, others in rules.items():
            if other != name and (mine | read) & {s.name for s in others.sets}:
                shared = sorted((mine | read) & {s.name for s in others.sets})[0]
                raise context.refused(f"{name} and {other} both set or read {shared}")


def flows_alone(groups: Groups, happenings: Happenings, rule: Rule, group: Group) -> bool:
    """Whether the flow alone makes a condition true or false, so that looking once before each step is enough."""
    context, impulses = groups.context, groups.context.system.structure.impulses
    read = names_in(context.whole(rule.condition)) & context.varying
    jumps = set(impulses.jumps) if impulses else set()
    moved = {s.name for one in context.system.model.rules.values() for s in one.sets} | jumps
    flows = {n for n, f in context.system.structure.flows.items() if f.expr != 0 and groups.of(n) is group}
    return happenings.events[rule.event.name].refractory is None and read <= flows - moved


def clears(context: Context, rule: Rule) -> bool:
    """Whether the condition is false once the statements have acted, whatever the states were."""
    sets = {s.name: s.expr for s in rule.sets}

    def put(reference: Reference) -> Expr | None:
        return sets.get(name_of(reference))

    after = substitute(context.whole(rule.condition), put)
    if not context.is_constant(after):
        return False
    return not context.evaluate(Where(after, S.One, S.Zero), rule.letters).any()
