"""One module: what its equations ask for, and what is contributed to which branch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.rewrite import Definition
from neurodyn.exports.expressions import opposite, written
from neurodyn.exports.verilog_a.functions import FUNCTIONS
from neurodyn.exports.verilog_a.module import Module, Parameter
from neurodyn.exports.verilog_a.nodes import Nodes
from neurodyn.exports.verilog_a.parameters import Parameters
from neurodyn.exports.verilog_a.symbols import Symbols
from neurodyn.exports.verilog_a.writing import Writing
from neurodyn.model.circuits import current

RATE, ACROSS = "rate of ", "voltage of "
UNIT_OF_TIME = "time_unit"


@dataclass(eq=False)
class Drawing:
    """A module on its way.

    Attributes:
        name: of the module.
        start: states at the start, in SI units.
        observed: the observables that get a port.
        wired: definitions that are wires to inputs of devices, each with a node.
        time_unit: the parameter that says how long a unit of time takes, where the model does not.
    """

    symbols: Symbols
    name: str
    start: Mapping[str, NDArray[np.float64]]
    observed: Sequence[str] = ()
    nodes: Nodes = field(init=False)
    writing: Writing = field(init=False)
    parameters: Parameters = field(init=False)
    time_unit: str = ""

    def __post_init__(self) -> None:
        model = self.symbols.system.model
        self.nodes = Nodes.of(self.symbols, self.observed)
        clock, own = FUNCTIONS.time, [n for n in model.states if n in self.nodes.node_of]
        if own and not model.pins and not self.symbols.system.units.active:
            self.time_unit = self.nodes.names.of(UNIT_OF_TIME)
            clock = f"({clock}/{self.time_unit})"
        self.writing = Writing(self.symbols, self.nodes.terms, self.nodes.names, clock)
        self.parameters = Parameters(self.nodes, self.writing, own, self.start)
        self._ask()
        self.parameters.ask()

    def _ask(self) -> None:
        model, equations = self.symbols.system.model, self.symbols.equations
        for pin in model.pins if not self.symbols.devices else ():
            self.writing.ask(current(pin), model.definitions[current(pin)])
        for forced in self.nodes.forced:
            self.writing.ask(ACROSS + forced.unknown, Definition((), forced.voltage))
        for name in self.nodes.node_of:
            if name in model.states:
                self.writing.ask(RATE + name, equations.flow(name))
        for name in self.nodes.constraints():
            equations.ask_constraint(name)
        for name in self.observed:
            self.writing.ask(name, model.definitions[name])

    def contributions(self) -> Iterator[tuple[str, str]]:
        """What is added to which branch."""
        texts, node_of = self.writing.texts, self.nodes.node_of
        yield from self._pins()
        for forced in self.nodes.forced:
            yield f"V({', '.join(self.nodes.on[p] for p in forced.pins)})", texts[ACROSS + forced.unknown][0]
        for name in self.parameters.states:
            yield from self._state(name)
        unknowns = [n for name in node_of if name in self.symbols.system.model.unknowns for n in node_of[name]]
        laws = [text for name in self.nodes.constraints() for text in texts[name]]
        yield from ((f"I({node})", text) for node, text in zip(unknowns, laws, strict=True))
        for name in self.observed:
            yield from ((f"V({node})", text) for node, text in zip(node_of[name], texts[name], strict=True))

    def _pins(self) -> Iterator[tuple[str, str]]:
        """The current into each pin; from one to the other, if what enters at one leaves at the other."""
        forced = {pin for one in self.nodes.forced for pin in one.pins}
        pins = () if self.symbols.devices else self.symbols.system.model.pins
        texts = {p: self.writing.texts[current(p)][0] for p in pins if p not in forced}
        texts = {pin: text for pin, text in texts.items() if text != "0.0"}
        if len(texts) == 2:
            (first, one), (second, other) = texts.items()
            if opposite(one, other):
                (first, one), (second, other) = (second, other), (first, one)
            if opposite(other, one):
                yield f"I({self.nodes.on[first]}, {self.nodes.on[second]})", one
                return
        yield from ((f"I({self.nodes.on[pin]})", text) for pin, text in texts.items())

    def _state(self, name: str) -> Iterator[tuple[str, str]]:
        """A state is the voltage of its node over its scale; before a transient it is held where it starts."""
        for k, node in enumerate(self.nodes.node_of[name]):
            scale = self.nodes.scale(name, k)
            rate = self.nodes.names.of(f"rate_{node}")
            text, start = self.writing.texts[RATE + name][k], self.parameters.starts[name][k]
            self.writing.statements[rate] = text if scale == 1.0 else f"({text})/{written(scale, True).text}"
            begin = start if scale == 1.0 else f"{start}/{written(scale, True).text}"
            factor = f"{self.time_unit}*" if self.time_unit else ""
            yield f"I({node})", f'{factor}ddt(V({node})) - (analysis("ic") ? {begin} - V({node}) : {rate})'

    def module(self, about: str, instances: Sequence[str] = (), wires: Sequence[tuple[str, str]] = ()) -> Module:
        """The module, after all is written, with the parameters that anything reads."""
        contributions = self.writing.with_rates([*self.contributions(), *wires])
        read = [*self.writing.statements.values(), *(text for _, text in contributions), *instances]
        parameters, others = self.parameters.written(read)
        if self.time_unit:
            parameters.append(
                Parameter(self.time_unit, "1.0", " from (0.0:inf)", "how long a unit of the model's time takes", "s")
            )
        return Module(
            self.name, about, self.nodes.ports, parameters, others,
            self.nodes.inner, self.nodes.ground, instances, self.writing.statements, contributions,
        )  # fmt: skip
