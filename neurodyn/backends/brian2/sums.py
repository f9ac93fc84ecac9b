"""Sums over other units as synapses: each one is a variable that Brian2 adds up once a step, before the flow.

So whatever the method, a flow with such sums is of first order in the step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from sympy import Expr, Idx, S

from neurodyn.backends.brian2.edge_sums import at_end, sum_on
from neurodyn.backends.brian2.groups import Groups, spoken
from neurodyn.backends.brian2.junctions import Junction
from neurodyn.backends.brian2.sites import Context, Site, all_of, along
from neurodyn.backends.brian2.size import check_memory
from neurodyn.backends.brian2.stage import State
from neurodyn.backends.brian2.units import Edges, Group
from neurodyn.calculus.letters import Reference, free_letters, indices_of, name_of, names_in, references
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.reductions import Reduction, Sum
from neurodyn.calculus.supports import Pair
from neurodyn.errors import InputError

# What a synapse takes: two ends, a weight, and what NumPy needs on the way.
BYTES = 48.0


@dataclass(frozen=True, eq=False)
class Sums:
    """The sums of a network: each is made once."""

    groups: Groups
    junctions: list[Junction] = field(default_factory=list)
    known: dict[tuple[str, Expr], str] = field(default_factory=dict)

    def other(self, reference: Reference, group: Group, state: State, time: str) -> str:
        """The text of a state that has one unit, or of an input."""
        name = name_of(reference)
        self._check_noise(reference)
        if isinstance(group, Edges):
            return self.known.setdefault((group.name, reference), self.groups.own(name, indices_of(reference), group))
        if not self.groups.is_single(name):
            raise self._refused(f"an equation reads {name} of another unit outside of a sum")
        return self.known.setdefault((group.name, reference), self.groups.read(name, group))

    def reduction(self, part: Reduction, group: Group, state: State, time: str) -> str:
        """The variable of a group that holds a sum."""
        if not isinstance(part, Sum):
            word = type(part).__name__.lower()
            raise self._refused(f"{word} over units is no sum, and Brian2 adds up alone")
        self._check_noise(part)
        if isinstance(group, Edges):
            part, end, side = at_end(self.groups, part, group)
            return f"{self.reduction(part, end, state, time)}_{side}"
        if group.letters and not free_letters(part):  # the same for all units: added up once, at a group of one unit
            alone = self.groups.alone()
            return group.linked(alone, self.reduction(part, alone, state, time))
        if (group.name, part) not in self.known:
            self.known[group.name, part] = self._made(part, group)
        return self.known[group.name, part]

    def _check_noise(self, part: Expr) -> None:
        for name in sorted(names_in(part) & self.groups.context.system.model.noise.keys()):
            raise self._refused(f"the noise {name} reaches states of other letters")

    def _refused(self, reason: str) -> InputError:
        remedy = "Take the coupling function, or the scipy backend, which can."
        return self.groups.context.refused(reason, remedy)

    def _made(self, part: Sum, group: Group) -> str:
        context = self.groups.context
        body, mask, letters = part.open()
        if any(not context.is_constant(inner) for inner in body.atoms(Reduction)):
            raise self._refused("a sum over units stands within a sum over units")
        edges, at = self.groups.edges_in(body)
        if edges is not None:
            variable = context.names.fresh("sum")
            group.lines.append(f"{variable} : 1")
            sum_on(self.groups, edges, at, body if mask is S.true else Where(mask, body, 0), group, variable)
            return variable
        site = placed(context, body, mask, letters, group.letters)
        if mask is not S.true and not context.is_constant(mask):
            body = Where(mask, body, 0)
        source, indices = self._source(body, group)
        variable = context.names.fresh("sum")
        group.lines.append(f"{variable} : 1")
        text = spoken(body, site, lambda name, at: self.groups.beside(name, at, group), str)
        pre = source.units(site, indices) if indices else group.units(site, group.letters)
        post = group.units(site, group.letters)
        line = f"{variable}_post = {text} : 1 (summed)"
        self.junctions.append(Junction(f"sum_{len(self.junctions)}", source, group, pre, post, site, line))
        return variable

    def _source(self, body: Expr, group: Group) -> tuple[Group, tuple[Idx, ...]]:
        """The units that are summed over, and their letters; those of the group itself, if none are read."""
        context, found = self.groups.context, dict[tuple[str, tuple[Expr, ...]], Group]()
        for reference in references(body):
            name, indices = name_of(reference), indices_of(reference)
            if name not in context.varying or name == "t" or self.groups.is_single(name):
                continue
            home = self.groups.of(name)
            if home is not group or indices != group.letters:
                found[home.name, indices] = home
        if not found:
            return group, ()
        (_, indices), home = next(iter(found.items()))
        if len(found) > 1 or not all(isinstance(x, Idx) for x in indices):
            raise self._refused("a sum reads two other units at once, or one at a shifted position")
        return home, indices


def placed(context: Context, body: Expr, mask: Expr, letters: tuple[Idx, ...], others: tuple[Idx, ...]) -> Site:
    """Where the terms of a sum over the letters stand, at all positions of other letters: on edges, or everywhere."""
    place = context.supports().around(body, mask, letters)
    every = dict.fromkeys((*others, *letters))
    if place is not None and {*place[1:]} <= every.keys():
        pair = Pair(place[1:], place[0])
        rest = tuple(x for x in every if x not in pair)
        count = float(np.prod([context.count(x) for x in rest])) * len(context.system.wirings[place[0]])
        check_memory("synapses", BYTES * count)
        site = along(context, context.system.wirings[place[0]], pair, rest)
    else:
        check_memory("synapses", BYTES * float(np.prod([float(context.count(x)) for x in every])))
        site = all_of(context, tuple(every))
    if mask is not S.true and context.is_constant(mask):
        site = site.subset(site.values(Where(mask, S.One, S.Zero)) != 0)
    return site
