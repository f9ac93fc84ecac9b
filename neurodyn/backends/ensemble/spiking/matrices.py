"""What an exact step makes of the states of a unit: the exponential of the slopes of its flow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from neurodyn.backends.ensemble.spiking.elements import NotOfElements
from neurodyn.backends.exponentials import exponentials
from neurodyn.calculus.letters import names_in
from neurodyn.language.source import Source
from neurodyn.system.affine import unit_slopes

if TYPE_CHECKING:
    from neurodyn.system.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Matrices:
    """An exact step of the states of a space.

    Attributes:
        kept, added: the factors of states and of rates at 0: (units, row, column), of one unit if all are alike.
        drives: the rates at 0 of the states for which they stand still.
    """

    states: Sequence[str]
    kept: Floats
    added: Floats
    drives: Mapping[str, Floats]

    def sees(self, held: Collection[str]) -> bool:
        """Whether a state that moves reads one of those that are held."""
        return any(
            (self.kept[:, row, column] != 0).any()
            for row, state in enumerate(self.states)
            for column, other in enumerate(self.states)
            if state not in held and other in held
        )


def matrices(system: System, states: Sequence[str], dt: float, still: Collection[str] = ()) -> Matrices:
    """A step of length dt.

    Args:
        still: states that are held meanwhile.
    """
    layout, values = system.layout, system.bound()
    scale = np.array([layout.scales[layout.offsets[layout.names.index(n)]] for n in states])
    slopes, drives = dict[tuple[int, int], Floats](), dict[str, Floats]()
    moving = system.structure.dynamic | {"t", *system.model.inputs}

    def numbers(state: str, expr: Expr) -> Floats:
        letters = system.structure.placed(state, system.structure.flows[state].letters)
        return np.ravel(values.evaluate(expr, letters, (), Source(str(expr))))

    for row, state in enumerate(states):
        found = unit_slopes(system.structure, state)
        if found is None:
            raise NotOfElements(f"{state} reads others")
        if names_in(found[0]).isdisjoint(moving):
            drives[state] = numbers(state, found[0])
        if state not in still:
            slopes |= {(row, states.index(n)): numbers(state, slope) for n, slope in found[1].items()}
    alike = all((x == x[:1]).all() for x in slopes.values())
    count = 1 if alike or not slopes else max(x.size for x in slopes.values())
    whole = np.zeros((count, len(states), len(states)))
    for (row, column), x in slopes.items():
        whole[:, row, column] = x[:count]
    ratio = scale[:, None] / scale
    kept, added = (part * ratio for part in exponentials(whole / ratio, dt))
    added[:, :, [state in still for state in states]] = 0.0
    return Matrices(states, kept, added, drives)
