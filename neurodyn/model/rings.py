"""Which parts of a circuit leave a current or a potential open: rings of voltages, stars of currents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from neurodyn.calculus.times import Ddt
from neurodyn.model.parts import Part


def concerned(parts: Mapping[str, Part], names: Sequence[str]) -> str:
    """A clause about the parts that leave these currents and potentials open; empty where none is known.

    Args:
        parts: the parts of the circuit.
        names: currents of parts, `U.i`, and potentials of nodes, `a.v`.
    """
    owners = [name.partition(".")[0] for name in names]
    for owner in owners:
        if owner in parts:
            ring = _ring(parts, parts[owner])
            if len(ring) > 1:
                return f": {', '.join(ring)} form a loop of sources and capacitors"
    nodes = [o for o in owners if o not in parts]
    there = parts_at(parts, nodes)
    return f": {', '.join(there)} give the currents that meet at {', '.join(nodes)}" if there else ""


def parts_at(parts: Mapping[str, Part], nodes: Sequence[str]) -> list[str]:
    """The parts with a pin on one of the nodes, or that have a node of that name inside."""
    inner = {node.partition(".")[0] for node in nodes}
    return [
        n for n, part in parts.items() if n in inner or any(part.fields.get(pin) in nodes for pin in part.model.pins)
    ]


def _gives_voltage(part: Part) -> bool:
    """Whether the voltages of a part do not follow from its currents at an instant: those of sources and capacitors."""
    rates = any(e.expr.has(Ddt) for e in part.model.constraints)
    charged = any(e.expr.has(Ddt) for e in part.model.equations if e.kind == "definition")
    return charged or (bool(part.model.unknowns) and not rates)


def _ring(parts: Mapping[str, Part], through: Part) -> list[str]:
    """The parts of the shortest ring of such parts through one of them, in order."""
    start, *ends = (str(through.fields[pin]) for pin in through.model.pins)
    links: dict[str, list[tuple[str, str]]] = {}
    for part in parts.values():
        if part.name != through.name and _gives_voltage(part):
            for one, other in combinations(sorted({str(part.fields[pin]) for pin in part.model.pins}), 2):
                links.setdefault(one, []).append((other, part.name))
                links.setdefault(other, []).append((one, part.name))
    ways, reached = [(start, [through.name])], {start}
    while ways:
        node, way = ways.pop(0)
        if node in ends:
            return way
        for other, name in links.get(node, ()):
            if other not in reached:
                reached.add(other)
                ways.append((other, [*way, name]))
    return []
