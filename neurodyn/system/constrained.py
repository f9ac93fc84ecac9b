"""Flows to which constraints were solved: the system with those constraints, and starts from what they speak of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.system.layout import Layout
from neurodyn.system.scales import scale_of

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]


def combined(
    system: System,
    given: Mapping[str, Any],
    start: Callable[[System, Mapping[str, Any]], Array],
    alone: Callable[[str], Array],
) -> Array:
    """The start of a flow to which constraints were solved, from that of the variables that they speak of.

    What is given of a combination of them stands for itself; `alone` reads it.
    """
    own = system.constrained
    y = own.layout.unpack(start(own, {n: value for n, value in given.items() if n in own.model.variables}))
    found = []
    for name, weights in system.structure.charges.items():
        said = name in given and name not in own.model.variables
        parts = (float(weight) * np.asarray(y[n]) for n, weight in weights.items())
        found.append(alone(name) if said else np.asarray(sum(parts)))
    return np.stack(found, axis=-1)


def with_constraints(system: System) -> System:
    """The system with the constraints that were solved for."""
    from neurodyn.system.start import Starts

    structure = system.structure.constrained
    assert structure is not None
    programs = structure.compiled.setdefault(("programs", tuple(system.sizes.items())), {})
    values = {name: system.values[name] for name in (*structure.model.parameters, *structure.derived)}
    own = replace(system, structure=structure, values=values, compiled=programs)
    starts, units = Starts(own.bound()), own.units
    scales = {n: scale_of(d, units, partial(starts.of, n)) for n, d in structure.model.variables.items()}
    return replace(own, layout=Layout.of(dict.fromkeys(scales, ()), scales))
