"""Runs that do not reach their end say why, and keep what was computed."""

import numpy as np
import pytest

from neurodyn.backends import march
from neurodyn.backends.solvers import EXPLICIT, METHODS
from neurodyn.system.signals import Constant, Step
from tests.backends.fake import System, linear, run

every_method = pytest.mark.parametrize("method", METHODS)
NAN = float("nan")


def square():
    return System(lambda t, y, u: y**2, lambda t, y, u: np.diag(2 * y), {"x": (2,)})


@every_method
def test_blow_up_is_named_with_its_time(method):
    """x' = x**2 from x0 is infinite at 1/x0."""
    ran = run(square(), 3, [0.1, 2.0], np.linspace(0, 3, 301), method=method)
    assert (ran.outcome.status, ran.outcome.code) == ("failed", "blow-up")
    assert ran.end_time == pytest.approx(0.5, abs=1e-4)
    assert ran.outcome.message.startswith("x[1] grows without bound: it is ")
    assert len(ran.time) in (50, 51)
    early = ran.time < 0.45
    assert ran.y[early, 1] == pytest.approx(1 / (0.5 - ran.time[early]), rel=1e-3)
    assert np.isfinite(ran.y).all()


@every_method
def test_growth_past_the_largest_double_is_a_blow_up(method):
    ran = run(linear([[10.0]]), 100, [1.0], method=method, rtol=1e-4)
    assert ran.outcome.code == "blow-up"
    assert 690 < 10 * ran.end_time < 712


@pytest.mark.parametrize("method", ["DOP853", "BDF"])
def test_blow_up_names_the_trial(method):
    ran = run(square(), 3, np.array([[0.1, 0.1], [0.1, 1.0]]), method=method)
    assert ran.outcome.message.startswith("x[1] in trial 1 grows without bound")


def test_blow_up_backwards():
    """x' = -x**2 backwards from x = 1 at t = 0 is infinite at -1."""
    ran = run(System(lambda t, y, u: -(y**2)), -3, [1.0])
    assert ran.outcome.code == "blow-up" and ran.end_time == pytest.approx(-1, abs=1e-6)


@every_method
def test_a_rate_that_is_not_a_number_names_state_and_time(method):
    """The root of a falling state: NaN from t = 2 on."""

    def flow(t, y, u):
        return [-1.0, -np.sqrt(y[0])]

    def jacobian(t, y, u):
        return [[0, 0], [-0.5 / np.sqrt(y[0]), 0]]

    ran = run(System(flow, jacobian, {"level": (), "flow": ()}), 5, [2.0, 0.0], method=method)
    assert (ran.outcome.status, ran.outcome.code) == ("failed", "non-finite")
    assert ran.outcome.message.startswith("The rate of flow is not a number at t = 2")
    assert len(ran.time) in (4, 5) and np.isfinite(ran.y).all()


@every_method
def test_not_a_number_from_the_start(method):
    ran = run(System(lambda t, y, u: y * NAN, lambda t, y, u: [[1.0]]), 1, [1.0], method=method)
    assert ran.outcome.message.startswith("The rate of x is not a number at t = 0.")
    assert ran.time.tolist() == [0.0]


def test_an_input_that_turns_infinite():
    jump = Step(1.0, float("inf"))
    ran = run(System(lambda t, y, u: u["u"] - y, signals={"u": jump}), 2, [1.0])
    assert ran.outcome.message.startswith("The rate of x is infinite at t = 1.")
    assert ran.end_time == 1


@pytest.mark.parametrize("method", [method for method in METHODS if method not in EXPLICIT])
def test_a_jacobian_that_is_not_finite(method):
    """x' = -1e4*cbrt(x): finite at 0, with an infinite slope there."""

    def flow(t, y, u):
        return [1.0 - y[0], -1e4 * np.cbrt(y[1])]

    system = System(flow, lambda t, y, u: [[-1, 0], [0, -1e4 / 3 * np.abs(y[1]) ** (-2 / 3)]], {"x": (), "z": ()})
    ran = run(system, 1, [1.0, 0.0], method=method)
    if method == "LSODA":  # which asks for it only when it turns stiff
        assert ran.outcome.status == "done"
    else:
        assert ran.outcome.code == "non-finite"
        assert ran.outcome.message.startswith("A derivative of the rate of z is infinite at t = 0, and ")


@every_method
def test_steps_too_small_come_with_a_remedy(method):
    """x' = -1/x falls into its singularity at x0**2/2, where nothing is infinite yet."""
    ran = run(System(lambda t, y, u: -1 / y, lambda t, y, u: [1 / y**2]), 1, [1.0], method=method)
    assert ran.outcome.code == "step-too-small"
    assert ran.end_time == pytest.approx(0.5, abs=1e-4)
    assert ran.outcome.message.startswith(f"{method} stopped at t = 0.")
    assert ("BDF" in ran.outcome.message) == (method in (*EXPLICIT, "BDF"))


def test_a_clock_too_coarse_for_the_method_is_no_blow_up():
    """At t = 1e9 time is known to 1e-7, where BDF begins with shorter steps; x grows, but towards 2."""
    ran = run(System(lambda t, y, u: 2 - y, lambda t, y, u: [[-1.0]]), 1e9 + 1, [1e-3], t0=1e9, method="BDF", rtol=1e-9)
    assert ran.outcome.code == "step-too-small"


@pytest.mark.parametrize(
    ("method", "part"), [*((m, "flow") for m in METHODS), *((m, "jacobian") for m in METHODS if m not in EXPLICIT)]
)
def test_ctrl_c_keeps_what_was_computed(method, part):
    """The key is pressed in the middle of a step, also inside compiled code that has called back."""

    def press(t, where):
        if where == part and t > 0.5:
            raise KeyboardInterrupt

    def flow(t, y, u):
        press(t, "flow")
        return 1e3 * (np.cos(3 * t) + 2 - y**3)

    def jacobian(t, y, u):
        press(t, "jacobian")
        return [-3e3 * y**2]

    times = np.linspace(0, 10, 10001)
    ran = run(System(flow, jacobian), 10, [1.5], times, method=method)
    assert (ran.outcome.status, ran.outcome.code) == ("interrupted", "interrupted")
    assert 0.2 < ran.end_time < 5
    assert ran.outcome.message == f"Interrupted at t = {ran.end_time:.6g}; what was computed until then is kept."
    assert len(ran.time) == len(ran.y) == np.count_nonzero(times <= ran.end_time)
    # What is fast has long settled on the slow curve.
    settled = ran.time > 0.1
    assert np.abs(ran.y[settled, 0] - np.cbrt(np.cos(3 * ran.time[settled]) + 2)).max() < 2e-3


def test_a_matrix_beyond_the_memory_is_a_failure_with_a_remedy():
    def jacobian(t, y, u):
        return np.empty((10**8, 10**8))

    ran = run(System(lambda t, y, u: -y, jacobian), 1, [1.0], method="BDF")
    assert (ran.outcome.status, ran.outcome.code) == ("failed", "memory")
    assert ran.outcome.message.startswith("BDF stopped: Unable to allocate") and ran.time.tolist() == [0]


def test_a_mistake_in_the_flow_is_not_taken_for_numerical_trouble():
    with pytest.raises(ValueError, match="broadcast"):
        run(System(lambda t, y, u: np.ones(2) + np.ones(3)), 1, [1.0])


@every_method
def test_nothing_is_printed_and_no_warning_leaks(method, capfd, recwarn):
    run(square(), 3, [0.1, 2.0], method=method)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_nothing_to_integrate():
    """A system without states passes the time."""
    ran = run(System(lambda t, y, u: y, shapes={"none": (0,)}, signals={"u": Constant(1.0)}), 1, np.empty(0))
    assert ran.outcome.status == "done" and ran.y.shape == (11, 0)


def test_a_run_that_crosses_a_jump_for_ever_is_ended(monkeypatch):
    """x' = -1 above 0 and 1 below: from time 1 on, no step leads away from the jump."""
    monkeypatch.setattr(march, "WATCHED_STEPS", 500)
    chatter = System(lambda t, y, u: np.where(y > 0, -1.0, 1.0))
    outcome = run(chatter, 3.0, [1.0], method="RK45").outcome
    assert outcome.code == "stalled"
    assert "smooth the jump" in outcome.message
