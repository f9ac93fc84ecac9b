"""What must not be called proved: models in which one step of the argument fails, each beside one where it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.energy.judged import Judged
from neurodyn.analysis.energy.report import energy
from neurodyn.analysis.verdict import Verdict

N = {"N": {"letters": "i j", "size": 3}}
UNITS: dict[str, Any] = {"indices": N, "states": {"x[i]": "normal(0, 1)"}, "energy": "E"}
ONE: dict[str, Any] = {"states": {"x": 1.0}, "energy": "E"}


def judged(equations: str, claim: str = "dE/dt <= 0", **declared: Any) -> Judged:
    system = neurodyn.build(neurodyn.Model(equations, claims=[claim], **declared))
    return energy(system, claim=claim, starts=4, run=False).claims[0]


def test_an_energy_that_jumps_is_not_proved_to_fall() -> None:
    """From x = -1 the flow goes to 1, over a step of 10; with a ramp in its place, which is continuous, it falls."""
    text = "E = (x - 1)**2 + {step}\ndx/dt = -2*(x - 1)"
    jumping = judged(text.format(step="10*heaviside(x)"), **ONE)
    assert jumping.verdict is not Verdict.PROVED and "without jumps" in jumping.reason
    whole = neurodyn.build(neurodyn.Model(text.format(step="10*heaviside(x)"), **ONE))
    assert energy(whole, box={"x": (-2, 2)}, starts=4).verdict is not Verdict.PROVED
    ramp = judged("E = (x - 1)**2 + relu(x)*heaviside(x)\ndx/dt = -dE/dx", **ONE)
    assert ramp.verdict is Verdict.PROVED and any("one-sided" in n for n in ramp.notes)


@pytest.mark.parametrize(
    ("step", "continuous"),
    [
        ("where(x > 1, (x - 1)**2, 0)", True),
        ("where(x > 1, x**2, 0)", False),
        ("heaviside(x)*(exp(relu(x)) - 1)", True),
        ("sign(x)", False),
        ("abs(x)", True),
        ("floor(x)", False),
        ("stop(x)**2", False),
        ("clip(x, -1, 1)", True),
    ],
)
def test_what_is_continuous(step: str, continuous: bool) -> None:
    found = judged(f"E = x**2 + {step}\ndx/dt = -dE/dx", **ONE)
    assert (found.verdict is Verdict.PROVED) == continuous


def test_activations_that_are_steps() -> None:
    text = "g[i] = {g}\nE = sum(g[i]**2, i)/2\ndx[i]/dt = -g[i]"
    assert judged(text.format(g="tanh(x[i])"), **UNITS).verdict is Verdict.PROVED
    assert judged(text.format(g="sign(x[i])"), **UNITS).verdict is not Verdict.PROVED


def test_a_state_that_the_energy_does_not_know_may_still_move() -> None:
    text = "E = x**2/2\ndx/dt = -x\ndz/dt = 1"
    given = {"states": {"x": 1.0, "z": 0.0}, "energy": "E"}
    assert judged(text, "dE/dt == -(dx/dt)**2", **given).verdict is Verdict.PROVED
    assert judged(text, "dE/dt == -(dx/dt)**2 - dz/dt", **given).verdict is Verdict.REFUTED


def test_strictly_below() -> None:
    text = "E = x**2/2\ndx/dt = -x"
    given = {"states": {"x": 1.0}, "energy": "E"}
    model = neurodyn.Model(text, claims=["dE/dt < 0", "dE/dt == -(dx/dt)**2"], **given)
    strict, balance = energy(neurodyn.build(model), starts=4).claims
    assert strict.verdict is not Verdict.PROVED and balance.verdict is Verdict.PROVED


def test_time_in_the_energy_and_other_signs() -> None:
    assert judged("E = x**2/2 + t\ndx/dt = -x", **ONE).verdict is Verdict.REFUTED
    assert judged("E = x**2/2\ndx/dt = x", **ONE).verdict is Verdict.REFUTED
    assert judged("E = -x**2/2\ndx/dt = x", **ONE).verdict is Verdict.PROVED


def test_a_factor_that_may_be_negative() -> None:
    text = "E = sum(x[i]**2, i)/2\ndx[i]/dt = -c[i]*x[i]"
    assert judged(text, parameters={"c[i]": [1.0, 0.0, 2.0]}, **UNITS).verdict is Verdict.PROVED
    broken = judged(text, parameters={"c[i]": [1.0, -1e-3, 2.0]}, **UNITS)
    assert broken.verdict is Verdict.REFUTED and "not shown to be >= 0" in broken.reason


def test_values_on_edges_are_zero_elsewhere() -> None:
    """A weight that is positive on each edge is 0 beside them: 1/(w + w') is not shown to be finite."""
    text = "E = sum(x[i]**2, i)/2\ndx[i]/dt = -x[i]*(sum(w[i,j], j) - 1)"
    edges = {"C[i,j]": "sparse(0.0)", "w[i,j]": {"value": 2.0, "on": "C[i,j]"}}
    assert judged(text, parameters=edges, **UNITS).verdict is not Verdict.PROVED


def test_unknowns_of_constraints() -> None:
    given = {"states": {"x": 1.0}, "unknowns": {"u": 1.0}, "energy": "E"}
    assert judged("E = x**2/2 - u**2\ndx/dt = -x\n0 = u - x", **given).verdict is Verdict.REFUTED  # u is x
    found = judged("E = x**2/2 - u**2\ndx/dt = -x\n0 = u**3 - u - x", **given)
    assert found.verdict is Verdict.UNDECIDED and "constraints" in found.reason


MAP: dict[str, Any] = {"indices": N, "states": {"S[i]": "signs()"}, "energy": "E"}
ALONE = {**MAP, "update": "asynchronous"}
WEIGHTS = "W[i,j] = where(i == j, 0, 1 + i + j)\n"
ISING = WEIGHTS + "E = -sum(W[i,j]*S[i]*S[j], i, j)/2\nS[i](t+1) = sign(sum(W[i,j]*S[j], j){tie})"
STEP = "E(t+1) <= E"


def test_a_tie_must_keep_the_signs() -> None:
    assert judged(ISING.format(tie=", S[i]"), STEP, **ALONE).verdict is Verdict.PROVED
    assert judged(ISING.format(tie=", 1"), STEP, **ALONE).verdict is Verdict.PROVED
    for tie in ("", ", 2", ", -S[i]"):
        found = judged(ISING.format(tie=tie), STEP, **ALONE)
        assert found.verdict is not Verdict.PROVED


def test_signs_all_at_once_need_a_concave_energy() -> None:
    found = judged(ISING.format(tie=", S[i]"), STEP, **MAP)
    assert found.verdict is not Verdict.PROVED and "all units change at once" in found.reason


def test_steps_that_are_kept_within_bounds() -> None:
    """v(t+1) = 2*v would let -v**2 fall; within bounds it may not, and the argument does not speak of them."""
    given: dict[str, Any] = {"energy": "E", "states": {"v": {"start": 1.0, "clip": [-2, 0.5]}}}
    assert judged("E = -v**2\nv(t+1) = 2*v", STEP, **given).verdict is not Verdict.PROVED


def test_what_is_made_of_parameters_alone() -> None:
    given = {"states": {"x": 1.0}, "parameters": {"a": 2.0, "b": 2.0}}
    text = "dx/dt = -a*x/b"
    verdicts = [judged(text, c, **given).verdict for c in ("a < 3", "a == b", "a > 2.5", "a <= b")]
    assert verdicts == [Verdict.VERIFIED, Verdict.VERIFIED, Verdict.REFUTED, Verdict.UNDECIDED]


def test_times_are_those_of_the_bench() -> None:
    """The rate has the sign of -t: it falls for t > 0, which a bench may say, and rises before."""
    text = "E = x**2/2\ndx/dt = -t*x"
    for bench, verdict in (({"until": 5}, Verdict.PROVED), ({"from": -1, "until": 5}, Verdict.REFUTED)):
        model = neurodyn.Model(text, claims=["dE/dt <= 0", "dE/dt == -t*x**2"], bench=bench, **ONE)
        falls, balance = energy(neurodyn.build(model), starts=10).claims
        assert falls.verdict is verdict and balance.verdict is Verdict.PROVED
        assert verdict is Verdict.REFUTED or "t from 0 to 5" in falls.assumptions


def test_functions_of_time_alone_keep_their_names() -> None:
    """With a written out, the two sides would differ in their fractions."""
    text = "a = exp(-t**2)\ns = (1 - a**2)/a**2\nE = x**2/s\ndx/dt = -x"
    found = judged(text, "dE/dt == -2*x**2*a**2/(1 - a**2) - 4*t*x**2*a**2/(1 - a**2)**2", **ONE)
    assert found.verdict is Verdict.PROVED
    off = "dE/dt == -2*x**2*a**2/(1 - a**2)"
    assert judged(text, off, bench={"from": 0.5, "until": 2}, **ONE).verdict is Verdict.REFUTED
    never = judged(text, off, **ONE)  # at t = 0 alone it has no value
    assert never.verdict is Verdict.UNDECIDED and "no state" in never.reason


def test_rates_of_different_quantities_are_different_numbers() -> None:
    """Here z rises, though the product of two rates looks like a square where both are called any number."""
    text = "E = z\ndx/dt = 1 + y**2\ndy/dt = -1 - x**2\ndz/dt = -(dx/dt)*(dy/dt)"
    model = neurodyn.Model(
        text, claims=["dE/dt <= 0", "dE/dt == -(dx/dt)*(dy/dt)"], states={"x": 0.0, "y": 0.0, "z": 0.0}, energy="E"
    )
    falls, balance = energy(neurodyn.build(model), starts=4).claims
    assert falls.verdict is Verdict.REFUTED and balance.verdict is Verdict.PROVED


def test_facts_that_an_argument_does_without_are_not_listed() -> None:
    """The bias is 0 and the other matrix symmetric, which nothing rests on; the gain and W are needed."""
    text = "E = sum(W[i,j]*x[i]*x[j], i, j)/2 + sum(b[i]*x[i], i)\n"
    text += "dx[i]/dt = -c*(sum(W[i,j]*x[j], j) + b[i])\ny[i] = sum(V[i,j]*x[j], j)"
    square = [[2.0, 1.0, 0.0], [1.0, 2.0, 1.0], [0.0, 1.0, 2.0]]
    given = {"W[i,j]": square, "V[i,j]": square, "b[i]": 0.0, "c": 2.0}
    found = judged(text, parameters=given, **UNITS)
    assert found.verdict is Verdict.PROVED
    assert found.assumptions == ("W[i,j] == W[j,i] (in every bit of its values)", "c > 0 (it is 2)")


@pytest.mark.parametrize("energy", ["x**2/2 + n", "a*x**2/2\na = 2 + n"])
def test_noise_in_an_energy_has_no_rate(energy: str) -> None:
    given: dict[str, Any] = {"noise": {"n": {"kind": "white"}}, **ONE}
    for claim in ("dE/dt <= 0", "dE/dt == -x**2"):
        found = judged(f"E = {energy}\ndx/dt = -x", claim, **given)
        assert found.verdict is Verdict.UNDECIDED and "white noise itself (n)" in found.reason
    driven = judged("E = x**2/2\ndx/dt = -x + n", **given)
    assert driven.verdict is Verdict.PROVED and "white noise is left out" in driven.notes


SQUARE = [[2.0, 1.0, 0.0], [1.0, 2.0, 1.0], [0.0, 1.0, 2.0]]
QUADRATIC = "E = sum(W[i,j]*x[i]*x[j], {pairs})/2\ndx[i]/dt = -sum(W[i,j]*x[j], {others})"


def test_a_matrix_that_is_off_by_one_bit_is_not_symmetric() -> None:
    text, off = QUADRATIC.format(pairs="i, j", others="j"), np.array(SQUARE)
    off[1, 0] = np.nextafter(1.0, 2.0)
    assert judged(text, parameters={"W[i,j]": SQUARE}, **UNITS).verdict is Verdict.PROVED
    found = judged(text, parameters={"W[i,j]": off}, **UNITS)
    assert found.verdict is not Verdict.PROVED and "by up to 2.2e-16" in found.reason


@pytest.mark.parametrize(
    ("pairs", "others", "holds"),
    [
        ("i, j != i", "j != i", True),
        ("i, j != i", "j", False),  # the flow has a term of its own unit, the energy has none
        ("i, j < i", "j < i", False),  # each pair once: its other unit must move too
        ("i, j <= i", "j", False),
    ],
)
def test_pairs_that_are_left_out_of_sums(pairs: str, others: str, holds: bool) -> None:
    found = judged(QUADRATIC.format(pairs=pairs, others=others), parameters={"W[i,j]": SQUARE}, **UNITS)
    assert (found.verdict is Verdict.PROVED) == holds


@pytest.mark.parametrize("mask", ["W[i,j] > 1", "x[i]*x[j] > 0", "V[i,j] > 1", "j == i + 1"])
def test_pairs_that_a_condition_picks(mask: str) -> None:
    """It must pick a pair both ways round, and not as the state goes."""
    text = "E = sum(where({0}, W[i,j]*x[i]*x[j], 0), i, j)/2\ndx[i]/dt = -sum(where({0}, W[i,j]*x[j], 0), j)"
    one_way = [[1.0, 2.0, 0.0], [0.0, 1.0, 1.0], [0.0, 2.0, 1.0]]
    found = judged(text.format(mask), parameters={"W[i,j]": SQUARE, "V[i,j]": one_way}, **UNITS)
    assert (found.verdict is Verdict.PROVED) == (mask == "W[i,j] > 1")


@pytest.mark.parametrize("pairs", ["i, j != i", "i, j"])
def test_rates_of_different_units_are_different_numbers(pairs: str) -> None:
    """Units that move apart have a negative product of rates, so z rises; their squares let it fall."""
    text = "E = z\ndx[i]/dt = i - 1 - x[i]\ndz/dt = -{0}"
    given = {**UNITS, "states": {"x[i]": "normal(0, 1)", "z": 0.0}}
    for rates, holds in ((f"sum((dx[i]/dt)*(dx[j]/dt), {pairs})", False), ("sum((dx[i]/dt)**2, i)", True)):
        model = neurodyn.Model(text.format(rates), claims=["dE/dt <= 0", f"dE/dt == -{rates}"], **given)
        falls, balance = energy(neurodyn.build(model), starts=4, run=False).claims
        assert balance.verdict is Verdict.PROVED and (falls.verdict is Verdict.PROVED) == holds


@pytest.mark.parametrize("value", ["max(x, y)", "abs(x - y) + x + y", "kth(w[i], 2, i)"])
def test_a_flow_along_a_kink(value: str) -> None:
    """Where x == y both rise, and stay equal; beside that line, on which derivatives are conventions, both fall."""
    text = f"E = {value}\ndx/dt = where(x == y, 1, -1)\ndy/dt = where(x == y, 1, -1)\nw[i] = where(i < 1, x, y)"
    given = {"states": {"x": 1.0, "y": 1.0}, "indices": N, "energy": "E"}
    assert judged(text, **given).verdict is not Verdict.PROVED


def test_parameters_that_go_with_time() -> None:
    """A gain of time keeps a flow going down, but an energy with a gain of time may rise while nothing moves."""
    given: dict[str, Any] = {"parameters": {"W[i,j]": SQUARE}, "bench": {"until": 3}, **UNITS}
    text = "k = 2 + sin(t)\nE = {0}sum(W[i,j]*x[i]*x[j], i, j)/2\ndx[i]/dt = -k*sum(W[i,j]*x[j], j)"
    assert judged(text.format(""), **given).verdict is Verdict.PROVED
    found = judged(text.format("k*"), **given)
    assert found.verdict is not Verdict.PROVED and "depends on time itself" in found.reason


@pytest.mark.parametrize("c", [-5e-324, "0.3 - 1e-17"])
def test_a_factor_that_is_hardly_negative(c: float | str) -> None:
    """The least float, and the distance of a float from the decimal that it is written as: 0.3 is less than 3/10."""
    text = "E = x**2/2\ndx/dt = -(c - 0.3)*x" if isinstance(c, str) else "E = x**2/2\ndx/dt = -c*x"
    assert judged(text, parameters={"c": c}, **ONE).verdict is not Verdict.PROVED


def test_reasons_for_claims_that_no_argument_is_for() -> None:
    text = "dx/dt = -x"
    given: dict[str, Any] = {"states": {"x": 1.0}}
    found = judged(text, "x < 1e9 or x > -1", **given)
    assert found.verdict is Verdict.SEARCHED and "joined by and, or, not" in found.reason
    assert judged(text, "x < 1 and x > 2", **given).verdict is Verdict.REFUTED
