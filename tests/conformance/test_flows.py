"""Flows: fixed steps come to what SciPy's solvers find with the order of their method, and Brian2 takes the same steps.

Reference: SciPy's DOP853 at a relative tolerance of 1e-12. Method of the others: `rk4`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurodyn import Result, load, simulate
from tests.conformance.cases import case_of, run, system_of
from tests.conformance.table import names

STEPS, SAVES = 64, 4
FLOOR = 2e-12  # of a state's largest value: what rounding and the reference leave
QUICK = ("fitzhugh_nagumo", "hopfield")


def parameters(found: list[str]) -> list[Any]:
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in found]


# The curvature of relu**2 jumps, which estimates of order 8 see in some steps only: at rtol 1e-12 and 1e-13 the same
# backend is 3e-10 apart from itself.
BENT = {"energy_transformer_leak"}
# Inputs move within steps.
MOVING = {"diode_clipper", "inverter"}


def asked(name: str, backend: str, halved: int = 0) -> Result:
    exact = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14}
    more = exact if backend in ("scipy", "ensemble") else {"method": "rk4"}
    states = list(system_of(name).model.states)
    return run(name, backend, steps=STEPS, halved=halved, saves=SAVES, record=states, **more)


def apart(found: Result, other: Result) -> float:
    """The largest difference of any state, over the largest value of that state."""
    worst = 0.0
    for state in system_of(found.recipe["model"]["name"]).model.states:
        a, b = found[state].values, other[state].values
        if (largest := np.abs(b).max()) > 0:
            worst = max(worst, float(np.abs(a - b).max() / largest))
    return worst


@pytest.mark.parametrize("name", parameters(names("flow", "scipy", "fixed")))
def test_the_error_falls_as_the_order_says(name: str) -> None:
    exact = asked(name, "scipy")
    coarse, fine = (asked(name, "fixed", halved) for halved in (0, 1))
    errors = apart(coarse, exact), apart(fine, exact)
    order = case_of(name).order
    assert errors[1] < FLOOR or errors[0] / errors[1] > 2 ** (order - 0.5), errors
    assert errors[0] < 0.01
    moved = max(float(np.ptp(coarse[state].values)) for state in system_of(name).model.states)
    assert moved > 0, "nothing happens in this stretch"


@pytest.mark.parametrize("name", parameters(names("flow", "scipy", "ensemble")))
def test_lanes_come_to_what_scipy_finds(name: str) -> None:
    """By code that shares nothing but the equations, and steps that are chosen otherwise."""
    assert apart(asked(name, "ensemble"), asked(name, "scipy")) < (1e-9 if name in BENT else 1e-10)


@pytest.mark.parametrize("name", parameters(names("flow", "fixed", "brian2")))
def test_brian2_takes_the_steps_of_the_reference(name: str) -> None:
    """Of inputs it takes the mean over a step, which is the same where they stand still between steps."""
    found = asked(name, "brian2")
    assert apart(found, asked(name, "fixed")) < (1e-3 if name in MOVING else 1e-10)
    assert ("order 2" if name in MOVING else "order 4") in found.recipe["scheme"]["accuracy"]


@pytest.mark.slow
@pytest.mark.parametrize("name", names("noise", "fixed", "brian2"))
def test_brian2_takes_the_steps_of_the_reference_with_noise_too(name: str) -> None:
    """The draws are those of every backend; method `euler`."""
    record = list(system_of(name).model.states)
    more = {"steps": STEPS, "saves": SAVES, "seed": 5, "trials": 4, "method": "euler", "record": record}
    found, other = (run(name, backend, **more) for backend in ("brian2", "fixed"))
    assert apart(found, other) < 1e-10
    assert not np.array_equal(*(other[record[0]].isel(trial=k).values for k in (0, 1)))


@pytest.mark.slow
@pytest.mark.parametrize("name", names("noise", "scipy", "fixed"))
def test_noise_is_the_same_wherever_it_is_drawn(name: str) -> None:
    """The paths of Heun's method and of Euler's from equal draws, both of strong order 1: they come closer with dt."""
    distances = []
    for halved in (0, 2):
        paths = [
            run(name, backend, steps=STEPS, halved=halved, saves=16, seed=5, trials=16, method=method)
            for backend, method in (("scipy", "heun"), ("fixed", "euler"))
        ]
        states = list(system_of(name).model.states)
        distances.append(max(float(np.std(paths[0][s].values - paths[1][s].values)) for s in states if s in paths[0]))
    assert distances[1] < 0.6 * distances[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", names("noise", "fixed", "brian2"))
def test_brian2_takes_the_noise_of_the_reference(name: str) -> None:
    found, other = (run(name, backend, steps=STEPS, saves=SAVES, seed=5) for backend in ("brian2", "fixed"))
    assert found.recipe["method"] == other.recipe["method"]
    for state in (s for s in load(name).states if s in found):
        largest = float(np.abs(other[state].values).max())
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=0, atol=1e-10 * largest)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["euler-maruyama", "heun"])
@pytest.mark.parametrize("name", names("noise", "scipy", "ensemble"))
def test_lanes_take_the_noise_of_scipy(name: str, method: str) -> None:
    """The same steps from the same draws, over the bench of the model."""
    system = system_of(name)
    more = {"seed": 5, "trials": 5, "method": method, "record": list(system.model.states)}
    found, other = (simulate(system, backend=backend, **more) for backend in ("ensemble", "scipy"))
    assert apart(found, other) < 1e-10
