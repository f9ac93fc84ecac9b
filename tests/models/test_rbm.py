"""The Hopfield network as an RBM, in its models: moments, held visible units, fields, descent at any temperature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurodyn
from neurodyn import analysis

BETA, TAU = 1.2, 0.5
XI = np.where(np.random.default_rng(6).random((10, 3)) < 0.5, 1.0, -1.0)
W = analysis.rbm_of_patterns(XI).weights
RNG = np.random.default_rng(8)
BIAS, OFFSET = 0.3 * RNG.normal(size=10), 0.5 * RNG.normal(size=3)


def clamped(held: np.ndarray, **values: object) -> neurodyn.System:
    fixed = {"Q": W, "v": XI[:, 0], "b": BIAS, "c": OFFSET, "beta": BETA, "tau": TAU}
    return neurodyn.build("hopfield_rbm_clamped", clamp=held.astype(float), **(fixed | values))


def sampled(system: neurodyn.System, times: np.ndarray, trials: int, dt: float) -> np.ndarray:
    run = neurodyn.simulate(system, until=float(times[-1]), save_at=times, record=["h"], trials=trials, dt=dt, seed=3)
    return np.asarray(run["h"].transpose("trial", "time", ...).values)


def test_with_all_visible_units_held_the_hidden_ones_are_ornstein_uhlenbeck_processes() -> None:
    """Mean c + W's, variance 1/beta and no covariance, correlation exp(-t/tau)."""
    h = sampled(clamped(np.ones(10)), np.array([5.0, 5.0 + TAU]), 4000, 0.05)
    off = h - (OFFSET + W.T @ XI[:, 0])
    error = np.sqrt(2 / 4000) / BETA
    for early, late, factor in ((off[:, 0], off[:, 0], 1.0), (off[:, 0], off[:, 1], np.exp(-1))):
        # A step of 0.1 tau changes a variance by less than 0.5 %.
        np.testing.assert_allclose(early.T @ late / 4000, factor * np.eye(3) / BETA, atol=4.5 * error + 0.005 / BETA)
    assert np.abs(off[:, 0].mean(axis=0)).max() < 4.5 * np.sqrt(1 / BETA / 4000)


def test_with_some_held_the_hidden_units_are_distributed_as_they_are_given_these() -> None:
    held = np.arange(10) < 4
    exact = analysis.rbm_distribution(W, beta=BETA, bias=BIAS, offset=OFFSET)
    agree = (exact.states == XI[:, 0])[:, held].all(axis=1)
    p, drive = exact.probabilities * agree / exact.probabilities[agree].sum(), OFFSET + exact.states @ W
    mean, second = p @ drive, np.einsum("k,km,kn->mn", p, drive, drive) + np.eye(3) / BETA
    h = sampled(clamped(held), np.arange(4.0, 14.0, 0.5), 600, 0.05)
    for by_trial, value in ((h.mean(axis=1), mean), (np.einsum("ktm,ktn->kmn", h, h) / h.shape[1], second)):
        error = by_trial.std(axis=0) / np.sqrt(len(h))
        assert (np.abs(by_trial.mean(axis=0) - value) < 4.5 * error + 0.01 * np.abs(value).max()).all()
        assert error.max() < 0.04 * np.abs(value).max()


def test_with_none_held_it_is_the_model_without() -> None:
    free = neurodyn.build("hopfield_rbm", xi=XI, beta=BETA, tau=TAU)
    same = clamped(np.zeros(10), Q=free.values["Q"], b=0.0, c=0.0)
    for h in np.random.default_rng(0).normal(size=(5, 3)):
        np.testing.assert_allclose(
            same.flow()(0, h, {"clamp": np.zeros(10)}), free.flow()(0, h, {}), rtol=1e-12, atol=1e-12
        )


def test_gibbs_sampling_with_fields() -> None:
    """Means and second moments of hidden units, against enumeration and quadrature."""
    exact = analysis.rbm_distribution(W, beta=BETA, bias=BIAS, offset=OFFSET)
    system = neurodyn.build("hopfield_rbm_gibbs", Q=W, b=BIAS, c=OFFSET, beta=BETA)
    run = neurodyn.simulate(system, trials=200, steps=300, save_at=np.arange(50, 301), record=["s", "h", "H"], seed=1)
    s, h = (run[name].transpose("trial", "time", ...).values for name in ("s", "h"))
    second = np.einsum("ktm,ktn->kmn", h, h) / h.shape[1]
    pairs = ((s.mean(axis=1), exact.mean), (h.mean(axis=1), exact.hidden_mean), (second, exact.hidden_second))
    for by_trial, value in pairs:
        error = by_trial.std(axis=0) / np.sqrt(200)
        assert (np.abs(by_trial.mean(axis=0) - value) < 4.5 * error).all()
        assert error.max() < 0.03 * np.abs(value).max()
    joint = ((h - OFFSET) ** 2).sum(-1) / 2 - s @ BIAS - np.einsum("kti,im,ktm->kt", s, W, h)
    np.testing.assert_allclose(run["H"].transpose("trial", "time").values, joint, atol=1e-12)


@pytest.mark.parametrize("beta", [0.3, 1.0, 2.0, 50.0, 1e4])
def test_the_energy_falls_at_any_temperature(beta: float) -> None:
    """Also where cosh itself would overflow."""
    system = neurodyn.build("hopfield_rbm", xi=XI, beta=beta)
    energy, flow = system.observe(["U"]), system.flow()
    for start in 3 * np.random.default_rng(1).normal(size=(4, 3)):
        path = solve_ivp(lambda t, h: flow(t, h, {}), (0, 20), start, rtol=1e-9, atol=1e-9, method="LSODA").y.T
        u = np.array([float(energy(0, h, {})["U"]) for h in path])
        assert np.isfinite(u).all() and np.diff(u).max() < 1e-7 and u[-1] < u[0]


@pytest.mark.slow
def test_the_bias_of_the_moments_shrinks_with_the_step() -> None:
    """Euler and Maruyama are of weak order one: E[h h'] is off by an amount that halves with the step."""
    exact = analysis.rbm_distribution(W, beta=BETA).hidden_second
    off = []
    for dt in (0.4, 0.2):
        system = neurodyn.build("hopfield_rbm", xi=XI, beta=BETA)
        run = neurodyn.simulate(
            system, until=120, save_at=np.arange(20.0, 120.1, 2.0), record=["h"], trials=4000, dt=dt,
            method="euler-maruyama", seed=5,
        )  # fmt: skip
        h = run["h"].values.reshape(-1, 3) @ system.values["Q"].T @ W
        off.append(float(np.trace(h.T @ h / len(h) - exact)))
    assert off[0] / off[1] == pytest.approx(2, rel=0.35) and abs(off[1]) < 0.2 * np.trace(exact)
