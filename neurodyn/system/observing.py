"""Quantities of a system as functions of time, states and inputs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.letters import quantity
from neurodyn.calculus.rewrite import names_reached
from neurodyn.errors import InputError
from neurodyn.program.lower import Output
from neurodyn.system.structure import Structure, rate_name

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Observe = Callable[[float, Array, Mapping[str, Any]], dict[str, Array]]


def observe_function(system: System, names: Sequence[str], trials: bool) -> Observe:
    """f(t, y, inputs): the quantities named, as `System.observe` says."""
    found: Observe = system.computed.get(("observe", tuple(names), trials), lambda: _made(system, names, trials))
    return found


def _made(system: System, names: Sequence[str], trials: bool) -> Observe:
    outputs = []
    for name in names:
        if name not in system.structure.definitions and name not in system.model.names.quantities:
            raise system.unknown(name)
        letters = system.structure.letters(name)
        outputs.append(Output(name, letters, quantity(name, letters)))
    bound, layout = system.bind(("observe", tuple(names), trials), outputs, trials), system.layout
    needed = rates_needed(system.structure, names)

    def observe(t: float, y: Array, inputs: Mapping[str, Any]) -> dict[str, Array]:
        _check_rates(needed, inputs)
        return bound(t, {**layout.unpack(y), **inputs})

    return observe


def rates_needed(structure: Structure, names: Sequence[str]) -> frozenset[str]:
    """The rates, by hidden name, that some observables follow from: the current of a capacitor, say."""
    known = {rate_name(n) for n in structure.model.variables} if structure.residuals else set[str]()
    reached = (names_reached(n, structure.definitions) for n in names) if known else ()
    return frozenset(known.intersection(frozenset[str]().union(*reached)))


def _check_rates(needed: frozenset[str], given: Collection[str]) -> None:
    """Refuse to observe without the rates that are needed."""
    if not needed <= set(given):
        raise InputError(
            f"What is observed follows from rates: {', '.join(sorted(needed))}.",
            code="no-rates",
            remedy="Hand them over with the inputs: {**inputs, **rates(system, rate)}, of neurodyn.system.residual.",
        )
