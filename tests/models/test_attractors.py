"""Spiking circuits that choose and that hold, against the closed forms of the rates that they stand for."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq

from neurodyn import Result, build, simulate

Array = NDArray[np.float64]
RING = np.asarray(2 * np.pi * (np.arange(120) + 0.5) / 120 - np.pi)


def rates(result: Result, event: str, begin: float, end: float) -> Array:
    """Spikes of each unit in a stretch of time, over its length."""
    found = result.events(event)
    counts = np.zeros(result.dataset[event].attrs["shape"])
    inside = (begin <= found.time) & (found.time < end)
    np.add.at(counts, tuple(found.unit[inside].T), 1)
    return counts / (end - begin)


# ---------------------------------------------------------------------------------------------- one neuron


@pytest.mark.parametrize("drive", [0.0, -3.0, 7.0, 43.0])
def test_a_neuron_without_leak_fires_at_the_rate_of_its_drive(drive: float) -> None:
    result = simulate(build("linear_if", drive=drive), until=10.0, record=["spike"])
    assert len(result.events("spike").time) == pytest.approx(10 * max(drive, 0), abs=1)


# ---------------------------------------------------------------------------------------------- winner-take-all


def competition(strengths: list[list[float]], every: float = 1.6, **values: Any) -> Array:
    """The rates of the populations in the second half of each stretch of time, one stretch in a row."""
    table = np.array(strengths)
    system = build("winner_take_all", sizes={"K": table.shape[1]}, I=f"steps(strength[q,k], q, every={every}[s])",
                   strength=table, **values)  # fmt: skip
    result = simulate(system, until=every * len(table), dt=1e-3, backend="fixed", record=["cell.spike"], save_at=[0.0])
    halves = [rates(result, "cell.spike", every * (k + 0.5), every * (k + 1)) for k in range(len(table))]
    return np.array([half.mean(axis=1) for half in halves])


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_the_strongest_input_wins_and_its_rate_is_a_gain_times_it(seed: int) -> None:
    """A lone winner has x = I + a*x - b_in*b_out*x, and the others are silent."""
    strengths = np.random.default_rng(seed).permutation([20.0, 18.0, 15.0, 12.0, 9.0])
    found = competition([strengths.tolist()])[0]
    winner = int(strengths.argmax())
    assert found[winner] == pytest.approx(20 / (1 - 1.2 + 1.5 * 0.4), rel=0.02)
    assert np.delete(found, winner).max() == 0


@pytest.mark.parametrize(("factor", "winner"), [pytest.param(0.93, 0, marks=pytest.mark.slow), (1.07, 1)])
def test_a_rival_takes_over_where_the_closed_form_says(factor: float, winner: int) -> None:
    """Its drive I' - b_in*y, with y = b_out*gain*I, becomes positive at I'/I = b_in*b_out*gain, here 1.5."""
    strengths = [[20.0, 18.0], [20.0, 20 * 1.5 * factor]]
    found = competition(strengths, every=3.0)
    assert found[0].argmax() == 0
    assert found[1].argmax() == winner
    assert found[1, 1 - winner] == 0


def expected_winners(strengths: Array, a: float, product: float) -> Array:
    """The rates x = max(I + a*x - product*sum(x), 0) of weak excitation, found by trying all sets of winners."""
    size = len(strengths)
    for count in range(1, size + 1):
        for chosen in map(list, combinations(range(size), count)):
            x = np.zeros(size)
            x[chosen] = np.linalg.solve((1 - a) * np.eye(count) + product, strengths[chosen])
            drive = strengths + a * x - product * x.sum()
            if (x >= 0).all() and (np.delete(drive, chosen) <= 0).all():
                return x
    raise AssertionError


@pytest.mark.parametrize(
    "a", [0.6, pytest.param(0.2, marks=pytest.mark.slow), pytest.param(0.85, marks=pytest.mark.slow)]
)
def test_with_weak_excitation_several_win(a: float) -> None:
    strengths = np.array([20.0, 17.0, 13.0, 8.0, 3.0])
    expected = expected_winners(strengths, a, 0.6)
    found = competition([strengths.tolist()], every=4.0, a=a)[0]
    np.testing.assert_allclose(found, expected, atol=0.02 * expected.max())
    assert 1 < np.count_nonzero(expected) < 5


# ---------------------------------------------------------------------------------------------- ring attractor


def half_width() -> float:
    """Of a bump of units whose rate is their drive: sum over it of J_2*(cos(z) - cos(c))*cos(z) gives back J_2."""
    return float(brentq(lambda c: 6 * (c - math.sin(2 * c) / 2) / (2 * math.pi) - 1, 0.1, 3.0))


def height() -> float:
    """J_2 times the first harmonic of the rates: the drive in the middle, above the one at the borders, is 0 there."""
    c = half_width()
    return 40 / (-math.cos(c) + 3 * (math.sin(c) - c * math.cos(c)) / math.pi)


def ring(until: float, **values: Any) -> Result:
    start = {"cell.v": values.pop("v")} if "v" in values else None
    system = build("ring_attractor", **{"omega": 0.0, **values})
    return simulate(system, until=until, dt=1e-3, backend="fixed", start=start, record=["cell.spike", "heading"])


def test_the_bump_stays_where_it_was_shown_with_the_shape_of_the_closed_form() -> None:
    result, c = ring(3.0, cue=0.7), half_width()
    found = rates(result, "cell.spike", 1.0, 3.0)
    centre = np.angle(np.sum(found * np.exp(1j * RING)))
    assert centre == pytest.approx(0.7, abs=0.05)
    expected = height() * np.maximum(np.cos(RING - centre) - math.cos(c), 0)
    np.testing.assert_allclose(found, expected, atol=0.04 * expected.max())
    assert np.count_nonzero(found) == pytest.approx(120 * c / math.pi, abs=4)
    late = result["heading"].values[result.time > 1.0]
    assert np.abs(late - centre).max() < 0.1  # the read-out of the file, at each instant


def test_it_turns_as_fast_as_the_head_but_for_the_spikes_of_those_who_join() -> None:
    """With an exact rate it would turn at omega (Zhang 1996).

    A neuron that joins the bump starts from rest, half a spike behind one that fires all the time. So at the leading
    edge omega/2 spikes a second are missing for each radian, and the balance of the first harmonic sine becomes
    tau*w*r_2 = tau*omega*r_2 - w*sin(c)/(4*pi).
    """
    lag = math.sin(half_width()) / (4 * math.pi * 0.1 * height() / 6)
    speeds = [-6.0, 1.5, 6.0]
    turned = []
    for omega in speeds:
        heading = ring(2.0, omega=f"step(0.5[s], {omega}[1/s])")
        angle, t = np.unwrap(heading["heading"].values), heading.time
        turned.append(float(np.polyfit(t[t > 0.8], angle[t > 0.8], 1)[0]))
    np.testing.assert_allclose(turned, np.array(speeds) / (1 + lag), rtol=0.03)
    assert 1 / (1 + lag) == pytest.approx(0.96, abs=0.005)  # what is stated


def test_turning_the_ring_turns_the_run() -> None:
    """All units alike: a start and a cue shifted by m units give the same spikes m units further."""
    v, m = np.random.default_rng(4).uniform(0, 1, 120), 37
    step = 2 * np.pi / 120
    here = rates(ring(1.0, v=v, cue=0.2, omega=2.0), "cell.spike", 0, 1)
    there = rates(ring(1.0, v=np.roll(v, m), cue=0.2 + m * step, omega=2.0), "cell.spike", 0, 1)
    assert np.abs(there - np.roll(here, m)).max() <= 1  # sums are added up in another order
    assert (there == np.roll(here, m)).mean() > 0.9
