"""Expected errors of gradients, errors beyond the first order, and bits of T, each beside many draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.features import (
    FeatureMemory,
    bits_needed,
    curvature_noise,
    expected_drift,
    gradient_error,
    moments,
    rounded,
    rounding_error,
)
from tests.analysis.test_features import binary


def test_expected_error_of_the_gradient_is_met() -> None:
    """At points on slopes, where memories weigh differently; the mean of 200 squares is known to some 7 %."""
    rng = np.random.default_rng(1)
    xi, weights = 0.4 * rng.normal(size=(5, 3)), np.array([1.0, 0.3, 0.0, 2.0, 0.7])
    z, squares = xi[:3] + 0.3 * rng.normal(size=(3, 3)), np.zeros(3)
    for seed in range(200):
        memory = replace(FeatureMemory.drawn(xi, beta=2.0, count=2000, seed=seed), weights=weights)
        squares += ((memory.gradient(z) - memory.exact_gradient(z)) ** 2).sum(axis=1) / 200
    np.testing.assert_allclose(np.sqrt(squares), gradient_error(memory, z), rtol=0.1)


def test_at_a_single_memory_the_gradient_is_exact() -> None:
    memory = FeatureMemory.drawn(np.ones((1, 4)), beta=3.0, count=10)
    assert gradient_error(memory, np.ones(4))[0] == pytest.approx(0, abs=1e-7)


def test_far_from_memories_it_is_known_in_closed_form() -> None:
    """Of one memory at distance r >> 1 only the mean square of w*sin counts, with S = exp(-beta*r**2/2)."""
    memory = FeatureMemory.drawn(np.zeros((1, 6)), beta=4.0, count=100)
    z = np.full((1, 6), 1.2)
    s = np.exp(-2 * 6 * 1.44)
    assert gradient_error(memory, z)[0] == pytest.approx(np.sqrt((6 / 8 + 6 * 1.44 / 2) / 100) / s, rel=1e-3)


def test_other_features_have_no_such_form() -> None:
    for memory in (
        FeatureMemory.drawn(np.ones((2, 3)), beta=1.0, count=5, kind="cos"),
        FeatureMemory.drawn(np.ones((2, 3)), beta=1.0, count=5, log=False),
    ):
        with pytest.raises(neurodyn.InputError, match="known of sincos features with a logarithm"):
            gradient_error(memory, np.ones(3))


def test_errors_beyond_the_first_order() -> None:
    """Close to memories both agree. Where half of all draws are on the plateau the first order says far too much, and
    the mean over 200 draws is the other."""
    xi, z = binary(1, 20, 30), binary(2, 5, 30)
    near = moments(FeatureMemory.drawn(xi, beta=50.0, count=10_000), xi)
    np.testing.assert_allclose(near.floored_error, near.energy_error, rtol=0.01)
    drawn = [FeatureMemory.drawn(xi, beta=50.0, count=500, seed=s) for s in range(200)]
    far, exact = moments(drawn[0], z), drawn[0].exact_energy(z)
    energies = np.array([memory.energy(z) for memory in drawn])
    met = np.abs(energies - exact).mean(axis=0)
    np.testing.assert_allclose(far.floored_error, met, rtol=0.15)
    assert (far.energy_error > 2 * met).any()
    highest = -np.log(drawn[0].floor) / 50.0  # the energy on the plateau
    np.testing.assert_allclose(far.clipped, (energies >= highest - 1e-12).mean(axis=0), atol=0.12)


def test_without_a_floor_the_first_order_stands() -> None:
    found = moments(FeatureMemory.drawn(binary(3, 4, 6), beta=2.0, count=50, kind="exp"), binary(4, 3, 6))
    np.testing.assert_array_equal(found.floored_error, found.energy_error)


class TestValleys:
    @pytest.mark.parametrize(("stored", "count"), [(1, 4000), (30, 9000)])
    def test_noise_in_the_curvature_is_as_wide_as_expected(self, stored: int, count: int) -> None:
        """The curvature by differences of the gradient, at a memory of 40 numbers: its outer eigenvalues are 1 - R and
        1 + R, less a finite-size correction of a tenth, and some percent by the draw."""
        size, h, found = 40, 1e-5, []
        for seed in range(3):
            xi = binary(seed, stored, size)
            memory = FeatureMemory.drawn(xi, beta=100.0, count=count, seed=seed + 50)
            each = h * np.eye(size)
            curvature = (memory.gradient(xi[0] + each) - memory.gradient(xi[0] - each)) / (2 * h)
            values = np.linalg.eigvalsh((curvature + curvature.T) / 2)
            found.append((values[-1] - values[0]) / 2)
        assert np.mean(found) == pytest.approx(float(curvature_noise(memory, xi[:1])[0]), rel=0.15)

    def test_bottoms_of_valleys_are_as_far_as_expected(self) -> None:
        """By steps down the energy of the features, from 20 memories: their root mean square is known to some 5 %."""
        xi = binary(8, 20, 20)
        for count, noise in ((2000, 0.65), (4000, 0.46)):
            memory = FeatureMemory.drawn(xi, beta=100.0, count=count)
            z = xi.copy()
            for _ in range(30):
                z -= 0.7 * memory.gradient(z)
            assert np.sqrt((curvature_noise(memory, xi) ** 2).mean()) == pytest.approx(noise, abs=0.02)
            drift = np.sqrt(((z - xi) ** 2).sum(axis=1).mean())
            assert drift == pytest.approx(np.sqrt((expected_drift(memory, xi) ** 2).mean()), rel=0.12)

    def test_none_is_left_with_few_frequencies(self) -> None:
        """R = 1 at 2*Y = 4*K*D, memories being far apart."""
        xi = binary(9, 60, 50)
        memory = FeatureMemory.drawn(xi, beta=200.0, count=2 * 60 * 50)
        assert curvature_noise(memory, xi[:5]) == pytest.approx(1.0, abs=0.03)
        few = FeatureMemory.drawn(xi, beta=200.0, count=60 * 50)
        assert np.isnan(expected_drift(few, xi[:5])).all()


class TestBits:
    def test_each_number_is_rounded_to_the_nearest_level(self) -> None:
        memory = FeatureMemory.drawn(binary(5, 6, 8), beta=10.0, count=400)
        for bits in (1, 3, 8):
            kept = rounded(memory, bits).trace
            step = 2 * np.abs(memory.trace).max() / 2**bits
            assert np.abs(kept - memory.trace).max() <= step / 2 * (1 + 1e-12) and len(np.unique(kept)) <= 2**bits
            np.testing.assert_allclose(kept / step - 0.5, np.round(kept / step - 0.5), atol=1e-9)
        np.testing.assert_array_equal(np.abs(rounded(memory, 1).trace), np.abs(memory.trace).max() / 2)

    @pytest.mark.parametrize("kind", ["sincos", "cos", "exp"])
    @pytest.mark.parametrize("log", [True, False])
    def test_expected_error_is_met(self, kind: str, log: bool) -> None:
        """The mean of 40 draws at 6 points is known to some 10 %."""
        beta = 10.0 if "cos" in kind else 0.5
        xi, off, expected = binary(6, 10, 8), [], []
        z = xi[:6]
        for seed in range(40):
            memory = FeatureMemory.drawn(xi, beta=beta, count=800, kind=kind, seed=seed, log=log)
            off.append(np.abs(rounded(memory, 6).energy(z) - memory.energy(z)))
            expected.append(rounding_error(memory, z, 6))
        assert np.mean(off) == pytest.approx(np.mean(expected), rel=0.15)

    def test_bits_that_are_needed(self) -> None:
        """With so many bits the two errors stand in the ratio that was asked for."""
        memory = FeatureMemory.drawn(binary(7, 40, 20), beta=30.0, count=2000)
        z = memory.memories[:4]
        bits = bits_needed(memory, z, 0.25)
        one = rounding_error(memory, z, 1) / 2 ** (bits - 1)
        np.testing.assert_allclose(one / moments(memory, z).energy_error, 0.25, rtol=1e-12)

    def test_what_is_refused(self) -> None:
        memory = FeatureMemory.drawn(np.ones((2, 3)), beta=1.0, count=5)
        for bits in (0, 33, 2.5):
            with pytest.raises(neurodyn.InputError, match="Give a whole number from 1 to 32"):
                rounded(memory, bits)  # type: ignore[arg-type]
        with pytest.raises(neurodyn.InputError, match="The share is 0"):
            bits_needed(memory, np.ones(3), 0)
        with pytest.raises(neurodyn.InputError, match="What is kept are not 10 finite numbers"):
            replace(memory, kept=np.ones(5))
