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


class TestRandomFeatures:
    """Hoover et al. 2024: products of features are the kernel on average, with variances in closed form."""

    X, Y = np.array([0.3, -0.2, 0.4]), np.array([-0.1, 0.25, 0.1])

    @pytest.mark.parametrize("kind", ["cos", "sincos", "exp", "expexp"])
    def test_variances(self, kind: str) -> None:
        beta, rng = 0.3, np.random.default_rng(1)
        omega, phase = rng.normal(size=(400_000, 3)), rng.uniform(0, 2 * np.pi, 400_000)
        a, b = (np.sqrt(beta) * omega @ z for z in (self.X, self.Y))
        one, two = (np.exp(-beta * (z @ z)) for z in (self.X, self.Y))
        kappa, product = np.exp(-beta * ((self.X - self.Y) ** 2).sum() / 2), self.X @ self.Y
        squares = self.X @ self.X + self.Y @ self.Y
        draws, variance = {
            "cos": (2 * np.cos(a + phase) * np.cos(b + phase), 1 + kappa**4 / 2 - kappa**2),
            "sincos": (np.cos(a - b), (1 - kappa**2) ** 2 / 2),
            "exp": (np.exp(a + b) * one * two, np.exp(4 * beta * product) - kappa**2),
            "expexp": (np.cosh(a + b) * one * two,
                       (np.exp(4 * beta * product) + np.exp(-2 * beta * squares)) / 2 - kappa**2),
        }[kind]  # fmt: skip
        assert draws.mean() == pytest.approx(kappa, abs=5 * np.sqrt(variance / draws.size))
        assert draws.var() == pytest.approx(variance, rel=0.05)

    def test_summed_closeness_is_off_by_as_much_as_the_closed_form_says(self) -> None:
        """S of the shipped model over draws of its frequencies; features are few and memories lie close."""
        beta, count = 6.0, 40
        base = neurodyn.build("dense_memory_features", sizes={"D": 5, "K": 4, "Y": count}, values={"beta": beta})
        xi, rng = base.values["xi"], np.random.default_rng(2)
        v = xi[0] + 0.2
        found = []
        for _ in range(600):
            now = base.with_values(omega=rng.normal(size=(count, 5)))
            found.append(float(now.observe(["S"])(0, v, {})["S"]))
        off = v - xi
        exact = np.exp(-beta * (off**2).sum(1) / 2).sum()
        pairs = off[:, None] - off[None], off[:, None] + off[None]
        mean_square = sum(np.exp(-beta * (p**2).sum(-1) / 2).sum() for p in pairs) / 2
        variance = (mean_square - exact**2) / count
        assert np.mean(found) == pytest.approx(exact, abs=5 * np.sqrt(variance / 600))
        assert np.var(found) == pytest.approx(variance, rel=0.25)


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
