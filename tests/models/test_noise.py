"""Shipped models with white noise against enumeration, Fokker-Planck equations and Gaussian laws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.linalg import expm

import neurodyn


def test_second_moments_of_the_hidden_units() -> None:
    """E[h h'] = E[Q's s'Q] + I/beta over the Hopfield distribution, by enumeration (science sheet, 3.4 test 4)."""
    system = neurodyn.build("hopfield_rbm", seed=2)
    q, beta = system.values["Q"], float(system.values["beta"])
    states = np.array(list(itertools.product((-1.0, 1.0), repeat=len(q))))
    weights = np.exp(beta * ((states @ q) ** 2).sum(axis=1) / 2)
    weights /= weights.sum()
    exact = np.einsum("k,km,kn->mn", weights, states @ q, states @ q) + np.eye(3) / beta
    times = np.arange(10.0, 60.5, 0.5)
    h = neurodyn.simulate(system, trials=400, dt=0.05, until=60, save_at=times, record=["h"])["h"].values
    by_trial = np.einsum("tkm,tkn->kmn", h, h) / len(times)
    error = by_trial.std(axis=0) / np.sqrt(400)
    assert (np.abs(by_trial.mean(axis=0) - exact) < 5 * error + 0.01 * np.abs(exact).max()).all()
    assert error.max() < 0.02 * np.abs(exact).max()


def test_stored_patterns_are_fixed_points_of_the_drift() -> None:
    """h = a*R e_m with a = tanh(beta*a), for every pattern; the Hessian of U there is (1 - beta*(1 - a**2))*I."""
    system = neurodyn.build("hopfield_rbm", seed=2, beta=2.0)
    a = 0.957504024077
    for m in range(3):
        h = a * np.linalg.inv(system.values["R"])[:, m]  # Q h = a*xi[:, m]
        np.testing.assert_allclose(system.values["Q"] @ h, a * system.values["xi"][:, m], rtol=1e-12)
        np.testing.assert_allclose(system.flow()(0.0, h, {}), 0, atol=1e-11)
        np.testing.assert_allclose(-system.jacobian()(0.0, h, {}), (1 - 2 * (1 - a**2)) * np.eye(3), atol=1e-10)


def test_ornstein_uhlenbeck_is_gaussian_with_its_memory() -> None:
    """Variance sigma**2 in the long run, and correlation exp(-t/tau); mean E."""
    run = neurodyn.simulate(neurodyn.load("ornstein_uhlenbeck"), trials=2000, until="50 ms", save_at=[0.04, 0.05])
    early, late = (run["V"].values[k] + 0.065 for k in (0, 1))
    left = 25e-6 * (1 - np.exp(-10))  # it starts from its mean
    for value, exact in ((late**2, left), (early * late, 25e-6 * np.exp(-1))):
        assert abs(value.mean() - exact) < 5 * value.std() / np.sqrt(2000)
    assert abs(late.mean()) < 5 * late.std() / np.sqrt(2000)


def test_double_well_forgets_at_the_rate_of_the_fokker_planck_equation() -> None:
    """The probability to be in the other well after some time, by the equation on a grid; and Kramers' rate."""
    temperature = 0.1
    edges = np.linspace(-2.4, 2.4, 241)
    x, h = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    u = x**4 / 4 - x**2 / 2
    up, down = (np.exp(-np.diff(u) * s / (2 * temperature)) * temperature / h**2 for s in (1, -1))
    generator = np.diag(up, -1) + np.diag(down, 1)
    generator -= np.diag(generator.sum(axis=0))
    p = expm(generator * 20.0)[:, np.argmin(np.abs(x + 1))]
    crossed = p[x > 0].sum()
    run = neurodyn.simulate(
        neurodyn.build("double_well", D=temperature), until=20, dt=0.05, trials=2000, save_at=[20.0]
    )
    found = (run["x"].values > 0).mean()
    assert abs(found - crossed) < 5 * np.sqrt(crossed * (1 - crossed) / 2000) + 0.003
    rate = np.sqrt(2) / (2 * np.pi) * np.exp(-0.25 / temperature)
    slowest = -np.sort(np.linalg.eigvals(generator).real)[-2]
    assert slowest / (2 * rate) == pytest.approx(1, abs=0.25)  # Kramers' formula is for deep wells


def test_the_sampler_draws_the_memories() -> None:
    """From its exact start, data and noise of variance 100, each memory is drawn as often as it is in the data."""
    memories = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 0.0], [0.0, 5.0], [-4.0, -4.0]])  # one of them twice
    trials, rng = 1500, np.random.default_rng(0)
    start = memories[rng.integers(5, size=trials)] + 10 * rng.standard_normal((trials, 2))
    system = neurodyn.build("diffusion_sampler", sizes={"K": 5}, values={"xi": memories})
    times = np.log([100.0, 10.0, 1.0, 0.1, 1e-4])
    dt = float(-np.diff(times)[0] / 100)
    run = neurodyn.simulate(
        system, trials=trials, start={"x": start}, t0=times[0], until=times[-1], dt=dt, every=20 * dt, record=["x", "E"]
    )
    end = run["x"].values[-1]
    nearest = np.argmin(((end[:, None] - memories[[0, 1, 3, 4]]) ** 2).sum(-1), axis=1)
    counts = np.bincount(nearest, minlength=4) / trials
    assert (np.abs(counts - [0.2, 0.4, 0.2, 0.2]) < 5 * np.sqrt(0.24 / trials)).all()
    assert (np.abs(end - memories[[0, 1, 3, 4]][nearest]).max(axis=1) < 0.06).all()
    assert (np.diff(run["E"].values.mean(axis=1)) < 0).all()  # I10: it falls in the mean


def test_noise_makes_an_excitable_unit_spike() -> None:
    """Without noise it rests; with it the intervals are most regular at a medium strength (Pikovsky and Kurths)."""
    system = neurodyn.build("coherence_resonance")
    quiet = neurodyn.simulate(system.with_values(D=0.0), until=5)
    assert float(quiet["x"].values.max()) < 0
    assert float(neurodyn.simulate(system, until=5)["x"].values.max()) > 1.5


@pytest.mark.slow
def test_coherence_resonance() -> None:
    regularity = {}
    for strength in (0.02, 0.07, 0.25):
        run = neurodyn.simulate(
            neurodyn.build("coherence_resonance", D=strength), until=120, dt=0.002, every=0.01, trials=12
        )
        intervals = []
        for x in run["x"].values.T:
            up = run.time[1:][(x[1:] > 1) & (x[:-1] <= 1)]
            intervals.append(np.diff(up))
        joined = np.concatenate(intervals)
        regularity[strength] = joined.std() / joined.mean()
    assert regularity[0.07] < 0.6 * regularity[0.02] and regularity[0.07] < 0.8 * regularity[0.25]
