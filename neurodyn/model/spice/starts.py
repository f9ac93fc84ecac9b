"""Where a run begins: the operating point with what `.ic` holds, or with UIC what elements and `.ic` say."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import Any

from neurodyn.model.circuits import GROUND, potential
from neurodyn.model.spice.cards import Token
from neurodyn.model.spice.commands import Run, known_nodes
from neurodyn.model.spice.elements import Circuit
from neurodyn.model.spice.numbers import quantity

OPERATING_POINT = "operating point"


def starts(run: Run, circuit: Circuit) -> tuple[dict[str, Any], dict[str, Any]]:
    """The guesses of potentials, and what the bench says of the start."""
    held, near = known_nodes(circuit, run.held), known_nodes(circuit, run.near)
    if run.uic:
        _start_currents(circuit)
        return _guesses({**near, **held, **_charged(circuit, held)}), {}
    for token in [c[0] for c in circuit.charges if c[3] is not None] + [c[0] for c in circuit.currents]:
        circuit.note(token.card, f"IC of {token.card.tokens[0].text} was left out: it counts with UIC alone")
    start = {potential(node): quantity(volts, "V") for node, volts in held.items()}
    return _guesses(near), {"start": start or OPERATING_POINT}


def _guesses(volts: Mapping[str, float]) -> dict[str, Any]:
    return {potential(node): quantity(value, "V") for node, value in volts.items() if value}


def _start_currents(circuit: Circuit) -> None:
    for _, name, current in circuit.currents:
        if current:
            circuit.parts[name]["i"] = quantity(current, "A")


def _charged(circuit: Circuit, held: Mapping[str, float]) -> dict[str, float]:
    """Potentials of nodes with which every capacitor has the voltage that it starts with."""
    volts = {GROUND: 0.0}
    beside: dict[str, list[tuple[Token, str, float]]] = {}
    for token, p, n, own in circuit.charges:
        across = held.get(p, 0.0) - held.get(n, 0.0) if own is None else own
        beside.setdefault(p, []).append((token, n, -across))
        beside.setdefault(n, []).append((token, p, across))
    for first in (GROUND, *beside):
        if first in volts and first != GROUND:
            continue
        volts.setdefault(first, held.get(first, 0.0))
        _spread(first, volts, beside)
    return {node: value for node, value in volts.items() if node != GROUND}


def _spread(first: str, volts: dict[str, float], beside: Mapping[str, list[tuple[Token, str, float]]]) -> None:
    """From node to node, along the capacitors between them."""
    pending = [first]
    while pending:
        here = pending.pop()
        for token, other, across in beside.get(here, ()):
            value = volts[here] + across
            if other not in volts:
                volts[other] = value
                pending.append(other)
            elif not isclose(volts[other], value, rel_tol=1e-9, abs_tol=1e-12):
                sentence = f"The starts of capacitors contradict one another: {other} would be at {value:g} V and "
                token.fail("spice-ic", f"{sentence}at {volts[other]:g} V.", "Change one of them.")
