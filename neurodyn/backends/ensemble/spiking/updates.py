"""The states after a step, as nodes of a graph of one element: one function for each method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.spiking.elements import Elements, Source
from neurodyn.backends.ensemble.spiking.matrices import Matrices
from neurodyn.backends.ensemble.spiking.reads import Read, Reads, Space
from neurodyn.backends.fixed_choice import EULER, EXACT, EXPONENTIAL
from neurodyn.program.scalar_graph import Graph, Node

Floats = NDArray[np.float64]
Nodes = dict[str, int]


@dataclass(frozen=True, eq=False)
class Moving:
    """The states of one space, and what a step needs to move them.

    Attributes:
        flow, slopes: trace the rates of the states, and their slopes by themselves.
        holders: by state, the events that hold it.
        matrices: of `exact`; `meanwhile` while an event holds a state that others of the unit read.
    """

    states: tuple[str, ...]
    dt: float
    flow: Elements
    slopes: Elements | None
    holders: Mapping[str, tuple[str, ...]]
    matrices: Matrices | None = None
    meanwhile: Mapping[str, Matrices] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        return self.flow.graph

    @property
    def reads(self) -> Reads:
        return self.flow.reads

    @property
    def space(self) -> Space:
        return self.flow.space

    def number(self, value: float | Floats) -> int:
        """The node of a constant."""
        return self.graph.leaf("parameter", self.reads.constant(np.asarray(value, dtype=float)))

    def now(self) -> Nodes:
        """The states as the step begins."""
        return {n: self.graph.leaf("state", self.reads.number(Read("state", n))) for n in self.states}

    def kept(self, state: str, held: int, free: int) -> int:
        """One value where a state is held, and another where it is not."""
        for event in self.holders.get(state, ()):
            flag = self.graph.leaf("state", self.reads.number(Read("held", event)))
            free = self.graph.apply("select", flag, held, free)
        return free

    def rates(self, states: Nodes, half: int) -> Nodes:
        """The rates at some states; what is held stands still."""
        at = {n: Source("state", self.space, node) for n, node in states.items()}
        flow = replace(self.flow, sources={**self.flow.sources, **at}, half=half, known={})
        return {n: self.kept(n, self.graph.number(0.0), flow.result(n)) for n in self.states}

    def led(self, states: Nodes, length: float, rates: Nodes) -> Nodes:
        """The states that rates lead to in some time."""
        apply, h = self.graph.apply, self.number(length)
        return {n: self._further(y, apply("multiply", h, rates[n]), rates[n]) for n, y in states.items()}

    def _further(self, y: int, change: int, rate: int) -> int:
        return y if self.graph.value(rate) == 0.0 else self.graph.apply("add", y, change)


def euler(m: Moving) -> Nodes:
    """One evaluation of the flow."""
    y = m.now()
    return m.led(y, m.dt, m.rates(y, 0))


def midpoint(m: Moving) -> Nodes:
    """The flow half a step on."""
    y = m.now()
    return m.led(y, m.dt, m.rates(m.led(y, m.dt / 2, m.rates(y, 0)), 1))


def runge_kutta(m: Moving) -> Nodes:
    """The classical method of order 4."""
    y, apply = m.now(), m.graph.apply
    a = m.rates(y, 0)
    b = m.rates(m.led(y, m.dt / 2, a), 1)
    c = m.rates(m.led(y, m.dt / 2, b), 1)
    d = m.rates(m.led(y, m.dt, c), 2)
    two = m.graph.number(2.0)
    found = {}
    for n in m.states:
        inner = apply("multiply", two, apply("add", b[n], c[n]))
        found[n] = apply("add", apply("add", a[n], inner), d[n])
    return m.led(y, m.dt / 6, found)


def exponential_euler(m: Moving) -> Nodes:
    """Each element as if all others stood still."""
    assert m.slopes is not None
    y, found = m.now(), {}
    for n in m.states:
        rate, slope = m.flow.result(n), m.slopes.result(n)
        if m.graph.value(rate) == 0.0:
            found[n] = y[n]
            continue
        change = m.graph.apply("multiply", _length(m, slope), rate)
        found[n] = m.kept(n, y[n], m.graph.apply("add", y[n], change))
    return found


def _length(m: Moving, slope: int) -> int:
    """dt*exprel(dt*slope)."""
    known = constant(m.graph, m.reads, slope)
    if known is not None:
        x = m.dt * known
        return m.number(m.dt * np.where(x == 0, 1.0, np.expm1(x) / np.where(x == 0, 1.0, x)))
    exprel = m.graph.apply("exprel", m.graph.apply("multiply", m.number(m.dt), slope))
    return m.graph.apply("multiply", m.number(m.dt), exprel)


def constant(graph: Graph, reads: Reads, number: int) -> Floats | None:
    """The values of a node that stands still, if it is a leaf."""
    node: Node = graph.nodes[number]
    if node.op == "number":
        return np.array([graph.value(number)])
    if node.op == "parameter" and isinstance(node.data, tuple):
        place, inverted = node.data
        values = reads.constants[place]
        return 1.0 / values if inverted else values
    return None


def exact(m: Moving) -> Nodes:
    """The solution of a linear flow, its inputs standing still in the step as they are in its middle."""
    y, zero = m.now(), {n: Source("state", m.space, m.graph.number(0.0)) for n in m.states}
    flow = replace(m.flow, sources={**m.flow.sources, **zero}, half=1, known={})
    found = {n: _solved(m, m.matrices, n, y, flow) for n in m.states}
    for event, matrices in m.meanwhile.items():
        flag = m.graph.leaf("state", m.reads.number(Read("held", event)))
        found = {n: m.graph.apply("select", flag, _solved(m, matrices, n, y, flow), x) for n, x in found.items()}
    return {n: m.kept(n, y[n], node) for n, node in found.items()}


def _solved(m: Moving, matrices: Matrices | None, state: str, y: Nodes, flow: Elements) -> int:
    """One state: a sum of all states of the unit, and of what drives them."""
    assert matrices is not None
    row, known, factors, values = m.states.index(state), np.zeros(1), list[int](), list[int]()
    for column, other in enumerate(m.states):
        kept, added = matrices.kept[:, row, column], matrices.added[:, row, column]
        if kept.any():
            factors, values = [*factors, m.number(kept)], [*values, y[other]]
        if added.any() and other in matrices.drives:
            known = known + added * matrices.drives[other]
        elif added.any():
            factors, values = [*factors, m.number(added)], [*values, flow.result(other)]
    if known.any() or not factors:
        factors, values = [*factors, m.number(known)], [*values, m.graph.number(1.0)]
    if factors == [m.number(1.0)] and values == [y[state]]:
        return y[state]
    return m.graph.dot(factors, values)


METHODS: dict[str, Callable[[Moving], Nodes]] = {
    EXACT: exact, EXPONENTIAL: exponential_euler, "rk4": runge_kutta, "rk2": midpoint, EULER: euler,
}  # fmt: skip
