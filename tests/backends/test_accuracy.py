"""Every method against closed forms and published values."""

import numpy as np
import pytest
from scipy.linalg import expm

from neurodyn.backends.solvers import EXPLICIT, METHODS
from tests.backends.fake import System, linear, run

SPIRAL = np.array([[-1.0, 5.0, 0.0], [-5.0, -1.0, 0.0], [0.3, 0.0, -0.2]])
every_method = pytest.mark.parametrize("method", METHODS)
every_stiff_method = pytest.mark.parametrize("method", [method for method in METHODS if method not in EXPLICIT])


def exact(matrix, time, start):
    return np.array([expm(matrix * t) @ start for t in time])


@every_method
@pytest.mark.parametrize("tolerance", [1e-5, 1e-8])
def test_error_follows_the_tolerance_at_and_between_steps(method, tolerance):
    """A linear flow against the matrix exponential, on a grid much finer than the steps."""
    start = np.array([1.0, 0.0, 1.0])
    ran = run(linear(SPIRAL), 5, start, np.linspace(0, 5, 301), method=method, rtol=tolerance, atol=tolerance)
    assert ran.outcome.status == "done"
    assert np.abs(ran.y - exact(SPIRAL, ran.time, start)).max() < 100 * tolerance


@pytest.mark.parametrize(("method", "order"), [("DOP853", 8), ("RK45", 5), ("Radau", 3)])
def test_work_grows_with_the_order_of_the_method(method, order):
    """Steps grow as tolerance**(-1/order); the order is that of the error estimate, so one less counts too."""

    def steps(tolerance):
        matrix = SPIRAL[:2, :2] + np.eye(2)
        return run(linear(matrix), 10, [1.0, 0.0], [10], method=method, rtol=tolerance, atol=tolerance).counts["steps"]

    found = np.log(1e3) / np.log(steps(1e-9) / steps(1e-6))
    assert order - 1 < found < order + 2


@every_stiff_method
def test_robertson(method):
    """Robertson's chemical kinetics: rates over nine decades, a state of 1e-5 beside states of 1, mass conserved."""

    def flow(t, y, u):
        a, b, c = y
        return [-0.04 * a + 1e4 * b * c, 0.04 * a - 1e4 * b * c - 3e7 * b * b, 3e7 * b * b]

    def jacobian(t, y, u):
        _, b, c = y
        return [[-0.04, 1e4 * c, 1e4 * b], [0.04, -1e4 * c - 6e7 * b, -1e4 * b], [0, 6e7 * b, 0]]

    system = System(flow, jacobian, {"a": (), "b": (), "c": ()}, {"b": 1e-5})
    ran = run(system, 40, [1.0, 0.0, 0.0], [40], method=method, rtol=1e-8, atol=1e-10)
    # The customary reference at t = 40.
    assert ran.y[-1] == pytest.approx([0.7158270687193941, 9.185534764557338e-06, 0.2841637457458413], rel=2e-6)
    assert ran.y.sum() == pytest.approx(1, abs=1e-9)
    assert ran.counts["steps"] < 2000 and ran.counts["jacobian"] > 0


@every_stiff_method
def test_van_der_pol_relaxation(method):
    """Relaxation at mu = 1000; explicit methods would take hundreds of thousands of steps."""

    def flow(t, y, u):
        return [y[1], 1000 * (1 - y[0] ** 2) * y[1] - y[0]]

    def jacobian(t, y, u):
        return [[0, 1], [-2000 * y[0] * y[1] - 1, 1000 * (1 - y[0] ** 2)]]

    ran = run(System(flow, jacobian, {"x": (), "v": ()}), 2000, [2.0, 0.0], [2000], method=method, rtol=1e-6, atol=1e-8)
    # The customary reference at t = 2000.
    assert ran.y[-1] == pytest.approx([1.706167732170469, -0.8928097010248125e-3], rel=1e-3)


@every_method
def test_scales_stand_for_units(method):
    """Writing one state in a unit 10**12 times larger changes nothing but its numbers."""
    unit = np.array([1.0, 1e-12, 1.0])

    def after(unit, scales):
        matrix = unit[:, None] * SPIRAL / unit
        shapes = {"a": (), "b": (), "c": ()}
        system = System(lambda t, y, u: matrix @ y, lambda t, y, u: matrix, shapes, scales)
        return run(system, 3, unit * [1.0, 0.5, 1.0], method=method).y / unit

    plain, scaled = after(np.ones(3), {}), after(unit, {"b": 1e-12})
    assert np.abs(plain - scaled).max() < 1e-9


@every_method
def test_backwards_undoes_forwards(method):
    start = np.array([1.0, 0.0, 1.0])
    there = run(linear(SPIRAL), 2, start, method=method, rtol=1e-8, atol=1e-9)
    back = run(linear(SPIRAL), 0, there.end, t0=2.0, method=method, rtol=1e-8, atol=1e-9)
    assert back.time[0] == 2 and back.time[-1] == 0
    assert np.abs(back.y[::-1] - there.y).max() < 1e-5
