"""Which of ngspice's own elements stands for which device: the one table of it.

A device that is not in the table, or whose parameters vary in the run, is written as behavioural sources instead. The
table is by name, and holds for the shipped file of that name alone: `shipped` compares the whole model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from neurodyn.errors import InputError
from neurodyn.exports.devices import Device
from neurodyn.exports.spice.sources import digits
from neurodyn.model.circuits import potential
from neurodyn.model.library import load
from neurodyn.model.model import Model

ICE = 273.15  # K


@dataclass(frozen=True)
class Element:
    """A device on its way to a card.

    Attributes:
        label: the name of the card, its letter first.
        nodes: the node of each pin.
        values: parameters by name.
        starts: guesses of the potentials of pins, and of unknowns, at the start.
        inputs: what a source says behind its nodes.
    """

    label: str
    nodes: Mapping[str, str]
    values: Mapping[str, float]
    starts: Mapping[str, float]
    inputs: Mapping[str, str]

    def on(self, *pins: str) -> str:
        """The name and the nodes: how a card begins."""
        return " ".join([self.label, *(self.nodes[p] for p in pins)])

    def number(self, name: str) -> str:
        return digits(self.values[name])

    def across(self, p: str, n: str) -> str:
        """The voltage from one pin to another at the start."""
        return digits(self.starts[potential(p)] - self.starts[potential(n)])


@dataclass(frozen=True)
class Rule:
    """How a device becomes cards.

    Attributes:
        letter: the first of the name of its card.
        cards: the lines.
        current: the unknown that is the current through the card, if there is one.
        voltage: the input that is the voltage from `p` to `n`, if one is.
        same: whether the equations of ngspice are ours, for all voltages.
        about: what the table in the documentation says.
    """

    letter: str
    cards: Callable[[Element], list[str]]
    current: str = ""
    voltage: str = ""
    same: bool = True
    about: str = ""


def _source(element: Element, name: str) -> list[str]:
    return [f"{element.on('p', 'n')} {element.inputs[name]}"]


def _diode(e: Element) -> list[str]:
    numbers = " ".join(f"{name}={e.number(name)}" for name in ("IS", "N", "EG", "XTI"))
    here, measured = (digits(e.values[name] - ICE) for name in ("T", "TNOM"))
    return [
        f"{e.on('p', 'n')} {e.label}_model TEMP={here}",
        f".model {e.label}_model D({numbers} TNOM={measured})",
        *_leak(e, "p", "n"),
    ]


def _mosfet(kind: str) -> Callable[[Element], list[str]]:
    def cards(e: Element) -> list[str]:
        numbers = " ".join(f"{name}={e.number(name)}" for name in ("KP", "VTO", "LAMBDA", "GAMMA", "PHI"))
        return [
            f"{e.on('d', 'g', 's', 'b')} {e.label}_model W={e.number('W')} L={e.number('L')}",
            f".model {e.label}_model {kind}(LEVEL=1 {numbers} IS=1e-30)",
            *_leak(e, "d", "b"),
            *_leak(e, "s", "b"),
        ]

    return cards


def _leak(e: Element, p: str, n: str) -> list[str]:
    """The conductance of a junction, which ngspice has one of for all: in the netlist that is nearly 0."""
    if not e.values["GMIN"] or e.nodes[p] == e.nodes[n]:
        return []
    return [f"R{e.label}_{p} {e.nodes[p]} {e.nodes[n]} {digits(1 / e.values['GMIN'])}"]


RULES: dict[str, Rule] = {
    "resistor": Rule("R", lambda e: [f"{e.on('p', 'n')} {e.number('R')}"], about="`R`"),
    "capacitor": Rule(
        "C", lambda e: [f"{e.on('p', 'n')} {e.number('C')} IC={e.across('p', 'n')}"], about="`C` with `IC=`"
    ),
    "inductor": Rule(
        "L", lambda e: [f"{e.on('p', 'n')} {e.number('L')} IC={digits(e.starts['i'])}"], "i", about="`L` with `IC=`"
    ),
    "voltage_source": Rule("V", lambda e: _source(e, "V"), "i", "V", about="`V`: DC, PULSE, PWL; else `B`"),
    "current_source": Rule("I", lambda e: _source(e, "I"), about="`I`: DC, PULSE, PWL; else `B`"),
    "buffer": Rule("E", lambda e: [f"{e.on('out')} 0 {e.nodes['in']} 0 1"], "i", about="`E` of gain 1"),
    "vcvs": Rule("E", lambda e: [f"{e.on('p', 'n', 'cp', 'cn')} {e.number('E')}"], "i", about="`E`"),
    "vccs": Rule("G", lambda e: [f"{e.on('p', 'n', 'cp', 'cn')} {e.number('G')}"], about="`G`"),
    "diode": Rule("D", _diode, same=False, about="`D`, and `R` for `GMIN`"),
    "nmos": Rule("M", _mosfet("NMOS"), same=False, about="`M`, `LEVEL=1`, and `R` for `GMIN`"),
    "pmos": Rule("M", _mosfet("PMOS"), same=False, about="`M`, `LEVEL=1`, and `R` for `GMIN`"),
}


def rule_for(device: Device, varying: Callable[[str], bool], own_equations: bool) -> Rule | None:
    """The rule for a shipped device whose parameters stand still.

    Args:
        varying: whether a name of the circuit varies in the run.
        own_equations: whether devices whose equations ngspice has in another form are written by ours.
    """
    rule = RULES.get(device.model.name)
    if rule is None or (own_equations and not rule.same):
        return None
    if shipped(device.model.name) != device.model:
        return None
    return None if any(varying(device.own(name)) for name in device.model.parameters) else rule


@cache
def shipped(name: str) -> Model | None:
    """The library's own model of a name."""
    try:
        return load(name)
    except InputError:
        return None


def element(
    device: Device,
    label: str,
    node: Callable[[str], str],
    values: Mapping[str, Any],
    starts: Mapping[str, Any],
    inputs: Mapping[str, str],
) -> Element:
    """A device with what its card needs.

    Args:
        node: the name of a node in the netlist.
        values, starts: of the circuit, by name.
        inputs: of the device, by its own name.
    """
    begin = {potential(pin): float(starts.get(potential(at), 0.0)) for pin, at in device.pins.items()}
    begin |= {name: float(starts[device.own(name)]) for name in device.model.unknowns}
    own = {name: float(values[device.own(name)]) for name in device.model.parameters}
    return Element(label, {pin: node(at) for pin, at in device.pins.items()}, own, begin, inputs)
