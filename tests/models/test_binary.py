"""Binary networks: Hopfield's, one unit after the other and all at once, and dense memories of two kinds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erfc

import neurodyn


def spins(seed: int, *shape: int) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1.0, -1.0)


def symmetric(seed: int, size: int) -> np.ndarray:
    a = np.random.default_rng(seed).standard_normal((size, size))
    return (a + a.T) * (1 - np.eye(size))


class TestHopfield:
    def test_energy_never_rises_unit_by_unit_and_ends_at_rest(self) -> None:
        result = neurodyn.simulate(neurodyn.build("hopfield_binary", sizes={"N": 60, "P": 8}), trials=30, steps=40)
        energy = result.energy.values
        assert np.diff(energy, axis=0).max() <= 0
        np.testing.assert_array_equal(result["S"][-1], result["S"][-2])

    def test_two_units_that_hear_each_other_swap_for_ever(self) -> None:
        """All at once: the cycle of two states that no one-by-one update has."""
        system = neurodyn.build("hopfield_binary_parallel", sizes={"P": 1}, J=np.array([[0.0, 1.0], [1.0, 0.0]]))
        result = neurodyn.simulate(system, start={"S": [1, -1]}, steps=6, record=["S", "E", "L"])
        assert result["S"].values.tolist() == [[1, -1], [-1, 1]] * 3 + [[1, -1]]
        assert (result["E"] == 1).all()  # while the least energy is -1
        assert (result["L"][1:] == -2).all()

    def test_all_at_once_ends_in_cycles_of_at_most_two(self) -> None:
        """Any symmetric weights (Goles and Olivos), and the function of two steps never rises."""
        cycles, any_weights = 0, neurodyn.build("hopfield_binary_parallel", sizes={"P": 1, "N": 24})
        for seed in range(10):
            system = any_weights.with_values(J=symmetric(seed, 24))
            result = neurodyn.simulate(system, trials=20, steps=60, record=["S", "L"])
            s, levels = result["S"].values, result["L"].values
            np.testing.assert_array_equal(s[-1], s[-3])
            cycles += int((s[-1] != s[-2]).any(axis=1).sum())
            assert np.diff(levels, axis=0).max() <= 1e-12 * np.abs(levels).max()
        assert cycles > 10

    @pytest.mark.parametrize("load", [0.2, 0.4, 0.7])
    def test_bits_of_a_pattern_flip_as_the_crosstalk_says(self, load: float) -> None:
        """One step from a stored pattern: probability Q(sqrt(N/(P - 1))); 0.0036 at the load of 0.138."""
        size, count = 400, int(load * 400)
        theory = float(erfc(np.sqrt(size / (2 * (count - 1)))) / 2)
        patterns = spins(1, count, size)
        system = neurodyn.build("hopfield_binary_parallel", xi=patterns)
        result = neurodyn.simulate(system, start={"S": patterns}, trials=count, steps=1, record=["S"])
        measured = (result["S"].values[-1] != patterns).mean()
        assert measured == pytest.approx(theory, rel=0.15)

    @pytest.mark.parametrize(("load", "low", "high"), [(0.05, 0.99, 1.0), (0.10, 0.97, 1.0), (0.25, 0.0, 0.75)])
    def test_capacity(self, load: float, low: float, high: float) -> None:
        """Below a load of 0.138 patterns stay almost whole; above it they are lost (Amit et al. 1985)."""
        size = 300
        patterns = spins(2, int(load * size), size)
        system = neurodyn.build("hopfield_binary", xi=patterns)
        result = neurodyn.simulate(system, start={"S": patterns[:10]}, trials=10, steps=12, record=["S"])
        overlap = (result["S"].values[-1] * patterns[:10]).mean(axis=1)
        assert low <= overlap.mean() <= high

    def test_mirror_images_and_mixtures_of_three_are_at_rest(self) -> None:
        patterns = spins(3, 3, 500)
        system = neurodyn.build("hopfield_binary_parallel", xi=patterns)
        states = np.stack([-patterns[0], np.sign(patterns.sum(axis=0))])
        result = neurodyn.simulate(system, start={"S": states}, trials=2, steps=3, record=["S"])
        np.testing.assert_array_equal(result["S"].values[-1], states)

    def test_orders_are_fresh_and_follow_the_seed(self) -> None:
        def ends(seed: int) -> np.ndarray:
            system = neurodyn.build("hopfield_binary", sizes={"N": 100, "P": 30})
            start = {"S": spins(4, 100)}
            return neurodyn.simulate(system, start=start, steps=1, trials=4, seed=seed, record=["S"])["S"].values[-1]

        assert len(np.unique(ends(1), axis=0)) == 4
        np.testing.assert_array_equal(ends(1), ends(1))
        assert (ends(1) != ends(2)).any()


class TestDenseMemory:
    @pytest.mark.parametrize("name", ["dense_memory_binary", "dense_memory_binary_exponential"])
    def test_each_update_takes_the_lower_energy(self, name: str) -> None:
        """The rule, beside the two energies of the unit's two signs, in plain loops."""
        patterns, state = spins(1, 7, 10), spins(2, 10)
        model = neurodyn.Model.from_text(neurodyn.load(name).to_toml().replace('update = "asynchronous"', ""))
        model = neurodyn.Model.from_text(model.to_toml().replace('energy = "E"', ""))
        new = neurodyn.simulate(neurodyn.build(model, xi=patterns), start={"S": state}, steps=1)["S"].values[-1]

        def energy(s: np.ndarray) -> float:
            overlap = patterns @ s
            return -float((overlap**4).sum() if name == "dense_memory_binary" else np.exp(overlap).sum())

        for i in range(10):
            up, down = (energy(np.where(np.arange(10) == i, sign, state)) for sign in (1.0, -1.0))
            assert new[i] == (state[i] if up == down else 1.0 if up < down else -1.0)

    @pytest.mark.parametrize(
        ("name", "count"), [("dense_memory_binary", 200), ("dense_memory_binary_exponential", 2000)]
    )
    def test_more_patterns_than_units_are_recalled(self, name: str, count: int) -> None:
        """A fifth of the bits wrong, far more patterns than the 0.138 N of the classical network."""
        patterns = spins(3, count, 64)
        system = neurodyn.build(name, xi=patterns)
        start = patterns[:10] * np.where(np.arange(64) < 13, -1, 1)
        result = neurodyn.simulate(system, start={"S": start}, trials=10, steps=4, record=["S"])
        assert ((result["S"].values[-1] == patterns[:10]).all(axis=1)).mean() >= 0.9

    def test_the_modern_step_is_attention(self) -> None:
        system = neurodyn.build("dense_memory_step", sizes={"N": 10, "K": 6}, beta=0.7)
        xi, v = system.values["xi"], np.random.default_rng(0).standard_normal(10)
        weights = np.exp(0.7 * xi @ v)
        np.testing.assert_allclose(system.step()(0, v, {}), xi.T @ (weights / weights.sum()), rtol=1e-12)

    def test_the_modern_step_is_the_unit_step_of_the_flow(self) -> None:
        xi, v = spins(5, 7, 12), np.random.default_rng(1).standard_normal(12)
        step = neurodyn.build("dense_memory_step", xi=xi, beta=0.4).step()(0, v, {})
        flow = neurodyn.build("dense_memory", xi=xi, beta=0.4).flow()(0, v, {})
        np.testing.assert_allclose(step, v + flow, rtol=1e-12, atol=1e-14)


class TestStaddonHiga:
    def test_memories_approach_each_other_exactly(self) -> None:
        """The first memory forgets a difference by a_1 in each step, whatever the stimulus."""
        system = neurodyn.build("habituation_staddon_higa")
        runs = [neurodyn.simulate(system, start={"V_1": v}, steps=20)["V_1"].values for v in (0.0, 1.0)]
        np.testing.assert_allclose(runs[1] - runs[0], 0.8 ** np.arange(21), atol=1e-14)


def test_the_projection_rule_keeps_correlated_patterns_that_hebbs_rule_loses() -> None:
    """All of them are at rest, and attract: with units +1 in 85 % of the patterns, half as many as units."""
    rng = np.random.default_rng(4)
    patterns = np.where(rng.random((50, 100)) < 0.85, 1.0, -1.0)
    rest = {}
    for name in ("hopfield_pseudoinverse", "hopfield_binary"):
        system = neurodyn.build(name, xi=patterns)
        end = neurodyn.simulate(system, start={"S": patterns}, trials=50, steps=1, record=["S"])["S"].values[-1]
        rest[name] = (end == patterns).all(axis=1).mean()
    assert rest == {"hopfield_pseudoinverse": 1.0, "hopfield_binary": 0.0}
    system = neurodyn.build("hopfield_pseudoinverse", xi=patterns[:30])
    near = patterns[:30].copy()
    near[:, :5] *= -1
    end = neurodyn.simulate(system, start={"S": near}, trials=30, steps=5, record=["S"])["S"].values[-1]
    assert (end == patterns[:30]).all()


def test_the_projection_rule_is_a_projector_of_the_rank_of_the_patterns() -> None:
    """P J = J off the diagonal; the trace of the projector is the rank, also where patterns depend on each other."""
    patterns = np.where(np.random.default_rng(8).random((6, 20)) < 0.5, 1.0, -1.0)
    patterns[5] = patterns[0]
    system = neurodyn.build("hopfield_pseudoinverse", xi=patterns)
    projector = patterns.T @ system.values["R"] @ patterns / 20
    assert np.abs(projector @ projector - projector).max() < 1e-13
    assert np.trace(projector) == pytest.approx(5, abs=1e-12)
    np.testing.assert_allclose(system.values["J"], projector - np.diag(np.diag(projector)), atol=1e-13)
