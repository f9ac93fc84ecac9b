"""The flow of a system as a function of time, states and inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.program.lower import Output
from neurodyn.program.products import Products
from neurodyn.system.residual import check_flow

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Flow = Callable[[float, Array, Mapping[str, Any]], Array]


def flow_function(system: System, trials: bool, products: Products) -> Flow:
    """f(t, y, inputs): the rate of the flat state, as `System.flow` says."""
    structure, layout = system.structure, system.layout
    check_flow(structure)
    outputs = [Output(n, structure.placed(n, d.letters), d.expr) for n, d in structure.flows.items()]
    bound = system.bind(("flow", trials), outputs, trials, products=products)

    def flow(t: float, y: Array, inputs: Mapping[str, Any]) -> Array:
        return layout.pack(bound(t, {**layout.unpack(y), **inputs}), trials)

    return flow
