"""Directions across events: integrate-and-fire neurons, against what the return map from spike to spike says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from neurodyn import Model, build, lyapunov_exponents


def adaptive(drive: float, step: float, tau: float) -> Model:
    """A leaky integrator whose spikes add to a current that holds it back."""
    return Model(
        "dv/dt = -v - w + drive\ndw/dt = -w/tau",
        states={"v": 0.0, "w": 0.0},
        parameters={"drive": drive, "tau": tau, "step": step},
        events={"spike": {"when": "v > 1", "set": "v = 0\nw = w + step"}},
        name="adaptive",
    )


def returned(w: float, drive: float, step: float, tau: float) -> tuple[float, float]:
    """The current after the next spike, from that after a spike, and the time in between: by SciPy alone."""

    def crossing(t: float, y: np.ndarray) -> float:
        return float(y[0] - 1)

    crossing.terminal, crossing.direction = True, 1.0  # type: ignore[attr-defined]
    rates = lambda t, y: [-y[0] - y[1] + drive, -y[1] / tau]  # noqa: E731
    run = solve_ivp(rates, (0, 100), [0.0, w], events=crossing, rtol=1e-12, atol=1e-13, method="DOP853")
    return float(run.y_events[0][0][1]) + step, float(run.t_events[0][0])


def test_a_neuron_that_spikes_is_neutral() -> None:
    """Its leak alone would give -1/tau = -50 per second."""
    found = lyapunov_exponents(build("lif"), inputs={"I": 0.4e-9}, transient=0.05, span=0.6)
    assert abs(found.exponents[0]) < 1.5
    assert found.zeros[0]


def test_one_that_does_not_spike_has_its_leak() -> None:
    found = lyapunov_exponents(build("lif"), inputs={"I": 0.1e-9}, transient=0.05, span=0.6)
    assert found.exponents == pytest.approx([-50.0], rel=1e-7)


def test_pieces_of_spiking_orbits_go_side_by_side() -> None:
    found = lyapunov_exponents(build("lif", I=0.4e-9), transient=0.1, span=3.0, pieces=6)
    assert found.pieces == 6 and found.zeros[0]
    assert abs(found.exponents[0]) < 1.0


def test_adaptation_forgets_as_the_return_map_says() -> None:
    told = dict(drive=2.5, step=0.3, tau=3.0)
    w = 0.0
    for _ in range(60):
        w, time = returned(w, **told)
    near = 1e-4
    multiplier = (returned(w + near, **told)[0] - returned(w - near, **told)[0]) / (2 * near)
    found = lyapunov_exponents(adaptive(**told), transient=25.0, span=400.0, pieces=4)
    assert found.exponents == pytest.approx([0.0, math.log(multiplier) / time], abs=2e-3)
