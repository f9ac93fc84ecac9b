"""Trials side by side are the runs one by one."""

from dataclasses import replace

import numpy as np
import pytest

from neurodyn.backends.compiled_choice import PYTHON
from neurodyn.backends.scipy_backend import SciPy
from neurodyn.backends.solvers import METHODS
from neurodyn.system.signals import Window
from tests.backends.fake import System, linear, plan, run

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


def squares(**more):
    """x' = x**2: from x0 > 0 infinite at 1/x0."""
    return System(lambda t, y, u: y**2, lambda t, y, u: np.diag(2 * y), {"x": ()}, **more)


STARTS = np.array([[0.1], [2.0], [-1.0], [1.0], [0.5], [2.0]])


@stacking
@pytest.mark.parametrize(("until", "sign"), [(3, 1), (-3, -1)])
def test_trials_that_blow_up_leave_the_others_to_go_on(method, until, sign):
    """Each stops at its own time 1/x0; the others come to the end with the exact values."""
    times = np.linspace(0, until, 301)
    ran = run(squares(), until, sign * STARTS, times, method=method)
    blown = [1, 3, 4, 5]
    assert [stop.outcome.status for stop in ran.stops] == ["failed" if k in blown else "done" for k in range(6)]
    assert all(stop.outcome.code == "blow-up" for k, stop in enumerate(ran.stops) if k in blown)
    assert [ran.stops[k].time for k in blown] == pytest.approx(1 / STARTS[blown, 0] * sign, abs=1e-3)
    assert [ran.stops[k].outcome.message.split(" grows")[0] for k in blown] == [f"x in trial {k}" for k in blown]
    assert ran.time.tolist() == times.tolist() and ran.end_time == until
    for k, stop in enumerate(ran.stops):
        assert stop.valid == (301 if k not in blown else np.count_nonzero(np.abs(times) <= abs(stop.time)))
        assert np.isfinite(ran.y[: stop.valid, k]).all() and np.isnan(ran.y[stop.valid :, k]).all()
        early = np.abs(times) <= 0.9 * abs(stop.time)
        exact = sign * STARTS[k] / (1 - STARTS[k] * np.abs(times[early, None]))
        np.testing.assert_allclose(ran.y[early, k], exact, rtol=2e-3)
    assert ran.end[[0, 2], 0] == pytest.approx(sign * np.array([1 / 7, -0.25]), rel=1e-4)
    assert ran.outcome.code == "blow-up" and ran.outcome.message.endswith("So 4 of 6 trials failed.")


def test_when_every_trial_stops_the_run_does():
    ran = run(squares(), 3, [[1.0], [2.0]], np.linspace(0, 3, 31))
    assert [stop.outcome.code for stop in ran.stops] == ["blow-up", "blow-up"]
    assert ran.end_time == pytest.approx(1.0, abs=1e-4) and ran.time[-1] <= 1.0001
    assert ran.outcome.message.endswith("So 2 of 2 trials failed.")


@stacking
def test_a_trial_whose_rate_turns_nan_leaves(method):
    """Roots of falling states: NaN from t = x0 on."""

    def flow(t, y, u):
        return np.stack([-np.ones(len(y)), -np.sqrt(y[:, 0])], axis=-1)

    def jacobian(t, y, u):
        return [[0, 0], [-0.5 / np.sqrt(y[0]), 0]]

    ran = run(System(flow, jacobian, {"a": (), "b": ()}), 3, [[9.0, 0], [1.0, 0], [2.0, 0]], method=method)
    assert [stop.outcome.code for stop in ran.stops] == ["", "non-finite", "non-finite"]
    assert [stop.time for stop in ran.stops] == pytest.approx([3, 1, 2], abs=1e-3)
    assert ran.end[0] == pytest.approx([6.0, -2 / 3 * (27 - 6**1.5)], rel=1e-4)


@stacking
def test_the_trial_that_is_stuck_is_found_among_faster_ones(method):
    """x' = -a/x falls into its singularity, where nothing is infinite; the others change far faster, and are fine."""

    def flow(t, y, u):
        x, a = y[:, 0], y[:, 1]
        return np.stack([np.where(a > 0, -a / x, 1e12), np.zeros(len(y))], axis=-1)

    def jacobian(t, y, u):
        return [[y[1] / y[0] ** 2, -1 / y[0]], [0, 0]] if y[1] > 0 else np.zeros((2, 2))

    starts = [[1.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 0.0], [1.0, 0.5]]
    ran = run(System(flow, jacobian, {"x": (), "a": ()}), 1.5, starts, method=method)
    assert [stop.outcome.status for stop in ran.stops] == ["done", "failed", "done", "done", "failed"]
    assert [ran.stops[k].time for k in (1, 4)] == pytest.approx([0.5, 1.0], abs=1e-3)
    assert ran.end[[0, 2, 3], 0] == pytest.approx(1.5e12)


def test_an_infinite_jacobian_belongs_to_its_trial():
    def flow(t, y, u):
        return -np.cbrt(y)

    system = System(flow, lambda t, y, u: [[-1 / 3 * np.abs(y[0]) ** (-2 / 3)]])
    ran = run(system, 0.5, [[1.0], [0.0], [8.0]], method="BDF")
    assert [stop.outcome.code for stop in ran.stops] == ["", "non-finite", ""]
    assert ran.outcome.message.startswith("A derivative of the rate of x in trial 1 is infinite at t = 0,")
    assert ran.end[[0, 2], 0] == pytest.approx([(1 - 1 / 3) ** 1.5, (4 - 1 / 3) ** 1.5], rel=1e-4)


def test_the_trial_that_chatters_is_found(monkeypatch):
    """x' = -sign(x) never comes past 0; its neighbours are smooth."""
    monkeypatch.setattr("neurodyn.backends.march.WATCHED_STEPS", 400)

    def flow(t, y, u):
        return np.where(y > 5, 10 - y, -100 * np.sign(y))

    ran = run(System(flow, None, {"x": ()}), 1000, [[6.0], [7.0], [1.0], [8.0]], rtol=1e-9)
    assert [stop.outcome.code for stop in ran.stops] == ["", "", "stalled", ""]
    assert ran.end[[0, 1, 3], 0] == pytest.approx(10)


def test_after_a_stop_inputs_go_on_jumping():
    """One trial blows up in the first pulse, the other sees all of them."""

    def flow(t, y, u):
        return np.where(y > 0.9, y**3 * 50, 0) + u["u"]

    system = System(flow, None, {"x": ()}, signals={"u": Window(1, 2, 0.1)})
    ran = run(system, 3, [[0.0], [1.0]], [0, 1, 2, 3])
    assert [stop.outcome.status for stop in ran.stops] == ["done", "failed"]
    assert ran.stops[1].time == pytest.approx(0.01, rel=1e-3)
    assert ran.y[:, 0, 0] == pytest.approx([0, 0, 0.1, 0.1])
    assert ran.counts["restarts"] == 2


@pytest.mark.parametrize("method", METHODS)
def test_own_steps(method):
    """Where the solver comes to: the start, every accepted step, the end; an edge twice."""
    system = linear([[-1.0]], signals={"u": Window(1, 2)})
    made = plan(system, 3, [1.0], method=method, rtol=1e-8, atol=1e-10, target=PYTHON)
    ran = SciPy().run(replace(made, save_at=None))
    assert ran.time[0] == 0 and ran.time[-1] == 3 and len(ran.time) == ran.counts["steps"] + 3
    steps = np.diff(ran.time)
    assert np.flatnonzero(steps == 0).size == 2 and (steps >= 0).all()
    assert ran.time[:-1][steps == 0].tolist() == [1, 2]
    np.testing.assert_allclose(ran.y[:, 0], np.exp(-ran.time), atol=1e-6)
    np.testing.assert_array_equal(ran.y[-1], ran.end)


def test_own_steps_of_trials_that_stop():
    made = plan(squares(), 3, STARTS)
    ran = SciPy().run(replace(made, save_at=None))
    for k, stop in enumerate(ran.stops):
        assert ran.time[stop.valid - 1] == stop.time
        assert np.isfinite(ran.y[: stop.valid, k]).all() and np.isnan(ran.y[stop.valid :, k]).all()
    assert (np.diff(ran.time) > 0).all()
