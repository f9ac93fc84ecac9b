"""Exact laws of the energy-based models: equal distributions, fixed points, curvature, descent, symmetry."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import logsumexp

import neurodyn


@pytest.fixture(scope="module")
def rbm() -> neurodyn.System:
    return neurodyn.build("hopfield_rbm", seed=4)


@pytest.fixture(scope="module")
def states() -> np.ndarray:
    return np.array(list(itertools.product((-1.0, 1.0), repeat=10)))


class TestHopfieldRbm:
    """Smart and Zilman 2021: hidden units with weights Q make the Hopfield network of the couplings J = Q Q^T."""

    def test_the_couplings_are_a_projector_that_keeps_the_patterns(self, rbm: neurodyn.System) -> None:
        q, xi = rbm.values["Q"], rbm.values["xi"]
        j = q @ q.T
        np.testing.assert_allclose(j @ j, j, atol=1e-12)
        np.testing.assert_allclose(j @ xi, xi, atol=1e-12)
        assert np.trace(j) == pytest.approx(3, abs=1e-12)

    def test_the_visible_units_are_distributed_as_the_network(self, rbm: neurodyn.System, states: np.ndarray) -> None:
        """The hidden units are integrated out by quadrature, each by itself: no closed form of Gaussians is used."""
        beta, q = float(rbm.values["beta"]), rbm.values["Q"]
        nodes, weights = np.polynomial.hermite_e.hermegauss(80)
        field = states @ q * np.sqrt(beta)
        log_rbm = np.log((weights * np.exp(field[..., None] * nodes)).sum(-1)).sum(-1)
        log_hopfield = beta * ((states @ q) ** 2).sum(1) / 2
        p, same = (np.exp(x - logsumexp(x)) for x in (log_rbm, log_hopfield))
        assert np.abs(p - same).max() < 1e-12
        # The partition functions differ by that of the hidden units alone.
        assert logsumexp(log_rbm) - logsumexp(log_hopfield) == pytest.approx(1.5 * np.log(2 * np.pi), rel=1e-12)

    def test_the_hidden_units_are_distributed_by_their_energy(self, rbm: neurodyn.System, states: np.ndarray) -> None:
        beta, q, observe = float(rbm.values["beta"]), rbm.values["Q"], rbm.observe(["U"])
        for h in np.random.default_rng(0).normal(size=(5, 3)):
            by_states = logsumexp(-beta * (h @ h / 2 - states @ q @ h))
            assert by_states == pytest.approx(10 * np.log(2) - beta * float(observe(0, h, {})["U"]), rel=1e-13)

    @pytest.mark.parametrize("beta", [1.2, 2.0, 5.0])
    def test_every_pattern_is_a_fixed_point_with_the_curvature_of_one_number(
        self, rbm: neurodyn.System, beta: float
    ) -> None:
        now = rbm.with_values(beta=beta)
        a = brentq(lambda x: x - np.tanh(beta * x), 1e-3, 1, xtol=1e-15)
        for pattern in now.values["xi"].T:
            h = a * now.values["Q"].T @ pattern
            np.testing.assert_allclose(now.flow()(0, h, {}), 0, atol=1e-12)
            curvature = (1 - beta * (1 - a**2)) * np.eye(3)
            np.testing.assert_allclose(-now.jacobian()(0, h, {}), curvature, atol=1e-10)
            energy = 10 * (a**2 / 2 - np.log(np.cosh(beta * a)) / beta)
            assert float(now.observe(["U"])(0, h, {})["U"]) == pytest.approx(energy, rel=1e-12)

    def test_all_patterns_appear_together(self, rbm: neurodyn.System) -> None:
        for beta in (0.7, 1.0, 1.3):
            found = -rbm.with_values(beta=beta).jacobian()(0, np.zeros(3), {})
            np.testing.assert_allclose(found, (1 - beta) * np.eye(3), atol=1e-12)


@pytest.mark.parametrize("name", ["dense_memory", "digit_recall"])
def test_steps_along_the_gradient_descend_by_at_least_what_the_curvature_allows(name: str) -> None:
    """No curvature is above 1, so E(v - a*g) <= E(v) - a*(1 - a/2)*|g|**2 for every a from 0 to 2."""
    system = neurodyn.build(name)
    rng, energy = np.random.default_rng(3), system.observe(["E"])
    tau = float(system.values["tau"])
    for _ in range(20):
        v = system.start() + rng.choice([0.1, 1.0, 3.0]) * rng.normal(size=system.layout.size)
        g = -tau * system.flow()(0, v, {})
        for a in (0.01, 0.5, 1.0, 1.5, 1.99):
            before, after = (float(energy(0, z, {})["E"]) for z in (v, v - a * g))
            assert after <= before - a * (1 - a / 2) * (g @ g) + 1e-12 * (1 + abs(before) + g @ g)
