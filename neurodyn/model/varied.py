"""Parameters that are bound to signals, and potentials that others set: they vary in a run, so they are inputs."""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import replace

from neurodyn.model.model import Model


def with_inputs(model: Model, names: Collection[str]) -> Model:
    """The model with some of its parameters and potentials of pins among its inputs; all else is the same."""
    if not names:
        return model
    declared = {**model.parameters, **model.potentials}
    quantities = {n: replace(q, kind="input") if n in names else q for n, q in model.names.quantities.items()}
    changed = {
        "parameters": {n: d for n, d in model.parameters.items() if n not in names},
        "potentials": {n: d for n, d in model.potentials.items() if n not in names},
        "inputs": {**model.inputs, **{n: declared[n] for n in names}},
        "names": replace(model.names, quantities=quantities),
    }
    found = copy.copy(model)
    for key, value in changed.items():
        object.__setattr__(found, key, value)
    return found
