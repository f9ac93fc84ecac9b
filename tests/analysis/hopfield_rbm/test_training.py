"""Contrastive divergence: its gradient against derivatives of the likelihood, its chains against the exact kernel."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from neurodyn import analysis
from tests.analysis.hopfield_rbm.cases import patterns, states

BETA = 1.3
RNG = np.random.default_rng(11)
W = 0.35 * RNG.normal(size=(6, 2))
BIAS, OFFSET = 0.3 * RNG.normal(size=6), 0.4 * RNG.normal(size=2)
DATA = patterns(40, 6, seed=2, flips=0.2)


def likelihood(weights: np.ndarray, bias: np.ndarray, offset: np.ndarray) -> float:
    """Of the data, by enumeration."""
    given = {"beta": BETA, "bias": bias, "offset": offset}
    exact = analysis.rbm_distribution(weights, **given)
    logs = analysis.rbm_log_likelihood(DATA, weights, log_partition=exact.log_partition, **given)
    return float(logs.mean())


def slopes() -> list[np.ndarray]:
    """Central differences of the likelihood by every weight, bias and offset."""
    at, step = [W, BIAS, OFFSET], 1e-5
    found = []
    for which, values in enumerate(at):
        slope = np.zeros_like(values)
        for place in np.ndindex(values.shape):
            off = np.zeros_like(values)
            off[place] = step
            up, down = ([x + sign * off if k == which else x for k, x in enumerate(at)] for sign in (1, -1))
            slope[place] = (likelihood(*up) - likelihood(*down)) / (2 * step)
        found.append(slope)
    return found


def averaged(data: np.ndarray, k: int, copies: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Means and standard errors of many gradients, each of every row once."""
    rows = np.repeat(data, copies, axis=0)
    found = [analysis.cd_gradient(rows, W, beta=BETA, k=k, bias=BIAS, offset=OFFSET, seed=s) for s in range(12)]
    by_seed = [np.stack([getattr(g, name) for g in found]) for name in ("weights", "bias", "offset")]
    return [x.mean(axis=0) for x in by_seed], [x.std(axis=0, ddof=1) / np.sqrt(12) for x in by_seed]


def test_long_chains_give_the_derivatives_of_the_likelihood() -> None:
    means, errors = averaged(DATA, 40, 60)
    for slope, mean, error in zip(slopes(), means, errors, strict=True):
        assert error.max() < 0.02 and (np.abs(mean - slope) < 5.5 * error + 1e-6).all()


@cache
def kernel() -> np.ndarray:
    """Probabilities of the next state given each, by quadrature over both hidden units."""
    every, nodes = states(6), np.linspace(-8, 8, 41)
    grid = np.stack(np.meshgrid(nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 2)
    share = np.exp(-(grid**2).sum(axis=1) / 2)
    rows = []
    for s in every:
        h = OFFSET + s @ W + grid / np.sqrt(BETA)
        on = 1 / (1 + np.exp(-2 * BETA * (BIAS + h @ W.T)))
        rows.append([share @ np.where(after > 0, on, 1 - on).prod(axis=1) for after in every])
    return np.array(rows) / share.sum()


@pytest.mark.parametrize("k", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_short_chains_are_those_of_the_exact_kernel(k: int) -> None:
    """E[CD-k] = beta*(E[s h'] in the data - E[s h'] after k steps), and not the gradient."""
    every = states(6)
    start = np.array([(s == DATA).all(axis=1).mean() for s in every])
    after = start @ np.linalg.matrix_power(kernel(), k)
    h = OFFSET + every @ W
    expected = [BETA * np.einsum("k,ki,km->im", start - after, every, h), BETA * (start - after) @ every,
                BETA * (start - after) @ h]  # fmt: skip
    means, errors = averaged(DATA, k, 100)
    for value, mean, error in zip(expected, means, errors, strict=True):
        assert (np.abs(mean - value) < 5.5 * error + 1e-6).all()
    off = np.abs(slopes()[0] - expected[0]).max()
    assert off > 10 * errors[0].max()


def test_data_of_the_machine_itself_leave_it_as_it_is() -> None:
    exact = analysis.rbm_distribution(W, beta=BETA, bias=BIAS, offset=OFFSET)
    counts = np.random.default_rng(0).multinomial(20_000, exact.probabilities)
    means, errors = averaged(np.repeat(exact.states, counts, axis=0), 1, 1)
    for mean, error in zip(means, errors, strict=True):
        assert (np.abs(mean) < 5.5 * error + 5 / np.sqrt(20_000)).all()


def test_training_reaches_the_best_likelihood() -> None:
    """That of gradient ascent with exact gradients, from the same start."""
    w, bias, offset = W, BIAS, OFFSET
    data, hidden = DATA.T @ DATA / len(DATA), DATA.mean(axis=0)
    for _ in range(400):
        now = analysis.rbm_distribution(w, beta=BETA, bias=bias, offset=offset)
        step = (data - now.second) @ w + np.outer(hidden - now.mean, offset)
        bias = bias + 0.2 * (hidden - now.mean)
        offset = offset + 0.2 * (hidden - now.mean) @ w
        w = w + 0.2 * step
    found = analysis.train_rbm(
        DATA, W, beta=BETA, rate=0.1, epochs=30, updates=20, k=5, batch=40,
        learn=("weights", "bias", "offset"), bias=BIAS, offset=OFFSET,
    )  # fmt: skip
    along = [likelihood(*x) for x in zip(found.weights, found.bias, found.offset, strict=True)]
    best = likelihood(w, bias, offset)
    assert along[0] == pytest.approx(likelihood(W, BIAS, OFFSET)) and best > along[0] + 0.5
    assert best - 0.15 * (best - along[0]) < np.mean(along[-5:]) < best + 0.05


def test_what_is_not_learnt_stays_and_a_seed_repeats() -> None:
    found, again = (
        analysis.train_rbm(DATA, W, beta=BETA, rate=0.1, epochs=2, batch=15, bias=BIAS, offset=OFFSET, seed=4)
        for _ in range(2)
    )
    assert found.updates == 2 and found.weights.shape == (3, 6, 2)
    np.testing.assert_array_equal(found.weights, again.weights)
    np.testing.assert_array_equal(found.bias, np.tile(BIAS, (3, 1)))
    np.testing.assert_array_equal(found.offset, np.tile(OFFSET, (3, 1)))
    assert np.abs(found.weights[1] - found.weights[0]).max() > 1e-3
