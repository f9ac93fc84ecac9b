"""p_HN = p_RBM and its company: enumeration and quadrature against plain loops, and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from neurodyn import analysis
from tests.analysis.hopfield_rbm.cases import boltzmann, patterns, rotation, states

BETA = 1.2
RNG = np.random.default_rng(7)
BIAS, OFFSET = 0.4 * RNG.normal(size=8), RNG.normal(size=3)


@pytest.mark.parametrize("rule", ["projection", "hebb"])
@pytest.mark.parametrize("fields", [False, True])
def test_the_visible_units_are_distributed_as_the_network(rule: str, fields: bool) -> None:
    found = analysis.rbm_of_patterns(patterns(8, 3), rule=rule)
    b, c = (BIAS, OFFSET) if fields else (0.0, 0.0)
    same = analysis.same_distribution(found.weights, beta=BETA, bias=b, offset=c)
    by_loops, log_z = boltzmann(found.couplings, BETA, b + found.weights @ np.broadcast_to(c, 3))
    assert np.abs(same.machine.probabilities - by_loops).max() < 1e-12
    assert np.abs(same.network.probabilities - by_loops).max() < 1e-12
    assert same.verdict == "verified" and same.difference < 1e-12 and abs(same.offset) < 1e-11
    assert same.network.log_partition == pytest.approx(log_z, rel=1e-13)
    np.testing.assert_array_equal(same.machine.states, states(8))
    assert "VERIFIED" in str(same) and same.to_json()["verdict"] == "verified"


@pytest.mark.parametrize("beta", [0.01, 5.0, 200.0])
def test_at_any_temperature(beta: float) -> None:
    """Nothing overflows where hidden units are driven far beyond their deviation."""
    found = analysis.rbm_of_patterns(patterns(10, 3))
    same = analysis.same_distribution(found.weights, beta=beta)
    assert same.difference < 1e-12 and abs(same.offset) < 1e-12 * abs(same.machine.log_partition)


def test_rounding_refutes_nothing() -> None:
    """Energies of a million leave ten digits to the probabilities, and the report says so."""
    w = analysis.rbm_of_patterns(patterns(10, 3)).weights
    same = analysis.same_distribution(w, beta=1e6)
    assert same.verdict == "verified" and same.difference < same.rounding < 1e-7


@pytest.mark.parametrize("rule", ["projection", "hebb"])
def test_weights_may_be_turned(rule: str) -> None:
    w = analysis.rbm_of_patterns(patterns(9, 4), rule=rule).weights
    p, turned = (analysis.rbm_distribution(x, beta=BETA) for x in (w, w @ rotation(4)))
    assert np.abs(p.probabilities - turned.probabilities).max() < 1e-12
    assert p.log_partition == pytest.approx(turned.log_partition, rel=1e-13)


def test_the_diagonal_is_a_constant() -> None:
    """Without it the energy of the projection rule is higher by p/2 in every state."""
    j = analysis.rbm_of_patterns(patterns(9, 4)).couplings
    whole, without = (analysis.hopfield_distribution(x, beta=BETA) for x in (j, j - np.diag(np.diag(j))))
    assert np.abs(whole.probabilities - without.probabilities).max() < 1e-14
    assert whole.log_partition - without.log_partition == pytest.approx(BETA * 4 / 2, rel=1e-12)


def test_anti_patterns_are_as_likely_until_a_field_tells_them_apart() -> None:
    xi = patterns(9, 2)
    w, target = analysis.rbm_of_patterns(xi).weights, xi[:, 0]
    plain = analysis.rbm_distribution(w, beta=3.0)
    at, against = (int(np.flatnonzero((plain.states == s).all(axis=1))[0]) for s in (target, -target))
    np.testing.assert_allclose(plain.probabilities, plain.probabilities[::-1], rtol=1e-12)
    biased = analysis.rbm_distribution(w, beta=3.0, bias=0.1 * target)
    assert biased.probabilities[at] / biased.probabilities[against] == pytest.approx(np.exp(3 * 0.2 * 9), rel=1e-10)


def test_moments() -> None:
    w = analysis.rbm_of_patterns(patterns(8, 3)).weights
    found = analysis.rbm_distribution(w, beta=BETA, bias=BIAS, offset=OFFSET)
    p, s = boltzmann(w @ w.T, BETA, BIAS + w @ OFFSET)[0], states(8)
    np.testing.assert_allclose(found.mean, p @ s, atol=1e-12)
    np.testing.assert_allclose(found.second, np.einsum("k,ki,kj->ij", p, s, s), atol=1e-12)
    h = OFFSET + s @ w
    np.testing.assert_allclose(found.hidden_mean, p @ h, atol=1e-12)
    np.testing.assert_allclose(found.hidden_second, np.einsum("k,km,kn->mn", p, h, h) + np.eye(3) / BETA, atol=1e-12)


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_the_partition_function_by_hidden_units(hidden: int) -> None:
    w = analysis.rbm_of_patterns(patterns(8, hidden), rule="hebb").weights
    fields = {"bias": BIAS, "offset": OFFSET[:hidden]}
    by_states = analysis.rbm_distribution(w, beta=BETA, **fields).log_partition
    assert analysis.rbm_log_partition(w, beta=BETA, **fields) == pytest.approx(by_states, rel=1e-13)


def test_the_partition_function_of_many_visible_units() -> None:
    """784 units, one pattern: an integral over one hidden unit, and a sum over the numbers of units that agree."""
    w = analysis.rbm_of_patterns(patterns(784, 1)).weights
    found = analysis.rbm_log_partition(w, beta=2.0)

    def part(h: float) -> float:
        return float(np.exp(-(h**2) + 784 * (np.logaddexp(0, -4 * abs(h) / 28) + 2 * abs(h) / 28) - 1300))

    by_quad = np.log(quad(part, 20, 36, epsabs=0, epsrel=1e-12)[0] + quad(part, -36, -20, epsabs=0, epsrel=1e-12)[0])
    assert found == pytest.approx(by_quad + 1300, rel=1e-10)
    assert found > 784 * np.log(2)


def test_a_network_that_is_another_one_is_refuted() -> None:
    xi = patterns(8, 3)
    w = analysis.rbm_of_patterns(xi).weights
    same = analysis.same_distribution(w, beta=BETA, couplings=xi @ xi.T / 8)
    assert same.verdict == "refuted"
    k = int(np.flatnonzero((states(8) == same.worst).all(axis=1))[0])
    assert abs(same.network.probabilities[k] - same.machine.probabilities[k]) == same.difference
    assert "REFUTED" in str(same)
