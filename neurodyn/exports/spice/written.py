"""The equations of a netlist as text: what each expression reads, and which sources and rates are needed for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from neurodyn.calculus.rewrite import Definition
from neurodyn.exports.expressions import Printer
from neurodyn.exports.rates import Equations
from neurodyn.exports.scalars import Scalars, Variables, scalars
from neurodyn.exports.spice.functions import FUNCTIONS, NAME
from neurodyn.exports.spice.layout import Sheet, scaled
from neurodyn.exports.spice.sources import Source, as_text, digits
from neurodyn.system.signals import Combined, Signal, Smooth


@dataclass(frozen=True)
class DrivenRate:
    """The card whose current a rate is; what one volt there stands for; what is differentiated, at the start."""

    card: str
    size: float
    start: float


@dataclass(eq=False)
class Written:
    """Expressions of a sheet, written once.

    Attributes:
        inputs: the node of each input element that is read, by name and place.
        lines: what stands behind names that expressions share.
        rates: how each `ddt` that is read is differentiated.
    """

    sheet: Sheet
    equations: Equations
    inputs: dict[tuple[str, int], str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    rates: dict[str, DrivenRate] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet) -> Written:
        """Everything that the sheet asks for, as text."""
        found = cls(sheet, sheet.equations())
        for name, signal in found.smooth.items():
            assert signal.definition is not None
            found.equations.ask(name, signal.definition)
        found._write()
        return found

    @cached_property
    def smooth(self) -> dict[str, Smooth]:
        """The smooth signals that inputs are made of, by a name."""
        every = {id(s): s for own in self.sheet.sources.values() for one in own for s in _smooth(one.signal)}
        return {f"smooth {k}": signal for k, signal in enumerate(every.values())}

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        return self.equations.definitions()

    @cached_property
    def variables(self) -> Variables:
        """All that expressions may read."""
        names = (*self.sheet.system.layout.names, *self.sheet.sources)
        return Variables({n: self.sheet.shape(n) for n in names} | dict.fromkeys(self.equations.rates, ()))

    def _write(self) -> None:
        definitions, equations = self.definitions, self.equations
        for name, expr in list(equations.rates.items()):
            equations.ask(name, Definition((), expr))
        made = scalars(self.sheet.system, equations.outputs, definitions, self.variables, NAME)
        wanted = self._wanted(made)
        self._name_leaves(made, wanted)
        clock = self.sheet.settings.clock
        time = scaled("time", clock.unit)
        time = f"({digits(clock.t0)} + {time})" if clock.t0 else time
        places = [self._term(name, k) for name, k in self.variables.elements]
        printer = Printer(made, FUNCTIONS.with_time(time), places, self._share)
        flat = [(name, node) for name in wanted for node in made.outputs[name].ravel().tolist()]
        for (name, _), text in zip(flat, printer.texts([node for _, node in flat]), strict=True):
            self.texts.setdefault(name, []).append(text)

    def _wanted(self, made: Scalars) -> list[str]:
        """What was asked for, with the rates that it reads, and those that they read."""
        found = [o.name for o in self.equations.outputs if o.name not in self.equations.rates]
        firsts = {at: n for n, at in self.variables.firsts.items() if n in self.equations.rates}
        while True:
            live = made.graph.live(k for n in found for k in made.outputs[n].ravel().tolist())
            read = [made.graph.nodes[k] for k in live]
            more = [firsts[int(str(n.data))] for n in read if n.op == "input" and int(str(n.data)) in firsts]
            new = [n for n in more if n not in found]
            if not new:
                return found
            found += new

    def _name_leaves(self, made: Scalars, wanted: list[str]) -> None:
        """Nodes for the inputs that are read or recorded, and cards for rates."""
        live = made.graph.live(k for n in wanted for k in made.outputs[n].ravel().tolist())
        elements = self.variables.elements
        read = {elements[int(str(n.data))] for n in (made.graph.nodes[k] for k in live) if n.op == "input"}
        sources = self.sheet.sources
        read |= {(name, k) for name in self.sheet.recorded if name in sources for k in range(len(sources[name]))}
        for name, k in sorted(read):
            if name in sources:
                self.inputs[name, k] = self.sheet.driven.get(name) or self.sheet.nodes.of(sources[name][k].name)
            elif name in self.equations.rates:
                # The magnitude of what is differentiated is that where all is at its scale.
                layout = self.sheet.system.layout
                size = abs(self._value(name, layout.unpack(layout.scales)))
                start = self._value(name, self.sheet.start)
                card = self.sheet.cards.of(f"B{name.replace(' ', '_')}")
                self.rates[name] = DrivenRate(card, size if 0 < size < math.inf else 1.0, start)

    def _value(self, name: str, at: Mapping[str, Any]) -> float:
        """What is differentiated, at some values of states and unknowns."""
        system, output = self.sheet.system, next(o for o in self.equations.outputs if o.name == name)
        bound = system.bind(("exported rate", str(output.expr)), [output], False, self.definitions)
        return float(bound(self.sheet.settings.edges.t0, {**at, **dict.fromkeys(self.equations.rates, 0.0)})[name])

    def _term(self, name: str, k: int) -> str:
        if name in self.sheet.sources:
            return f"V({self.inputs[name, k]})" if (name, k) in self.inputs else ""
        if name in self.equations.rates:
            rate, unit = self.rates.get(name), self.sheet.settings.clock.unit
            return scaled(f"(-I({rate.card}))", rate.size / unit) if rate else ""
        return self.sheet.term(name, k)

    def _share(self, text: str) -> str:
        node = self.sheet.nodes.of("shared", told=False)
        self.lines.append(f"{self.sheet.cards.of(f'B{node}')} {node} 0 V={text}")
        return f"V({node})"

    def source(self, source: Source, place: int) -> str:
        """A source that is no independent one, as an expression."""
        names = {id(signal): name for name, signal in self.smooth.items()}

        def line(part: Signal) -> str:
            one = Source(source.name, part, part)
            node = self.sheet.nodes.of(f"{source.name}.part")
            settings = self.sheet.settings
            card = one.card(settings.edges, settings.clock)
            self.lines.append(f"{self.sheet.cards.of(node, 'V')} {node} 0 {card}")
            return f"V({node})"

        def smooth(part: Smooth) -> str:
            texts = self.texts[names[id(part)]]
            return texts[min(place, len(texts) - 1)]

        return as_text(source.signal, line, smooth)


def _smooth(signal: Signal) -> Iterator[Smooth]:
    if isinstance(signal, Combined):
        yield from _smooth(signal.left)
        yield from _smooth(signal.right)
    elif isinstance(signal, Smooth):
        yield signal
