"""Memories as limits of one network of two layers, and their separation functions: Krotov and Hopfield 2021."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp, softmax

import neurodyn
from tests.models.test_laws import difference

TWO_LAYERS = """
[indices]
N = {{ letters = "i j", size = 7 }}
K = {{ letters = "m n", size = 5 }}
[layers]
"v[i]" = {{ activation = "g[i]", lagrangian = {features} }}
"h[m]" = {{ activation = "f[m]", lagrangian = {memories}, tau = "tau_h" }}
[synapses]
memory = "-sum(xi[m,i]*f[m]*g[i], m, i)"
[parameters]
"xi[m,i]" = "normal(0, 1)"
tau_h = 1.0
"""
# Each limit: the Lagrangians, what the features and the memories then give, and the energy of the features alone.
LIMITS = {
    "modern Hopfield": (
        '"identity"', '"softmax", beta = 0.8', lambda v: v, lambda h: softmax(0.8 * h),
        lambda v, o: v @ v / 2 - logsumexp(0.8 * o) / 0.8,
    ),
    "power law": (
        '"tanh"', '"h[m]**4/4"', np.tanh, lambda h: h**3,
        lambda v, o: (v * np.tanh(v) - np.log(np.cosh(v))).sum() - (o**4).sum() / 4,
    ),
    "rectified power": (
        '"tanh"', '"repu", n = 3', np.tanh, lambda h: np.maximum(h, 0) ** 2,
        lambda v, o: (v * np.tanh(v) - np.log(np.cosh(v))).sum() - (np.maximum(o, 0) ** 3).sum() / 3,
    ),
    "exponential": (
        '"tanh"', '"exp", beta = 0.8', np.tanh, lambda h: np.exp(0.8 * h),
        lambda v, o: (v * np.tanh(v) - np.log(np.cosh(v))).sum() - np.exp(0.8 * o).sum() / 0.8,
    ),
    "spherical": (
        '"spherical", epsilon = 0', '"repu", n = 3', lambda v: v / np.linalg.norm(v), lambda h: np.maximum(h, 0) ** 2,
        lambda v, o: -(np.maximum(o, 0) ** 3).sum() / 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_memories_that_follow_at_once(name: str) -> None:
    """With h = xi g, where fast memory units are, the energy is that of the features, and the flow goes down it."""
    features, memories, g, f, energy = LIMITS[name]
    text = TWO_LAYERS.format(features=features, memories=memories)
    system = neurodyn.build(neurodyn.Model.from_text(text), seed=2)
    xi, rng = system.values["xi"], np.random.default_rng(0)
    for _ in range(3):
        v = rng.standard_normal(7)
        y = np.concatenate([v, xi @ g(v)])
        assert float(system.observe(["E"])(0, y, {})["E"]) == pytest.approx(energy(v, xi @ g(v)), rel=1e-12)
        flow = system.flow()(0, y, {})
        np.testing.assert_allclose(flow[:7], xi.T @ f(xi @ g(v)) - v, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(flow[7:], 0, atol=1e-13)
        slope = difference(lambda z: np.atleast_1d(energy(z, xi @ g(z))), v)[0]
        gain = difference(g, v)
        np.testing.assert_allclose(-gain @ flow[:7], slope, atol=1e-6 * np.abs(slope).max())


def test_a_step_of_the_fast_network_is_attention() -> None:
    """tau_h -> 0, and one step of Euler as long as tau_v: v <- xi' softmax(beta xi v), to 2e-10."""
    features, memories, *_ = LIMITS["modern Hopfield"]
    text = TWO_LAYERS.format(features=features, memories=memories)
    system = neurodyn.build(neurodyn.Model.from_text(text), seed=2, tau_h=1e-12)
    xi, v = system.values["xi"], np.random.default_rng(0).standard_normal(7)
    settled = neurodyn.simulate(
        system, start={"v": v, "h": np.zeros(5)}, until=1e-10, method="Radau", rtol=1e-12, atol=1e-14, save_at=[1e-10]
    )
    h, moved = settled["h"].values[-1], settled["v"].values[-1]
    np.testing.assert_allclose(h, xi @ v, atol=1e-8)
    step = v + system.flow()(0, np.concatenate([moved, h]), {})[:7]
    assert np.abs(step - xi.T @ softmax(0.8 * xi @ v)).max() < 2e-9
    exact = v + system.flow()(0, np.concatenate([v, xi @ v]), {})[:7]
    assert np.abs(exact - xi.T @ softmax(0.8 * xi @ v)).max() < 2e-10
    shipped = neurodyn.build("dense_memory_step", sizes={"N": 7, "K": 5}, xi=xi, beta=0.8)
    np.testing.assert_allclose(shipped.step()(0, v, {}), exact, atol=2e-10)


def test_the_rate_of_the_energy_is_minus_the_hessian_forms() -> None:
    """12 features, 9 memories: differences along the flow against -tau v' H v - tau h' H h, by hand; it never rises."""
    system = neurodyn.build("krotov_hopfield", seed=5)
    rng, given = np.random.default_rng(1), {"I": 0.0}
    flow, energy = system.flow(), system.observe(["E"])
    for _ in range(5):
        y = 2 * rng.standard_normal(21)
        way, p = flow(0, y, given), softmax(2 * y[12:])
        v, h = way[:12], way[12:]
        by_hand = -(v**2 / np.cosh(y[:12]) ** 2).sum() - 0.3 * 2 * (p @ h**2 - (p @ h) ** 2)
        ends = [float(energy(0, y + s * way, given)["E"]) for s in (1e-5, -1e-5)]
        assert (ends[0] - ends[1]) / 2e-5 == pytest.approx(by_hand, rel=1e-7) and by_hand < 0
    run = neurodyn.simulate(system, save_at=np.linspace(0, 15, 2000), rtol=1e-11, atol=1e-13)
    assert np.diff(run.energy.values).max() < 1e-12


class TestSphericalMemory:
    def test_flow_by_hand(self) -> None:
        system = neurodyn.build("spherical_memory", sizes={"N": 9, "K": 4}, n=5, tau=0.5)
        xi, v = system.values["xi"], np.random.default_rng(0).standard_normal(9)
        o = xi @ v / np.sqrt(v @ v + 1e-5)
        np.testing.assert_allclose(system.flow()(0, v, {}), (xi.T @ np.maximum(o, 0) ** 4 - v) / 0.5, rtol=1e-12)

    def test_a_memory_is_recalled_beyond_the_number_of_units_with_its_own_length(self) -> None:
        """Where one overlap is 1 and the others give back next to nothing, v is the memory, of length 1."""
        system = neurodyn.build("spherical_memory")
        xi = system.values["xi"]
        run = neurodyn.simulate(system, until=30, record=["v", "f", "E"])
        v = run["v"].values[-1]
        assert len(xi) > v.size and run["f"].values[0, 0] < 0.5 and run["f"].values[-1, 0] > 0.99
        assert np.linalg.norm(v) == pytest.approx(1, abs=0.02)
        np.testing.assert_allclose(v, xi[0], atol=0.02)
        assert float(run.energy.values[-1]) == pytest.approx(-1 / 6, rel=0.01)

    def test_how_long_the_state_is_does_not_count(self) -> None:
        """The activation, and so what the memories give back, is that of the direction alone."""
        system = neurodyn.build("spherical_memory")
        v = system.start()
        drives = [system.flow()(0, s * v, {}) + s * v for s in (1e2, 1e4)]
        np.testing.assert_allclose(*drives, rtol=1e-8)


class TestSeparation:
    """What tells the separation functions apart: even powers keep opposites, others do not; one term comes to win."""

    @pytest.mark.parametrize(("name", "power", "keeps"), [
        ("dense_memory_polynomial", 4, True),
        ("dense_memory_polynomial", 3, False),
        ("dense_memory_rectified", 3, False),
        ("dense_memory_rectified", 4, False),
        ("dense_memory_exponential", None, False),
    ])  # fmt: skip
    def test_opposites_of_memories(self, name: str, power: int | None, keeps: bool) -> None:
        system = neurodyn.build(name, sizes={"N": 64, "K": 5}, **({} if power is None else {"n": power}))
        xi = system.values["xi"]
        ends = {s: neurodyn.simulate(system, start={"v": s * xi[0]}, until=30)["v"].values[-1] for s in (1, -1)}
        overlap = {s: float(xi[0] @ np.tanh(system.values["beta"] * v)) / 64 for s, v in ends.items()}
        assert overlap[1] > 0.98 and (overlap[-1] < -0.98) == keeps

    @pytest.mark.parametrize("power", [2, 3, 5])
    def test_rectified_flow_by_hand(self, power: int) -> None:
        system = neurodyn.build("dense_memory_rectified", sizes={"N": 10, "K": 6}, n=power, beta=2.0)
        xi, v = system.values["xi"], np.random.default_rng(0).standard_normal(10)
        o = np.maximum(xi @ np.tanh(2 * v) / 10, 0)
        np.testing.assert_allclose(system.flow()(0, v, {}), -v + xi.T @ o ** (power - 1), rtol=1e-12, atol=1e-14)
