"""The devices of a circuit, those inside devices that are made of parts included, and the nodes of their pins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from neurodyn.model.circuits import GROUND, nodes_of
from neurodyn.model.model import Model


@dataclass(frozen=True)
class Device:
    """One device: its name in the circuit, what it is, and the node of each pin."""

    name: str
    model: Model
    pins: Mapping[str, str]

    def own(self, name: str) -> str:
        """A name of the device as the circuit has it."""
        return f"{self.name}.{name}"


def devices_of(model: Model, prefix: str = "", outer: Mapping[str, str] | None = None) -> Iterator[Device]:
    """The devices of a circuit, in order.

    Args:
        prefix: what the names of the circuit begin with where it is a part itself, such as `stage.`.
        outer: the nodes of its own pins then.
    """
    outside = {GROUND: GROUND, **(outer or {})}
    for part in model.parts.values():
        name = f"{prefix}{part.name}"
        on = {pin: str(part.fields[pin]) for pin in part.model.pins}
        pins = {pin: outside.get(node, f"{prefix}{node}") for pin, node in on.items()}
        if part.model.parts:
            yield from devices_of(part.model, f"{name}.", pins)
        elif pins:
            yield Device(name, part.model, pins)


def owners(model: Model, prefix: str = "") -> list[str | None]:
    """Whose each constraint is, in order: a device or part by name, `` for the circuit, None for a node's law.

    They stand in the order in which a circuit is made flat: those of each part, those of nodes, then its own.
    """
    found: list[str | None] = []
    for part in model.parts.values():
        found += owners(part.model, f"{prefix}{part.name}.")
    found += [None] * sum(node not in model.pins for node in nodes_of(model.parts))
    own = len(model.constraints) - len(found)
    return found + [prefix.removesuffix(".")] * own
