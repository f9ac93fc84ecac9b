"""Block Gibbs sampling of the Hopfield-RBM (Smart and Zilman 2021) against the enumeration of all states."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import neurodyn

BETA, SIZE = 1.2, 10


def weights(rule: str) -> np.ndarray:
    """Of three patterns: Hebb's rule, or orthonormal columns that span them (the projection rule)."""
    xi = np.where(np.random.default_rng(3).random((SIZE, 3)) < 0.5, 1.0, -1.0)
    if rule == "hebb":
        return xi / np.sqrt(SIZE)
    values, vectors = np.linalg.eigh(xi.T @ xi)
    return xi @ (vectors / np.sqrt(values)) @ vectors.T


def enumerated(q: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Exact second moments of visible and hidden units, and the mean Hopfield energy."""
    states = np.array(list(itertools.product((-1.0, 1.0), repeat=SIZE)))
    energy = -0.5 * ((states @ q) ** 2).sum(axis=1)
    p = np.exp(-BETA * (energy - energy.min()))
    p /= p.sum()
    visible = np.einsum("k,ki,kj->ij", p, states, states)
    return visible, q.T @ visible @ q + np.eye(3) / BETA, float(p @ energy)


def sampled(q: np.ndarray, trials: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    start = {"s": np.where(np.random.default_rng(5).random((trials, SIZE)) < 0.5, 1.0, -1.0)}
    system = neurodyn.build("hopfield_rbm_gibbs", Q=q, beta=BETA)
    result = neurodyn.simulate(
        system, start=start, trials=trials, steps=steps, save_at=np.arange(100, steps + 1), record=["s", "h"]
    )
    return result["s"].values, result["h"].values


@pytest.mark.parametrize("rule", ["hebb", "projection"])
def test_second_moments(rule: str) -> None:
    """300 chains of 400 kept steps: the largest error of a moment stays below 0.05."""
    q = weights(rule)
    if rule == "projection":
        np.testing.assert_allclose(q.T @ q, np.eye(3), atol=1e-12)
    s, h = sampled(q, 300, 500)
    visible, hidden, energy = enumerated(q)
    count = s.shape[0] * s.shape[1]
    assert np.abs(np.einsum("kti,ktj->ij", s, s) / count - visible).max() < 0.05
    found = np.einsum("ktm,ktn->mn", h, h) / count
    assert np.abs(found - hidden).max() < 0.05
    assert -0.5 * ((s @ q) ** 2).sum(axis=-1).mean() == pytest.approx(energy, abs=0.05)


def test_hidden_units_see_the_new_visible_ones() -> None:
    """h - Q's is the thermal noise alone: Gaussian of variance 1/beta, and new in every step."""
    q = weights("hebb")
    s, h = sampled(q, 50, 300)
    rest = h - s @ q
    assert rest.mean() == pytest.approx(0, abs=0.03) and rest.var() == pytest.approx(1 / BETA, rel=0.04)
    assert abs(np.corrcoef(rest[1:].ravel(), rest[:-1].ravel())[0, 1]) < 0.03


def test_glauber_dynamics_visits_states_as_often_as_boltzmann_says() -> None:
    """One unit after the other, without self-coupling: second moments against the enumeration of all states."""
    xi = np.where(np.random.default_rng(2).random((2, 8)) < 0.5, 1.0, -1.0)
    system = neurodyn.build("hopfield_glauber", xi=xi, beta=1.5)
    exact = neurodyn.analysis.hopfield_distribution(system.values["J"], beta=1.5)
    start = np.where(np.random.default_rng(5).random((200, 8)) < 0.5, 1.0, -1.0)
    run = neurodyn.simulate(system, start={"S": start}, trials=200, steps=220, save_at=np.arange(20, 221), record=["S"])
    s = run["S"].transpose("trial", "time", ...).values
    by_trial = np.einsum("kti,ktj->kij", s, s) / s.shape[1]
    error = by_trial.std(axis=0) / np.sqrt(200)
    assert (np.abs(by_trial.mean(axis=0) - exact.second) < 4.5 * error + 1e-12).all() and error.max() < 0.03


def test_glauber_dynamics_without_noise_is_the_network_at_rest() -> None:
    system = neurodyn.build("hopfield_glauber", sizes={"N": 200, "P": 4}, beta=1e6)
    run = neurodyn.simulate(system, steps=6, record=["S"])
    np.testing.assert_array_equal(run["S"].values[-1], system.values["xi"][0])
