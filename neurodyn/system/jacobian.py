"""The Jacobian of a system's flow in index notation, block by block."""

from __future__ import annotations

from sympy import S

from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import fresh, quantity
from neurodyn.calculus.rewrite import inline
from neurodyn.errors import InputError
from neurodyn.program.lower import Output
from neurodyn.system.structure import Structure


def jacobian_outputs(structure: Structure) -> dict[tuple[str, str], Output]:
    """One output for each pair of states (row, column) whose block is not zero.

    Block (x, y) holds d(dx/dt)/dy, with the letters of x first, then those of y.
    """
    key = "jacobian outputs"
    if key not in structure.compiled:
        structure.compiled[key] = _outputs(structure)
    found: dict[tuple[str, str], Output] = structure.compiled[key]
    return found


def _outputs(structure: Structure) -> dict[tuple[str, str], Output]:
    if structure.asynchronous or structure.pasts:
        why = "its step goes unit by unit" if structure.asynchronous else "it reads earlier steps"
        raise InputError(f"{structure.model.name} has no Jacobian: {why}.", code="no-jacobian")
    varying = {n: d for n, d in structure.definitions.items() if n in structure.dynamic or n not in structure.derived}
    found = {}
    for row, right in {**structure.flows, **structure.maps}.items():
        own = tuple(fresh(x) for x in right.letters)
        full = inline(right.at(own), varying)
        for column in structure.model.states:
            at = tuple(fresh(x) for x in structure.letters(column))
            block = derivative(full, quantity(column, at))
            if block != S.Zero:
                name = f"d{row}/d{column}"
                found[row, column] = Output(name, (*own, *at), block)
    return found
