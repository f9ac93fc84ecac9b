"""What stands where in a netlist: the node or card of every variable, and which equations are written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurodyn.exports.devices import Device, owners
from neurodyn.exports.rates import Equations
from neurodyn.exports.spice.cards import Rule, rule_for
from neurodyn.exports.spice.names import Namer
from neurodyn.exports.spice.resets import Reset
from neurodyn.exports.spice.settings import Settings
from neurodyn.exports.spice.sources import Source, digits
from neurodyn.model.circuits import GROUND, potential
from neurodyn.system.system import System

RATE = "rate of "
NEGLIGIBLE = 1e-3


@dataclass(frozen=True)
class Placed:
    """A device with its rule and the name of its card; without a rule it is written as behavioural sources."""

    device: Device
    rule: Rule | None
    label: str


@dataclass(eq=False)
class Sheet:
    """A system on its way to a netlist.

    Attributes:
        start: states and unknowns at the start.
        nodes, cards: the names given so far.
        potentials: the node of each potential that is an unknown.
        own: the node of each other state or unknown that has one, element by element.
        sources: the inputs, element by element.
        resets: events, and `timers`, the nodes of each unit of an event: those of its switch and of its timer.
    """

    system: System
    settings: Settings
    start: Mapping[str, NDArray[np.float64]]
    placed: tuple[Placed, ...] = ()
    nodes: Namer = field(default_factory=Namer)
    cards: Namer = field(default_factory=lambda: Namer(set()))
    potentials: dict[str, str] = field(default_factory=dict)
    own: dict[str, list[str]] = field(default_factory=dict)
    sources: dict[str, list[Source]] = field(default_factory=dict)
    resets: tuple[Reset, ...] = ()
    timers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        system: System,
        devices: Sequence[Device],
        settings: Settings,
        start: Mapping[str, NDArray[np.float64]],
        resets: tuple[Reset, ...] = (),
    ) -> Sheet:
        """Names for all that needs one."""
        sheet = cls(system, settings, start, resets=resets)
        at = dict.fromkeys(node for d in devices for node in d.pins.values() if node != GROUND)
        sheet.potentials = {potential(node): sheet.nodes.of(node) for node in at}
        for name, signal in system.signals.items():
            count = int(np.prod(sheet.shape(name), dtype=int))
            finite = [settings.edges.finite(signal, k, name) for k in range(count)]
            sheet.sources[name] = [Source(sheet.element(name, k), signal, f) for k, f in enumerate(finite)]
        sheet.placed = tuple(sheet._place(device) for device in devices)
        for name in system.layout.names:
            if name not in sheet.potentials and name not in sheet.currents:
                sheet.own[name] = [sheet.nodes.of(n) for n in sheet.elements(name)]
        for reset in resets:
            told = [sheet.nodes.of(n) for n in sheet.elements(reset.name)]
            sheet.timers[reset.name] = [(n, sheet.nodes.of(f"{n}_time", told=False)) for n in told]
        return sheet

    def _place(self, device: Device) -> Placed:
        rule = rule_for(device, lambda name: name not in self.system.values, self.settings.own_equations)
        if rule is None:
            return Placed(device, None, "")
        # A source whose value no independent source can say is a behavioural one.
        plain = all(self.is_plain(device.own(name)) for name in device.model.inputs)
        return Placed(device, rule, self.cards.of(device.name, rule.letter if plain else "B"))

    def is_plain(self, name: str) -> bool:
        """Whether an input of a device is a signal that an independent source says."""
        return name in self.sources and self.sources[name][0].is_plain

    @cached_property
    def currents(self) -> dict[str, str]:
        """The card whose current each unknown is."""
        return {p.device.own(p.rule.current): p.label for p in self.placed if p.rule and p.rule.current}

    @cached_property
    def driven(self) -> dict[str, str]:
        """The node at the voltage of an input, where a source holds it there over the ground."""
        sources = [(p.device, p.rule.voltage) for p in self.placed if p.rule and p.rule.voltage]
        return {d.own(name): self.node(d.pins["p"]) for d, name in sources if d.pins["n"] == GROUND != d.pins["p"]}

    @property
    def charge(self) -> float:
        """The charge below which ngspice need not be accurate: 1 mV on the smallest capacitor, 1 uA in an inductor.

        Where a current begins from nothing, as behind a diode, steps would shrink for ever without it.
        """
        smallest = {"C": NEGLIGIBLE, "L": NEGLIGIBLE**2}
        values = self.system.values
        parts = [(p.device, p.rule.letter) for p in self.placed if p.rule and p.rule.letter in smallest]
        found = [smallest[letter] * float(values[device.own(letter)]) for device, letter in parts]
        return min([NEGLIGIBLE**2 if self.resets else NEGLIGIBLE, *found])  # the first is of states, on 1 F

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a quantity."""
        layout = self.system.layout
        if name in layout.names:
            return layout.shapes[layout.names.index(name)]
        letters = self.system.structure.letters(name)
        return self.system.bound().shape(letters, self.system.model.source_of(name))

    def elements(self, name: str) -> list[str]:
        """The name of each number of a quantity, such as `x[3]`."""
        return [self.element(name, k) for k in range(int(np.prod(self.shape(name), dtype=int)))]

    def element(self, name: str, k: int) -> str:
        shape = self.shape(name)
        return f"{name}[{','.join(str(int(j)) for j in np.unravel_index(k, shape))}]" if shape else name

    def node(self, name: str) -> str:
        """The node of a name of ours."""
        return "0" if name == GROUND else self.potentials[potential(name)]

    def scale(self, name: str, k: int = 0) -> float:
        """What one volt at the node of a state or unknown stands for."""
        layout = self.system.layout
        return float(layout.scales[layout.offsets[layout.names.index(name)] + k])

    def begins(self, name: str) -> list[float]:
        """The voltages of the nodes of a state or unknown at the start."""
        return [value / self.scale(name, k) for k, value in enumerate(self.start[name].ravel().tolist())]

    def term(self, name: str, k: int) -> str:
        """How an expression reads a state or unknown."""
        if name in self.potentials:
            return f"V({self.potentials[name]})"
        if name in self.currents:
            return f"I({self.currents[name]})"
        return scaled(f"V({self.own[name][k]})", self.scale(name, k))

    @property
    def behavioural(self) -> list[Device]:
        """The devices without a card."""
        return [p.device for p in self.placed if p.rule is None]

    @cached_property
    def free(self) -> list[str]:
        """Unknowns that are neither potentials nor currents of cards, each with a node of its own."""
        return [name for name in self.system.model.unknowns if name in self.own]

    def constraints(self) -> list[str]:
        """The constraints that determine them, by name, in order."""
        known = {p.device.name for p in self.placed if p.rule}
        told = zip(owners(self.system.model), self.system.model.constraints, strict=True)
        return [c.name for owner, c in told if owner is not None and owner not in known]

    @cached_property
    def recorded(self) -> list[str]:
        """Observables and inputs that the bench records."""
        names = [str(n) for n in self.system.model.bench.get("record", ())]
        quantities = self.system.model.names.quantities
        wanted = [n for n in names if n in quantities and self.system.role(n) in ("observable", "energy", "input")]
        energy = self.system.model.energy
        return wanted if names or not energy else [energy]

    def equations(self) -> Equations:
        """All that is written out, by name."""
        model, found = self.system.model, Equations(self.system)
        for device in self.behavioural:
            for pin in device.pins:
                name = device.own(f"{pin}.i")
                found.ask(name, model.definitions[name])
        for name in self.own:
            if name in model.states:
                found.ask(RATE + name, found.flow(name))
        for name in self.constraints():
            found.ask_constraint(name)
        for name, definition in (asked for reset in self.resets for asked in reset.asked()):
            found.ask(name, definition)
        wired = [p.device.own(n) for p in self.placed if p.rule for n in p.device.model.inputs]
        for name in (*wired, *self.recorded):
            if name in model.definitions:
                found.ask(name, model.definitions[name])
        return found


def scaled(text: str, scale: float) -> str:
    """A text times a number."""
    return text if scale == 1.0 else f"({digits(scale)}*{text})"
