"""Compartments, gap junctions, sources, rates beside spikes: against closed forms, on all backends that run spikes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from neurodyn import Model, build, simulate

BACKENDS: dict[str, dict[str, Any]] = {
    "scipy": {"rtol": 1e-9, "atol": 1e-11},
    "fixed": {"backend": "fixed", "dt": 2e-4},
    "brian2": {"backend": "brian2", "dt": 2e-4, "method": "rk4"},
}
ON_ALL = pytest.mark.parametrize("backend", BACKENDS)


@ON_ALL
def test_two_compartments_have_the_resistance_of_their_circuit(backend: str) -> None:
    """A steady current into the soma: the leak of the soma beside the axis and the dendrite in a row."""
    system = build("two_compartments", I_soma="50 pA", I_dendrite="0 A")
    result = simulate(system, until=0.4, save_at=[0.4], record=["soma.v", "dendrite.v", "I_axial"], **BACKENDS[backend])
    resistance = 1 / (4e-9 + 8e-9 * 6e-9 / (8e-9 + 6e-9))
    assert float(system.values["R_in"]) == pytest.approx(resistance)
    soma, dendrite = (float(result[name].values[-1]) + 0.07 for name in ("soma.v", "dendrite.v"))
    assert soma == pytest.approx(50e-12 * resistance, rel=1e-4)
    assert dendrite == pytest.approx(soma * 8 / (8 + 6), rel=1e-4)
    assert float(result["I_axial"].values[-1]) == pytest.approx(-6e-9 * dendrite, rel=1e-4)


@ON_ALL
def test_a_current_into_the_dendrite_makes_the_soma_spike(backend: str) -> None:
    result = simulate(build("two_compartments"), record=["spike"], until=0.45, **BACKENDS[backend])
    times = np.asarray(result.events("spike").time)
    exact = simulate(build("two_compartments"), record=["spike"], until=0.45, **BACKENDS["scipy"])
    assert len(times) == 13
    np.testing.assert_allclose(times, exact.events("spike").time, atol=8e-4)
    assert ((times > 0.17) & (times < 0.28)).sum() >= 3


@ON_ALL
def test_a_gap_junction_keeps_current(backend: str) -> None:
    """Two passive cells, one of which is driven: what leaves one reaches the other; at rest as two resistors say."""
    model = Model(
        ["left.I = I_gap + I_in", "right.I = -I_gap", "I_gap = g*(right.v - left.v)"],
        parts={name: {"model": "compartment"} for name in ("left", "right")},
        parameters={"g": {"value": "3 nS"}},
        inputs={"I_in": {"value": "40 pA"}},
    )
    asked = {"record": ["left.v", "right.v", "left.I", "right.I"], "until": 0.4, "save_at": np.linspace(0, 0.4, 5)}
    result = simulate(build(model), **asked, **BACKENDS[backend])
    np.testing.assert_allclose(result["left.I"].values + result["right.I"].values, 40e-12, rtol=1e-12)
    leak, gap = 5e-9, 3e-9
    left = 40e-12 * (leak + gap) / (leak * (leak + 2 * gap))
    right = 40e-12 * gap / (leak * (leak + 2 * gap))
    found = [float(result[name].values[-1]) + 0.07 for name in ("left.v", "right.v")]
    np.testing.assert_allclose(found, [left, right], rtol=1e-5)


@pytest.mark.parametrize("backend", ["fixed", "brian2"])
def test_two_cells_on_a_gap_junction_in_fixed_steps(backend: str) -> None:
    times = np.linspace(0, 60, 7)
    exact = simulate(build("two_cells"), until=60, save_at=times, record=["left.v", "right.v"], rtol=1e-10, atol=1e-12)
    asked = {"backend": backend, "dt": 0.02, "method": "rk4"}
    found = simulate(build("two_cells"), until=60, save_at=times, record=["left.v", "right.v"], **asked)
    for name in ("left.v", "right.v"):
        np.testing.assert_allclose(found[name].values, exact[name].values, atol=1e-5)


@ON_ALL
def test_sources_are_regular_random_or_recorded(backend: str) -> None:
    """Each impulse counts one; a recorded train is a list of times, or one for each unit."""
    recorded = [[0.0101, 0.05], [0.02], [0.0303, 0.0321, 0.09]]
    model = Model(
        ["dn[i]/dt = recorded[i]", "dr/dt = regular", "dp/dt = sum(drawn[i], i)", "dl[i]/dt = later[i](t - 0.02)"],
        indices={"N": {"letters": "i", "size": 3}},
        states={"n[i]": 0.0, "r": 0.0, "p": 0.0, "l[i]": 0.0},
        events={
            "recorded[i]": {"at": recorded},
            "later[i]": {"at": [0.01, 0.07, 0.085]},
            "regular": {"every": 0.01, "phase": 0.005},
            "drawn[i]": {"rate": 400.0},
        },
    )
    result = simulate(build(model), until=0.1, save_at=[0.1], seed=3, **BACKENDS[backend])
    np.testing.assert_array_equal(result["n"].values[-1], [2, 1, 3])
    np.testing.assert_array_equal(result["l"].values[-1], [2, 2, 2])
    assert float(result["r"].values[-1]) == len(result.events("regular")) == 10
    assert float(result["p"].values[-1]) == len(result.events("drawn"))
    assert abs(len(result.events("drawn")) - 120) < 5 * math.sqrt(120)
    step = 0 if backend == "scipy" else 2e-4
    for k, times in enumerate(recorded):
        np.testing.assert_allclose(result.events("recorded").of(k), times, atol=1.01 * step + 1e-12)


def lif_rate(current: float) -> float:
    """Spikes a second of a leaky neuron under a steady current."""
    drive = -0.07 + 100e6 * current
    if drive <= -0.05:
        return 0.0
    return 1 / (2e-3 + 20e-3 * math.log((drive + 0.065) / (drive + 0.05)))


@pytest.mark.parametrize("backend", ["fixed", "brian2", pytest.param("scipy", marks=pytest.mark.slow)])
def test_rates_and_spikes_settle_where_their_curves_meet(backend: str) -> None:
    """The rate unit falls with what it reads of the neurons, and these fire as their current says."""
    system = build("rate_and_spikes")
    result = simulate(system, until=1.0, record=["r", "a", "cells.spike"], save_at=np.linspace(0.5, 1.0, 101),
                      **BACKENDS[backend])  # fmt: skip
    rate = brentq(lambda r: r - 110 + 1.5 * lif_rate(5e-12 * r), 0, 110)
    late = result.events("cells.spike").time > 0.5
    assert float(result["r"].values.mean()) == pytest.approx(rate, rel=0.02)
    assert float(result["a"].values.mean()) == pytest.approx(lif_rate(5e-12 * rate), rel=0.04)
    assert float(late.sum()) / 20 / 0.5 == pytest.approx(lif_rate(5e-12 * rate), rel=0.08)
