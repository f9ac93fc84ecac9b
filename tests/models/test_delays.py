"""Models with delays: characteristic roots, locked frequencies, brute force, and how long a sequence memory dwells."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import hadamard
from scipy.optimize import brentq
from scipy.special import lambertw

import neurodyn
from neurodyn.analysis.sequences.dwell import delay_dwell, trace_dwell
from tests.backends.delay_reference import solve

TIGHT = {"rtol": 1e-9, "atol": 1e-10}


def test_mackey_glass_against_brute_force() -> None:
    """Far enough to leave the history behind, not so far that chaos magnifies anything."""

    def rate(t, x, past):
        late = past(t - 17)
        return 0.2 * late / (1 + late**10) - 0.1 * x

    wanted = solve(rate, [1.2], lambda t: np.array([1.2]), 40, step=0.05)[::100, 0]
    result = neurodyn.simulate(neurodyn.load("mackey_glass"), until=40, save_at=np.arange(0, 41, 5.0), **TIGHT)
    np.testing.assert_allclose(result["x"].values, wanted, atol=1e-6)


@pytest.mark.parametrize("tau", [4.0, 5.5])
def test_mackey_glass_near_its_steady_state(tau: float) -> None:
    """x = 1 is steady; near it x' = a*x(t - tau) - gamma*x with a = -0.4, whose leading root is Lambert's
    -gamma + W(a*tau*exp(gamma*tau))/tau: it is left above tau = acos(-1/4)/sqrt(0.15) = 4.708."""
    root = -0.1 + lambertw(-0.4 * tau * np.exp(0.1 * tau), 0) / tau
    assert (root.real > 0) == (tau > np.arccos(-0.25) / np.sqrt(0.15))
    system = neurodyn.build("mackey_glass", tau=tau)
    start = {"x": 1 + 1e-6}
    period = 2 * np.pi / abs(root.imag)
    times = np.sort(np.concatenate([np.linspace(6, 7, 41), np.linspace(7, 8, 41)]) * period)
    x = neurodyn.simulate(system, until=9 * period, start=start, save_at=np.unique(times), rtol=1e-11, atol=1e-14)
    size = x["x"].values - 1
    ratio = np.abs(size[-41:]).max() / np.abs(size[:41]).max()
    assert ratio == pytest.approx(np.exp(root.real * period), rel=0.02)


def test_identical_oscillators_lock_at_the_frequency_that_their_delay_allows() -> None:
    """Yeung and Strogatz: W = omega - K*sin(W*tau), stable where cos(W*tau) > 0."""
    omega, coupling, delay = 1.0, 0.5, 0.9
    locked = brentq(lambda w: w - omega + coupling * np.sin(w * delay), 0, 2)
    system = neurodyn.build("kuramoto_delay", omega=omega, K=coupling, d=delay, theta_0="i/4")
    result = neurodyn.simulate(system, until=100, save_at=[90.0, 100.0], record=["theta", "r"], **TIGHT)
    measured = (result["theta"].values[1] - result["theta"].values[0]) / 10
    np.testing.assert_allclose(measured, locked, rtol=1e-6)
    assert result["r"].values[-1] == pytest.approx(1, abs=1e-6)


def pairwise(name: str, rate, before, until: float) -> None:
    """A shipped model against brute force; its delays are rounded to the steps of that."""
    system = neurodyn.build(name)
    key = "D" if name == "delayed_rates" else "d"
    system = system.with_values({key: np.round(system.values[key], 2)})
    start, v = system.start(), system.values
    wanted = solve(lambda t, x, past: rate(v, t, x, past), start, lambda t: before(v, start, t), until)
    result = neurodyn.simulate(system, until=until, save_at=[until / 2, until], record=system.layout.names, **TIGHT)
    half = len(wanted) // 2
    np.testing.assert_allclose(result[system.layout.names[0]].values, wanted[[half, -1]], atol=2e-7)


def test_rates_with_a_delay_for_each_pair_against_brute_force() -> None:
    def rate(v, t, x, past):
        return [-x[i] + sum(v["W"][i, j] * np.tanh(past(t - v["D"][i, j])[j]) for j in range(6)) for i in range(6)]

    pairwise("delayed_rates", lambda *a: np.array(rate(*a)), lambda v, start, t: start, 1.5)


def test_oscillators_with_a_delay_for_each_pair_against_brute_force() -> None:
    def rate(v, t, x, past):
        pull = [sum(np.sin(past(t - v["d"][i, j])[j] - x[i]) for j in range(6)) for i in range(6)]
        return v["omega"] + v["K"] / 6 * np.array(pull)

    pairwise("kuramoto_delay", rate, lambda v, start, t: start + v["omega"] * t, 1.5)


def switches(result: neurodyn.Result) -> tuple[np.ndarray, np.ndarray]:
    """When another pattern takes the lead, and which."""
    lead = result["o"].values.argmax(axis=1)
    at = np.flatnonzero(np.diff(lead)) + 1
    return result.time[at], lead[at]


def orthogonal(count: int, size: int) -> np.ndarray:
    """Patterns that do not overlap, so that the formulas, which leave overlaps out, hold."""
    return np.array(hadamard(size)[3 : 3 + count], dtype=float)


@pytest.mark.parametrize("tempo", [1.5, 2.5])
def test_dwell_of_the_sequence_with_a_pure_delay(tempo: float) -> None:
    """delay + tau_x*log(2*lambda/(lambda - 1)), to 1 %."""
    system = neurodyn.build("sequence_delay", xi=orthogonal(6, 32), **{"lambda": tempo})
    [earlier] = system.earlier.readings
    assert earlier.slot == slice(0, 32)  # overlaps at an earlier time read the whole state once
    times, lead = switches(neurodyn.simulate(system, until=5, every=0.001, record=["o"]))
    assert (np.diff(lead) % 6 == 1).all() and len(lead) >= 4
    np.testing.assert_allclose(np.diff(times)[1:], delay_dwell(1, tempo, 0.05), rtol=0.01)


def test_the_tempo_of_a_sequence_is_an_input() -> None:
    inputs = {"lambda": "1.5 + step(4[s], 4.0)"}
    system = neurodyn.build("sequence_delay", xi=orthogonal(6, 32))
    times, _ = switches(neurodyn.simulate(system, until=8, every=0.001, inputs=inputs, record=["o"]))
    slow, fast = np.diff(times[times < 3.9])[1:], np.diff(times[times > 5.3])
    np.testing.assert_allclose(slow, 1 + 0.05 * np.log(6), rtol=0.01)
    np.testing.assert_allclose(fast, 1 + 0.05 * np.log(11 / 4.5), rtol=0.01)


@pytest.mark.parametrize(("degree", "tempo"), [(2, 2.5), (3, 4.0)])
def test_dwell_of_the_sequence_with_a_slow_trace(degree: int, tempo: float) -> None:
    """-tau_s*log(q), where lambda*(1 - q)**d = 1 + lambda*(q*(1 - q))**d: to 10 %."""
    system = neurodyn.build("sequence_trace", xi=orthogonal(6, 32), d=degree, **{"lambda": tempo})
    times, lead = switches(neurodyn.simulate(system, until=6, every=0.002, record=["o"]))
    assert (np.diff(lead) % 6 == 1).all() and len(lead) >= 4
    np.testing.assert_allclose(np.diff(times)[1:], trace_dwell(1, tempo, degree), rtol=0.1)


def test_each_pattern_of_a_sequence_has_its_own_tempo() -> None:
    """delay + tau_x*log((lambda[m] + lambda[m-1])/(lambda[m] - 1)), to 1 %."""
    tempos = np.array([1.5, 2.5, 4.0, 1.2, 3.0, 2.0])
    system = neurodyn.build("sequence_delay", xi=orthogonal(6, 32), **{"lambda": tempos})
    times, lead = switches(neurodyn.simulate(system, until=8, every=0.001, record=["o"]))
    held = lead[:-1]
    known = [delay_dwell(1, tempos[m], 0.05, before=tempos[m - 1]) for m in held]
    assert len(set(held)) == 6
    np.testing.assert_allclose(np.diff(times), known, rtol=0.01)
