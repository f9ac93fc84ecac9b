"""A sequence learned by spike timing: weights from a plain loop over spikes, and what a cue calls before and after."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from neurodyn import Result, build, simulate

Array = NDArray[np.float64]
DT = 5e-4
K, N = 6, 8
GROUP = np.arange(K * N) // N


@cache
def run(**values: Any) -> Result:
    system = build("stdp_sequence", seed=1, **values)
    return simulate(system, until=2.0, dt=DT, every=0.1, backend="fixed", record=["cell.spike", "w"])


def first_spikes(result: Result, begin: float) -> list[list[float]]:
    """For each group the times at which its neurons spike in the 200 ms from there on."""
    spikes = result.events("cell.spike")
    inside = (begin <= spikes.time) & (spikes.time < begin + 0.2)
    return [spikes.time[inside & (GROUP[spikes.unit[:, 0]] == k)].tolist() for k in range(K)]


def weights(result: Result) -> Array:
    """From unit j to unit i, at the end."""
    found = np.zeros((K * N, K * N))
    w = result["w"]
    found[w["C_i"].values, w["C_j"].values] = w.values[-1]
    return found


def test_the_cue_calls_the_rest_after_learning_and_not_before() -> None:
    before, after = first_spikes(run(), 0.0), first_spikes(run(), 1.8)
    assert [len(times) for times in before] == [N, 0, 0, 0, 0, 0]
    assert [len(times) for times in after] == [N] * K
    starts = [min(times) for times in after]
    assert starts == sorted(starts)
    assert all(max(one) < min(other) for one, other in pairwise(after))
    shown = first_spikes(run(), 0.4)
    assert min(shown[-1]) - min(shown[0]) == pytest.approx(0.1, abs=2 * DT)
    assert 5 * 0.006 < starts[-1] - starts[0] < 0.05  # faster than it was shown: delays alone hold it up


@pytest.mark.slow
def test_without_plasticity_nothing_is_called() -> None:
    assert [len(times) for times in first_spikes(run(A_p=0, A_q=0), 1.8)] == [N, 0, 0, 0, 0, 0]


def test_the_second_group_answers_as_late_as_the_membrane_equation_says() -> None:
    """All that arrives from the first group is a jump of the conductance, a delay after its spikes."""
    result = run()
    after, w = first_spikes(result, 1.8), weights(result)
    jump = w[N, :N].sum()

    def rate(t: float, y: Array) -> list[float]:
        v, g = y
        return [(-v + g * (60 - v)) / 0.02, -g / 0.005]

    def reached(t: float, y: Array) -> float:
        return float(y[0] - 10)

    reached.terminal = True  # type: ignore[attr-defined]
    latency = solve_ivp(rate, (0, 0.02), [0.0, jump], events=reached, rtol=1e-9, atol=1e-12).t_events[0][0]
    assert len(set(after[0])) == 1  # as one
    unit = result.events("cell.spike").of(N)
    assert unit[unit > 1.8][0] - after[0][0] == pytest.approx(0.006 + latency, abs=2 * DT)


def by_hand(result: Result, first: Array) -> Array:
    """Pairs of spikes, one after the other, in steps: an arriving spike and an own one read each other's traces."""
    spikes = result.events("cell.spike")
    at = np.rint(spikes.time / DT).astype(int)
    fired = np.zeros((round(2.0 / DT) + 13, K * N))
    fired[at, spikes.unit[:, 0]] = 1
    w, p, q = first.copy(), np.zeros(K * N), np.zeros(K * N)
    keep = math.exp(-DT / 0.01)
    for step in range(round(2.0 / DT)):
        p, q = keep * p, keep * q
        own, arrived = fired[step], fired[step - 12] if step >= 12 else np.zeros(K * N)
        if 0.2 <= step * DT < 1.6:
            w = np.clip(w + 0.15 * np.outer(own, p) - 0.16 * np.outer(q, arrived), 0, 0.25)
        p, q = p + arrived, q + own
    np.fill_diagonal(w, 0)
    return w


def test_weights_are_those_of_pairs_of_spikes() -> None:
    result = run()
    w = result["w"]
    first = np.zeros((K * N, K * N))
    first[w["C_i"].values, w["C_j"].values] = w.values[0]
    np.testing.assert_allclose(weights(result), by_hand(result, first), atol=1e-12)


def test_weights_point_along_the_sequence() -> None:
    w = weights(run())
    mean = {d: w[GROUP[:, None] - GROUP[None] == d].mean() for d in (-2, -1, 0, 1, 2)}
    assert mean[1] == pytest.approx(0.25)
    assert mean[-1] == mean[0] == 0
    assert mean[2] < 0.4 * mean[1]
