"""The mean-field theory of Hopfield networks: published points, its own saddle, closed forms, and a network."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import erf

from neurodyn import InputError, build, simulate
from neurodyn.analysis.mean_field import hopfield


def test_published_points() -> None:
    """Amit, Gutfreund and Sompolinsky 1985: capacity 0.138 at an overlap of 0.967; patterns are the lowest states below
    a load of 0.051, mixtures of three exist below 0.03."""
    last = hopfield.critical()
    assert last.load == pytest.approx(0.1379, abs=5e-5) and last.overlap == pytest.approx(0.967, abs=5e-4)
    assert hopfield.critical(3).load == pytest.approx(0.03, abs=5e-4)

    def above_glass(load: float) -> float:
        found = hopfield.retrieval(load)
        assert found is not None
        return found.energy - hopfield.glass(load).energy

    assert float(brentq(above_glass, 0.01, 0.13)) == pytest.approx(0.0515, abs=1e-3)


@pytest.mark.parametrize("load", [0.02, 0.07, 0.1, 0.1379])
def test_it_solves_the_equations(load: float) -> None:
    """As they are written."""
    found = hopfield.retrieval(load)
    assert found is not None
    m, r, c = found.overlap, found.noise, found.susceptibility
    assert m == pytest.approx(float(erf(m / math.sqrt(2 * load * r))), abs=1e-12)
    assert r == pytest.approx(1 / (1 - c) ** 2, rel=1e-12)
    assert c == pytest.approx(math.sqrt(2 / (math.pi * load * r)) * math.exp(-(m**2) / (2 * load * r)), abs=1e-12)


def _free_energy(load: float, mixed: int, m: float, r: float, c: float) -> float:
    """At temperature 0, by quadrature over the normal field and all signs of the patterns."""
    z = np.linspace(-10, 10, 100_001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    sums = [sum(signs) for signs in itertools.product((-1, 1), repeat=mixed)]
    field = np.mean([np.trapezoid(density * np.abs(z * math.sqrt(load * r) + m * s), z) for s in sums])
    return float(load / 2 + mixed * m**2 / 2 - load / (2 * (1 - c)) + load * r * c / 2 - field)


@pytest.mark.parametrize(("load", "mixed"), [(0.12, 1), (0.025, 3), (0.01, 5), (0.3, 0)])
def test_the_energy_is_stationary_there(load: float, mixed: int) -> None:
    """The equations are those of a saddle of the free energy, and the energy is its value."""
    found = hopfield.retrieval(load, mixed) if mixed else hopfield.glass(load)
    assert found is not None
    at = np.array([found.overlap, found.noise, found.susceptibility])
    assert found.energy == pytest.approx(_free_energy(load, mixed, *at), abs=1e-7)
    for k in range(0 if mixed else 1, 3):
        step = 1e-3 * np.eye(3)[k]
        slope = (_free_energy(load, mixed, *(at + step)) - _free_energy(load, mixed, *(at - step))) / 2e-3
        assert slope == pytest.approx(0, abs=2e-5)


def test_limits() -> None:
    """Few patterns: exact ones have the energy -1/2, mixtures of three the overlap 1/2; a glass -1/pi - sqrt(2a/pi)."""
    few, three = hopfield.retrieval(1e-6), hopfield.retrieval(1e-6, 3)
    assert few is not None and three is not None
    assert (few.overlap, few.energy) == (pytest.approx(1), pytest.approx(-0.5, abs=1e-6))
    assert three.overlap == pytest.approx(0.5) and three.energy == pytest.approx(-0.375, abs=1e-5)
    for load in (1e-4, 0.1, 2.0):
        assert hopfield.glass(load).energy == pytest.approx(-1 / math.pi - math.sqrt(2 * load / math.pi), rel=1e-12)
    assert hopfield.retrieval(0.1380) is None and hopfield.retrieval(0.031, 3) is None


def test_a_network_agrees() -> None:
    """Overlap and energy of 1,000 units at a load of 0.1, and what the first step flips."""
    system = build("hopfield_binary_parallel", sizes={"N": 1000, "P": 100})
    xi = system.values["xi"]
    run = simulate(
        system, start={"S": xi}, trials=100, steps=15, save_at=[1, 15], record=["S", "E"], seed=1, progress=False
    )
    overlaps = (run["S"].values * xi).mean(axis=-1)
    expected = hopfield.retrieval(0.1)
    assert expected is not None
    assert overlaps[1].mean() == pytest.approx(expected.overlap, abs=0.0015)
    assert run["E"].values[1].mean() / 1000 == pytest.approx(expected.energy, abs=0.006)
    assert (1 - overlaps[0].mean()) / 2 == pytest.approx(float(hopfield.flips(0.1)), rel=0.25)


def test_what_it_refuses() -> None:
    with pytest.raises(InputError, match="patterns over units, a number above 0"):
        hopfield.retrieval(0.0)
    with pytest.raises(InputError, match="Give an odd number"):
        hopfield.critical(2)
    assert float(hopfield.flips(0.0)) == 0.0
