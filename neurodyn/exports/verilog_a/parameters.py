"""The parameters of a module: those of the model, and where its states start."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.graphs import in_order
from neurodyn.calculus.rewrite import Definition
from neurodyn.exports.expressions import written
from neurodyn.exports.verilog_a.functions import PREFIX
from neurodyn.exports.verilog_a.module import Parameter
from neurodyn.exports.verilog_a.nodes import Nodes
from neurodyn.exports.verilog_a.ranges import Bound, bounds, range_text
from neurodyn.exports.verilog_a.writing import Writing

_WORD = re.compile(r"[A-Za-z_]\w*")
DEFAULT, LIMIT = "default of ", "limit "


@dataclass(eq=False)
class Parameters:
    """Parameters on their way into a module.

    Attributes:
        states: those that have a node, and `start`, where they begin, in SI units.
        starts: the parameter that says where each number of a state begins.
        ends: the ends of ranges.
        others: what is to be told: statements that are no ranges, defaults that are numbers.
    """

    nodes: Nodes
    writing: Writing
    states: Sequence[str]
    start: Mapping[str, NDArray[np.float64]]
    starts: dict[str, list[str]] = field(default_factory=dict)
    ends: list[Bound] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def ask(self) -> None:
        """Have defaults that are expressions written, and the ends of ranges."""
        symbols = self.nodes.symbols
        model = symbols.system.model
        self.ends, others = bounds(model, symbols.parameters)
        self.others = [f"given: {text}" for text in others]
        for k, end in enumerate(self.ends):
            self.writing.ask(f"{LIMIT}{k}", Definition((), end.limit))
        for name, declared in [*symbols.parameters.items(), *((n, model.states[n]) for n in self.states)]:
            expr = symbols.default(name, declared)
            if expr is not None:
                self.writing.ask(DEFAULT + name, Definition((), expr))
        for name in self.states:
            self.starts[name] = [self.nodes.names.of(f"{node}_start") for node in self.nodes.node_of[name]]

    def written(self, read: Sequence[str]) -> tuple[list[Parameter], list[str]]:
        """The parameters that these texts read, each after those that it reads, and statements that are no ranges."""
        made = {p.name: p for p in (*self._declared(), *self._starts())}
        graph = {n: [w for w in _WORD.findall(f"{p.default} {p.range}") if w in made] for n, p in made.items()}
        starts = dict.fromkeys(w for text in read for w in _WORD.findall(text) if w in made)
        order = in_order(graph, [n for n in made if n in starts])
        return [made[name] for name in order], self.others

    def _declared(self) -> list[Parameter]:
        symbols, found = self.nodes.symbols, []
        for name, declared in symbols.parameters.items():
            number = written(float(symbols.system.values[name]), True).text
            unit = symbols.system.units.of(name).si
            found.append(
                Parameter(self.name(name), self._default(name, number), self._range(name), declared.about, unit)
            )
        return found

    def _starts(self) -> list[Parameter]:
        found, units = [], self.nodes.symbols.system.units
        for name in self.states:
            values = np.ravel(self.start[name]).tolist()
            for one, value, own in zip(self.nodes.elements(name), values, self.starts[name], strict=True):
                default = self._default(name, written(float(value), True).text)
                found.append(Parameter(own, default, "", f"{one} at the start", units.of(name).si))
        return found

    def name(self, name: str) -> str:
        """A parameter as the module calls it."""
        return self.nodes.terms[name][0]

    def _default(self, name: str, number: str) -> str:
        """The expression of a default, or its number where that reads variables or calls functions of the module."""
        text = self.writing.texts.get(DEFAULT + name, [number])[0]
        words = set(_WORD.findall(text))
        if PREFIX in text or not words.isdisjoint(("V", "I", "abstime", *self.writing.statements)):
            self.others.append(f"{name} is {number} as a default, which does not follow other parameters")
            return number
        return text

    def _range(self, name: str) -> str:
        told = [(end, self.writing.texts[f"{LIMIT}{k}"][0]) for k, end in enumerate(self.ends) if end.parameter == name]
        return range_text([(end, text) for end, text in told if PREFIX not in text])
