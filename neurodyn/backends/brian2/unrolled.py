"""A flow in which units read one another, written out: one variable of one unit for each number of the state.

So all that a stage of a method reads lies in that unit, and compiled code keeps the order of the method. A sum over N
units for each of them is N x N terms in each stage, so this is for small networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sympy import Expr, Idx

from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.inputs import Inputs
from neurodyn.backends.brian2.methods import TABLEAUS, in_stages, watched
from neurodyn.backends.brian2.sites import Context
from neurodyn.backends.brian2.stage import STEP_LENGTH
from neurodyn.backends.brian2.units import TIME
from neurodyn.backends.brian2.written import WRITTEN, Constants, Written
from neurodyn.backends.plan import Plan
from neurodyn.calculus.letters import indices_of, name_of, names_in, references, reindex
from neurodyn.calculus.reductions import Reduction, Sum

# How many numbers the state may have: compilers take long over the terms, whose number grows with the square.
MOST = 32


@dataclass(frozen=True, eq=False)
class Single:
    """One stage of a step of the one unit."""

    of: Unrolled
    written: Written

    @property
    def lines(self) -> list[str]:
        """What must run before the rates are read."""
        return self.written.lines

    def rate(self, element: str) -> str:
        """The rate of one number of the state."""
        state, places = self.of.places[element]
        flow, expr = self.of.flows[state]
        return self.written.text(expr, dict(zip(flow, places, strict=True)))


@dataclass(frozen=True, eq=False)
class Unrolled:
    """A flow that is written out.

    Attributes:
        moving: the states that have a flow.
    """

    groups: Groups

    @property
    def plan(self) -> Plan:
        return self.groups.inputs.plan

    @cached_property
    def moving(self) -> frozenset[str]:
        structure = self.groups.context.system.structure
        return frozenset(name for name, flow in structure.flows.items() if flow.expr != 0)

    @cached_property
    def flows(self) -> dict[str, tuple[tuple[Idx, ...], Expr]]:
        """The letters of each state that moves, and its flow."""
        context = self.groups.context
        flows = context.system.structure.flows
        return {name: (tuple(flows[name].letters), context.whole(flows[name].expr)) for name in flows}

    @cached_property
    def constants(self) -> Constants:
        return Constants(self.groups)

    @cached_property
    def places(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """The state and the positions of each number of the state, by its name."""
        layout = self.plan.system.layout
        shapes = zip(layout.names, layout.shapes, strict=True)
        return {element(name, at): (name, at) for name, shape in shapes for at in np.ndindex(*shape)}

    def elements(self, state: str) -> list[str]:
        """The names of the numbers of a state, in its order."""
        return [name for name, (own, _) in self.places.items() if own == state]

    def declare(self, method: str) -> None:
        """Give the unit its variables, and the code of a step."""
        unit, names, layout = self.groups.alone(), self.groups.context.names, self.plan.system.layout
        start = dict(zip(self.places, np.ravel(self.plan.start), strict=True))
        scales = dict(zip(self.places, map(float, layout.scales), strict=True))
        for name in self.places:
            unit.lines.append(f"{names.give(name)} : 1")
            unit.starts[names.give(name)] = np.array([start[name]])
        moving = {name: names.give(name) for name, (state, _) in self.places.items() if state in self.moving}
        code = in_stages(
            moving, TABLEAUS[method], self._stage, lambda x: watched(unit, x, scales[x], np.array([start[x]]))
        )
        unit.regular.append(("\n".join(code), "groups"))

    def _stage(self, number: int, put: Mapping[str, str], part: float) -> Single:
        names = self.groups.context.names

        def state(name: str, at: tuple[int, ...]) -> str:
            own = element(name, at)
            return put.get(own, names.give(own))

        time = f"({TIME} + {part!r}*{STEP_LENGTH})" if part else TIME
        return Single(self, Written(self.constants, state, time, f"_r{number}_"))


def element(state: str, places: tuple[int, ...]) -> str:
    """The name of one number of a state."""
    return f"{state}[{', '.join(map(str, places))}]" if places else state


def is_coupled(plan: Plan) -> bool:
    """Whether units read one another in the flow."""
    context = Context(plan.system)
    groups = Groups(context, Inputs(plan, 0, context.names, context.scalars))
    return any(_reads_others(groups, state) for state in plan.system.structure.flows)


def _reads_others(groups: Groups, state: str) -> bool:
    context, group = groups.context, groups.of(state)
    flow = context.system.structure.flows[state]
    expr = reindex(context.whole(flow.expr), dict(zip(flow.letters, group.letters, strict=True)))
    if any(not context.is_constant(part) for part in expr.atoms(Reduction)):
        return True
    read = [(name_of(x), indices_of(x)) for x in references(expr)]
    return any(name in context.varying - {"t"} and not groups.is_here(name, at, group) for name, at in read)


def why_not(plan: Plan, method: str) -> str:
    """What stands against writing a flow out; nothing where it can be."""
    structure, size = plan.system.structure, plan.system.layout.size
    if size > MOST:
        return f"its state has {size} numbers, and at most {MOST} are written out"
    if any(need.startswith("event:") for need in plan.needed):
        return "it has events or impulses, and a flow that is written out has none"
    if plan.noisy:
        return "its flow holds white noise, and one that is written out has none"
    if any(name in structure.on for name in plan.system.layout.names):
        return "it has states on a support, which are not written out"
    if method not in TABLEAUS:
        return f"a flow is written out for the methods {', '.join(TABLEAUS)}, and not for {method}"
    context = Context(plan.system)
    for flow in structure.flows.values():
        for part in context.whole(flow.expr).atoms(Reduction):
            on = not isinstance(part, Sum) and not names_in(part).isdisjoint(structure.on)
            if not context.is_constant(part) and (on or not isinstance(part, WRITTEN)):
                return f"{type(part).__name__.lower()}{' along a support' * on} is not written out"
    return ""
