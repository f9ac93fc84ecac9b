"""The large circuits against scripts of Brian2 by hand, and published behaviour."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from neurodyn import build, simulate
from tests.models.big import DT, SCRIPTS, Spikes


def trains(system: Any, until: float, backend: str, **more: Any) -> Spikes:
    """The number of the step and of the unit of each spike."""
    (event,) = system.model.events
    found = simulate(system, until=until, backend=backend, dt=DT, record=[event], save_at=[until], **more)
    events = found.events(event)
    return np.rint(events.time / DT).astype(int), events.unit[:, 0]


def assert_equal(one: Spikes, other: Spikes) -> None:
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


# Few neurons are much more likely to be connected; how long, and by which method.
FEW = {"cuba": (400, 0.1, "rk4"), "coba": (400, 0.07, "rk4"), "cobahh": (100, 0.02, "exponential_euler")}
WHOLE = {"cuba": (4000, 1.0, "rk4"), "coba": (4000, 0.3, "rk4"), "cobahh": (4000, 0.05, "exponential_euler")}


@pytest.mark.parametrize(
    ("name", "size", "until", "method"),
    [
        *(pytest.param(name, *how, marks=[pytest.mark.slow] * (name != "cuba")) for name, how in FEW.items()),
        *(pytest.param(name, *how, marks=pytest.mark.slow) for name, how in WHOLE.items()),
    ],
)
def test_spikes_are_those_of_a_script(name: str, size: int, until: float, method: str) -> None:
    """The same wiring and start; and those of the backend of our own."""
    script = SCRIPTS[name]
    system = build(name, sizes={"N": size}, values={"p": 80 / size}, seed=2)
    ours = trains(system, until, "brian2", method=method)
    assert len(ours[0]) > 2 * until * size
    assert_equal(ours, script.same(system, until, method))
    for backend in ("fixed", "ensemble"):
        assert_equal(ours, trains(system, until, backend, method=method))


STARTS: dict[str, dict[str, Any]] = {
    "cuba": {"v": "(-60 + 10*rand())*mV"},
    "coba": {"v": "(-60 + 10*rand())*mV"},
    "cobahh": {
        "v": "(-65 + 5*randn())*mV",
        "g_e": "clip(40 + 15*randn(), 0, inf)*nS",
        "g_i": "clip(200 + 120*randn(), 0, inf)*nS",
        **{gate: f"alpha_{gate}/(alpha_{gate} + beta_{gate})" for gate in "mhn"},
    },
}


@pytest.mark.parametrize(
    ("name", "size", "until", "method", "seeds"),
    [
        pytest.param("cuba", 400, 0.3, "exact", 3, marks=pytest.mark.slow),
        pytest.param("cuba", 4000, 1.0, "exact", 5, marks=pytest.mark.slow),
        pytest.param("coba", 4000, 0.5, "exponential_euler", 5, marks=pytest.mark.slow),
        pytest.param("cobahh", 2000, 0.25, "exponential_euler", 4, marks=pytest.mark.slow),
    ],
)
def test_the_rate_is_that_of_a_script(name: str, size: int, until: float, method: str, seeds: int) -> None:
    """Networks of ours and others that Brian2 draws have one mean rate, but for its error."""
    script, p, begin, rates = SCRIPTS[name], 80 / size, 0.1, np.empty((2, seeds))
    for seed in range(seeds):
        ours = trains(build(name, sizes={"N": size}, values={"p": p}, seed=seed), until, "brian2")
        scripted = script.drawn(size, p, seed, STARTS[name], until, method)
        for row, (steps, _) in enumerate((ours, scripted)):
            rates[row, seed] = np.sum(steps >= begin / DT) / size / (until - begin)
    error = np.sqrt((rates.var(axis=1, ddof=1) / seeds).sum())
    assert abs(rates[0].mean() - rates[1].mean()) < 3 * error, rates
    assert error < 0.15 * rates.mean()


def traub_miles(current: float) -> Any:
    """The cell without synapses, in mV, ms, nF, uS and nA."""

    def linoid(rate: float, x: float, width: float) -> float:
        return rate * width if abs(x) < 1e-9 else rate * x / (1 - math.exp(-x / width))

    def flow(t: float, y: Any) -> list[float]:
        v, m, h, n = y
        u = v + 63.0
        total = 0.01 * (-60 - v) + 20 * m**3 * h * (50 - v) + 6 * n**4 * (-90 - v) + current
        return [
            total / 0.2,
            linoid(0.32, u - 13, 4) * (1 - m) - linoid(0.28, 40 - u, 5) * m,
            0.128 * math.exp((17 - u) / 18) * (1 - h) - 4 / (1 + math.exp((40 - u) / 5)) * h,
            linoid(0.032, u - 15, 5) * (1 - n) - 0.5 * math.exp((10 - u) / 40) * n,
        ]

    return flow


@pytest.mark.parametrize(("current", "count"), [(-0.1, 0), (0.1, 2), pytest.param(0.6, 6, marks=pytest.mark.slow)])
def test_a_cell_of_cobahh_by_hand(current: float, count: int) -> None:
    """Currents in nA: of none the cell fires already, and it comes to rest where some are drawn out of it."""
    system, until = build("traub_miles", I=current * 1e-9), 0.06
    found = simulate(system, until=until, record=["spike", "v"], save_at=[until], rtol=1e-9, atol=1e-11)
    start = system.layout.unpack(system.start())
    y, own = [float(start["v"][0]) * 1e3, *(float(start[gate][0]) for gate in "mhn")], traub_miles(current)
    run = solve_ivp(own, (0, 1e3 * until), y, method="LSODA", rtol=1e-11, atol=1e-13, events=crossing)
    assert len(run.t_events[0]) == count
    np.testing.assert_allclose(found.events("spike").time * 1e3, run.t_events[0], rtol=1e-5)
    np.testing.assert_allclose(found["v"].values[-1, 0] * 1e3, run.y[0, -1], rtol=1e-4)
    later = solve_ivp(own, (0, 500), y, method="LSODA", rtol=1e-11, atol=1e-13).y[:, -1]
    assert (np.abs(own(0, later)).max() < 1e-6) == (count == 0)


def crossing(t: float, y: Any) -> float:
    return float(y[0]) + 20.0


crossing.direction = 1  # type: ignore[attr-defined]
