"""Spiking models against closed forms, published counts and hand-written integrations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from neurodyn import build, simulate

TIGHT: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-12}


def by_hand(rate: Any, start: Any, threshold: float, reset: Any, until: float) -> list[float]:
    """Spike times of one neuron: SciPy stops where the first state reaches the threshold, and `reset` is applied."""

    def reached(t: float, y: Any) -> float:
        return float(y[0] - threshold)

    reached.terminal, reached.direction = True, 1  # type: ignore[attr-defined]
    t, y, found = 0.0, np.asarray(start, float), []
    while True:
        run = solve_ivp(rate, (t, until), y, method="LSODA", events=reached, rtol=1e-11, atol=1e-14)
        if run.status != 1:
            return found
        t, y = float(run.t[-1]), reset(run.y[:, -1])
        found.append(t)


@pytest.mark.parametrize("current", [0.1, 2.0])
def test_interval_of_a_quadratic_neuron(current: float) -> None:
    """From reset to cut-off dv/dt = v^2 + I takes the difference of two arcs of the tangent, over the root of I."""
    result = simulate(build("quadratic_if", I=current), until=40, record=["spike"], **TIGHT)
    root = math.sqrt(current)
    expected = (math.atan(50 / root) - math.atan(-50 / root)) / root
    np.testing.assert_allclose(np.diff(result.events("spike").time), expected, rtol=1e-8)


def test_eleven_spikes_of_an_adaptive_neuron() -> None:
    """The parameters of the paper, 1 nA from 20 ms on."""
    found = simulate(build("adex"), record=["spike"], **TIGHT).events("spike").time
    leak, slope = 30e-9, 2e-3

    def rate(t: float, y: Any) -> list[float]:
        v, w = y[0] * 1e-3, y[1] * 1e-12
        current = 1e-9 if t >= 20.0 else 0.0
        dv = (leak * (-70.6e-3 - v) + leak * slope * math.exp((v + 50.4e-3) / slope) - w + current) / 281e-12
        return [dv, (4e-9 * (v + 70.6e-3) - w) / 144e-3 * 1e12 / 1e3]

    at_rest = solve_ivp(rate, (0, 19.999999), [-70.6, 0.0], method="LSODA", rtol=1e-11, atol=1e-14).y[:, -1]
    later = by_hand(lambda t, y: rate(t + 20, y), at_rest, -30.0, lambda y: np.array([-70.6, y[1] + 80.5]), 280)
    assert len(found) == len(later) == 11
    np.testing.assert_allclose(found * 1e3, np.array(later) + 20, rtol=1e-6)


def test_an_exponential_neuron_by_hand() -> None:
    found = simulate(build("exponential_if", I=0.1e-9), until=0.15, record=["spike"], **TIGHT).events("spike").time

    def rate(t: float, y: Any) -> list[float]:
        return [(-65 - y[0] + 3.48 * math.exp((y[0] + 59.9) / 3.48) + 10) / 10]

    times, t = [], 0.0
    start = -65.0
    while True:
        more = by_hand(rate, [start], -30.0, lambda y: np.array([-68.0]), 150 - t)[:1]
        if not more:
            break
        times.append(t + more[0])
        t, start = times[-1] + 1.7, -68.0
    np.testing.assert_allclose(found * 1e3, times, rtol=1e-7)


def test_patterns_of_izhikevich() -> None:
    """The first neuron spikes regularly, the second in bursts, the third fastest; each as by hand."""
    events = simulate(build("izhikevich", I=10.0), until=200, record=["spike"], **TIGHT).events("spike")
    for k, (a, c, d) in enumerate([(0.02, -65, 8), (0.02, -50, 2), (0.1, -65, 2)]):

        def rate(t: float, y: Any, a: float = a) -> list[float]:
            return [0.04 * y[0] ** 2 + 5 * y[0] + 140 - y[1] + 10, a * (0.2 * y[0] - y[1])]

        times = by_hand(rate, [-65, -13], 30.0, lambda y, c=c, d=d: np.array([c, y[1] + d]), 200)
        np.testing.assert_allclose(events.of(k), times, rtol=1e-6)
    gaps = np.diff(events.of(1))
    assert gaps.max() > 5 * gaps.min()  # bursts
    assert len(events.of(2)) > 2 * len(events.of(0))


def test_hodgkin_and_huxleys_membrane_spikes() -> None:
    result = simulate(build("hodgkin_huxley"), rtol=1e-8, atol=1e-10)
    crossings = np.flatnonzero((result["v"].values[1:] > 0) & (result["v"].values[:-1] <= 0))
    times = result.events("spike").time
    assert len(times) == len(crossings) == 6
    assert (np.abs(times - result.time[crossings]) < 2e-4).all()


def test_a_network_against_small_steps() -> None:
    """Excitatory and inhibitory neurons in plain loops of 2 microseconds, spikes queued by hand."""
    system = build("ei_network")
    found = simulate(
        system, until=0.04, record=["E.spike", "I.spike"], every=0.01, method="RK45", rtol=1e-8, atol=1e-10
    )
    start = system.layout.unpack(system.start())
    ne, dt, until, delay, pause = 40, 2e-6, 0.04, 1.5e-3, 5e-3
    weights = np.zeros((50, 50))
    blocks = {
        "w_ee": ((0, 40), (0, 40)),
        "w_ei": ((0, 40), (40, 50)),
        "w_ie": ((40, 50), (0, 40)),
        "w_ii": ((40, 50),) * 2,
    }
    for name, (rows, columns) in blocks.items():
        weights[slice(*rows), slice(*columns)] = system.values[name]
    v = np.concatenate([start["E.v"], start["I.v"]])
    ge, gi, free, spikes = np.zeros(50), np.zeros(50), np.zeros(50), []
    queue: dict[int, list[int]] = {}
    for step in range(round(until / dt)):
        t = step * dt
        for sender in queue.pop(step, []):
            (ge if sender < ne else gi)[:] += weights[:, sender]
        rate = (-60e-3 - v + ge * (0 - v) + gi * (-80e-3 - v) + 13e-3) / 20e-3
        v = np.where(t >= free, v + dt * rate, v)
        ge, gi = ge * (1 - dt / 5e-3), gi * (1 - dt / 10e-3)
        for k in np.flatnonzero((v > -50e-3) & (t >= free)):
            spikes.append((t, int(k)))
            v[k], free[k] = -60e-3, t + pause
            queue.setdefault(step + round(delay / dt), []).append(int(k))
    mine = [(t, int(u)) for t, u in zip(found.events("E.spike").time, found.events("E.spike").unit[:, 0], strict=True)]
    mine += [
        (t, ne + int(u)) for t, u in zip(found.events("I.spike").time, found.events("I.spike").unit[:, 0], strict=True)
    ]
    mine.sort()
    assert len(mine) > 30
    assert [k for _, k in mine] == [k for _, k in sorted(spikes)]
    np.testing.assert_allclose([t for t, _ in mine], [t for t, _ in sorted(spikes)], atol=3e-5)


def test_a_synapse_learns_from_a_pair() -> None:
    """The weight changes by the pairs of arrivals and own spikes, each weighed by the time between them."""
    result = simulate(build("stdp_pair"), rtol=1e-9, atol=1e-11)
    arrivals, own = result.events("pre.spike").time + 1.5e-3, result.events("post.spike").time
    apart = own[:, None] - arrivals[None, :]
    change = np.where(apart > 0, 0.02 * np.exp(-np.abs(apart) / 20e-3), 0) - np.where(
        apart < 0, 0.021 * np.exp(-np.abs(apart) / 20e-3), 0
    )
    change[:, arrivals > 1.0] = 0
    w = result["w"].values
    assert len(own) > 15 and w.min() > 0 and w.max() < 0.6
    assert float(w[-1]) == pytest.approx(0.3 + change.sum(), abs=1e-7)


def test_slots_and_query_against_loops() -> None:
    """Each token rewrites the slots as in plain loops; between tokens E falls, and the query comes to its slot."""
    system = build("camelot_hybrid", seed=3)
    token = system.values["token"]
    times = np.arange(12) + 0.999
    result = simulate(system, until=11.999, save_at=times, rtol=1e-9, atol=1e-11, record=["K", "c", "age", "q"])
    slots, width = 6, 16
    keys, count, age = np.zeros((slots, width)), np.zeros(slots), np.zeros(slots)
    recognised = 0
    for n in range(12):
        k = token[n]
        match = [
            k @ keys[m] / (np.linalg.norm(k) * np.linalg.norm(keys[m]) + 1e-12) if count[m] else -2
            for m in range(slots)
        ]
        known = max(match) > 0.8
        recognised += known
        slot = (
            int(np.argmax(match)) if known else int(np.argmax([1e9 if count[m] == 0 else age[m] for m in range(slots)]))
        )
        old = count[slot] if known else 0
        keys[slot] = (old * keys[slot] + k) / (old + 1)
        count[slot] = old + 1
        age = np.array([0 if m == slot else age[m] + 1 for m in range(slots)])
        np.testing.assert_allclose(result["K"].values[n], keys, rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(result["c"].values[n], count)
        np.testing.assert_array_equal(result["age"].values[n], age)
        np.testing.assert_allclose(result["q"].values[n], keys[slot], atol=0.02)
    assert 3 <= recognised <= 10
    fine = simulate(system, until=2.9, save_at=np.linspace(1.01, 1.99, 50), record=["E"], rtol=1e-9, atol=1e-11)
    assert (np.diff(fine["E"].values) <= 1e-9).all()
