"""Every part lies between nodes, and every node joins pins or is read."""

from __future__ import annotations

import re

from neurodyn.errors import InputError
from neurodyn.model.circuits import nodes_of, potential
from neurodyn.model.model import Model
from neurodyn.model.parts import Part


def check_nodes(model: Model) -> None:
    """Refuse a part with all its pins on one node, and a node of one pin whose potential nothing reads."""
    for part in model.parts.values():
        check_nodes(part.model)
        _refuse_shorted(part)
    for node, pins in nodes_of(model.parts).items():
        if len(pins) == 1 and node not in model.pins and not _is_read(model, node):
            part = model.parts[pins[0].partition(".")[0]]
            raise InputError(
                f"Only {pins[0]} lies on the node {node}, and nothing reads its potential.",
                code="one-pin",
                remedy=f"Put another pin there, or record {potential(node)} if the end is meant to be open.",
                place=part.source.place(0),
            )


def _refuse_shorted(part: Part) -> None:
    nodes = [part.fields[pin] for pin in part.model.pins]
    if len(nodes) > 1 and len(set(nodes)) == 1:
        raise InputError(
            f"All pins of {part.name} lie on {nodes[0]}: it is shorted.",
            code="shorted",
            remedy="Name another node, or leave the part out.",
            place=part.source.place(0),
        )


def _is_read(model: Model, node: str) -> bool:
    """Whether equations, claims or the bench of the model itself name the potential."""
    told = "\n".join([model.text, *model.claims, *map(str, model.bench.get("record", ()))])
    return re.search(rf"(?<![\w.]){re.escape(potential(node))}\b", told) is not None
