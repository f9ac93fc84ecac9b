"""The ports and nodes of one module, and how its equations read what lies on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from neurodyn.exports.devices import owners
from neurodyn.exports.expressions import written
from neurodyn.exports.verilog_a.forced import Forced, forced_branches
from neurodyn.exports.verilog_a.module import Port
from neurodyn.exports.verilog_a.names import Identifiers
from neurodyn.exports.verilog_a.symbols import Symbols, elements
from neurodyn.model.circuits import GROUND, potential
from neurodyn.model.declarations import Declaration

NEAR = 1000.0  # states of a scale that is not further from one are voltages as they are


@dataclass(eq=False)
class Nodes:
    """What of a system has a node, and the text by which each number is read.

    Attributes:
        observed: observables that get a port.
        ports, inner: those that have a name so far: terminals, and nodes of the module itself.
        node_of: the node of each number of a state, of an unknown that is no potential, and of what is observed.
        on: the net of each pin, node of the circuit, and number of an input.
    """

    symbols: Symbols
    observed: Sequence[str]
    names: Identifiers = field(default_factory=Identifiers)
    terms: dict[str, list[str]] = field(default_factory=dict)
    ports: list[Port] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)
    node_of: dict[str, list[str]] = field(default_factory=dict)
    on: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, symbols: Symbols, observed: Sequence[str]) -> Nodes:
        """Nodes for all that needs one; those that users meet have the first choice of names."""
        found, model = cls(symbols, observed), symbols.system.model
        for pin, declared in model.pins.items():
            found._potential(pin, "inout", declared.about)
        for name in [n for n in model.inputs if n not in found.terms]:
            found._input(name)
        for node in found.circuit_nodes:
            found._potential(node, "" if model.pins or "." in node else "inout", f"node {node}")
        for name, declared in found._own(model.states).items():
            found._variable(name, declared, "" if model.pins else "inout")
        for name in observed:
            found.node_of[name] = [found._net(n, "output", found._said(name)) for n in found.elements(name)]
        for name in symbols.parameters:
            found.terms[name] = [found.names.of(name)]
        found._unknowns()
        return found

    def _unknowns(self) -> None:
        """The currents of forced branches; nodes for unknowns that are neither these nor potentials."""
        for forced in self.forced:
            self.terms[forced.unknown] = [f"I({', '.join(self.on[pin] for pin in forced.pins)})"]
        for name, declared in self._own(self.symbols.system.model.unknowns).items():
            self._variable(name, declared, "")

    @cached_property
    def forced(self) -> list[Forced]:
        """Branches whose voltage the equations say; in a circuit devices have their own."""
        return [] if self.symbols.devices else forced_branches(self.symbols.system.model)

    @cached_property
    def circuit_nodes(self) -> list[str]:
        """The nodes of a circuit that are no pins of its own, the ground apart."""
        every = dict.fromkeys(node for d in self.symbols.devices for node in d.pins.values())
        return [node for node in every if node != GROUND and node not in self.symbols.system.model.pins]

    @cached_property
    def ground(self) -> str:
        """The name of the ground, if a device lies on it."""
        lies = any(node == GROUND for d in self.symbols.devices for node in d.pins.values())
        return self.names.of(GROUND) if lies else ""

    def constraints(self) -> list[str]:
        """Constraints that determine an unknown with a node: those of no device, node or forced branch."""
        model, used = self.symbols.system.model, {forced.constraint for forced in self.forced}
        names = {device.name for device in self.symbols.devices}
        told = zip(owners(model), model.constraints, strict=True)
        return [c.name for owner, c in told if owner is not None and owner not in names and c.name not in used]

    def scale(self, name: str, k: int = 0) -> float:
        """What one volt at the node of a state or unknown stands for."""
        layout = self.symbols.system.layout
        scale = float(layout.scales[layout.offsets[layout.names.index(name)] + k])
        return 1.0 if 1 / NEAR <= scale <= NEAR else scale

    def elements(self, name: str) -> list[str]:
        return elements(name, self.symbols.shape_of(name))

    def _own(self, declared: Mapping[str, Declaration]) -> dict[str, Declaration]:
        return {n: d for n, d in declared.items() if not self.symbols.owned(n) and n not in self.terms}

    def _said(self, name: str) -> str:
        model = self.symbols.system.model
        unit = self.symbols.system.units.of(name).si
        return f"{name}{f' in {unit}' if unit else ''}{f': {about}' if (about := model.about(name)) else ''}"

    def _net(self, wanted: str, direction: str, about: str) -> str:
        """A port, or without a direction a node of the module itself."""
        found = self.names.of(wanted)
        if direction:
            self.ports.append(Port(found, direction, about))
        else:
            self.inner.append(found)
        return found

    def inner_net(self, wanted: str) -> str:
        """A node of the module itself."""
        return self._net(wanted, "", "")

    def _potential(self, node: str, direction: str, about: str) -> None:
        self.on[node] = self._net(node, direction, about)
        self.terms[potential(node)] = [f"V({self.on[node]})"]

    def _input(self, name: str) -> None:
        said = self._said(name)
        for one in self.elements(name):
            self.on[one] = self._net(one, "input", said)
            self.terms.setdefault(name, []).append(f"V({self.on[one]})")

    def _variable(self, name: str, declared: Declaration, direction: str) -> None:
        """A node whose voltage is a state or unknown over its scale."""
        said = self._said(name)
        for k, one in enumerate(self.elements(name)):
            scale = written(self.scale(name, k), True).text
            node = self._net(one, direction, said if scale == "1.0" else f"{said}, over {scale}")
            self.node_of.setdefault(name, []).append(node)
            self.terms.setdefault(name, []).append(f"V({node})" if scale == "1.0" else f"({scale}*V({node}))")
