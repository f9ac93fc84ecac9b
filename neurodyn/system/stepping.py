"""The step of a map as a function of the flat state, from the same lowering as a flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.letters import quantity, reindex
from neurodyn.calculus.rewrite import inline
from neurodyn.errors import InputError
from neurodyn.program.lower import Output
from neurodyn.program.products import IN_NUMPY, Products
from neurodyn.system.structure import ORDER, UNIT

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Step = Callable[[float, Array, Mapping[str, Any]], Array]


def step_function(system: System, trials: bool, products: Products = IN_NUMPY) -> Step:
    """f(t, y, given): the states after a step from y; `given` holds inputs, draws and past values by name."""
    if not system.model.discrete:
        raise InputError(f"{system.name} is a flow: it has no steps.", code="not-a-map", remedy="Use flow().")
    return _one_by_one(system, trials) if system.structure.asynchronous else together(system, trials, products)


def together(system: System, trials: bool, products: Products = IN_NUMPY) -> Step:
    """A step in which all units see old values, also where the map updates one after the other."""
    structure, layout = system.structure, system.layout
    outputs = [Output(n, structure.placed(n, d.letters), d.expr) for n, d in structure.maps.items()]
    bound = system.bind(("step", trials), outputs, trials, products=products)

    def step(t: float, y: Array, given: Mapping[str, Any]) -> Array:
        return layout.pack(bound(t, {**layout.unpack(y), **given}), trials)

    return step


def _one_by_one(system: System, trials: bool) -> Step:
    """Every unit once, in the drawn order; each sees what those before it have become."""
    structure = system.structure
    [(state, right)] = structure.maps.items()
    definitions = {n: d for n, d in structure.definitions.items() if n in structure.dynamic}
    one = reindex(inline(right.expr, definitions), {right.letters[0]: quantity(UNIT)})
    bound = system.bind(("single", trials), [Output(state, (), one)], trials)

    def step(t: float, y: Array, given: Mapping[str, Any]) -> Array:
        new, variables = y.copy(), dict(given)
        variables[state] = new
        rows = np.arange(len(y)) if trials else ...
        for unit in given[ORDER].T:
            variables[UNIT] = unit
            place = unit.astype(np.intp)
            value = bound(t, variables)[state]
            if trials:
                new[rows, place] = value
            else:
                new[place] = value
        return new

    return step
