"""What units read of others, as functions of whole groups: Brian2's numpy target hands them arrays over all units.

So they are evaluated at each stage of a method, which keeps its order of accuracy. A group that reads another one must
move in step with it: the two become one group of Brian2, a host, in which the shorter one is repeated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sympy import Expr

from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.noise import Noise
from neurodyn.backends.brian2.stage import State
from neurodyn.backends.brian2.units import STEP, Group, Host
from neurodyn.backends.plan import Floats
from neurodyn.calculus.letters import Reference, free_letters, letter, names_in, reindex, size_of
from neurodyn.calculus.reductions import Reduction
from neurodyn.program.lower import Output


def join(groups: Groups) -> None:
    """Make one host of groups whose flows read one another."""
    structure = groups.context.system.structure
    found: dict[str, tuple[Group, ...]] = {h.name: h.members for h in groups.all_hosts}
    for state, flow in structure.flows.items():
        read = names_in(groups.context.whole(flow.expr))
        units = () if groups.is_on_edges(state) else structure.flows
        for other in (name for name in units if name in read and not groups.is_on_edges(name)):
            both = dict.fromkeys((*found[groups.of(state).name], *found[groups.of(other).name]))
            found.update(dict.fromkeys((g.name for g in both), tuple(both)))
    for members in set(found.values()):
        host = Host(tuple(sorted(members, key=lambda g: -g.site.size)))
        groups.hosts.update({g.name: host for g in members})


@dataclass(frozen=True, eq=False)
class Wholes:
    """The functions of a network, each made once.

    Attributes:
        functions: by Brian2's name, with the number of their arguments.
    """

    groups: Groups
    noise: Noise
    functions: dict[str, tuple[Callable[..., Floats], int]] = field(default_factory=dict)
    known: dict[tuple[str, Expr], tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def reduction(self, part: Reduction, group: Group, state: State, time: str) -> str:
        """The text of a reduction over units."""
        return self._call(part, group, state, time)

    def other(self, reference: Reference, group: Group, state: State, time: str) -> str:
        """The text of a state or input of another unit."""
        return self._call(reference, group, state, time)

    def _call(self, part: Expr, group: Group, state: State, time: str) -> str:
        if (group.name, part) not in self.known:
            self.known[group.name, part] = self._made(part, group)
        name, read = self.known[group.name, part]
        return f"{name}({', '.join([*map(state, read), time, STEP])})"

    def _made(self, part: Expr, group: Group) -> tuple[str, tuple[str, ...]]:
        """A function of states, of time and of the number of the step; its name, and the states."""
        context, inputs = self.groups.context, self.groups.inputs
        system, mentioned = context.system, names_in(part)
        read = tuple(name for name in system.layout.names if name in mentioned)
        places = [letter(f"place {k}", size_of(x)) for k, x in enumerate(group.letters)]  # compiled once, as in sites
        expr = reindex(part, dict(zip(group.letters, places, strict=True)))
        free = tuple(x for x in places if x in free_letters(expr))
        bound = system.bind(("whole", expr), [Output("found", free, expr)], False, {})
        shapes = [system.layout.shapes[system.layout.names.index(name)] for name in read]
        tables = {name: inputs.table(name, context.shape(name)) for name in mentioned & inputs.signals.keys()}
        tables |= {name: self.noise.table(name) for name in mentioned & system.model.noise.keys()}
        host = self.groups.host(group)
        axes = tuple(slice(None) if x in free else None for x in places)

        def function(*given: Any) -> Floats:
            *states, t, step = given
            own = [np.ravel(y)[: math.prod(s)].reshape(s) for y, s in zip(states, shapes, strict=True)]
            values: dict[str, Any] = dict(zip(read, own, strict=True))
            values |= {name: table(int(step)) for name, table in tables.items()}
            found = bound(float(t), values)["found"]
            return host.padded(np.broadcast_to(found[axes], group.shape).ravel()) if free else found

        name = context.names.fresh("whole")
        self.functions[name] = function, len(read) + 2
        return name, read
