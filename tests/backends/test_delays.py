"""Flows with delays: against exact solutions and brute force; also on supports; their order is kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.backends.plan import Plan
from neurodyn.backends.planning import planned
from neurodyn.backends.problem import Problem
from neurodyn.backends.remembering import Remembering
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

    wanted = solve(rate, np.array([0.3, 0.5, 0.7, 0.5]), before, 2.0)
    options: dict[str, Any] = {"until": 2.0, "save_at": np.linspace(0, 2, 21), "rtol": 1e-8, "atol": 1e-8}
    system = neurodyn.build(model_of(f"-x[i] + {text}"))
    result = neurodyn.simulate(system, **options)
    np.testing.assert_allclose(result["x"].values, wanted[::10, :3], atol=3e-7)
    np.testing.assert_allclose(result["y"].values, wanted[::10, 3], atol=3e-7)
    trials = neurodyn.simulate(system, trials=2, **options)
    np.testing.assert_allclose(trials["x"].values[:, 1], wanted[::10, :3], atol=3e-7)


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
TERM = "sum(w[i,j]*sin(v[j](t - d[i,j] - tau) - x[i] + z[i,j](t - d[i,j])), j) + sum(C[i,j]*z[i,j](t - tau), j)"


def test_delays_on_a_support_are_those_of_a_matrix() -> None:
    text = f'equations = """{FLOWS.replace("TERM", TERM)}"""\n{SPARSE}'
    sparse = neurodyn.build(neurodyn.Model.from_text(text))
    wiring = sparse.formulas.wirings["C"]
    assert all(r.places.size in (6, len(wiring)) for r in sparse.earlier.readings)
    system = neurodyn.build(neurodyn.Model.from_text(text.replace(', on = "C[i,j]"', "").replace("indegree(2)", "1")))
    whole = {name: np.full((6, 6), fill) for name, fill in (("w", 0.0), ("d", 0.5), ("C", 0.0))}
    for name, values in whole.items():
        values[wiring.first, wiring.second] = sparse.values[name]
    options: dict[str, Any] = {"until": 1.5, "save_at": [1, 1.5], "record": ["x"]}
    dense = neurodyn.simulate(system.with_values(whole), **options)
    both = neurodyn.simulate(sparse, trials=2, **options)
    np.testing.assert_allclose(both["x"].values[:, 1], dense["x"].values, atol=2e-5)


SIGNALS = (
    "step(0.3, 2)",
    "window(0.2, 0.9, 1.5) + 0.5",
    "pulses(2, period=0.4, duty=0.3, phase=0.1, count=3)",
    "ramp(0.1, 0.8, 0, 3)",
    "repeat(window(0, 0.1, 2), period=0.3, count=4)",
    "sin(5*t)*step(0.2, 1) - 2*window(0.5, 0.6)",
    "lines(0.5*k - k**2/9, k, every=0.25)",
    "steps(k, k, every=0.25)",
    "1.5",
)


@pytest.mark.parametrize("signal", SIGNALS)
def test_an_earlier_input_is_the_input_later(signal: str) -> None:
    """The integral of u(t - d) from 0 on is that of u from -d on; all elements and delays alike."""
    options: dict[str, Any] = {
        "states": {"x[i]": 0.0}, "inputs": {"u[i]": f"(i + 1)*({signal})"}, "parameters": {"d[i]": "0.35 + 0.1*i"},
        "indices": {"N": {"letters": "i j", "size": 2}, "K": {"letters": "k", "size": 6}},
    }  # fmt: skip
    tight: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-12}
    late = neurodyn.simulate(neurodyn.Model("dx[i]/dt = u[i](t - d[i])", **options), until=2, save_at=[2], **tight)
    now = neurodyn.build(neurodyn.Model("dx[i]/dt = u[i] + 0*d[i]", **options))
    for k, delay in enumerate((0.35, 0.45)):
        wanted = neurodyn.simulate(now, t0=-delay, until=2 - delay, save_at=[2 - delay], **tight)
        np.testing.assert_allclose(late["x"].values[0, k], wanted["x"].values[0, k], rtol=1e-9)
