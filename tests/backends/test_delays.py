"""Flows with delays: against exact solutions and brute force; order kept, past kept, runs continued."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import DenseOutput

import neurodyn
from neurodyn.backends.plan import Plan
from neurodyn.backends.planning import planned
from neurodyn.backends.problem import Problem
from neurodyn.backends.remembering import Remembering
from neurodyn.backends.ring import LEAST_ROOM
from neurodyn.backends.solvers import set_going
from tests.backends.delay_reference import Earlier, Vector, solve

LINEAR = neurodyn.Model("dx/dt = -x(t - 1)", states={"x": 1.0})


def exact(t: float) -> float:
    """x'(t) = -x(t - 1) with 1 before the start, by the method of steps."""
    return sum((-1) ** k * (t - k + 1) ** k / math.factorial(k) for k in range(math.floor(t) + 2))


@pytest.mark.parametrize(("method", "tolerance", "error"), [("DOP853", 1e-10, 1e-10), ("RK45", 1e-9, 1e-7)])
def test_linear_delay_against_its_polynomials(method: str, tolerance: float, error: float) -> None:
    result = neurodyn.simulate(LINEAR, until=8, method=method, rtol=tolerance, atol=tolerance)
    wanted = np.array([exact(t) for t in result.time])
    np.testing.assert_allclose(result["x"].values, wanted, atol=error)


# x = sin(t), before the start as after it: smooth, so that steps may end anywhere.
SMOOTH = neurodyn.Model(
    "dx/dt = x(t - d) - sin(t - d) + cos(t) + x - sin(t)",
    states={"x": {"start": 0.0, "before": "sin(t)"}},
    parameters={"d": 0.5},
)


def plan_for(system: neurodyn.System, until: float) -> Plan:
    """A plan whose tolerances accept every step."""
    unsaid = ("steps", "t0", "start", "save_at", "every", "method", "seed", "trials", "progress")
    return planned(system, ("x",), **dict.fromkeys(unsaid), until=until, inputs={}, rtol=0.9, atol=1e6)


def fixed_steps(system: neurodyn.System, method: str, step: float, until: float) -> Vector:
    """The state after steps of one length."""
    plan = plan_for(system, until)
    problem, [piece] = Problem(plan), plan.pieces()
    problem.enter(piece)
    solver = set_going(method, problem, piece, plan.start, problem.rate(0.0, plan.start), plan)
    assert isinstance(solver, Remembering) and problem.past is not None
    problem.past.breaks.ahead.clear()  # the solution is smooth
    solver._solver.max_step = solver._solver.h_abs = step
    while solver.status == "running":
        solver.step()
    return solver.y


@pytest.mark.parametrize(("method", "counts", "least"), [("RK45", (32, 64, 128), 4.7), ("DOP853", (8, 16, 32), 7.2)])
def test_order_is_kept(method: str, counts: tuple[int, ...], least: float) -> None:
    system, until = neurodyn.build(SMOOTH), 4.0
    errors = [abs(fixed_steps(system, method, until / n, until)[0] - math.sin(until)) for n in counts]
    slopes = -np.diff(np.log(errors)) / np.diff(np.log(counts))
    assert (slopes > least).all(), (errors, slopes)


HEAD = """
[indices]
N = { letters = "i j", size = 3, ends = "cyclic" }
M = { letters = "m n", size = 2, ends = "zero" }

[states]
"x[i]" = { start = "0.3 + 0.2*i", before = "cos(t + i)/2" }
y = { start = 0.5, before = 0.25 }

[parameters]
"W[i,j]" = "(i - 2*j + 1)/4"
"d[i,j]" = "where(i == j, 0, 0.2 + 0.1*i + 0.3*j)"
"e[m]" = "0.4 + 0.3*m"
"xi[m,i]" = "where(m == i, 1, -0.5)"
tau = 0.6

[inputs]
u = "step(0.7, 1.5)"
"w[i]" = "(i + 1)*sin(2*t)"
"""
D = np.array([[0 if i == j else 0.2 + 0.1 * i + 0.3 * j for j in range(3)] for i in range(3)])
W = np.array([[(i - 2 * j + 1) / 4 for j in range(3)] for i in range(3)])
XI = np.array([[1.0 if m == i else -0.5 for i in range(3)] for m in range(2)])
OTHERS = [(i, j) for i in range(3) for j in range(3) if i != j]


def u(t: float) -> float:
    return 1.5 if t >= 0.7 else 0.0


def w(t: float) -> Vector:
    return np.array([1, 2, 3]) * math.sin(2 * t)


def summed(pairs: list[tuple[int, int]], term: Callable[[int, int], float]) -> Vector:
    found = np.zeros(3)
    for i, j in pairs:
        found[i] += term(i, j)
    return found


def overlap(state: Vector) -> Vector:
    return XI @ np.tanh(state[:3])


# What is added to -x[i], and the same by hand: t, the state (x and y) and its past by time.
Added = Callable[[float, Vector, Earlier], Any]
CASES: dict[str, Added] = {
    "y(t - tau)": lambda t, s, past: past(t - 0.6)[3],
    "x[i+1](t - tau)*y": lambda t, s, past: np.roll(past(t - 0.6)[:3], -1) * s[3],
    "x[0](t - 1)": lambda t, s, past: past(t - 1)[0],
    "sum(W[i,j]*tanh(x[j](t - d[i,j])), j != i)": lambda t, s, past: summed(
        OTHERS, lambda i, j: W[i, j] * math.tanh(past(t - D[i, j])[j])
    ),
    "sum(where(i == j, 0, x[j+1](t - d[i,j])), j)": lambda t, s, past: summed(
        OTHERS, lambda i, j: past(t - D[i, j])[(j + 1) % 3]
    ),
    "logsumexp(x[j](t - d[i,j] - tau), j != i)": lambda t, s, past: np.log(
        summed(OTHERS, lambda i, j: math.exp(past(t - D[i, j] - 0.6)[j]))
    ),
    "sum(xi[m,i]*o[m](t - tau), m)": lambda t, s, past: XI.T @ overlap(past(t - 0.6)),
    "sum(xi[m,i]*o[m](t - e[m]), m)": lambda t, s, past: (
        XI[0] * overlap(past(t - 0.4))[0] + XI[1] * overlap(past(t - 0.7))[1]
    ),
    "q(t - tau)*x[i]": lambda t, s, past: (past(t - 1.6)[3] ** 2 + t - 0.6 + u(t - 0.6)) * s[:3],
    "u(t - tau) + w[i](t - 1/2)": lambda t, s, past: u(t - 0.6) + w(t - 0.5),
    "sum(w[j](t - d[i,j])*u(t - e[0] - tau), j != i)": lambda t, s, past: summed(
        OTHERS, lambda i, j: w(t - D[i, j])[j] * u(t - 1.0)
    ),
    "sum(r[m](t - tau), m)": lambda t, s, past: past(t - 0.6)[3] * 1.5,
}
DEFINITIONS = """
o[m] = sum(xi[m,j]*tanh(x[j]), j)
q = y(t - 1)**2 + t + u
r[m] = where(m == 0, y, r[m-1]/2)
dy/dt = x[0](t - 0.3) - y
"""


def model_of(text: str) -> neurodyn.Model:
    return neurodyn.Model.from_text(f'equations = """\ndx[i]/dt = {text}\n{DEFINITIONS}\n"""\n{HEAD}')


@pytest.mark.parametrize("text", CASES)
def test_against_brute_force(text: str) -> None:
    def rate(t: float, s: Vector, past: Earlier) -> Vector:
        return np.append(-s[:3] + CASES[text](t, s, past), past(t - 0.3)[0] - s[3])

    def before(t: float) -> Vector:
        return np.append(np.cos(t + np.arange(3)) / 2, 0.25)

    wanted = solve(rate, np.array([0.3, 0.5, 0.7, 0.5]), before, 2.5)
    options: dict[str, Any] = {"until": 2.5, "save_at": np.linspace(0, 2.5, 26), "rtol": 1e-9, "atol": 1e-9}
    system = neurodyn.build(model_of(f"-x[i] + {text}"))
    result = neurodyn.simulate(system, **options)
    np.testing.assert_allclose(result["x"].values, wanted[::10, :3], atol=3e-8)
    np.testing.assert_allclose(result["y"].values, wanted[::10, 3], atol=3e-8)
    trials = neurodyn.simulate(system, trials=2, **options)
    np.testing.assert_allclose(trials["x"].values[:, 1], wanted[::10, :3], atol=3e-8)


def test_observables_read_the_past_at_saved_times() -> None:
    text = "-x[i]\np = x[0](t - tau) + u(t - 1/2)\nb = sum(x[j](t - d[i,j] - 1), i, j)"
    system = neurodyn.build(model_of(text))
    times = np.linspace(0, 3, 61)
    result = neurodyn.simulate(system, until=3, save_at=times, record=["x", "p"], rtol=1e-10, atol=1e-10)
    x = result["x"].values[:, 0]
    before = np.where(times[:12] < 0.6 - 1e-12, np.cos(times[:12] - 0.6) / 2, x[0])
    np.testing.assert_allclose(result["p"].values[:12], before + (times[:12] >= 1.2), atol=1e-9)
    late = times >= 1.2 - 1e-9
    np.testing.assert_allclose(result["p"].values[late], x[np.flatnonzero(late) - 12] + 1.5, atol=1e-9)
    trials = neurodyn.simulate(system, until=3, save_at=times, record=["p"], trials=2, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(trials["p"].values[:, 1], result["p"].values, atol=1e-9)
    steps = neurodyn.simulate(system, until=3, save_at="steps", record=["p", "x"])
    assert np.isfinite(steps["p"].values).all()


def test_a_start_that_differs_from_what_was_before_jumps_again_a_delay_later() -> None:
    model = neurodyn.Model("dx/dt = x(t - 1)", states={"x": {"start": 1.0, "before": 0.0}})
    result = neurodyn.simulate(model, until=2.5, save_at=[0.5, 1.0, 1.5, 2.0, 2.5], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(result["x"].values, [1, 1, 1.5, 2, 2 + 0.5 + 0.125], atol=1e-13)


MACKEY_GLASS = neurodyn.Model(
    "dx/dt = beta*x(t - tau)/(1 + x(t - tau)**n) - gamma*x",
    states={"x": {"start": 1.2, "before": "1.2 + a*sin(t)"}},
    parameters={"beta": 0.2, "gamma": 0.1, "n": 10.0, "tau": 17.0, "a": 0.1},
)


def test_two_halves_are_one_run(tmp_path: Path) -> None:
    system = neurodyn.build(MACKEY_GLASS)
    options: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-9}
    whole = neurodyn.simulate(system, until=60, save_at=[60], **options)
    for middle in (5.0, 40.0):  # before and after the end of the first delay
        first = neurodyn.simulate(system, until=middle, **options)
        second = neurodyn.simulate(system, start=first, until=60, save_at=[60], **options)
        assert abs(second["x"].values[0] - whole["x"].values[0]) < 1e-6
        saved = neurodyn.Result.load(first.save(tmp_path / f"{middle}.nc"))
        again = neurodyn.simulate(system, start=saved, until=60, save_at=[60], **options)
        assert again["x"].values[0] == second["x"].values[0]
    assert neurodyn.rerun(second.save(tmp_path / "second.nc")).same
    assert neurodyn.rerun(first).same
    with pytest.raises(neurodyn.InputError, match="goes on from there only"):
        neurodyn.simulate(system, start=first, t0=0, until=60)
    with pytest.raises(neurodyn.InputError, match="has not kept the last 30 of its past"):
        neurodyn.simulate(system.with_values(tau=30.0), start=first, until=60)


def test_draws_of_the_past_are_those_of_each_trial() -> None:
    model = neurodyn.Model(
        "dx[i]/dt = -x[i](t - 1/2)",
        indices={"N": {"letters": "i", "size": 2}},
        states={"x[i]": {"start": 0.0, "before": "normal(0, 1)*(1 + t)"}},
    )
    system = neurodyn.build(model)
    short = neurodyn.simulate(system, until=0.5, save_at=[0.25, 0.5], trials=3, seed=4, rtol=1e-12, atol=1e-14)
    # x(t) = -c*(t + (t - 1/2)**2/2 - 1/8), for the draw c.
    c = -short["x"].values[1] / (0.5 - 0.125)
    np.testing.assert_allclose(short["x"].values[0], -c * (0.25 + 0.03125 - 0.125), rtol=1e-10)
    assert len(np.unique(c.round(6))) == 6
    rest = neurodyn.simulate(system, start=neurodyn.simulate(system, until=0.25, trials=3, seed=4), until=0.5, seed=9)
    np.testing.assert_allclose(rest["x"].values[-1], short["x"].values[1], rtol=1e-8)
    assert neurodyn.rerun(rest).same


def test_a_trial_that_fails_leaves_the_past_of_the_others() -> None:
    model = neurodyn.Model("dx/dt = x(t - 1)**3\np = x(t - 1)", states={"x": 1.0})
    system = neurodyn.build(model)
    start = {"x": np.array([0.1, 30.0, 0.2])}
    options: dict[str, Any] = {"until": 6, "save_at": np.linspace(0, 6, 13), "record": ["x", "p"]}
    result = neurodyn.simulate(system, start=start, trials=3, on_failure="return", **options)
    assert result.status == "failed" and np.isnan(result["p"].values[-1]).tolist() == [False, True, False]
    for k in (0, 2):
        alone = neurodyn.simulate(system, start={"x": start["x"][k]}, **options)
        np.testing.assert_allclose(result["x"].values[:, k], alone["x"].values, rtol=1e-5)
        np.testing.assert_allclose(result["p"].values[:, k], alone["p"].values, rtol=1e-5)


def test_units_and_scales() -> None:
    text = """
equations = "tau*dv/dt = -v(t - d) + E"
states = { v = { start = "1 mV", before = 2, unit = "mV" } }
parameters = { tau = "10 ms", d = "5 ms", E = "3 mV" }
"""
    measured = neurodyn.simulate(neurodyn.Model.from_text(text), until="50 ms", every="1 ms", rtol=1e-9, atol=1e-9)
    plain = text.replace(' mV"', '"').replace(' ms"', '"').replace(', unit = "mV"', "")
    bare = neurodyn.simulate(neurodyn.Model.from_text(plain), until=50, every=1, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(measured["v"].values * 1e3, bare["v"].values, rtol=1e-9)


@pytest.mark.parametrize("method", ["BDF", "Radau", "LSODA"])
def test_implicit_methods_are_refused(method: str) -> None:
    with pytest.raises(neurodyn.InputError, match=f"{method} cannot run .* has delays"):
        neurodyn.simulate(LINEAR, until=1, method=method)


def test_what_delays_do_not_have_is_refused() -> None:
    with pytest.raises(neurodyn.InputError, match="cannot run backwards"):
        neurodyn.simulate(LINEAR, until=-1)
    with pytest.raises(neurodyn.InputError, match="has no Jacobian: it has delays"):
        neurodyn.build(LINEAR).jacobian()


class Flat(DenseOutput):
    """A path that stays at 1."""

    def _call_impl(self, t: Any) -> Vector:
        return np.ones((1, *np.shape(t)))


def test_the_past_that_is_kept_does_not_grow_with_the_run() -> None:
    """Pieces are dropped beyond the longest delay, and copied about once each."""
    system = neurodyn.build(LINEAR)
    for until in (100, 400):
        kept = neurodyn.simulate(system, until=until, method="RK45", rtol=1e-8, atol=1e-8).arrays["history"]
        assert len(kept["begin"]) < 40 and kept["begin"][0] <= until - 1
    past = Problem(plan_for(system, 1000.0)).past
    assert past is not None
    for k in range(1000):
        past.add(Flat(k / 10, (k + 1) / 10))
    ring = past._ring
    assert ring.moved <= 1000 and len(ring._begin) <= 4 * LEAST_ROOM


def test_earlier_inputs_alone_leave_a_flow_an_ordinary_one() -> None:
    model = neurodyn.Model("dx/dt = -x + u(t - 1/2)", states={"x": 1.0}, inputs={"u": "step(1, 2)"})
    system = neurodyn.build(model)
    assert system.needs == {"flow"} and system.jacobian()(0.0, np.ones(1), {"u(t - 1/2)": 0.0}) == [[-1.0]]
    result = neurodyn.simulate(system, until=3, method="BDF", rtol=1e-8, atol=1e-8)
    t = result.time
    wanted = np.exp(-t) + np.where(t > 1.5, 2 * (1 - np.exp(1.5 - t)), 0)
    np.testing.assert_allclose(result["x"].values, wanted, atol=1e-6)


SPARSE = """
[indices]
N = { letters = "i j", size = 6 }

[states]
"x[i]" = { start = "sin(i)", before = "sin(i) + t/2" }
"z[i,j]" = { start = "(i - j)/N", before = "cos(t)*(i + 1)/N", on = "C[i,j]" }

[parameters]
"C[i,j]" = "indegree(2)"
"w[i,j]" = { value = "normal(0, 1)", on = "C[i,j]" }
"d[i,j]" = { value = "uniform(0.2, 1)", on = "C[i,j]" }
tau = 0.5
"""
FLOWS = """
dx[i]/dt = -x[i] + TERM
dz[i,j]/dt = -z[i,j](t - tau)/2 + x[j](t - d[i,j]) - z[i,j]
v[i] = tanh(x[i])
"""
TERMS = (
    "sum(w[i,j]*x[j](t - d[i,j]), j)",
    "sum(w[i,j]*sin(v[j](t - d[i,j] - tau) - x[i] + z[i,j](t - d[i,j])), j)",
    "sum(w[j,i]*x[j](t - d[j,i]), j) + sum(C[i,j]*z[i,j](t - tau), j)",
)


@pytest.mark.parametrize("term", TERMS)
def test_delays_on_a_support_are_those_of_a_matrix(term: str) -> None:
    text = f'equations = """{FLOWS.replace("TERM", term)}"""\n{SPARSE}'
    sparse = neurodyn.build(neurodyn.Model.from_text(text))
    wiring = sparse.formulas.wirings["C"]
    assert all(r.places.size in (6, len(wiring)) for r in sparse.earlier.readings)
    system = neurodyn.build(neurodyn.Model.from_text(text.replace(', on = "C[i,j]"', "").replace("indegree(2)", "1")))
    whole = {name: np.full((6, 6), fill) for name, fill in (("w", 0.0), ("d", 0.5), ("C", 0.0))}
    for name, values in whole.items():
        values[wiring.first, wiring.second] = sparse.values[name]
    options: dict[str, Any] = {"until": 2, "save_at": [1, 2], "record": ["x"], "rtol": 1e-7, "atol": 1e-7}
    dense = neurodyn.simulate(system.with_values(whole), **options)
    np.testing.assert_allclose(neurodyn.simulate(sparse, **options)["x"].values, dense["x"].values, atol=1e-5)
    both = neurodyn.simulate(sparse, trials=2, **options)
    np.testing.assert_allclose(both["x"].values[:, 1], dense["x"].values, atol=1e-5)
