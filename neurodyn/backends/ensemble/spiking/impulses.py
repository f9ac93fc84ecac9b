"""What impulses do: which states jump, how, and by which trains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.backends.ensemble.spiking import fans, lowered
from neurodyn.backends.ensemble.spiking.delivery_text import Direct, direct_function
from neurodyn.backends.ensemble.spiking.elements import Elements, NotOfElements, Places
from neurodyn.backends.ensemble.spiking.events import refused
from neurodyn.backends.ensemble.spiking.fans import Fan
from neurodyn.backends.ensemble.spiking.function import Function
from neurodyn.backends.ensemble.spiking.jump_text import (
    Jump,
    Touch,
    apply_function,
    count_function,
    reach_function,
    touch_function,
)  # fmt: skip
from neurodyn.backends.ensemble.spiking.memory import Memory
from neurodyn.backends.ensemble.spiking.reads import OWN, Read, Space
from neurodyn.backends.ensemble.spiking.trains import Train, forget_function, send_function
from neurodyn.backends.ensemble.spiking.updates import constant
from neurodyn.program.program import Step

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.spiking.network import Network


@dataclass(eq=False)
class Impulses:
    """The jumps of a network.

    Attributes:
        trains: by name.
        direct: the states that jump by constants.
        jumps: those that jump by what is read at the instant.
    """

    network: Network
    trains: Mapping[str, Train]
    fans: dict[str, Fan] = field(default_factory=dict)
    direct: list[Direct] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)

    @classmethod
    def of(cls, network: Network) -> Impulses:
        """All of them."""
        impulses, happenings = network.plan.system.structure.impulses, network.events.happenings
        if impulses is None or happenings is None:
            return cls(network, {})
        found = cls(network, {name: _train(network, name) for name in happenings.trains})
        nodes = {state: found._node(state) for state in impulses.jumps}
        read = {r.name for node in nodes.values() for r in network.read_by([node]) if r.kind == "state"}
        read |= {fan.of_state for fan in found.fans.values()}
        for state, node in nodes.items():
            found._add(state, node, state in read)
        return found

    def put(self, memory: Memory) -> None:
        """The arrays of what impulses reach."""
        parts: list[Train | Fan | Direct | Jump] = [*self.trains.values(), *self.fans.values()]
        for part in [*parts, *self.direct, *self.jumps]:
            part.put(memory)
        for train in self.counted:
            memory.add(("train", train.name), np.zeros(train.places))

    @property
    def dense(self) -> list[Train]:
        """The trains whose impulses are counted in each step, place by place."""
        acting = self.network.events.acting
        return [t for t in self.counted if acting[t.event].counted]

    @property
    def counted(self) -> list[Train]:
        """The trains of which the jumps read how many impulses arrive."""
        nodes = [jump.node for jump in self.jumps]
        names = dict.fromkeys(r.name for r in self.network.read_by(nodes) if r.kind == "train")
        return [self.trains[name] for name in names]

    def functions(self, memory: Memory) -> list[Function]:
        """What delivers the impulses of a step, in its order."""
        sent = [t for t in self.trains.values() if t.delays is not None]
        listed = [t for t in self.counted if t not in self.dense]
        found = [send_function(f"send_{k}", train, memory) for k, train in enumerate(sent)]
        found += [count_function(f"count_{k}", train, memory, False) for k, train in enumerate(listed)]
        found += [touch_function(f"touch_{k}", jump, memory) for k, jump in enumerate(self.jumps)]
        found += [reach_function(f"reach_{k}", jump, memory) for k, jump in enumerate(self.jumps)]
        found += [direct_function(f"direct_{k}", one, memory) for k, one in enumerate(self.direct)]
        found += [apply_function(f"apply_{k}", jump, memory) for k, jump in enumerate(self.jumps)]
        found += [count_function(f"clear_{k}", train, memory, True) for k, train in enumerate(listed)]
        return found + [forget_function(f"forget_{k}", train, memory) for k, train in enumerate(sent)]

    def _node(self, state: str) -> int:
        network = self.network
        elements = network.traced(lowered.jumps(network.plan.system), network.sources[state].space)
        elements.joined = self._joined
        try:
            return elements.result(state)
        except NotOfElements as error:
            raise refused(network.plan.system, f"impulses reach {state} in a way that joins units ({error})") from None

    def _joined(self, elements: Elements, value: int, step: Step, places: Places) -> int:
        fan = fans.joined(f"fan {len(self.fans)}", elements, step, places)
        self.fans[fan.key] = fan
        return self.network.graph.leaf("state", self.network.reads.number(Read("sum", fan.key)))

    def _add(self, state: str, node: int, is_read: bool) -> None:
        direct = None if is_read else self._direct(state, node)
        if direct is not None:
            self.direct.append(direct)
            return
        network, space = self.network, self.network.sources[state].space
        touches = [touch for read in network.read_by([node]) for touch in self._touches(read, space)]
        graph, reads = network.graph, network.reads
        now, far = (graph.leaf("state", reads.number(Read(kind, state))) for kind in ("state", "jump"))
        after = network.clipped(state, graph.apply("add", now, far))
        counted = [t for t in touches if network.events.acting[t.train.event].counted]
        if any(t.fan is not None or t.train.delays is not None for t in counted):
            raise refused(
                network.plan.system,
                f"{counted[0].train.event} is counted, and its impulses come later, or reach {state} of other units",
            )
        everywhere, touches = bool(counted), [t for t in touches if t not in counted]
        holders = network.events.holders(state)
        self.jumps.append(Jump(state, space, graph, reads, node, after, touches, holders, everywhere))

    def _direct(self, state: str, node: int) -> Direct | None:
        """A state that no event holds and no jump reads, if each impulse adds a constant to it."""
        graph, reads = self.network.graph, self.network.reads
        found, factor = graph.nodes[node], np.ones(1)
        if found.op == "multiply":
            known = [constant(graph, reads, argument) for argument in found.args]
            for k, values in enumerate(known):
                if values is not None and values.size == 1:
                    found, factor = graph.nodes[found.args[1 - k]], values
                    break
        if found.op != "state" or self.network.events.holders(state) or self.network.is_clipped(state):
            return None
        read = reads.varying[int(str(found.data))]
        weights = self.fans[read.name].weights if read.kind == "sum" else None
        if weights is None:
            return None
        fan = self.fans[read.name]
        return Direct(state, self.trains[fan.train], fan, np.asarray(factor * weights, dtype=float))

    def _touches(self, read: Read, space: Space) -> list[Touch]:
        if read.kind == "sum":
            fan = self.fans[read.name]
            return [Touch(self.trains[fan.train], fan, fan.key)]
        if read.kind != "train":
            return []
        train, key = self.trains[read.name], f"fan {len(self.fans)}"
        if read.how == OWN:
            return [Touch(train, None)]
        if isinstance(read.how, tuple):
            support, side = read.how
            fan = fans.of_ends(key, read.name, self.network.plan.system.wirings[support], side)
        else:
            fan = fans.of_all(key, read.name, 1, space.size)
        self.fans[key] = fan
        return [Touch(train, fan)]


def _train(network: Network, name: str) -> Train:
    """A train as compiled code knows it."""
    happenings = network.events.happenings
    assert happenings is not None
    places, delay = int(np.prod(happenings.trains[name])), happenings.delays.get(name)
    if delay is None:
        return Train(name, name, places)
    acting = network.events.acting[delay.event]
    steps = np.broadcast_to(np.rint(delay.delay / network.dt), (places,)).astype(np.int32)
    units = np.arange(acting.units)
    members, counts = delay.members.of(units), delay.members.counts(units)
    repeats = network.repeats(delay.event)
    if acting.units == places and np.array_equal(members, units):
        return Train(name, delay.event, places, steps, repeats=repeats)
    begins = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Train(name, delay.event, places, steps, begins, members.astype(np.int32), repeats)
