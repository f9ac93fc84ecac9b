"""Oscillators, neurons and mean fields: closed forms, bifurcation points and published periods."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from scipy.optimize import brentq, minimize_scalar

import neurodyn


def slopes(system: neurodyn.System, y: np.ndarray, u: dict[str, float] | None = None) -> np.ndarray:
    """The eigenvalues at a fixed point; that it is one is checked."""
    u = u or {}
    assert np.abs(system.flow()(0.0, y, u)).max() < 1e-9
    return np.linalg.eigvals(system.jacobian()(0.0, y, u))


class TestVanDerPol:
    def test_the_origin_leaves_stability_at_zero_damping(self) -> None:
        for mu in (0.0, 0.3, 1.0):
            found = np.sort_complex(slopes(neurodyn.build("van_der_pol", mu=mu), np.zeros(2)))
            np.testing.assert_allclose(found, np.sort_complex(np.roots([1, -mu, 1])), atol=1e-12)

    @pytest.mark.parametrize(
        ("mu", "period", "amplitude"),
        [(1.0, 6.66328685932, 2.00861986087), pytest.param(5.0, 11.6122306677, None, marks=pytest.mark.slow)],
    )
    def test_period_and_amplitude(self, mu: float, period: float, amplitude: float | None) -> None:
        """From one highest point of the cycle to the next."""
        sharp = {"rtol": 1e-12, "atol": 1e-13}
        system = neurodyn.build("van_der_pol", mu=mu)
        settled = neurodyn.simulate(system, until=20 * period, save_at=[20 * period], **sharp)
        start = {name: float(settled[name][-1]) for name in "xy"}
        times = np.linspace(0, 2.2 * period, 40001)
        path = neurodyn.simulate(system, until=times[-1], start=start, save_at=times, **sharp)
        x, y = path["x"].values, path["y"].values
        tops = []
        for k in np.flatnonzero((y[:-1] > 0) & (y[1:] <= 0)):
            cubic = Polynomial.fit(times[k - 1 : k + 3], y[k - 1 : k + 3], 3)
            tops.append(brentq(cubic, times[k], times[k + 1], xtol=1e-14))
        assert np.diff(tops)[0] == pytest.approx(period, abs=2e-9)
        if amplitude is not None:
            k = np.searchsorted(times, tops[0])
            assert Polynomial.fit(times[k - 2 : k + 2], x[k - 2 : k + 2], 3)(tops[0]) == pytest.approx(
                amplitude, abs=1e-9
            )


class TestBrusselator:
    @pytest.mark.parametrize("a", [0.7, 1.0, 2.0])
    def test_hopf_point(self, a: float) -> None:
        """The rest (A, B/A) turns unstable at B = 1 + A**2, with the frequency A."""
        for b, sign in ((1 + a**2, 0), (1 + a**2 - 0.1, -1), (1 + a**2 + 0.1, 1)):
            found = slopes(neurodyn.build("brusselator", A=a, B=b), np.array([a, b / a]))
            np.testing.assert_allclose(found.real, sign * 0.05, atol=1e-12)
            if sign == 0:
                np.testing.assert_allclose(np.abs(found.imag), a, atol=1e-12)


class TestRossler:
    def test_rests(self) -> None:
        a, b, c = 0.2, 0.2, 5.7
        for sign, unstable in ((-1, 2), (1, 1)):
            x = (c + sign * np.sqrt(c**2 - 4 * a * b)) / 2
            found = slopes(neurodyn.build("rossler"), np.array([x, -x / a, x / a]))
            assert (found.real > 0).sum() == unstable

    @pytest.mark.slow
    def test_exponents_add_up_to_the_mean_contraction(self) -> None:
        """Published Lyapunov exponents 0.071, 0 and -5.394: their sum is the mean of a + x - c along the band."""
        times = np.arange(100, 3000, 0.02)
        path = neurodyn.simulate(neurodyn.build("rossler"), until=3000, save_at=times, record=["x"], rtol=1e-8)
        assert 0.2 + float(path["x"].mean()) - 5.7 == pytest.approx(0.071 - 5.394, abs=0.01)


class TestHindmarshRose:
    def rest(self, system: neurodyn.System, current: float) -> np.ndarray:
        a, b, c, d, s, x_r = (float(system.values[n]) for n in ("a", "b", "c", "d", "s", "x_r"))
        roots = np.roots([-a, b - d, -s, c + s * x_r + current])
        x = float(roots[np.abs(roots.imag) < 1e-9].real[0])
        return np.array([x, c - d * x**2, s * (x - x_r)])

    def test_rest_turns_unstable_where_routh_and_hurwitz_say(self) -> None:
        """The cubic's coefficients by hand: a0*a2 = a1 at the Hopf point, near a current of 1.3."""
        system = neurodyn.build("hindmarsh_rose")

        def hurwitz(current: float) -> float:
            x = self.rest(system, current)[0]
            f, g, r, s = -3 * x**2 + 6 * x, -10 * x, 0.006, 4.0
            trace = f - 1 - r
            minors = -f - g - r * f + r * s + r
            det = r * (f - s + g)
            return -trace * minors + det

        hopf = brentq(hurwitz, 1.0, 1.6)
        for current, largest in ((hopf - 0.01, -1), (hopf, 0), (hopf + 0.01, 1)):
            real = slopes(system, self.rest(system, current), {"I": current}).real.max()
            assert abs(real) < 1e-9 if largest == 0 else np.sign(real) == largest

    @pytest.mark.slow
    def test_it_bursts(self) -> None:
        """Groups of spikes, with silences much longer than the gaps within a group."""
        path = neurodyn.simulate(neurodyn.build("hindmarsh_rose", I=3.0), until=1200, record=["x"])
        t, x = path["time"].values, path["x"].values
        gaps = np.diff(t[1:][(x[:-1] < 1) & (x[1:] >= 1) & (t[1:] > 400)])
        assert gaps.max() > 4 * np.median(gaps)


class TestWilsonCowan:
    def response(self, z: float, a: float, theta: float) -> float:
        return 1 / (1 + np.exp(-a * (z - theta))) - 1 / (1 + np.exp(a * theta))

    def test_no_input_no_activity(self) -> None:
        system = neurodyn.build("wilson_cowan", P=0)
        assert np.abs(system.flow()(0.0, np.zeros(2), {"P": 0.0, "Q": 0.0})).max() < 1e-15

    def test_flow_by_hand(self) -> None:
        system = neurodyn.build("wilson_cowan")
        e, i, p = 0.2, 0.1, 1.25
        k_e, k_i = 1 - 1 / (1 + np.exp(1.3 * 4)), 1 - 1 / (1 + np.exp(2 * 3.7))
        by_hand = [
            (-e + (k_e - e) * self.response(16 * e - 12 * i + p, 1.3, 4)) / 8,
            (-i + (k_i - i) * self.response(15 * e - 3 * i, 2, 3.7)) / 8,
        ]
        np.testing.assert_allclose(system.flow()(0.0, np.array([e, i]), {"P": p, "Q": 0.0}), by_hand, rtol=1e-12)

    def test_steady_input_makes_a_rhythm(self) -> None:
        """One fixed point, unstable, in a box that no path leaves: there must be a cycle (Poincare and Bendixson)."""
        system = neurodyn.build("wilson_cowan", P=1.25)
        u = {"P": 1.25, "Q": 0.0}
        flow = system.flow()

        def inhibition(e: float) -> float:
            """The only I with dI/dt = 0, which falls as I grows."""
            return brentq(lambda i: flow(0.0, np.array([e, i]), u)[1], -0.01, 0.6, xtol=1e-15)

        grid = np.linspace(0, 0.5, 400)
        rates = [flow(0.0, np.array([e, inhibition(e)]), u)[0] for e in grid]
        crossings = np.flatnonzero(np.diff(np.sign(rates)))
        assert len(crossings) == 1
        e = brentq(lambda e: flow(0.0, np.array([e, inhibition(e)]), u)[0], grid[crossings[0]], grid[crossings[0] + 1])
        assert slopes(system, np.array([e, inhibition(e)]), u).real.max() > 0
        low, high = np.array([-0.02, -0.01]), np.array([0.5, 0.5])
        for part in np.linspace(0, 1, 21):
            for axis in (0, 1):
                for border, inward in ((low, 1), (high, -1)):
                    y = low + part * (high - low)
                    y[axis] = border[axis]
                    assert inward * flow(0.0, y, u)[axis] > 0


class TestTsodyksMarkram:
    TAU, TAU_D, TAU_F, U, J, ALPHA = 0.013, 0.2, 1.5, 0.3, 3.07, 1.4

    def rest(self, e: float) -> tuple[np.ndarray, float]:
        """The rest at rate e, solved by hand, and the input that holds it."""
        u = (self.U / self.TAU_F + self.U * e) / (1 / self.TAU_F + self.U * e)
        x = 1 / (1 + self.TAU_D * u * e)
        return np.array([e, x, u]), self.ALPHA * np.log(np.expm1(e / self.ALPHA)) - self.J * u * x * e

    def test_folds(self) -> None:
        """Inputs of the two saddle-node points: -1.3488818 and -1.8419656 (published to these digits)."""
        system = neurodyn.build("tsodyks_markram_mean_field")
        high = minimize_scalar(lambda e: -self.rest(e)[1], bounds=(0.2, 3), method="bounded", options={"xatol": 1e-12})
        low = minimize_scalar(lambda e: self.rest(e)[1], bounds=(2, 9), method="bounded", options={"xatol": 1e-12})
        for e, known in ((high.x, -1.3488818), (low.x, -1.8419656)):
            y, current = self.rest(e)
            assert current == pytest.approx(known, abs=1e-6)
            assert np.abs(slopes(system, y, {"E_0": current})).min() < 1e-3

    def test_hopf_points(self) -> None:
        """Inputs where a pair of slopes is imaginary: -1.1342668 and -1.8315086."""
        system = neurodyn.build("tsodyks_markram_mean_field")

        def real_part(e: float) -> float:
            y, current = self.rest(e)
            found = slopes(system, y, {"E_0": current})
            pair = found[np.abs(found.imag) > 1e-9]
            return float(pair.real[0]) if len(pair) else float("nan")

        grid = np.linspace(2, 12, 400)
        values = np.array([real_part(e) for e in grid])
        changes = np.flatnonzero(values[:-1] * values[1:] < 0)
        found = sorted(self.rest(brentq(real_part, grid[k], grid[k + 1], xtol=1e-13))[1] for k in changes)
        np.testing.assert_allclose(found, [-1.8315086, -1.1342668], atol=1e-6)


class TestQuadraticIntegrateAndFire:
    """Exact values of the mean field (Montbrio et al. 2015), width Delta = 1."""

    def test_three_rests(self) -> None:
        """At eta = -5 and J = 15 the rate solves 1/(4 pi^2 r^2) - 5 + 15 r - pi^2 r^2 = 0."""
        roots = np.roots([-(np.pi**2), 15, -5, 0, 1 / (4 * np.pi**2)])
        rates = np.sort(roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 0)].real)
        np.testing.assert_allclose(rates, [0.0811344, 0.4729803, 1.0305968], atol=1e-7)
        system = neurodyn.build("qif_mean_field")
        stable = [slopes(system, np.array([r, -1 / (2 * np.pi * r)]), {"I": 0.0}).real.max() < 0 for r in rates]
        assert stable == [True, False, True]

    @pytest.mark.parametrize("eta", [-3.1361341, -5.7435272])
    def test_folds(self, eta: float) -> None:
        """At the published folds one rest is degenerate."""
        system = neurodyn.build("qif_mean_field", eta=eta)
        roots = np.roots([-(np.pi**2), 15, eta, 0, 1 / (4 * np.pi**2)])
        double = roots[np.argmin([np.sort(np.abs(roots - z))[1] for z in roots])].real
        jacobian = system.jacobian()(0.0, np.array([double, -1 / (2 * np.pi * double)]), {"I": 0.0})
        assert abs(np.linalg.det(jacobian)) < 2e-2
        assert np.sort(np.abs(roots - double))[1] < 2e-3

    def test_it_is_the_mean_of_the_neurons_by_the_conformal_map(self) -> None:
        """W = pi*r + i*v obeys dW/dt = Delta + i*(eta + J*r + I - W^2): the equation of the Lorentzian ansatz."""
        system = neurodyn.build("qif_mean_field")
        for r, v, current in ((0.3, -1.2, 0.0), (1.7, 2.0, 3.0)):
            rate = system.flow()(0.0, np.array([r, v]), {"I": current})
            w = np.pi * r + 1j * v
            assert np.pi * rate[0] + 1j * rate[1] == pytest.approx(1 + 1j * (-5 + 15 * r + current - w**2))


class TestKuramoto:
    def test_flow_by_hand(self) -> None:
        system = neurodyn.build("kuramoto", sizes={"N": 12})
        theta = np.random.default_rng(0).uniform(0, 6, 12)
        omega = system.values["omega"]
        by_hand = [omega[i] + 1.5 / 12 * sum(np.sin(b - a) for b in theta) for i, a in enumerate(theta)]
        np.testing.assert_allclose(system.flow()(0.0, theta, {}), by_hand, atol=1e-12)

    def test_order_of_a_lorentzian(self) -> None:
        """With the width 1/2 and K = 2, twice the critical coupling, r = sqrt(1 - 1/2)."""
        system = neurodyn.build("kuramoto", sizes={"N": 150}, K=2.0)
        late = np.arange(15, 30, 0.1)
        found = neurodyn.simulate(system, until=30, save_at=late, record=["r"], seed=3, rtol=1e-4, atol=1e-6)
        assert float(found["r"].mean()) == pytest.approx(np.sqrt(0.5), abs=0.02)

    def test_two_oscillators(self) -> None:
        """They lock above K = |omega_1 - omega_2| at the phase that Adler's equation gives."""
        system = neurodyn.build("kuramoto", omega=np.array([-0.4, 0.4]), K=1.0)
        path = neurodyn.simulate(
            system, until=60, start={"theta": [0.0, 0.3]}, record=["theta"], rtol=1e-10, atol=1e-12
        )
        end = path["theta"].values[-1]
        assert np.sin(end[1] - end[0]) == pytest.approx(0.8, abs=1e-9)
