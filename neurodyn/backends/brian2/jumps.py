"""Impulses as synapses.

All impulses of an instant act together: their factors are read before any of them has acted. Brian2 lets one act after
the other. So code that reads a state runs before code that changes it; where no order does, the changes of a state are
gathered first, and move it when all have come.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from sympy import Expr, Mul, S

from neurodyn.backends.brian2.acts import Act, acts_of
from neurodyn.backends.brian2.groups import Groups, spoken
from neurodyn.backends.brian2.happen import Events
from neurodyn.backends.brian2.junctions import Junction, Sender
from neurodyn.backends.brian2.order import Deed, arranged, gathered, later, without
from neurodyn.backends.brian2.sites import Array, Site
from neurodyn.backends.brian2.sums import placed
from neurodyn.backends.brian2.units import STEP, Edges, Group, Path
from neurodyn.calculus.letters import free_letters, indices_of, name_of, names_in, quantity, references, reindex

# The kind of name of what gathers the jumps of a state.
GATHERED = "jump"


@dataclass(frozen=True, eq=False)
class Jumps:
    """The impulses of a network.

    Attributes:
        clips: by state with bounds, the text of its value within them.
        made: synapses without states, by the key of what they do.
        late: the states whose jumps are gathered.
    """

    groups: Groups
    events: Events
    clips: Mapping[str, str]
    made: dict[Hashable, Junction] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)

    def junctions(self) -> list[Junction]:
        """All synapses without states; groups gain variables in which jumps are gathered, and edges their paths."""
        impulses = self.groups.context.system.structure.impulses
        acts = [] if impulses is None else acts_of(self.groups, impulses)
        deeds = [self._deed(act, number) for number, act in enumerate(acts)]
        self.late.update(gathered(deeds))
        for state in sorted(self.late):
            self._gather(state)
        ends = self._ends(acts, deeds)
        deeds = [*without(deeds, self.late), *ends.values()]
        said = [self._line(act, number) for number, act in enumerate(acts)]
        said += [self._end(deed.writes) for deed in ends.values()]
        whose = [*acts, *(acts[n] for n in ends)]
        for order, block in enumerate(arranged(deeds)):
            lines = "\n".join(said[n] for n in block if said[n])
            if lines:
                self._write(whose[block[0]], deeds[block[0]].key, lines, order)
        return list(self.made.values())

    def _deed(self, act: Act, number: int) -> Deed:
        edges, once = act.edges, self.events.copies(act.train.event) == 1
        key = (edges.name, act.side, act.train.name, act.here) if edges and once else number
        return Deed(key, act.state, names_in(act.term), once and isinstance(self.groups.of(act.state), Edges))

    def _ends(self, acts: list[Act], deeds: list[Deed]) -> dict[int, Deed]:
        """What comes when all that changes a state of edges has come, by the first act that asks for it."""
        found: dict[tuple[Hashable, str], tuple[int, Deed]] = {}
        for number, (act, deed) in enumerate(zip(acts, deeds, strict=True)):
            late = act.state in self.late
            if isinstance(self.groups.of(act.state), Edges) and (late or act.state in self.clips):
                after = later(act.state) if late else act.state
                end = Deed(deed.key, act.state, frozenset(), deed.own, after)
                found.setdefault((deed.key, act.state), (number, end))
        return dict(found.values())

    def _gather(self, state: str) -> None:
        """A variable in which the jumps of a state are added up; that of a unit moves the state when all have come."""
        names, group = self.groups.context.names, self.groups.of(state)
        variable, jump = names.give(state), names.give(state, GATHERED)
        group.lines.append(f"{jump} : 1")
        if not isinstance(group, Edges):
            group.regular.append((f"{variable} += {jump}\n{jump} = 0", "after_synapses"))

    def _end(self, state: str) -> str:
        """What completes the jump of a state of edges: what was gathered moves it, and it stays within its bounds."""
        variable, jump = (self.groups.context.names.give(state, kind) for kind in ("q", GATHERED))
        lines = [f"{variable} += {jump}", f"{jump} = 0"] if state in self.late else []
        return "\n".join([*lines, *([f"{variable} = {self.clips[state]}"] if state in self.clips else [])])

    def _line(self, act: Act, number: int) -> str:
        """What an impulse does to a state; empty where there are no synapses for it."""
        group = self.groups.of(act.state)
        variable = self.groups.context.names.give(act.state, GATHERED if act.state in self.late else "q")
        if act.train.event in self.events.counted:
            text, end = self._counted(act, group), ""
        elif act.edges is not None:
            text = spoken(act.term, act.edges.site, partial(self.groups.own, group=act.edges), self._summed)
            end = "" if group is act.edges else f"_{act.edges.side(group, act.letters)}"
        else:
            text, end = self._between(act, group, number), "_post"
        if text and act.state in self.events.held:
            text = f"int({STEP} >= {self.events.held[act.state]}{end})*{text}"
        return f"{variable}{end} += {text}" if text else ""

    def _counted(self, act: Act, group: Group) -> str:
        """What the impulses of a step add where they are counted: each unit its own."""
        event = act.train.event
        if self.groups.of(event) is not group or act.sender != act.letters or act.train.delay is not None:
            raise self.groups.context.refused(
                f"{event} is counted, and its impulses come later, or reach {act.state} of other units than its own",
                "Take the backend fixed, which can.",
            )
        text = spoken(act.term, group.site, partial(self.groups.own, group=group), self._summed)
        return f"{self.events.counted[event]}*{text}"

    def _between(self, act: Act, group: Group, number: int) -> str:
        """What an impulse adds by plain synapses, which are made; empty if there are none."""
        context = self.groups.context
        train = quantity(act.train.name, act.here)
        site = placed(context, act.term * train, S.true, act.here, act.letters)
        constant = Mul(*(f for f in Mul.make_args(act.term) if context.is_constant(f)))
        weights = np.broadcast_to(site.values(constant), (site.size,))
        site, weights = site.subset(weights != 0), weights[weights != 0]
        if not site.size:
            return ""
        source = self._sender(act)
        rest = Mul(*(f for f in Mul.make_args(act.term) if not context.is_constant(f)))
        said = rest if free_letters(constant) else act.term
        text = spoken(said, site, partial(self._read, act, group), self._summed)
        if free_letters(constant):
            text = f"{site.number(weights)}*{text}"
        pre, post = self.groups.of(act.train.event).units(site, act.sender), group.units(site, act.letters)
        self.made[number] = Junction(f"jump_{number}", source.thing, group, pre, post, site, paths=[])
        return text

    def _reads_sender(self, act: Act) -> bool:
        """Whether a factor is a state of the unit that sends, and not of the one that is reached."""
        group, home = self.groups.of(act.state), self.groups.of(act.train.event)
        read = [r for r in references(act.term) if self._varies(name_of(r))]
        mine = [r for r in read if self.groups.of(name_of(r)) is group and indices_of(r) == act.letters]
        return any(self.groups.of(name_of(r)) is home and indices_of(r) == act.sender for r in read if r not in mine)

    def _varies(self, name: str) -> bool:
        return name in self.groups.context.varying and name != "t" and not self.groups.is_single(name)

    def _read(self, act: Act, group: Group, name: str, indices: tuple[Expr, ...]) -> str:
        """A state or input as a plain synapse reads it."""
        home, groups = self.groups.of(name), self.groups
        if groups.is_single(name) or (home is group and indices == act.letters):
            return groups.beside(name, indices, group)
        if home is groups.of(act.train.event) and indices == act.sender:
            return f"{groups.read(name, home)}_pre"
        raise groups.context.refused(f"impulses of {act.train.event} onto {act.state} read {name} of a third unit")

    def _write(self, act: Act, key: Hashable, code: str, order: int) -> None:
        """Tell synapses what to do at an impulse, or units what to do at all of a step."""
        if act.train.event in self.events.counted:
            group = self.groups.of(act.state)
            group.counted.append((code, order))
            return
        on = self.made[key] if act.edges is None else act.edges
        delay = None if act.train.delay is None else self._steps(on.site, reindex(act.train.delay, act.put))
        side = act.side or "pre"
        whose: dict[str, Any] = {"train": act.train.name, "to_all": act.edges is not None and not act.sender}
        for copy, own in enumerate(self._sender(act).events):
            on.paths.append(Path(own, code, order, side, delay=delay, copy=copy, **whose))

    def _sender(self, act: Act) -> Sender:
        """Who sends: for edges, and for synapses that read a state of the sender, the units of a group."""
        if act.edges is not None:
            return self.events.at(act.train.event, act.edges.ends[0 if act.side == "post" else 1])
        if self._reads_sender(act):
            return self.events.at(act.train.event, self.groups.of(act.train.event))
        return self.events.sources[act.train.event]

    def _steps(self, site: Site, delay: Expr) -> Array:
        """Delays in whole steps, the nearest ones."""
        dt = self.groups.inputs.plan.dt
        assert dt is not None
        return np.rint(np.broadcast_to(site.values(delay), (site.size,)) / dt)

    def _summed(self, part: Expr) -> str:
        raise self.groups.context.refused("what an impulse does reads a sum over units")
