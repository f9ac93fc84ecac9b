"""The stationary covariance of a linear flow with white noise, by the Lyapunov equation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.errors import InputError
from neurodyn.system.stochastic import noise_terms, parts_function

Array = NDArray[np.float64]


def covariance(field: Field, flat: Array, jacobian: Array) -> Array:
    """S with J S + S J' + G G' = 0, in SI units; solved in terms of scales.

    Raises:
        InputError: where no white noise drives the system.
    """
    from scipy.linalg import solve_continuous_lyapunov

    scales = field.scales
    factors = noise_factors(field, flat) / scales[:, None]
    found = solve_continuous_lyapunov(jacobian * scales / scales[:, None], -factors @ factors.T)
    return np.asarray((found + found.T) / 2 * scales * scales[:, None])


def noise_factors(field: Field, flat: Array) -> Array:
    """The factor of each white noise in each rate at a state, (size, noises)."""
    system = field.system
    if not system.structure.noisy:
        raise InputError(f"No white noise drives {system.name}.", code="no-covariance")
    shapes = {n: tuple(system.sizes[s] for s in system.model.names.quantities[n].sets) for n in system.model.noise}
    count = sum(int(np.prod(s)) for s in shapes.values())
    each, rows = {}, np.eye(count)
    for name, shape in shapes.items():  # one noise at a time is 1: the terms are linear in them
        width = int(np.prod(shape))
        each[name], rows = rows[:, :width].reshape(count, *shape), rows[:, width:]
    read = parts_function(system, {"noise": noise_terms(system.structure)}, True)
    return np.asarray(read(field.t, np.tile(flat, (count, 1)), {**field.inputs, **each})[1].T)
