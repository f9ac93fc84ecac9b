"""Trials side by side are the runs one by one."""

import numpy as np
import pytest

from neurodyn.backends.solvers import METHODS
from neurodyn.system.signals import Window
from tests.backends.fake import System, linear, run

TOLERANCE = 1e-7
stacking = pytest.mark.parametrize("method", [method for method in METHODS if method != "LSODA"])


def pendulum(**more):
    """A damped and driven pendulum: nonlinear, so that trials have their own Jacobians."""

    def flow(t, y, u):
        angle, speed = y[..., 0], y[..., 1]
        return np.stack([speed, -np.sin(angle) - 0.3 * speed + u["u"]], axis=-1)

    def jacobian(t, y, u):
        return [[0, 1], [-np.cos(y[0]), -0.3]]

    return System(flow, jacobian, {"angle": (), "speed": ()}, signals={"u": Window(1, 2, 3.0)}, **more)


@stacking
def test_trials_equal_single_runs(method):
    starts = np.random.default_rng(3).normal(size=(4, 2))
    exact = np.stack([run(pendulum(), 5, s, rtol=1e-12, atol=1e-13).y for s in starts], axis=1)
    alone = np.stack([run(pendulum(), 5, s, method=method, rtol=TOLERANCE, atol=TOLERANCE).y for s in starts], axis=1)
    together = run(pendulum(), 5, starts, method=method, rtol=TOLERANCE, atol=TOLERANCE)
    assert together.y.shape == exact.shape == (11, 4, 2)
    assert np.abs(together.y - exact).max() < 2 * max(np.abs(alone - exact).max(), TOLERANCE)


@stacking
def test_one_hard_trial_among_many_easy_ones_keeps_its_tolerance(method):
    """99 trials at rest must not lend their share of the error norm to the one that moves."""
    starts = np.zeros((100, 2))
    starts[41] = [2.0, 1.0]
    system = linear([[0.0, 3.0], [-3.0, 0.0]])
    alone = run(system, 5, starts[41], method=method, rtol=TOLERANCE, atol=TOLERANCE)
    together = run(system, 5, starts, method=method, rtol=TOLERANCE, atol=TOLERANCE)
    t = alone.time
    turn = np.stack([2 * np.cos(3 * t) + np.sin(3 * t), np.cos(3 * t) - 2 * np.sin(3 * t)], axis=1)
    assert np.abs(together.y[:, 41] - turn).max() <= 1.05 * np.abs(alone.y - turn).max()
    assert np.abs(np.delete(together.y, 41, axis=1)).max() == 0


@pytest.mark.parametrize("method", METHODS)
def test_one_trial_has_its_axis_and_is_the_single_run(method):
    stiff = linear([[-1e3, 1e3], [0.0, -1.0]])
    one, alone = run(stiff, 1, np.ones((1, 2)), method=method), run(stiff, 1, np.ones(2), method=method)
    assert one.y.shape == (11, 1, 2)
    np.testing.assert_array_equal(one.y[:, 0], alone.y)
    assert one.counts == alone.counts


def test_stiff_trials_use_their_jacobians():
    matrix = np.array([[-1.0, 0.0], [0.0, -1e5]])
    ran = run(linear(matrix), 1, np.ones((4, 2)), method="BDF")
    assert ran.counts["jacobian"] >= 1 and ran.counts["steps"] < 200
    assert ran.end[:, 0] == pytest.approx(np.exp(-1), rel=1e-4)


def test_scales_hold_in_every_trial():
    unit = np.array([1.0, 1e-9])
    matrix = unit[:, None] * np.array([[-1.0, 2.0], [-2.0, -1.0]]) / unit
    shapes, starts = {"a": (), "b": ()}, np.random.default_rng(3).normal(size=(3, 2)) * unit
    for method in ("DOP853", "BDF", "Radau"):
        system = System(lambda t, y, u: y @ matrix.T, lambda t, y, u: matrix, shapes, {"b": 1e-9})
        ran = run(system, 2, starts, method=method, rtol=1e-9, atol=1e-9)
        turn = np.exp(-2) * np.array([[np.cos(4), np.sin(4)], [-np.sin(4), np.cos(4)]])
        assert np.abs(ran.end / unit - starts / unit @ turn.T).max() < 1e-6
