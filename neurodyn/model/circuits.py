"""Pins and nodes: on which node each pin of a device lies, and Kirchhoff's current law at every node.

A device has pins `p`, each with a potential `p.v` and a current `p.i` into the device. In a circuit the line of a part
names the node of each of its pins: there `p.v` is defined as the potential of the node, an unknown, and the currents
of a node add up to 0. The node of a name that is a pin of the circuit itself passes its sum on, as that pin's current.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError
from neurodyn.language.names import Names, near
from neurodyn.language.source import Source
from neurodyn.model.declarations import Declaration, Locate, read_declarations

if TYPE_CHECKING:
    from neurodyn.model.equations import Equation
    from neurodyn.model.parts import Part

GROUND = "gnd"
_REMARK = "currents at "  # before the node, behind its law


def potential(name: str) -> str:
    """The name of the potential of a pin or node."""
    return f"{name}.v"


def current(name: str) -> str:
    """The name of the current into a pin."""
    return f"{name}.i"


def read_pins(entries: Mapping[str, Any], letters: Mapping[str, str], locate: Locate) -> dict[str, Declaration]:
    """The section [pins]."""
    pins = read_declarations("pins", entries, letters, locate)
    for pin in pins.values():
        if pin.letters or "." in pin.name or pin.name == GROUND:
            why = "gnd is 0 V in every circuit" if pin.name == GROUND else "a pin has no letters and no dot"
            raise InputError(
                f"{pin.key} cannot be a pin: {why}.", code="pin", remedy="Choose a name.", place=pin.source.place(0)
            )
    return pins


def check_pins(part: Part) -> None:
    """Refuse a part whose line does not name the node of each of its pins."""
    pins, place = part.model.pins, part.source.place(0)
    if pins and part.letters:
        raise InputError(
            f"{part.key} is a row of devices, which this version does not read.",
            code="not-yet",
            remedy="Write a part for each device.",
            place=place,
        )
    for pin in pins:
        node = part.fields.get(pin)
        if node is None:
            raise InputError(
                f"The line of {part.name} does not say on which node its pin {pin} lies.",
                code="pin-node",
                remedy=f'Write {pin} = "{GROUND}", or a node of your own.',
                place=place,
            )
        if not isinstance(node, str) or not node.isidentifier():
            raise InputError(
                f"{pin} of {part.name} is a pin: {node!r} is no name of a node.",
                code="pin-node",
                remedy=f'Write {pin} = "out", say.',
                place=place,
            )


def nodes_of(parts: Mapping[str, Part]) -> dict[str, list[str]]:
    """The pins on each node but the ground, in the order of the parts."""
    found: dict[str, list[str]] = {}
    for part in parts.values():
        for pin in part.model.pins:
            found.setdefault(str(part.fields[pin]), []).append(f"{part.name}.{pin}")
    found.pop(GROUND, None)
    return found


def pin_wires(part: Part) -> tuple[list[Declaration], list[Source]]:
    """The potentials of a part's pins, and the statements that they are those of the nodes."""
    declared, statements = [], []
    for pin in part.model.pins.values():
        name = potential(f"{part.name}.{pin.name}")
        declared.append(replace(part.model.potentials[potential(pin.name)], name=name, source=part.source))
        text = f"{name} = {potential(part.fields[pin.name])}"
        statements.append(Source(text, line=part.source.line, file=part.source.file))
    return declared, statements


def node_potentials(
    parts: Mapping[str, Part], own: Mapping[str, Declaration], said: Mapping[str, Declaration]
) -> dict[str, Declaration]:
    """The potential of each node that is no pin of the circuit: an unknown, whose guess [unknowns] may say.

    Args:
        parts: the parts.
        own: pins of the circuit itself.
        said: what [unknowns] says, by name.
    """
    found = {}
    units = {
        f"{part.name}.{pin}": part.model.potentials[potential(pin)].unit
        for part in parts.values()
        for pin in part.model.pins
    }
    for node, pins in nodes_of(parts).items():
        if node in parts:
            raise InputError(
                f"{node} is a part, so no node can have that name.",
                code="name-taken",
                remedy="Rename one.",
                place=parts[node].source.place(0),
            )
        if node not in own:
            name, unit = potential(node), next((units[pin] for pin in pins if units[pin]), "")
            entry = said.get(name) or Declaration(name, (), source=parts[pins[0].partition(".")[0]].source)
            found[name] = entry if entry.unit or isinstance(entry.value, str) else replace(entry, unit=unit)
    return found


def node_laws(parts: Mapping[str, Part], own: Mapping[str, Declaration]) -> list[Source]:
    """Kirchhoff's current law at every node, and the potential of the ground."""
    laws = []
    for node, pins in nodes_of(parts).items():
        left = current(node) if node in own else "0"
        source = parts[pins[0].partition(".")[0]].source
        text = f"{left} = {' + '.join(map(current, pins))}"
        laws.append(Source(text, _REMARK + node, line=source.line, file=source.file))
    if any(part.fields[pin] == GROUND for part in parts.values() for pin in part.model.pins):
        laws.append(Source(f"{potential(GROUND)} = 0"))
    return laws


def law_at(constraints: Sequence[Equation], node: str) -> str | None:
    """The name of Kirchhoff's law at a node, if there is one."""
    return next((law.name for law in constraints if law.comment == _REMARK + node), None)


def own_pins(pins: Mapping[str, Declaration], united: bool) -> tuple[dict[str, Declaration], dict[str, Declaration]]:
    """Potentials and currents of a device's pins; in volts and amperes where the device has units."""
    volt, ampere = ("V", "A") if united else ("", "")
    potentials = {potential(n): replace(d, name=potential(n), unit=volt) for n, d in pins.items()}
    currents = {
        current(n): replace(d, name=current(n), unit=ampere, about=f"current into {n}") for n, d in pins.items()
    }
    return potentials, currents


def check_taken(pins: Mapping[str, Declaration], taken: Iterable[str]) -> None:
    """Refuse a pin with the name of something else that a part's line may set."""
    for name in taken:
        if name in pins:
            raise InputError(
                f"{name} is a pin already.", code="name-taken", remedy="Rename one.", place=pins[name].source.place(0)
            )


def check_laws(pins: Mapping[str, Declaration], names: Names, equations: Sequence[Equation]) -> None:
    """Refuse a pin whose current no equation says, and the law of a pin that is not there."""
    for pin in pins.values():
        known = names.quantities.get(current(pin.name))
        if known is None or known.letters:
            raise InputError(
                f"No equation says the current into the pin {pin.name}.",
                code="pin-law",
                remedy=f"Write {current(pin.name)} = ..., a single number.",
                place=pin.source.place(0),
            )
    for equation in equations if pins else ():
        owner, _, word = equation.name.rpartition(".")
        others = (n for n in names.quantities if n != equation.name and n.startswith(f"{owner}."))
        if word == "i" and owner not in pins and not any(others):
            raise InputError(
                f"{owner} is no pin of this device.",
                code="pin-law",
                remedy=near(owner, list(pins)) or f"It has: {', '.join(pins)}.",
                place=equation.source.place(0),
            )
