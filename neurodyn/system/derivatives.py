"""Derivatives of any quantity by states, as functions of time, flat state and inputs: Hessians of Lagrangians, say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.letters import quantity
from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.program.lower import Output
from neurodyn.system.jacobian import derived

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Derivative = Callable[[float, Array, Mapping[str, Any]], Array]


def derivative_function(system: System, of: str, by: Sequence[str]) -> Derivative:
    """f(t, y, inputs): the derivative of a quantity by states, as `System.derivative` says."""
    structure, layout = system.structure, system.layout
    if of not in system.model.names.quantities:
        raise system.unknown(of)
    for name in by:
        if name not in layout.names:
            known = f"States: {', '.join(layout.names)}."
            raise InputError(f"{name} is no state of {system.name}.", code="no-derivative", remedy=known)
    letters = structure.letters(of)
    output, definitions = Output(of, letters, quantity(of, letters)), structure.definitions
    for state in by:
        if len(definitions) > len(structure.definitions):  # companions of recursions have no companions
            raise InputError(
                f"{of} goes round by a letter, and is derived once only.",
                code="no-derivative",
                remedy="Name one state.",
            )
        row = {output.name: Definition(output.letters, output.expr)}
        step = derived(structure, row, {state: structure.letters(state)})
        if (output.name, state) not in step.outputs:
            shape = tuple(system.sizes[n] for name in (of, *by) for n in system.model.names.quantities[name].sets)
            return lambda t, y, inputs: np.zeros(shape)
        output, definitions = step.outputs[output.name, state], step.definitions
    bound = system.bind(("derivative", of, *by), [output], False, definitions)

    def derivative(t: float, y: Array, inputs: Mapping[str, Any]) -> Array:
        return np.asarray(bound(t, {**layout.unpack(y), **inputs})[output.name])

    return derivative
