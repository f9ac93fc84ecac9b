"""Probability flows and memories that are computed from them: identities I7 to I11, and random features."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn

SHARP = {"rtol": 1e-11, "atol": 1e-12}
SIZES = {"d": 3, "K": 6}


@pytest.fixture(scope="module")
def memories() -> np.ndarray:
    return np.random.default_rng(5).standard_normal((6, 3))


def end(name: str, memories: np.ndarray, x: np.ndarray, start: float, stop: float, **values) -> np.ndarray:
    """Where one of the flows takes x between two of its times."""
    system = neurodyn.build(name, xi=memories, **values)
    path = neurodyn.simulate(system, t0=start, until=stop, start={"x": x}, save_at=[stop], record=["x"], **SHARP)
    return path["x"].values[-1]


def test_one_family_of_paths(memories: np.ndarray) -> None:
    """I7: with y = x/a and s = (1 - a**2)/a**2 the variance-preserving flow is the others, seen in another clock."""

    def scale(t: float) -> float:
        return float(np.exp(-0.1 * t / 2 - 19.9 * t**2 / 4))

    x, start, stop = np.array([0.3, -1.1, 0.4]), 0.8, 0.15
    a, b = scale(start), scale(stop)
    s, r = (1 - a**2) / a**2, (1 - b**2) / b**2
    preserving = end("diffusion_vp", memories, x, start, stop) / b
    backward = end("diffusion_backward", memories, x / a, np.log(s), np.log(r))
    forward = end("diffusion_flow", memories, x / a, 0.0, np.log(s / r), s_0=s)
    clock = [np.log(np.sqrt(v) / 0.01) / np.log(5000) for v in (s, r)]
    exploding = end("diffusion_ve", memories, x / a, *clock)
    for found in (backward, forward, exploding):
        np.testing.assert_allclose(found, preserving, atol=1e-7)


def test_free_energy_falls_on_every_path_and_the_density_does_not_rise_on_all() -> None:
    """I8 and I9: E falls along all of 40 retrievals; -log of the density has no such law."""
    system = neurodyn.build("diffusion_flow", seed=1)
    runs = neurodyn.simulate(system, until=20, trials=40, seed=2, record=["E", "U"], rtol=1e-8, atol=1e-10)
    energy, surprise = runs["E"].values, runs["U"].values
    assert np.diff(energy, axis=0).max() <= 1e-9 * energy.max()
    assert energy.min() >= 0
    assert np.diff(surprise, axis=0).max() > 1e-3


def test_surprise_changes_by_the_divergence_of_the_flow(memories: np.ndarray) -> None:
    """I9: dU/dt is the trace of the Jacobian, (V/s - d)/2."""
    system = neurodyn.build("diffusion_flow", xi=memories, s_0=2.0)
    jacobian, observe = system.jacobian(), system.observe(["V", "s"])
    for x in np.random.default_rng(0).standard_normal((5, 3)):
        seen = observe(1.0, x, {})
        assert np.trace(jacobian(1.0, x, {})) == pytest.approx((seen["V"] / seen["s"] - 3) / 2, abs=1e-12)


def test_every_path_lands_on_a_memory() -> None:
    """I11: stopped at the variance s, a sample is about sqrt(d*s) from a memory; one denoising step lands on it."""
    system = neurodyn.build("diffusion_flow", sizes={"d": 2, "K": 9}, seed=4)
    until = float(np.log(100 / 1e-8))
    runs = neurodyn.simulate(system, until=until, trials=60, seed=1, save_at=[until], record=["x", "D"], rtol=1e-8)
    for name, near in (("x", 6 * np.sqrt(2e-8)), ("D", 1e-9)):
        apart = np.linalg.norm(runs[name].values[-1][:, None] - system.values["xi"][None], axis=-1)
        assert apart.min(axis=1).max() < near
    assert len(set(apart.argmin(axis=1))) == 9  # I12: no memory is left out


class TestRandomFeatures:
    """Dense memory with random features (Hoover et al. 2024): closeness to all memories from two vectors."""

    def test_the_features_stand_for_the_kernel(self) -> None:
        """S is unbiased for the sum of exp(-beta*|v - xi|**2/2), with the variance that theory gives."""
        beta, count, blocks = 10.0, 400, 200
        rng = np.random.default_rng(0)
        xi, v = rng.uniform(0, 1, (4, 6)) / np.sqrt(6), rng.uniform(0, 1, 6) / np.sqrt(6)
        away = v - xi
        true = np.exp(-beta * (away**2).sum(axis=1) / 2).sum()
        both = [np.exp(-beta * ((away[:, None] + sign * away) ** 2).sum(axis=-1) / 2).sum() for sign in (1, -1)]
        deviation = np.sqrt((sum(both) / 2 - true**2) / count)
        system = neurodyn.build("dense_memory_features", xi=xi, sizes={"Y": count * blocks}, beta=beta, seed=1)
        seen, kept = system.observe(["S", "h"])(0.0, v, {}), system.values
        products = kept["T_c"] * np.cos(seen["h"]) + kept["T_s"] * np.sin(seen["h"])
        features = products / np.sqrt(count * blocks)
        assert features.sum() == pytest.approx(float(seen["S"]), rel=1e-12)
        scores = (blocks * features.reshape(blocks, count).sum(axis=1) - true) / deviation
        assert abs(scores.mean()) < 4 / np.sqrt(blocks)
        assert scores.std() == pytest.approx(1, abs=0.2)

    def test_memories_add_up(self) -> None:
        """The vectors of a union are the sums of the parts', so that a memory can be stored or erased alone."""
        rng = np.random.default_rng(1)
        xi, omega = rng.uniform(0, 1, (5, 6)), rng.standard_normal((40, 6))
        parts = [neurodyn.build("dense_memory_features", xi=rows, omega=omega).values for rows in (xi[:2], xi[2:], xi)]
        for name in ("T_c", "T_s"):
            np.testing.assert_allclose(parts[0][name] + parts[1][name], parts[2][name], atol=1e-14)

    def test_recall_with_clamped_units(self) -> None:
        """A third of the units is held; the rest completes the memory that they belong to."""
        system = neurodyn.build("dense_memory_features", sizes={"D": 30, "K": 10, "Y": 4000}, seed=2)
        xi, held = system.values["xi"], np.arange(30) < 10
        system = neurodyn.build("dense_memory_features", xi=xi, omega=system.values["omega"], clamp=held.astype(float))
        start = xi[3] + np.where(held, 0, 0.04) * np.random.default_rng(0).standard_normal(30)
        path = neurodyn.simulate(system, until=15, start={"v": start}, record=["v", "E"])
        last = path["v"].values[-1]
        np.testing.assert_array_equal(last[held], xi[3, held])
        assert np.abs(last - xi[3]).max() < 0.02
        assert np.diff(path["E"].values).max() <= 1e-9
