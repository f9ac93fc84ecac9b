"""Hodgkin-Huxley and Morris-Lecar against limits, other solvers, and facts that follow from their equations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import neurodyn

HH = neurodyn.build("hodgkin_huxley")
ML = neurodyn.build("morris_lecar")
MV, CURRENT = 1e-3, 1e-2  # a millivolt, and a microampere per square centimetre, in SI


def rates(v: float) -> dict[str, float]:
    """The model's six rates at v, in 1/s."""
    names = ["a_m", "b_m", "a_h", "b_h", "a_n", "b_n"]
    y = HH.layout.pack({"v": np.array(v), "m": np.array(0.1), "h": np.array(0.5), "n": np.array(0.3)})
    return {n: float(x) for n, x in HH.observe(names)(0.0, y, {"I": 0.0}).items()}


def textbook(v: float) -> dict[str, float]:
    """The rates as they are printed, in 1/ms for v in mV; undefined at -40 and -55."""
    return {
        "a_m": 0.1 * (v + 40) / (1 - np.exp(-(v + 40) / 10)), "b_m": 4 * np.exp(-(v + 65) / 18),
        "a_h": 0.07 * np.exp(-(v + 65) / 20), "b_h": 1 / (1 + np.exp(-(v + 35) / 10)),
        "a_n": 0.01 * (v + 55) / (1 - np.exp(-(v + 55) / 10)), "b_n": 0.125 * np.exp(-(v + 65) / 80),
    }  # fmt: skip


def at_rest(v: float) -> np.ndarray:
    """The state with every gate at its steady value."""
    r = rates(v)
    gates = {g: np.array(r[f"a_{g}"] / (r[f"a_{g}"] + r[f"b_{g}"])) for g in "mhn"}
    return HH.layout.pack({"v": np.array(v), **gates})


class TestHodgkinHuxley:
    @pytest.mark.parametrize("v", [-90.0, -65.0, -30.1, 0.0, 45.0])
    def test_rates_are_those_of_the_paper(self, v: float) -> None:
        expected = {n: 1e3 * r for n, r in textbook(v).items()}
        assert rates(v * MV) == pytest.approx(expected, rel=1e-12)

    @pytest.mark.parametrize(("name", "v", "limit"), [("a_m", -40, 1000.0), ("a_n", -55, 100.0)])
    def test_singular_points_take_their_limit(self, name: str, v: float, limit: float) -> None:
        """(1 - exp(-x))/x is 1 - x/2 + x**2/6 next to 0, so the rate is limit*(1 + x/2 + x**2/12)."""
        assert rates(v * MV)[name] == pytest.approx(limit, rel=1e-12)
        for x in (1e-9, -1e-6, 1e-4):
            series = limit * (1 + x / 2 + x**2 / 12)
            assert rates((v + 10 * x) * MV)[name] == pytest.approx(series, rel=1e-12)

    def test_it_rests_at_minus_65_millivolt(self) -> None:
        flow = HH.flow()
        rest = brentq(lambda v: flow(0.0, at_rest(v), {"I": 0.0})[0], -0.07, -0.06, xtol=1e-12)
        assert rest == pytest.approx(-65 * MV, abs=0.01 * MV)
        result = neurodyn.simulate(HH, until="50 ms", inputs={"I": "0 uA/cm**2"})
        assert np.abs(result["v"].values - rest).max() < 0.01 * MV

    def test_the_start_is_the_steady_state_of_the_gates(self) -> None:
        np.testing.assert_allclose(HH.start(), at_rest(-65 * MV), rtol=1e-14)
        assert np.abs(HH.flow()(0.0, HH.start(), {"I": 0.0})[1:]).max() < 1e-11

    def test_a_box_that_no_run_leaves(self) -> None:
        """On its faces the flow points inwards: gates in [0, 1], E_K <= v <= E_Na for 0 <= I < g_L*(E_Na - E_L)."""
        flow, rng = HH.flow(), np.random.default_rng(0)
        low, high = np.array([-0.077, 0, 0, 0]), np.array([0.050, 1, 1, 1])
        most = float(HH.values["g_L"] * (HH.values["E_Na"] - HH.values["E_L"]))
        for _ in range(300):
            y, current = rng.uniform(low, high), rng.uniform(0, most)
            for k in range(4):
                for end, sign in ((low, 1), (high, -1)):
                    face = y.copy()
                    face[k] = end[k]
                    assert sign * flow(0.0, face, {"I": current})[k] >= -1e-9

    def test_volumes_shrink_everywhere(self) -> None:
        """The divergence is minus the total conductance over C minus all rates of the gates: negative in the box."""
        jacobian, rng = HH.jacobian(), np.random.default_rng(1)
        for _ in range(20):
            v, m, h, n = rng.uniform([-0.077, 0, 0, 0], [0.05, 1, 1, 1])
            trace = np.trace(jacobian(0.0, np.array([v, m, h, n]), {"I": 0.0}))
            conductance = 1200 * m**3 * h + 360 * n**4 + 3
            assert trace == pytest.approx(-conductance / 0.01 - sum(rates(v).values()), rel=1e-12)
            assert trace < 0

    def test_another_solver_in_millivolts_and_milliseconds(self) -> None:
        def rhs(t: float, y: np.ndarray) -> list[float]:
            v, m, h, n = y
            r = textbook(v)
            current = -120 * m**3 * h * (v - 50) - 36 * n**4 * (v + 77) - 0.3 * (v + 54.387) + 10
            gates = [r[f"a_{g}"] * (1 - x) - r[f"b_{g}"] * x for g, x in (("m", m), ("h", h), ("n", n))]
            return [current, *gates]

        times = np.linspace(0, 12, 25)
        start = HH.start() * [1000, 1, 1, 1]
        other = solve_ivp(rhs, (0, 12), start, method="LSODA", t_eval=times, rtol=1e-10, atol=1e-12)
        result = neurodyn.simulate(
            HH, until="12 ms", inputs={"I": "10 uA/cm**2"}, save_at=times / 1000, rtol=1e-10, atol=1e-12
        )
        assert np.abs(result["v"].values / MV - other.y[0]).max() < 1e-4
        assert np.abs(result["m"].values - other.y[1]).max() < 1e-6

    def test_spikes_are_all_or_none(self) -> None:
        """A brief shock depolarises: below a threshold it decays, above it a spike of full height follows."""
        heights = []
        for shock in (4, 6, 8, 12):
            start = at_rest(-65 * MV)
            start[0] += shock * MV
            states = {n: np.array(x) for n, x in HH.layout.unpack(start).items()}
            heights.append(neurodyn.simulate(HH, until="20 ms", start=states, inputs={"I": 0.0})["v"].values.max() / MV)
        assert heights[0] < -60 and heights[1] < -55
        assert 30 < heights[2] < 50 and 30 < heights[3] < 50

    def test_rest_loses_stability_in_a_hopf_bifurcation_at_9_78(self) -> None:
        """The published value for these parameters is 9.78 uA/cm**2."""
        flow, jacobian = HH.flow(), HH.jacobian()

        def leading(current: float) -> complex:
            I = current * CURRENT  # noqa: E741
            v = brentq(lambda x: flow(0.0, at_rest(x), {"I": I})[0], -0.075, -0.04, xtol=1e-15)
            return max(np.linalg.eigvals(jacobian(0.0, at_rest(v), {"I": I})), key=lambda z: z.real)

        found = brentq(lambda current: leading(current).real, 5, 15, xtol=1e-9)
        assert found == pytest.approx(9.78, abs=0.01)
        assert abs(leading(found).imag) > 100  # a pair crosses, not a real one


class TestMorrisLecar:
    def fixed_point(self, current: float) -> np.ndarray:
        flow = ML.flow()

        def state(v: float) -> np.ndarray:
            w = ML.observe(["w_inf"])(0.0, np.array([v, 0.0]), {"I": 0.0})["w_inf"]
            return np.array([v, float(w)])

        return state(brentq(lambda v: flow(0.0, state(v), {"I": current})[0], -0.07, 0.06, xtol=1e-15))

    @pytest.mark.parametrize(("low", "high", "published"), [(60, 120, 93.86), (180, 240, 212.0)])
    def test_hopf_bifurcations(self, low: float, high: float, published: float) -> None:
        """The trace of the Jacobian vanishes where the textbooks say."""
        jacobian = ML.jacobian()

        def trace(current: float) -> float:
            I = current * CURRENT  # noqa: E741
            return float(np.trace(jacobian(0.0, self.fixed_point(I), {"I": I})))

        found = brentq(trace, low, high, xtol=1e-9)
        assert found == pytest.approx(published, abs=0.1)
        I = found * CURRENT  # noqa: E741
        assert np.linalg.det(jacobian(0.0, self.fixed_point(I), {"I": I})) > 0

    def test_steady_activation_is_half_at_its_potential(self) -> None:
        found = ML.observe(["m", "w_inf"])(0.0, np.array([-1.2e-3, 0.0]), {"I": 0.0})
        assert float(found["m"]) == pytest.approx(0.5, abs=1e-15)
        assert float(found["w_inf"]) == pytest.approx(1 / (1 + np.exp(2 * 3.2 / 30)), rel=1e-14)

    def test_it_oscillates_between_the_bifurcations_and_nowhere_else(self) -> None:
        def swing(current: int) -> float:
            result = neurodyn.simulate(ML, until="1.5 s", inputs={"I": f"{current} uA/cm**2"})
            late = result["v"].values[result.time > 1.2]
            return float(np.ptp(late))

        assert swing(40) < 1e-5 and swing(250) < 1e-5
        assert swing(150) > 40 * MV
