"""Stiff systems in lanes: a Jacobian and triangular factors for each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm

from neurodyn import Model, build, load, simulate
from neurodyn.backends.ensemble import lanes
from neurodyn.backends.ensemble.linear import Factors
from neurodyn.backends.ensemble.machine import Machine, host
from neurodyn.errors import InputError

ROBERTSON = """
format = 1
equations = '''
da/dt = -0.04*a + 1e4*b*c
db/dt = 0.04*a - 1e4*b*c - 3e7*b**2
dc/dt = 3e7*b**2
'''
[states]
a = 1.0
b = { start = 0.0, scale = 1e-4 }
c = 0.0
"""
LINEAR = """
format = 1
equations = "dx[i]/dt = sum(A[i,j]*x[j], j) + f[i]"
[indices]
N = { letters = "i j", size = 3 }
[states]
"x[i]" = 1.0
[parameters]
"A[i,j]" = 0.0
[inputs]
"f[i]" = { value = 0.0 }
"""


def test_robertson_is_what_is_published() -> None:
    """Hairer and Wanner 1996: rates over nine decades, and mass is conserved."""
    system = build(Model.from_text(ROBERTSON, name="robertson"))
    result = simulate(system, backend="ensemble", method="Rodas4", until=40.0, save_at=[40.0], rtol=1e-8, atol=1e-10)
    found = [float(result[name].values[0]) for name in "abc"]
    np.testing.assert_allclose(found, [0.7158270687, 9.185534765e-06, 0.2841637457], rtol=1e-7)
    assert abs(sum(found) - 1) < 1e-12
    assert result.counts["tried"] < 1500


@pytest.mark.parametrize("size", [1, 3, 20])
def test_linear_systems_of_any_pattern_follow_the_matrix_exponential(size: int) -> None:
    """Rates over six decades, for which an explicit method takes 300,000 steps; 20 states are counted by loops."""
    rng = np.random.default_rng(size)
    a = rng.normal(size=(size, size)) * (rng.random((size, size)) < 0.4)
    a -= np.diag(np.abs(a).sum(axis=1) + np.geomspace(1, 1e6, size))
    start, f = rng.normal(size=(5, size)), rng.normal(size=size)
    system = build(Model.from_text(LINEAR, name="linear"), sizes={"N": size}, A=a)
    asked = {"method": "Rodas4", "rtol": 1e-8, "atol": 1e-10, "inputs": {"f": f}, "start": {"x": start}}
    result = simulate(system, backend="ensemble", until=1.0, trials=5, save_at=[0.3, 1.0], **asked)
    rest = -np.linalg.solve(a, f)
    for t, found in zip((0.3, 1.0), result["x"].values, strict=True):
        np.testing.assert_allclose(found, rest + (start - rest) @ expm(a * t).T, atol=1e-6)
    assert result.counts["tried"] < 5 * 1500


def test_a_relaxation_oscillator_takes_few_steps() -> None:
    """At mu = 1000 an explicit method is held to steps of a thousandth; SciPy's Radau finds the same."""
    system = build(load("van_der_pol"), mu=1000.0)
    asked = {"until": 1500.0, "save_at": [500.0, 1500.0], "start": {"x": 2.0, "y": 0.0}}
    found = simulate(system, backend="ensemble", method="Rodas4", rtol=1e-8, atol=1e-8, **asked)
    other = simulate(system, backend="scipy", method="Radau", rtol=1e-9, atol=1e-9, **asked)
    np.testing.assert_allclose(found["x"].values, other["x"].values, rtol=1e-4)
    assert found.counts["tried"] < 5000


@pytest.mark.parametrize("width", [1, 4])
def test_bits_are_the_same_at_any_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    system, mu = build(load("van_der_pol")), np.geomspace(0.1, 100.0, 19)
    asked = {"method": "Rodas4", "until": 20.0, "values": {"mu": mu}, "save_at": [7.0, 20.0]}
    wide = simulate(system, backend="ensemble", **asked)
    own: Machine = host()
    monkeypatch.setattr(lanes, "host", lambda: replace(own, width=width))
    narrow = simulate(system, backend="ensemble", **asked)
    for name in "xy":
        assert np.array_equal(wide[name].values, narrow[name].values)


def test_work_grows_with_the_order() -> None:
    system = build(load("fitzhugh_nagumo"))

    def steps(tolerance: float) -> int:
        asked = {"rtol": tolerance, "atol": tolerance, "save_at": [50.0]}
        return int(simulate(system, backend="ensemble", method="Rodas4", until=50.0, **asked).counts["steps"])

    assert 3.5 < np.log(100) / np.log(steps(1e-9) / steps(1e-7)) < 5


def test_factors_know_what_is_filled() -> None:
    """An arrow that points down fills nothing, one that points up everything."""
    down = Factors.of(6, [(i, 5) for i in range(6)] + [(5, j) for j in range(6)])
    assert len(down.places) == 6 + 5 + 5 and down.work == 5 * 2
    up = Factors.of(6, [(i, 0) for i in range(6)] + [(0, j) for j in range(6)])
    assert len(up.places) == 36 and up.work == sum(k * (k + 1) for k in range(6))


def test_what_it_cannot_do_is_told() -> None:
    lorenz = build(load("lorenz"))
    for sentence, asked in {
        "Rodas4 is for lanes": {"target": "arrays"},
        "Rodas4 chooses its own steps": {"dt": 0.01},
    }.items():
        with pytest.raises(InputError, match=sentence):
            simulate(lorenz, backend="ensemble", method="Rodas4", until=1.0, **asked)
    with pytest.raises(InputError, match="needs the Jacobian written out"):
        simulate(build(load("kuramoto_graph")), backend="ensemble", method="Rodas4", until=1.0)
    with pytest.raises(InputError, match="more than 6,000 operations"):
        simulate(build(load("hopfield")), backend="ensemble", method="Rodas4", until=1.0)
