"""Synapses and their plasticity against closed forms, on all backends that run spikes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from neurodyn import Result, System, build, simulate

Array = NDArray[np.float64]
DT = 2e-4
BACKENDS: dict[str, dict[str, Any]] = {
    "scipy": {"rtol": 1e-9, "atol": 1e-11},
    "fixed": {"backend": "fixed", "dt": DT, "method": "rk4"},
    "brian2": {"backend": "brian2", "dt": DT, "method": "rk4"},
}
ON_ALL = pytest.mark.parametrize("backend", BACKENDS)
MS = 1e-3


def run(system: System, backend: str, until: float, **more: Any) -> Result:
    """A run that records all that there is."""
    names = [*system.model.states, *system.model.events, *system.model.observables]
    return simulate(system, until=until, record=names, **{**BACKENDS[backend], **more})


def coarse(backend: str, dt: float) -> dict[str, float]:
    """Longer steps, for long runs."""
    return {} if backend == "scipy" else {"dt": dt}


def jumps(result: Result, event: str, unit: int | None = None) -> Array:
    """The times at which impulses move states: in fixed steps at the end of the step that they are dated by."""
    found = result.events(event)
    times = np.asarray(found.time if unit is None else found.of(unit))
    return times + step(result)


def step(result: Result) -> float:
    """The length of the steps of a run that takes them."""
    return float(result.recipe["dt"] or 0)


# ------------------------------------------------------------------------------------------------- conductances


@ON_ALL
def test_kernels_have_their_shape(backend: str) -> None:
    """Sums over spikes; the drive of the current is that at rest, so its potential is a sum too."""
    grid = np.arange(0, 0.1401, 1e-3)
    result = run(build("synapse_kernels", T="30 ms"), backend, 0.14, save_at=grid)
    times = jumps(result, "spike")
    assert len(times) == 5
    late = grid[:, None] - times
    for name, kernel in KERNELS.items():
        found, by_hand = result[name].values, np.where(late > -1e-9, kernel(np.maximum(late, 0)), 0).sum(axis=1)
        if backend == "scipy":  # at a jump either side may be meant
            keep = np.abs(late).min(axis=1) > 1e-9
            found, by_hand = found[keep], by_hand[keep]
        size = np.abs(by_hand).max()
        np.testing.assert_allclose(found - (-0.07 if name == "v_current" else 0), by_hand, rtol=0, atol=2e-6 * size)


def difference(t: Array) -> Array:
    peak = math.log(12 / 2) * 2 * 12 / (12 - 2) * MS
    height = math.exp(-peak / (12 * MS)) - math.exp(-peak / (2 * MS))
    return np.asarray(0.3 * (np.exp(-t / (12 * MS)) - np.exp(-t / (2 * MS))) / height)


KERNELS: dict[str, Any] = {
    "g_exp": lambda t: 0.3 * np.exp(-t / (5 * MS)),
    "g_alpha": lambda t: 0.3 * t / (5 * MS) * np.exp(1 - t / (5 * MS)),
    "g_diff": difference,
    "v_current": lambda t: 0.3 * 0.07 * 5 / (5 - 20) * (np.exp(-t / (5 * MS)) - np.exp(-t / (20 * MS))),
}


def test_one_spike_opens_each_to_its_weight() -> None:
    """The alpha function peaks after tau_s, the difference where its closed form says."""
    peak = math.log(6) * 2.4 * MS
    system = build("synapse_kernels", w=0.7, T="1 s")
    result = run(system, "scipy", 0.06, save_at=0.01 + np.array([peak - 0.1 * MS, peak, peak + 0.1 * MS, 5 * MS]))
    assert float(system.values["t_peak"]) == pytest.approx(peak)
    assert result["g_alpha"].values[3] == pytest.approx(0.7, abs=1e-8)
    assert result["g_diff"].values[1] == pytest.approx(0.7, abs=1e-8)
    assert max(result["g_diff"].values[[0, 2]]) < 0.7 - 1e-6


@ON_ALL
def test_a_conductance_pulls_less_than_its_current(backend: str) -> None:
    result = run(build("synapse_kernels", T="1 s"), backend, 0.05, save_at=[0.05])
    begin = float(jumps(result, "spike")[0])

    def rate(t: float, v: Array) -> Array:
        return (-0.07 - v + 0.3 * math.exp(-(t - begin) / (5 * MS)) * (0 - v)) / (20 * MS)

    by_hand = solve_ivp(rate, (begin, 0.05), [-0.07], rtol=1e-11, atol=1e-14).y[0, -1]
    assert result["v_conductance"].values[-1] == pytest.approx(by_hand, rel=1e-7)
    assert result["v_conductance"].values[-1] < result["v_current"].values[-1]


@ON_ALL
def test_magnesium_blocks_nmda_receptors(backend: str) -> None:
    """Membranes that cannot move: the current is the gate of Jahr and Stevens times the open channels."""
    potentials = np.array([-0.07, -0.0205309, 0.02])
    system = build("nmda", tau_m="1e9 s", drive_0=potentials + 0.07, T="1 s")
    grid = np.arange(0, 0.1001, 1e-3)
    result = run(system, backend, 0.1, save_at=grid)
    late = grid - jumps(result, "spike")[0]
    t_peak = 4 * 80 / 76 * math.log(20) * MS
    height = math.exp(-t_peak / 0.08) - math.exp(-t_peak / 0.004)
    opened = np.where(late >= -1e-9, (np.exp(-late / 0.08) - np.exp(-late / 0.004)) / height, 0)
    gate = 1 / (1 + np.exp(-62 * potentials) / 3.57)
    assert gate[1] == pytest.approx(0.5, abs=1e-3)
    np.testing.assert_allclose(result["B"].values[0], gate, rtol=2e-4)
    by_hand = 0.6 * opened[:, None] * gate * (0 - potentials)
    np.testing.assert_allclose(result["I_n"].values, by_hand, rtol=0, atol=3e-4 * np.abs(by_hand).max())
    assert result["s"].values.max() == pytest.approx(1, abs=5e-3)


# ------------------------------------------------------------------------------------------- short-term plasticity


@ON_ALL
def test_releases_follow_their_recursion(backend: str) -> None:
    """u and x just after each of 15 spikes, by the closed form between them."""
    interval = 0.04
    system = build("short_term_plasticity")
    times = 0.02 + interval * np.arange(15) + (DT if backend != "scipy" else 1e-9)
    result = run(system, backend, 0.6, save_at=times)
    rise, slow, rest = (system.values[name] for name in ("U", "tau_f", "tau_d"))
    u, x, found = np.zeros(3), np.ones(3), []
    for n in range(15):
        if n:
            u, x = u * np.exp(-interval / slow), 1 - (1 - x) * np.exp(-interval / rest)
        u = u + rise * (1 - u)
        found.append((u, x * (1 - u)))
        x = found[-1][1]
    for k, name in enumerate(("u", "x")):
        np.testing.assert_allclose(result[name].values, [one[k] for one in found], rtol=0, atol=2e-6)
    release = np.array([[u * x / (1 - u) for u, x in found]])[0]
    assert release[-1][0] < 0.2 * release[0][0]  # depresses
    assert release[-1][1] > 2 * release[0][1]  # facilitates
    assert release[1][2] > release[0][2] > release[-1][2]  # first up, then down


def test_releases_come_to_rest() -> None:
    interval, system = 0.04, build("short_term_plasticity")
    rise, slow, rest = (system.values[name] for name in ("U", "tau_f", "tau_d"))
    late = run(system, "fixed", 5.0, save_at=[0.02 + 120 * interval + 1e-3], dt=1e-3)
    u = rise / (1 - (1 - rise) * np.exp(-interval / slow))
    x = (1 - np.exp(-interval / rest)) / (1 - (1 - u) * np.exp(-interval / rest))
    np.testing.assert_allclose(late["u"].values[-1], u, atol=2e-6)
    np.testing.assert_allclose(late["x"].values[-1], x * (1 - u), atol=2e-6)


# --------------------------------------------------------------------------------------------- long-term plasticity


@ON_ALL
def test_pairs_draw_the_window(backend: str) -> None:
    """A exp(-|dt|/tau) for either order."""
    system = build("stdp_window")
    result = run(system, backend, 0.25, save_at=[0.25])
    before, behind = (np.array([jumps(result, name, k)[0] for k in range(41)]) for name in ("pre", "post"))
    lag = behind - before
    np.testing.assert_allclose(lag, system.values["lag"], atol=1.01 * DT if backend != "scipy" else 1e-12)
    window = np.where(lag > 0, 0.01 * np.exp(-lag / 0.02), -0.0105 * np.exp(lag / 0.03))
    np.testing.assert_allclose(result["w"].values[-1], window, rtol=0, atol=1e-9)
    if backend == "scipy":
        np.testing.assert_allclose(result["w"].values[-1], system.values["window"], rtol=0, atol=1e-9)


def pairs_sum(before: Array, behind: Array, until: float, start: tuple[float, float]) -> float:
    """The change of weight by all pairs, and by what the traces held at the start."""
    lag = behind[:, None] - before[None, :]
    grown = np.where(lag > 1e-9, 0.005 * np.exp(-np.abs(lag) / 0.02), 0).sum()
    lost = np.where(lag < -1e-9, 0.006 * np.exp(-np.abs(lag) / 0.02), 0).sum()
    first = 0.005 * start[0] * np.exp(-behind / 0.02).sum() - 0.006 * start[1] * np.exp(-before / 0.02).sum()
    return float(grown - lost + first)


@pytest.mark.parametrize("backend", ["fixed", "brian2"])
def test_weights_drift_under_spikes_at_random(backend: str) -> None:
    """Each weight is its sum over pairs; their mean drifts at the rate of the closed form, within the scatter."""
    system, until = build("stdp_poisson", sizes={"M": 12, "N": 4}), 2.0
    result = run(system, backend, until, save_at=[0, until], seed=5)
    trains = {}
    for name, size in (("pre", 12), ("post", 4)):
        trains[name] = [jumps(result, name, k) for k in range(size)]
    wires, start = system.wirings["C"], (0.4, 0.3)
    by_hand = [pairs_sum(trains["pre"][j], trains["post"][i], until, start) for i, j in zip(*wires.ends, strict=True)]
    np.testing.assert_allclose(result["w"].values[-1] - 0.5, by_hand, rtol=0, atol=3e-7)
    rng, drawn = np.random.default_rng(1), []
    for _ in range(40):
        own = [
            [np.sort(rng.uniform(0, until, rng.poisson(r * until))) for _ in range(n)] for r, n in ((20, 12), (15, 4))
        ]
        drawn.append(np.mean([pairs_sum(a, b, until, start) for a in own[0] for b in own[1]]))
    drift = 20 * 15 * (0.005 - 0.006) * 0.02 * until
    spread = float(np.std(drawn))
    assert float(np.mean(drawn)) == pytest.approx(drift, abs=4 * spread / math.sqrt(40))
    assert float(result["mean_w"].values[-1]) - 0.5 == pytest.approx(drift, abs=4 * spread)
    assert float(result["expected"].values[-1]) - 0.5 == pytest.approx(drift)


def triplet_sum(before: Array, behind: Array) -> float:
    """The full rule event by event: traces are read just before the spike itself is counted."""
    total = 0.0
    for t in behind:
        fast, slow = np.exp(-(t - before[before < t]) / 16.8e-3).sum(), np.exp(-(t - behind[behind < t]) / 125e-3).sum()
        total += fast * (5e-10 + 6.2e-3 * slow)
    for t in before:
        fast, slow = np.exp(-(t - behind[behind < t]) / 33.7e-3).sum(), np.exp(-(t - before[before < t]) / 101e-3).sum()
        total -= fast * (7e-3 + 2.3e-4 * slow)
    return float(total)


@ON_ALL
@pytest.mark.parametrize("lag", [-10e-3, pytest.param(10e-3, marks=pytest.mark.slow)])
def test_triplets_make_growth_a_matter_of_rate(backend: str, lag: float) -> None:
    """Fifteen pairs at each rate: at 10 Hz the order decides, at 50 Hz weights grow whatever it is."""
    result = run(build("triplet_stdp", lag=lag), backend, 1.6, save_at=[1.6], **coarse(backend, 5e-4))
    by_hand = []
    for k, rho in enumerate((10, 20, 40, 50)):
        stop = 15 / rho + step(result)
        trains = [jumps(result, name, k) for name in ("pre", "post")]
        by_hand.append(triplet_sum(*(times[times < stop - 1e-9] for times in trains)))
        assert [len(times[times < stop]) for times in trains] == [15, 15]
    np.testing.assert_allclose(result["w"].values[-1], by_hand, rtol=0, atol=1e-8)
    assert np.sign(by_hand[0]) == np.sign(lag)
    assert by_hand[3] > 0


@ON_ALL
def test_a_reward_makes_eligibility_last(backend: str) -> None:
    """One pair and one reward: what is left of the mark then, times the dopamine, over the rate at which both fade."""
    system = build("reward_stdp", tau_c="0.2 s", t_reward="1.2 s")
    result = run(system, backend, 3.0, save_at=[3.0], **coarse(backend, 1e-3))
    lags, marks = system.values["lag"], (0.1, 0.1, -0.15)
    reward = jumps(result, "reward")[0]
    by_hand = []
    for k, mark in enumerate(marks):
        first, second = (jumps(result, name, k)[0] for name in ("pre", "post"))
        assert second - first == pytest.approx(lags[k])
        c = mark * math.exp(-abs(second - first) / 0.02) * math.exp(-(reward - max(first, second)) / 0.2)
        by_hand.append(c * 5 / (1 / 0.2 + 1 / 0.2))
    np.testing.assert_allclose(result["w"].values[-1], by_hand, rtol=1e-5)
