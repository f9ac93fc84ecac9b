"""A plan as compiled code: its arrays, and the functions of its loop over steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.compiler import Code, compiled
from neurodyn.backends.ensemble.machine import Machine
from neurodyn.backends.ensemble.spiking import lowered
from neurodyn.backends.ensemble.spiking.arrays import Arrays
from neurodyn.backends.ensemble.spiking.elements import Elements, NotOfElements, Source
from neurodyn.backends.ensemble.spiking.event_text import Event, arm_function, due_function, note_function, set_function
from neurodyn.backends.ensemble.spiking.events import Events, refused
from neurodyn.backends.ensemble.spiking.function import Function
from neurodyn.backends.ensemble.spiking.impulses import Impulses
from neurodyn.backends.ensemble.spiking.loop_text import main_function, save_function, time_function
from neurodyn.backends.ensemble.spiking.matrices import matrices
from neurodyn.backends.ensemble.spiking.reads import OWN, Read, Reads, Space
from neurodyn.backends.ensemble.spiking.timed import due_steps
from neurodyn.backends.ensemble.spiking.update_text import Update, update_function
from neurodyn.backends.ensemble.spiking.updates import METHODS, Moving, Nodes
from neurodyn.backends.ensemble.vector_math import functions
from neurodyn.backends.fixed_choice import EXACT, EXPONENTIAL
from neurodyn.backends.plan import Plan
from neurodyn.program.scalar_graph import Graph

Places = NDArray[np.int64]
# No graph of one element comes near it.
MOST_NODES = 100_000


@dataclass(eq=False)
class Network:
    """All graphs of a run, over one table of what they read."""

    plan: Plan
    method: str
    dt: float
    graph: Graph = field(default_factory=lambda: Graph(MOST_NODES))
    reads: Reads = field(default_factory=Reads)

    def __post_init__(self) -> None:
        system, layout = self.plan.system, self.plan.system.layout
        self.spaces = lowered.spaces_of(system, {})
        self.events = Events.of(self.plan, {n: self.spaces[n].space for n in layout.names})
        self.sources = lowered.spaces_of(system, self.events.happenings.trains if self.events.happenings else {})
        self.updates = [self._update(space) for space in self._all_spaces()]
        self.acting = [self._event(name, k) for k, name in enumerate(self.events.acting)]
        self.impulses = Impulses.of(self)

    def traced(self, program: lowered.Lowered, space: Space, sources: Mapping[str, Source] | None = None) -> Elements:
        """What traces a program at an element of a space."""
        wirings = self.plan.system.wirings
        return Elements(program.program, program.setup, sources or self.sources, wirings, space, self.graph, self.reads)

    def _all_spaces(self) -> list[Space]:
        """Edges first, which read units, and what has no letters last, which all others read."""
        layout = self.plan.system.layout
        found = dict.fromkeys([*(self.sources[n].space for n in layout.names), *self.events.spaces.values()])
        return sorted(found, key=lambda s: (not s.support, not s.shape))

    def _update(self, space: Space) -> Update:
        system, events = self.plan.system, self.events
        states = tuple(n for n in system.layout.names if self.sources[n].space == space)
        new = self._moved(space, states) if states else {}
        at = {n: Source("state", space, node) for n, node in new.items()}
        conditions = {
            name: self._condition(name, space, {**self.sources, **at})
            for name in events.acting
            if system.model.rules[name].condition is not None and events.spaces[name] == space
        }
        resting = frozenset(n for n in conditions if events.acting[n].refractory is not None)
        return Update(space, self.graph, self.reads, new, conditions, resting, events.sets)

    def _moved(self, space: Space, states: tuple[str, ...]) -> Nodes:
        try:
            moved = METHODS[self.method](self._moving(space, states))
        except NotOfElements as error:
            raise refused(self.plan.system, f"the flow of {', '.join(states)} joins units ({error})") from None
        for state, node in moved.items():
            self._check_stages(state, node)
        return {n: self.clipped(n, node) for n, node in moved.items()}

    def _moving(self, space: Space, states: tuple[str, ...]) -> Moving:
        system, held = self.plan.system, {n: self.events.holders(n) for n in states}
        flow = self.traced(lowered.flows(system), space)
        slopes = self.traced(lowered.slopes(system), space) if self.method == EXPONENTIAL else None
        moving = Moving(states, self.dt, flow, slopes, held)
        if self.method != EXACT:
            return moving
        free, meanwhile = matrices(system, states, self.dt), {}
        for event in dict.fromkeys(e for holders in held.values() for e in holders):
            mine = [n for n in states if event in held[n]]
            if free.sees(mine):
                meanwhile[event] = matrices(system, states, self.dt, mine)
        if len(meanwhile) > 1:
            raise refused(system, "two events hold states that others of their unit read")
        return Moving(states, self.dt, flow, slopes, held, free, meanwhile)

    def _check_stages(self, state: str, node: int) -> None:
        """Stages of a step know the states of their own unit alone."""
        others = [r.name for r in self.read_by([node]) if r.kind == "state" and r.how != OWN]
        if others and self.method in ("rk2", "rk4"):
            raise refused(self.plan.system, f"the flow of {state} reads {others[0]}, which has other letters")

    def clipped(self, state: str, node: int) -> int:
        """A state within its bounds."""
        happenings, layout = self.events.happenings, self.plan.system.layout
        if happenings is None or not self.is_clipped(state):
            return node
        k = layout.names.index(state)
        here = slice(layout.offsets[k], layout.offsets[k] + int(np.prod(layout.shapes[k])))
        for op, bound in (("larger", happenings.low[here]), ("smaller", happenings.high[here])):
            if np.isfinite(bound).any():
                node = self.graph.apply(op, node, self.graph.leaf("parameter", self.reads.constant(bound)))
        return node

    def is_clipped(self, state: str) -> bool:
        """Whether a state has bounds."""
        return bool(self.plan.system.model.states[state].clip)

    @cached_property
    def due(self) -> dict[str, tuple[Places, Places]]:
        """The steps of events whose times are known, counted from the beginning of the run, each with its unit."""
        return due_steps(self)

    def repeats(self, event: str) -> int:
        """How often a unit happens in one step at most."""
        if event not in self.due or not self.due[event][0].size:
            return 1
        return int(np.unique(np.stack(self.due[event]), axis=1, return_counts=True)[1].max())

    def _condition(self, name: str, space: Space, sources: Mapping[str, Source]) -> int:
        try:
            node = self.traced(lowered.conditions(self.plan.system), space, sources).result(name)
        except NotOfElements as error:
            raise refused(self.plan.system, f"the condition of {name} joins units ({error})") from None
        others = [r.name for r in self.read_by([node]) if r.kind == "state" and r.how != OWN]
        if others:
            raise refused(self.plan.system, f"the condition of {name} reads {others[0]}, which has other letters")
        return node

    def _event(self, name: str, number: int) -> Event:
        acting, space, system = self.events.acting[name], self.events.spaces[name], self.plan.system
        watched = system.model.rules[name].condition is not None
        condition = self._condition(name, space, self.sources) if watched else None
        try:
            sets = self.traced(lowered.sets(system), space)
            nodes = [(s, self.clipped(s, sets.result(f"{name}:{k}"))) for k, s in enumerate(self.events.sets[name])]
        except NotOfElements as error:
            raise refused(system, f"what {name} sets joins units ({error})") from None
        self._check_sets(name, [node for _, node in nodes])
        if nodes and self.repeats(name) > 1:
            raise refused(system, f"{name} happens to a unit more than once in a step, and sets states")
        logged = number if name in self.plan.recorded_events else None
        return Event(name, space, self.graph, self.reads, logged, condition, acting.refractory is not None, nodes)

    def _check_sets(self, name: str, nodes: Sequence[int]) -> None:
        """All statements of a step read the states before any of them."""
        elsewhere = {s for other, states in self.events.sets.items() if other != name for s in states}
        mine = {*self.events.sets[name]}
        for read in self.read_by(nodes):
            if read.kind == "state" and (read.name in elsewhere or (read.name in mine and read.how != OWN)):
                raise refused(self.plan.system, f"{name} reads {read.name}, which another event sets in the same step")

    def read_by(self, nodes: Sequence[int]) -> list[Read]:
        """What varies of all that some nodes follow from."""
        found = [self.graph.nodes[k] for k in self.graph.live(nodes)]
        return [self.reads.varying[int(str(n.data))] for n in found if n.op == "state"]


@dataclass(frozen=True, eq=False)
class Machinery:
    """A network ready to run."""

    arrays: Arrays
    code: Code


def machinery(network: Network, machine: Machine) -> Machinery:
    """The arrays and the code of a network."""
    arrays = Arrays(network, min(machine.width, _fitting(network)))
    memory = arrays.memory
    moves, after = list[Function](), list[Function]()
    for k, update in enumerate(network.updates):
        moves.append(update_function(f"update_{k}", update, memory))
    sets, arms = list[Function](), list[Function]()
    for k, event in enumerate(network.acting):
        if network.events.acting[event.name].counted:
            continue
        if event.condition is None:
            moves.append(due_function(f"due_{k}", event, memory))
        after.append(note_function(f"note_{k}", event, memory))
        sets += [set_function(f"set_{k}", event, memory)] if event.sets else []
        arms += [arm_function(f"arm_{k}", event, memory)] if event.condition is not None else []
    after += [*network.impulses.functions(memory), *sets, *arms]
    events = [*network.events.acting]
    before = [save_function("save", arrays.states, memory), time_function("time", arrays.rows, events, memory)]
    main = main_function(names(before), names(moves), names(after), memory)
    parts = [*before, *moves, *after, main]
    called = {name for f in parts for name in f.called}
    text = "\n".join([functions(called, memory.width), *(f.text() for f in parts)])
    return Machinery(arrays, compiled(text, machine))


def names(functions: Sequence[Function]) -> list[str]:
    """How they are called."""
    return [f.name for f in functions]


def _fitting(network: Network) -> int:
    """The least power of 2 that no space exceeds."""
    largest = max(update.space.size for update in network.updates)
    return 1 << max(0, largest - 1).bit_length()
