"""Forward sensitivities: how states and observables move with parameters, as a system in the language of models.

Beside each state stands its derivative by each parameter, whose flow (or map) follows in index notation from that of
the state. So slopes are as exact as the states themselves, and one run gives all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sympy import S

from neurodyn.analysis.exponents.refused import acting_events, check_kind
from neurodyn.analysis.exponents.spelling import Derived, Spelling, own_equations
from neurodyn.analysis.fitting.vary import Vary
from neurodyn.calculus.forward import Forward
from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.system.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sensitive:
    """A system with its derivatives by parameters.

    Attributes:
        system: states, then their derivatives by each parameter.
        slopes: by parameter and by the name of a state or observable, what its derivative is called; none where it
            does not move.
        states: the same of all states.
    """

    system: System
    slopes: Mapping[str, Mapping[str, str]]
    states: Mapping[str, Mapping[str, str]]


def sensitive(system: System, varied: Sequence[Vary], observed: Sequence[str]) -> Sensitive:
    """The system with derivatives by parameters and by starts of states.

    Raises:
        InputError: where they do not follow by symbols; its sentence says why.
    """
    check_kind(system, "sensitivities")
    if acting_events(system):
        raise InputError("Events act on it.", code="no-sensitivities")
    for one in varied:
        _check_reach(system, one)
    spelling, own = Spelling(system), own_equations(system)
    definitions = dict(system.structure.definitions)
    moving, more = dict(own), dict(definitions)
    slopes: dict[str, dict[str, str]] = {}
    states: dict[str, dict[str, str]] = {}
    scales: list[Floats] = [system.layout.scales]
    for one in varied:
        names = {n: spelling.free(f"{n}_by_{one.name}") for n in (*own, *definitions, one.name)}
        movers = {n: d.letters for n, d in own.items()} | ({} if one.is_start else {one.name: ()})
        forward = Forward(definitions, movers, (), names.__getitem__)
        moving |= {names[n]: Definition(d.letters, forward.of(d.expr)) for n, d in own.items()}
        shown = [n for n in observed if n in forward.moving]
        for name in shown:
            forward.direction(name)
        more |= forward.found | ({} if one.is_start else {names[one.name]: Definition((), S.One)})
        slopes[one.name], states[one.name] = {n: names[n] for n in shown}, {n: names[n] for n in own}
        scales.append(system.layout.scales / one.width)
    kept = [*observed, *(n for row in slopes.values() for n in row.values())]
    derived = Derived(moving, more, kept=[n for n in kept if n in more])
    return Sensitive(spelling.system_of(derived, scales), slopes, states)


def _check_reach(system: System, one: Vary) -> None:
    """Refuse parameters from which values or inputs follow that are no equations of the model."""
    if one.is_start:
        return
    other = system.with_values({one.name: one.high if system.values[one.name] == one.low else one.low})
    known = {one.name, *system.structure.derived}
    follows = [n for n, v in other.values.items() if n not in known and v is not system.values[n]]
    follows += [n for n, s in other.signals.items() if s is not system.signals[n]]
    if follows:
        raise InputError(f"{follows[0]} follows from {one.name}.", code="no-sensitivities")
