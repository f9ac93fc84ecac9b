"""Closed forms and identities of the sources, one test for each."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

import neurodyn


class TestHabituation:
    """Single linear memory under a pulse train, exact (Smart et al. 2024; pulses end their periods)."""

    ALPHA, BETA, A, T, D, N = 0.1, 0.5, 5.0, 1.0, 0.2, 2

    def closed_form(self, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        n = np.arange(count)
        q = np.exp(-self.ALPHA * self.T)
        rise = self.BETA * self.A * (1 - q**self.D) / self.ALPHA
        high = rise * (1 - q ** (n + 1)) / (1 - q)
        low = np.concatenate([[0.0], high[:-1]]) * q ** (1 - self.D)
        return low, high, self.A / (1 + low**self.N)

    @pytest.mark.parametrize("method", ["DOP853", "RK45", "LSODA", "BDF", "Radau"])
    def test_memory_and_response_at_the_edges(self, method: str) -> None:
        count = 12
        low, high, peak = self.closed_form(count)
        starts = (np.arange(count) + 1 - self.D) * self.T
        ends = (np.arange(count) + 1.0) * self.T
        system = neurodyn.build("habituation", u=f"pulses({self.A}, period=1, duty=0.2, phase=0.8)")
        tight = {"rtol": 1e-11, "atol": 1e-13} if method != "RK45" else {"rtol": 1e-11, "atol": 1e-12}
        result = neurodyn.simulate(
            system, until=ends[-1] + 0.1, save_at=np.sort([*starts, *ends]), record=["x", "y"], method=method, **tight
        )
        x = result["x"].values
        assert np.abs(x[0::2] - low).max() < 1e-8
        assert np.abs(x[1::2] - high).max() < 1e-8
        assert np.abs(result["y"].values[0::2] - peak).max() < 1e-8  # at an edge the value is that just after it

    def test_published_peaks_over_three_cycles(self) -> None:
        """Five pulses and ten units of rest, three times: the peaks of figure 3, printed to three digits."""
        result = neurodyn.simulate(neurodyn.build("habituation"), rtol=1e-9, atol=1e-12)
        time, y = result["time"].values, result["y"].values
        peaks = [y[(time >= k) & (time <= k + 1)].max() for c in range(3) for k in range(15 * c, 15 * c + 5)]
        known = [5, 4.136, 2.845, 1.962, 1.426, 3.371, 2.294, 1.627, 1.221, 0.962, 2.902]
        np.testing.assert_allclose(peaks[: len(known)], known, atol=1e-3)
        assert peaks[-1] == pytest.approx(0.887, abs=1e-3)

    @pytest.mark.parametrize(("period", "duty", "ratio"), [(1, 0.1, 0.2149), (2, 0.05, 0.5482), (5, 0.02, 0.9124)])
    def test_asymptote(self, period: float, duty: float, ratio: float) -> None:
        """The asymptotic response falls less when stimuli are rarer (hallmark 4)."""
        system = neurodyn.build(
            "habituation", beta=0.2, u=f"pulses(10, period={period}, duty={duty}, phase={1 - duty})"
        )
        onset = (199 + 1 - duty) * period
        result = neurodyn.simulate(system, until=200 * period, save_at=[onset], record=["y"], rtol=1e-9, atol=1e-12)
        assert float(result["y"].values[0]) / 10 == pytest.approx(ratio, abs=1e-4)

    def test_two_memories_approach_each_other_exactly(self) -> None:
        """|x1 - x2| shrinks as exp(-alpha t), whatever the stimulus."""
        system = neurodyn.build("habituation")
        times = np.linspace(0, 30, 31)
        runs = [
            neurodyn.simulate(system, until=30, start={"x": x0}, save_at=times, record=["x"], rtol=1e-10, atol=1e-12)
            for x0 in (0.0, 3.0)
        ]
        gap = runs[1]["x"].values - runs[0]["x"].values
        np.testing.assert_allclose(gap, 3 * np.exp(-self.ALPHA * times), atol=1e-8)


@pytest.fixture(scope="module")
def system() -> neurodyn.System:
    return neurodyn.build("diffusion_memory", sizes={"d": 4, "K": 7}, s=0.3, seed=2)


class TestDiffusion:
    """Identities I1 to I6 of the exact score (Pham et al. 2025)."""

    @staticmethod
    def log_density(x: np.ndarray, xi: np.ndarray, s: float) -> float:
        """ln of the Gaussian mixture, up to a constant in x; written out independently."""
        return float(logsumexp(-((x - xi) ** 2).sum(axis=1) / (2 * s)))

    def states(self) -> list[np.ndarray]:
        rng = np.random.default_rng(1)
        return [1.5 * rng.standard_normal(4) for _ in range(10)]

    def gradient(self, f, x: np.ndarray, h: float = 1e-3) -> np.ndarray:
        rows = np.eye(len(x)) * h
        weights = ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))
        return np.array([sum(w * (f(x + m * r) - f(x - m * r)) for m, w in weights) / h for r in rows])

    def test_score_is_the_energy_gradient(self, system: neurodyn.System) -> None:
        """I1: score = -grad E/(2s)."""
        xi, s = system.values["xi"], float(system.values["s"])
        energy = system.observe(["E"])
        for x in self.states():
            score = self.gradient(lambda z: self.log_density(z, xi, s), x)
            slope = self.gradient(lambda z: float(energy(0, z, {})["E"]), x)
            np.testing.assert_allclose(score, -slope / (2 * s), atol=1e-8)

    def test_one_gradient_step_is_the_denoiser(self, system: neurodyn.System) -> None:
        """I2: x - grad E/2 = D, with the symbolic gradient."""
        from neurodyn.calculus.letters import quantity
        from neurodyn.calculus.nodes import Partial
        from neurodyn.program.lower import Output

        letters = system.structure.letters("x")
        gradient = system.structure.chain.resolve(Partial(quantity("E"), quantity("x", letters)))
        slope = system.bind("gradient", [Output("g", letters, gradient)], False, system.structure.chain.definitions)
        denoiser = system.observe(["D"])
        for x in self.states():
            np.testing.assert_allclose(x - slope(0, {"x": x})["g"] / 2, denoiser(0, x, {})["D"], atol=1e-9)

    def test_curvature_is_the_posterior_covariance(self, system: neurodyn.System) -> None:
        """I3: Hess E = 2(I - C/s), so the flow D - x has the Jacobian C/s - I."""
        xi, s = system.values["xi"], float(system.values["s"])
        observe, jacobian = system.observe(["w", "D"]), system.jacobian()
        for x in self.states():
            seen = observe(0, x, {})
            centred = xi - seen["D"]
            covariance = (seen["w"][:, None] * centred).T @ centred
            np.testing.assert_allclose(jacobian(0, x, {}), covariance / s - np.eye(4), atol=1e-12)

    def test_density_is_a_function_of_the_energy(self, system: neurodyn.System) -> None:
        """I4: p = (2 pi s)^(-d/2) exp(-E/2s), the mean of Gaussian densities around the memories."""
        xi, s = system.values["xi"], float(system.values["s"])
        energy = system.observe(["E"])
        for x in self.states():
            density = np.mean([multivariate_normal.pdf(x, m, s * np.eye(4)) for m in xi])
            told = (2 * np.pi * s) ** -2 * np.exp(-float(energy(0, x, {})["E"]) / (2 * s))
            assert told == pytest.approx(density, rel=1e-12)

    def test_mean_shift_never_raises_the_energy(self, system: neurodyn.System) -> None:
        """I5: iterating x <- D(x) (attention) descends."""
        observe = system.observe(["D", "E"])
        for x in self.states():
            energies = []
            for _ in range(50):
                seen = observe(0, x, {})
                energies.append(float(seen["E"]))
                x = seen["D"]
            assert np.diff(energies).max() <= 1e-14 * (1 + abs(energies[0]))

    def test_energy_is_not_negative(self, system: neurodyn.System) -> None:
        energy = system.observe(["E"])
        assert min(float(energy(0, x, {})["E"]) for x in self.states()) >= 0

    @pytest.mark.parametrize(("ratio", "stable"), [(1.01, True), (0.99, False)])
    def test_the_mean_of_centred_data_splits_along_its_first_component(self, ratio: float, stable: bool) -> None:
        """I6: memories of one norm, with their mirror images: the mean is a minimum while s > the top variance."""
        half = np.random.default_rng(4).standard_normal((6, 3))
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        data = np.concatenate([half, -half])
        top = np.linalg.eigvalsh(data.T @ data / 12).max()
        eigenvalues = np.linalg.eigvalsh(
            neurodyn.build("diffusion_memory", xi=data, s=ratio * top).jacobian()(0, np.zeros(3), {})
        )
        assert bool(eigenvalues.max() < 0) is stable

    @pytest.mark.parametrize(("s", "stable"), [(1.01, True), (0.99, False)])
    def test_two_memories_split_at_their_squared_norm(self, s: float, stable: bool) -> None:
        """I6: between memories a and -a, the middle is a minimum exactly while s > |a|^2 = 1."""
        system = neurodyn.build("diffusion_memory", xi=np.array([[0.6, 0.8], [-0.6, -0.8]]), s=s)
        eigenvalues = np.linalg.eigvalsh(system.jacobian()(0, np.zeros(2), {}))
        assert bool(eigenvalues.max() < 0) is stable


class TestLorenz:
    def test_divergence_and_fixed_points(self) -> None:
        """The flow contracts volumes at the rate -(sigma + 1 + b), and rests at the two centres of convection."""
        system = neurodyn.build("lorenz")
        y = np.array([1.3, -2.0, 17.0])
        assert np.trace(system.jacobian()(0, y, {})) == pytest.approx(-(10 + 1 + 8 / 3), rel=1e-14)
        c = np.sqrt(8 / 3 * 27)
        for sign in (1, -1):
            assert np.abs(system.flow()(0, np.array([sign * c, sign * c, 27.0]), {})).max() < 1e-12


class TestFitzHughNagumo:
    @pytest.mark.parametrize(("current", "spikes"), [(0.30, False), (0.36, True), (1.40, True), (1.44, False)])
    def test_it_oscillates_between_its_two_hopf_points(self, current: float, spikes: bool) -> None:
        """The fixed point is unstable for currents between 0.33128 and 1.41872 (exact Hopf points)."""
        system = neurodyn.build("fitzhugh_nagumo", I=current)
        flow, jacobian = system.flow(), system.jacobian()
        y = np.array([-1.0, -0.4])
        for _ in range(60):
            y = y - np.linalg.solve(jacobian(0, y, {"I": current}), flow(0, y, {"I": current}))
        assert np.abs(flow(0, y, {"I": current})).max() < 1e-12
        assert bool(np.linalg.eigvals(jacobian(0, y, {"I": current})).real.max() > 0) is spikes


class TestHopfield:
    def test_flow_equals_the_textbook(self) -> None:
        rng = np.random.default_rng(0)
        a = rng.standard_normal((20, 20))
        w, b, x = a + a.T, rng.standard_normal(20), rng.standard_normal(20)
        system = neurodyn.build("hopfield", W=w, b=b, beta=1.3, tau=0.7)
        by_hand = (-x + w @ np.tanh(1.3 * x) + b) / 0.7
        np.testing.assert_allclose(system.flow()(0.0, x, {}), by_hand, rtol=1e-13)

    def test_it_recalls_its_patterns(self) -> None:
        """Three patterns in 200 units: from a start that is mostly noise the network ends on the pattern."""
        system = neurodyn.build("hopfield", sizes={"N": 200, "P": 3})
        result = neurodyn.simulate(system, until=20, seed=1)
        assert float(result["overlap"].values[-1, 0]) > 0.95


class TestDenseMemory:
    def test_flow_equals_attention(self) -> None:
        """One unit step of the flow is v <- xi^T softmax(beta xi v)."""
        system = neurodyn.build("dense_memory", sizes={"N": 10, "K": 6}, beta=0.7)
        xi = system.values["xi"]
        v = np.random.default_rng(0).standard_normal(10)
        weights = np.exp(0.7 * xi @ v)
        attention = xi.T @ (weights / weights.sum())
        np.testing.assert_allclose(v + system.flow()(0, v, {}), attention, rtol=1e-12)

    def test_exponential_flow_by_hand_and_recall_beyond_the_number_of_units(self) -> None:
        system = neurodyn.build("dense_memory_exponential", sizes={"N": 10, "K": 6}, steep=0.3, beta=2.0)
        xi = system.values["xi"]
        v = np.random.default_rng(0).standard_normal(10)
        weights = np.exp(0.3 * (xi @ np.tanh(2 * v) - 10))
        np.testing.assert_allclose(system.flow()(0, v, {}), -v + xi.T @ weights, rtol=1e-12)
        result = neurodyn.simulate(neurodyn.build("dense_memory_exponential"), record=["o"])
        assert result["o"].values[0, 0] < 0.76 and result["o"].values[-1, 0] > 0.99

    def test_polynomial_flow_by_hand(self) -> None:
        system = neurodyn.build("dense_memory_polynomial", sizes={"N": 10, "K": 6}, n=3, beta=2.0)
        xi = system.values["xi"]
        v = np.random.default_rng(0).standard_normal(10)
        o = xi @ np.tanh(2 * v) / 10
        np.testing.assert_allclose(system.flow()(0, v, {}), -v + xi.T @ o**2, rtol=1e-12)
