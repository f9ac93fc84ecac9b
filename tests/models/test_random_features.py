"""Dense memories with random features (Hoover et al. 2024, arXiv:2410.24153), beside plain NumPy and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

import neurodyn
from neurodyn.model.random_features import FEATURE_MAPS, random_features

Array = NDArray[np.float64]
KINDS = list(FEATURE_MAPS)


def phi(kind: str, z: Array, beta: float, omega: Array, b: Array | None) -> Array:
    """The features of one point, as the paper writes them."""
    h, size, count = np.sqrt(beta) * omega @ z, z @ z, len(omega)
    if kind == "cos":
        return np.sqrt(2 / count) * np.cos(h + b)
    if kind == "sincos":
        return np.concatenate([np.cos(h), np.sin(h)]) / np.sqrt(count)
    if kind == "exp":
        return np.exp(h - beta * size) / np.sqrt(count)
    return np.concatenate([np.exp(h - beta * size), np.exp(-h - beta * size)]) / np.sqrt(2 * count)


def energy_by_hand(system: neurodyn.System, kind: str, log: bool, v: Array, stored: Array | None = None) -> float:
    p = system.values
    beta, rest = float(p["beta"]), (float(p["beta"]), p["omega"], p.get("b"))
    trace = sum(phi(kind, z, *rest) for z in (p["xi"] if stored is None else stored))
    closeness = phi(kind, v, *rest) @ trace
    return -np.log(max(closeness, float(p.get("floor_S", 0)))) / beta if log else -closeness / beta


def small(kind: str, log: bool = True, steps: bool = False) -> neurodyn.System:
    model = random_features(kind, log, steps, D=4, K=3, Y=300, beta=2.0, v="xi[0,i] + normal(0, 0.3)")
    return neurodyn.build(model, seed=6)


@pytest.fixture(scope="module")
def story() -> tuple[neurodyn.System, neurodyn.Result]:
    system = neurodyn.build("dense_memory_features_writing", sizes={"Y": 3000}, seed=1)
    times = [4.0, 15.0, 25.0, 40.0, 50.0]
    return system, neurodyn.simulate(system, until=50, save_at=times, record=["T_c", "T_s", "v", "E", "closeness"])


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_energy_and_flow(kind: str, log: bool) -> None:
    """The energy is that of the features by hand, and the flow its gradient, by differences."""
    system, h = small(kind, log), 1e-5
    v = system.start()
    assert float(system.observe(["E"])(0, v, {})["E"]) == pytest.approx(energy_by_hand(system, kind, log, v), rel=1e-12)
    slope = [
        (energy_by_hand(system, kind, log, v + e) - energy_by_hand(system, kind, log, v - e)) / (2 * h)
        for e in h * np.eye(4)
    ]
    np.testing.assert_allclose(-system.flow()(0, v, {}), slope, rtol=1e-6, atol=1e-6 * np.abs(slope).max())
    step = small(kind, log, steps=True).with_values(clamp=np.array([0, 1, 0, 0]))
    after = step.step()(0.0, v, {})
    np.testing.assert_allclose(after - v, -0.1 * np.array([1, 0, 1, 1]) * slope, atol=1e-8 * (1 + np.abs(slope).max()))
    assert after[1] == v[1]


def test_features_of_sincos_have_length_one() -> None:
    one = neurodyn.build("dense_memory_features", sizes={"K": 1, "Y": 50}, seed=1)
    assert float(one.observe(["S"])(0, one.values["xi"][0], {})["S"]) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", ["", "_cos", "_sum", "_exp", "_expexp"])
def test_what_is_clamped_is_not_moved(name: str) -> None:
    base = neurodyn.build(f"dense_memory_features{name}", sizes={"Y": 500}, seed=1)
    held = np.arange(base.layout.size) % 2
    run = neurodyn.simulate(base.with_values(clamp=held), until=3, record=["v"])["v"].values
    np.testing.assert_array_equal(run[:, held == 1], np.broadcast_to(run[0, held == 1], run[:, held == 1].shape))
    assert np.abs(run[-1] - run[0])[held == 0].max() > 1e-4


class TestKernel:
    """Steps down the exact energy -log(sum(exp(-beta*|v - xi|**2/2)))/beta."""

    def test_a_full_step_is_the_weighted_mean_of_the_memories(self) -> None:
        system = neurodyn.build("dense_memory_kernel", seed=2, alpha=1.0)
        xi, v = system.values["xi"], system.start()
        p = softmax(-100 * ((v - xi) ** 2).sum(1) / 2)
        np.testing.assert_allclose(system.step()(0, v, {}), p @ xi, atol=1e-12)

    def test_steps_descend_by_at_least_what_the_curvature_allows(self) -> None:
        """E(v - a*g) <= E(v) - a*(1 - a/2)*|g|**2 for every a from 0 to 2, with the energy by hand."""
        base, rng = neurodyn.build("dense_memory_kernel", seed=3), np.random.default_rng(0)
        xi = base.values["xi"]

        def exact(z: Array) -> float:
            return float(-logsumexp(-50 * ((z - xi) ** 2).sum(1)) / 100)

        for a in (0.01, 0.5, 1.0, 1.5, 1.99):
            step = base.with_values(alpha=a).step()
            for spread in (0.01, 0.1, 1.0) * 5:
                v = xi[0] + spread * rng.normal(size=xi.shape[1])
                w = step(0, v, {})
                g = (v - w) / a
                assert exact(w) <= exact(v) - a * (1 - a / 2) * (g @ g) + 1e-13 * (1 + g @ g)

    def test_what_is_held_stays_and_the_rest_descends(self) -> None:
        """The energy by hand falls, the held half does not move, and the rest steps as without clamps."""
        base = neurodyn.build("dense_memory_kernel_clamped", seed=4)
        free = neurodyn.build("dense_memory_kernel", seed=4, xi=base.values["xi"])
        xi, held, v = base.values["xi"], base.values["clamp"] == 1, base.start()
        assert held.sum() == 15
        for _ in range(20):
            w = base.step()(0, v, {})
            np.testing.assert_array_equal(w[held], xi[0, held])
            np.testing.assert_allclose(w[~held], free.step()(0, v, {})[~held], atol=1e-14)
            before, after = (-logsumexp(-50 * ((z - xi) ** 2).sum(1)) for z in (v, w))
            assert after < before
            v = w


class TestWriting:
    """Memories are added to and taken from two vectors while the state moves."""

    def test_the_vectors_are_the_sums_of_what_is_stored(self, story: tuple[neurodyn.System, neurodyn.Result]) -> None:
        system, found = story
        p = system.values
        features = np.array([phi("sincos", z, float(p["beta"]), p["omega"], None) for z in p["xi"]])
        traces = np.concatenate([found["T_c"].values, found["T_s"].values], axis=1)
        for trace, stored in zip(traces, [[], [0, 1, 2], [0, 2], [1, 2, 3], [0, 1, 2, 3]], strict=True):
            np.testing.assert_allclose(trace, features[stored].sum(0), atol=1e-12)

    def test_a_cue_comes_back_if_it_is_stored(self, story: tuple[neurodyn.System, neurodyn.Result]) -> None:
        before, with_it, without, again, _ = story[1]["closeness"].values[:, 1]
        assert before < 0.5 < 0.8 < with_it and without < 0.3 and again > 0.8

    def test_with_nothing_stored_the_energy_is_flat(self, story: tuple[neurodyn.System, neurodyn.Result]) -> None:
        system, found = story
        np.testing.assert_array_equal(system.flow()(0, system.start(), {}), 0)
        np.testing.assert_allclose(found["v"].values[0], system.layout.unpack(system.start())["v"], atol=1e-15)
        assert found["E"].values[0] == pytest.approx(-np.log(1e-5) / float(system.values["beta"]), rel=1e-15)

    def test_rounding_does_not_pile_up(self) -> None:
        """Ten thousand memories written and erased again leave what was there."""
        rng = np.random.default_rng(3)
        omega, kept = rng.normal(size=(200, 5)), rng.uniform(0, 1, 5)
        trace = first = phi("sincos", kept, 10.0, omega, None)
        for z in rng.uniform(0, 1, (10_000, 5)):
            trace = trace + phi("sincos", z, 10.0, omega, None)
            trace = trace - phi("sincos", z, 10.0, omega, None)
        assert np.abs(trace - first).max() < 1e-12


class TestStream:
    """Each step writes a new memory and lets the old ones fade."""

    def test_the_first_memory_fades_as_it_should(self) -> None:
        """Blocks of frequencies are runs of their own. New memories are too far away to count but in the spread."""
        steps, count, blocks, keep = 40, 100, 200, 0.95
        sizes = {"Y": count * blocks}
        system = neurodyn.build("dense_memory_features_stream", sizes=sizes, keep=keep, beta=400.0, seed=0)
        end = neurodyn.simulate(system, steps=steps, save_at=[steps], record=["T_c", "T_s", "left"])
        h = 20 * system.values["omega"] @ system.values["first"]
        each = end["T_c"].values[-1] * np.cos(h) + end["T_s"].values[-1] * np.sin(h)
        found = each.reshape(blocks, count).mean(1) * np.sqrt(count * blocks)
        assert found.mean() == pytest.approx(float(end["left"].values[-1]), rel=1e-12)
        deviation = np.sqrt((keep ** (2 * np.arange(steps))).sum() / (2 * count))
        assert found.mean() == pytest.approx(keep**steps, abs=4 * deviation / np.sqrt(blocks))
        assert found.std() == pytest.approx(deviation, rel=0.2)

    def test_it_drifts_less_with_more_features(self) -> None:
        drifts = []
        for count in (500, 8000):
            system = neurodyn.build("dense_memory_features_stream", sizes={"Y": count}, seed=4)
            drifts.append(neurodyn.simulate(system, steps=40, record=["drift"])["drift"].values)
        assert (drifts[0][0], drifts[1][0]) == (0, 0) and drifts[1][-1] < 0.6 * drifts[0][-1]
