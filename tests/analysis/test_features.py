"""Random features beside their kernel (Hoover et al. 2024, arXiv:2410.24153): variances, errors, bounds, plateaus."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

import neurodyn
from neurodyn.analysis.features import FeatureMemory, feature_errors, kernel_variance, moments

Array = NDArray[np.float64]
KINDS = ["cos", "sincos", "exp", "expexp"]
SHIPPED = ["", "_cos", "_sum", "_exp", "_expexp", "_step"]


def each(memory: FeatureMemory, z: Array) -> Array:
    """S as every frequency alone would have it, (frequencies,)."""
    parts = memory.features(z)[0] * memory.trace
    return parts.reshape(-1, memory.count).sum(axis=0) * memory.count


def binary(seed: int, count: int, d: int) -> Array:
    """Memories as in the figures of the paper: their largest distance is at most 1."""
    return np.random.default_rng(seed).integers(0, 2, (count, d)) / np.sqrt(d)


class TestVariances:
    @pytest.mark.parametrize("kind", KINDS)
    def test_of_one_product(self, kind: str) -> None:
        x, y = np.array([0.3, -0.2, 0.4]), np.array([-0.1, 0.25, 0.1])
        memory = FeatureMemory.drawn(y[None], beta=0.3, count=400_000, kind=kind, seed=1)
        draws, variance = each(memory, x), float(kernel_variance(x, y, kind=kind, beta=0.3)[0])
        kappa = np.exp(-0.15 * ((x - y) ** 2).sum())
        assert draws.mean() == pytest.approx(kappa, abs=5 * np.sqrt(variance / draws.size))
        assert draws.var() == pytest.approx(variance, rel=0.05)

    @pytest.mark.parametrize("kind", KINDS)
    def test_of_the_whole_sum(self, kind: str) -> None:
        """Memories lie close together, and weigh differently: covariances count."""
        rng = np.random.default_rng(2)
        xi, weights = 0.4 * rng.normal(size=(5, 3)), np.array([1.0, 0.3, 0.0, 2.0, 0.7])
        memory = replace(FeatureMemory.drawn(xi, beta=0.5, count=400_000, kind=kind, seed=3), weights=weights)
        v = xi[:1] + 0.3
        found, draws = moments(memory, v), each(memory, v)
        mean = float((weights * np.exp(-0.25 * ((v - xi) ** 2).sum(1))).sum())
        assert np.exp(found.log_mean[0]) == pytest.approx(mean, rel=1e-12)
        assert draws.mean() == pytest.approx(mean, abs=5 * draws.std() / np.sqrt(draws.size))
        assert draws.var() / draws.size == pytest.approx(float(found.variance[0]), rel=0.05)

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_sum_of_one_is_one_product(self, kind: str) -> None:
        rng = np.random.default_rng(4)
        xi, z = rng.normal(size=(1, 4)), rng.normal(size=(6, 4))
        memory = FeatureMemory.drawn(xi, beta=0.4, count=7, kind=kind)
        one = kernel_variance(z, np.broadcast_to(xi, z.shape), kind=kind, beta=0.4, count=7)
        np.testing.assert_allclose(moments(memory, z).variance, one, rtol=1e-10)

    def test_a_weight_of_zero_is_no_memory(self) -> None:
        """It is summed in another way then, as it is where numbers are too far apart for doubles."""
        rng = np.random.default_rng(5)
        for beta, size in ((2.0, 1.0), (50.0, 4.0)):
            xi, z = size * rng.normal(size=(6, 5)), size * rng.normal(size=(4, 5))
            without = FeatureMemory.drawn(xi[1:], beta=beta, count=7)
            with_it = replace(without, memories=xi, weights=np.array([0.0, 1, 1, 1, 1, 1]))
            found, expected = moments(with_it, z).spread, moments(without, z).spread
            np.testing.assert_allclose(found, expected, rtol=1e-9)

    def test_there_is_none_at_a_single_memory_with_sines_and_cosines(self) -> None:
        memory = FeatureMemory.drawn(np.ones((1, 3)), beta=2.0, count=5)
        assert moments(memory, np.ones(3)).variance[0] == pytest.approx(0, abs=1e-15)
        assert memory.closeness(np.ones(3))[0] == pytest.approx(1, abs=1e-12)

    def test_what_has_no_double_is_told_as_infinite(self) -> None:
        memory = FeatureMemory.drawn(np.ones((2, 30)), beta=100.0, count=5, kind="exp")
        assert moments(memory, np.ones(30)).variance[0] == np.inf


class TestEnergies:
    @pytest.mark.parametrize("log", [True, False])
    @pytest.mark.parametrize("kind", KINDS)
    def test_gradients_by_differences(self, kind: str, log: bool) -> None:
        rng, h = np.random.default_rng(5), 1e-5
        memory = FeatureMemory.drawn(rng.normal(size=(3, 4)) / 2, beta=1.5, count=300, kind=kind, log=log)
        for energy, gradient in ((memory.energy, memory.gradient), (memory.exact_energy, memory.exact_gradient)):
            z = memory.memories[:1] + 0.1
            slope = [(energy(z + e) - energy(z - e))[0] / (2 * h) for e in h * np.eye(4)]
            np.testing.assert_allclose(gradient(z)[0], slope, rtol=1e-6, atol=1e-6 * np.abs(slope).max())

    @pytest.mark.parametrize("name", SHIPPED)
    def test_of_a_system(self, name: str) -> None:
        """Energy and gradient of the arrays are those of the model, clipped states included."""
        system = neurodyn.build(f"dense_memory_features{name}", sizes={"Y": 400}, seed=2)
        memory, rng = FeatureMemory.of(system), np.random.default_rng(0)
        assert (memory.kind, memory.log) == (
            {"": "sincos", "_sum": "sincos", "_step": "sincos"}.get(name, name[1:]),
            name != "_sum",
        )
        for spread in (0.02, 0.3):
            v = system.start() + spread * rng.normal(size=system.layout.size)
            assert memory.energy(v)[0] == pytest.approx(float(system.observe(["E"])(0, v, {})["E"]), rel=1e-10)
            slope = (v - system.step()(0.0, v, {})) / 0.1 if name == "_step" else -system.flow()(0.0, v, {})
            np.testing.assert_allclose(memory.gradient(v)[0], slope, rtol=1e-9, atol=1e-12)

    def test_memories_add_up_and_can_be_taken_away(self) -> None:
        rng = np.random.default_rng(6)
        xi = rng.uniform(0, 1, (5, 6))
        whole = FeatureMemory.drawn(xi, beta=3.0, count=50)
        parts = [replace(whole, memories=rows) for rows in (xi[:2], xi[2:])]
        np.testing.assert_allclose(parts[0].trace + parts[1].trace, whole.trace, atol=1e-12)
        np.testing.assert_allclose(whole.trace - whole.features(xi[2:]).sum(0), parts[0].trace, atol=1e-12)
        forgotten = replace(whole, weights=np.array([1.0, 1, 0, 0, 0]))
        np.testing.assert_allclose(forgotten.trace, parts[0].trace, atol=1e-12)
        np.testing.assert_allclose(forgotten.exact_energy(xi), parts[0].exact_energy(xi), rtol=1e-12)

    def test_lists_do(self) -> None:
        memory = FeatureMemory("cos", [[0.1, 0.2]], [[1.0, 2], [0.5, -1]], 2.0, [0.0, 1.0], weights=[2])  # type: ignore[arg-type]
        assert memory.exact_energy([0.1, 0.2])[0] == pytest.approx(-np.log(2) / 2)
        assert memory.features([0.3, 0.1]).shape == (1, 2)

    def test_one_beta_for_memories_and_state(self) -> None:
        """Features of the memories at beta = 1, of the state at 0.01: not the fault of the features."""
        xi = binary(0, 50, 30)
        memory = FeatureMemory.drawn(xi, beta=0.01, count=2000)
        exact = memory.exact_energy(xi)
        mixed = -np.log(memory.features(xi) @ replace(memory, beta=1.0).trace) / 0.01
        assert np.abs(memory.energy(xi) - exact).mean() < 0.01 < 1 < np.abs(mixed - exact).mean()


class TestErrors:
    def test_error_falls_with_the_root_of_the_number_of_features(self) -> None:
        xi, counts = binary(1, 50, 20), np.array([250, 1000, 4000])
        queries = binary(2, 40, 20)
        found = [
            np.mean(
                [
                    feature_errors(FeatureMemory.drawn(xi, beta=10.0, count=int(n), seed=s), queries).energy.mean()
                    for s in range(4)
                ]
            )
            for n in counts
        ]
        assert np.polyfit(np.log(counts), np.log(found), 1)[0] == pytest.approx(-0.5, abs=0.1)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("log", [True, False])
    def test_expected_error_is_met_on_average(self, kind: str, log: bool) -> None:
        """Over draws of the frequencies, at one state; the mean of 300 absolute errors is known to some 5 %."""
        xi, beta = 0.3 * np.random.default_rng(3).normal(size=(4, 3)), 1.5 if "cos" in kind else 0.5
        z, found = xi[:1] + 0.2, []
        for seed in range(300):
            memory = FeatureMemory.drawn(xi, beta=beta, count=1000, kind=kind, seed=seed, log=log)
            found.append(float(np.abs(memory.energy(z) - memory.exact_energy(z))[0]))
        assert np.mean(found) == pytest.approx(float(moments(memory, z).energy_error[0]), rel=0.2)

    def test_as_many_as_are_needed_make_the_target(self) -> None:
        xi = binary(4, 20, 30)
        memory = FeatureMemory.drawn(xi, beta=20.0, count=100)
        needed = moments(memory, xi).needed(0.003)
        for z, n in zip(xi, needed, strict=True):
            again = FeatureMemory.drawn(xi, beta=20.0, count=int(n))
            assert moments(again, z).energy_error[0] == pytest.approx(0.003, rel=0.01)

    def test_plateaus_are_counted(self) -> None:
        """At high beta a random state sees nothing but the noise of the features: half of them have S below 0."""
        xi, queries = binary(5, 100, 100), binary(6, 150, 100)
        memory = FeatureMemory.drawn(xi, beta=60.0, count=3000)
        random = feature_errors(memory, queries)
        np.testing.assert_array_equal(random.clipped, ~memory.gradient(queries).any(axis=1))
        assert random.clipped.mean() == pytest.approx(random.expected.clipped.mean(), abs=0.12)
        assert random.expected.clipped.mean() > 0.3
        assert "WARNING: on the plateau the gradient is exactly 0" in str(random)
        stored = feature_errors(memory, xi)
        assert not stored.clipped.any() and "WARNING" not in str(stored)

    def test_the_report(self) -> None:
        system = neurodyn.build("dense_memory_features", sizes={"Y": 500}, seed=1)
        found = feature_errors(system, system.values["xi"], target=0.02)
        text, data = str(found), json.loads(json.dumps(found.to_json()))
        assert text.startswith("sincos features of 500 frequencies at beta = 100, for 20 memories of 30 numbers")
        assert "numbers that are kept: 1000, no fewer than the 600 of the memories" in text  # sines and cosines
        assert max(map(len, text.splitlines())) <= 100
        assert data["count"] == 500 and len(data["energy"]) == 20 and data["target"] == 0.02
        huge = feature_errors(FeatureMemory.drawn(np.ones((2, 30)), beta=100.0, count=5, kind="exp"), np.ones(30))
        assert json.loads(json.dumps(huge.to_json(), allow_nan=False))["needed"] == [None]

    @pytest.mark.parametrize("count", [500, pytest.param(5000, marks=pytest.mark.slow)])
    def test_reference_numbers(self, count: int) -> None:
        """D = 100, beta = 10, K = 500: .0026 at memories, where 10 % of the bits are flipped, and at random, with 5,000
        frequencies; mean over three draws of the frequencies within 15 %. With 500 it is sqrt(10) times as much."""
        xi, rng = binary(7, 500, 100), np.random.default_rng(8)
        flipped = np.where(rng.random((100, 100)) < 0.1, 0.1 - xi[:100], xi[:100])
        queries = [xi[:100], flipped, rng.integers(0, 2, (100, 100)) / 10]
        for z in queries if count == 5000 else queries[1:2]:
            memories = [FeatureMemory.drawn(xi, beta=10.0, count=count, seed=s) for s in range(3)]
            off = np.mean([np.abs(m.energy(z) - m.exact_energy(z)).mean() for m in memories])
            assert off == pytest.approx(0.0026 * np.sqrt(5000 / count), rel=0.15)
            assert not any((m.closeness(z) <= m.floor).any() for m in memories)

    @pytest.mark.slow
    def test_reference_plateaus(self) -> None:
        """D = 100, beta = 50, K = 500, 40,000 frequencies: no memory lies on the plateau, few states
        near one do (.11), but half of all random states (.49); by the draw of memories and frequencies 0.1 off."""
        xi, rng = binary(7, 500, 100), np.random.default_rng(8)
        flipped = np.where(rng.random((100, 100)) < 0.1, 0.1 - xi[:100], xi[:100])
        memory = FeatureMemory.drawn(xi, beta=50.0, count=40_000)
        shares = [feature_errors(memory, z).clipped.mean() for z in (xi[:100], flipped, binary(9, 100, 100))]
        assert shares == pytest.approx([0, 0.11, 0.49], abs=0.1) and shares[0] == 0
