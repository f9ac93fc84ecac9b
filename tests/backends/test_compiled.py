"""Flows that are compiled for the integrators of SciPy: beside the same flows as arrays, and closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn import Model, build, load, rerun, simulate
from neurodyn.backends import compiled_choice
from neurodyn.backends.compiled_choice import FIRST_COMPILED
from neurodyn.backends.solvers import METHODS
from neurodyn.errors import InputError
from tests.backends.ensemble.cases import DRIVEN, made

UNITS = """
format = 1
equations = '''
C*dv/dt = g*(E - v) + I*cos(t/tau)
tau*dw/dt = tanh(v/v0) - w*v/v0
'''
[states]
v = { start = "-60 mV" , unit = "mV" }
w = { start = 0.1 }
[parameters]
C = "2 pF"
g = "3 nS"
E = "-70 mV"
v0 = "20 mV"
tau = "1 ms"
[inputs]
I = { value = "pulses(0.1[nA], 2[ms], 0.5)" }
"""


def both(system, **asked):
    found = [simulate(system, backend="scipy", target=target, **asked) for target in ("compiled", "python")]
    assert "compiled" not in found[1].recipe.get("scheme", {})
    return found


def far(one, other):
    return max(float(np.abs(one[n] - other[n]).max() / np.abs(other[n]).max()) for n in one.dataset.data_vars)


@pytest.mark.parametrize("method", METHODS)
def test_a_run_is_that_of_arrays_to_rounding(method):
    """Steps, jumps, ramps and their product: tolerances so tight that both are near the truth."""
    compiled, arrays = both(made(DRIVEN), until=5, method=method, rtol=1e-10, atol=1e-12)
    assert compiled.recipe["scheme"]["from_evaluation"] == 1
    assert far(compiled, arrays) < 1e-9
    assert abs(compiled.counts["rhs"] - arrays.counts["rhs"]) < 0.02 * arrays.counts["rhs"]


def test_backwards_over_ramps_and_jumps():
    system = made(DRIVEN)
    there = simulate(system, until=4, rtol=1e-11, atol=1e-12)
    back, _ = both(system, t0=4, until=0, start=there, save_at=[0], rtol=1e-11, atol=1e-12)
    assert float(back["x"][-1]) == pytest.approx(0.3, abs=1e-7)


@pytest.mark.parametrize("method", ["Radau", "BDF", "LSODA"])
def test_the_jacobian_is_compiled_too(method):
    """Relaxation oscillations, stiff; and the number of Newton's iterations says that the Jacobian is the right one."""
    system = build(load("van_der_pol"), mu=100.0)
    compiled, arrays = both(system, until=30, method=method, save_at=[30], rtol=1e-8, atol=1e-10)
    assert compiled.recipe["scheme"]["compiled"] == "flow and Jacobian"
    assert far(compiled, arrays) < 1e-6
    assert compiled.counts["steps"] <= 1.05 * arrays.counts["steps"]


def test_units_scales_and_curved_inputs():
    """States in millivolts beside pure numbers: rates and derivatives are in units of their scales."""
    system = build(Model.from_text(UNITS, name="units"))
    compiled, arrays = both(system, until=0.01, method="Radau", rtol=1e-9, atol=1e-10)
    assert far(compiled, arrays) < 1e-8


@pytest.mark.parametrize("name", ["lif_cond", "izhikevich", "lif"])
def test_events_stand_where_they_stood(name):
    compiled, arrays = both(load(name), rtol=1e-9, atol=1e-10)
    times = [[float(t) for t in found.events("spike").time] for found in (compiled, arrays)]
    assert len(times[0]) > 3 and times[0] == pytest.approx(times[1], rel=1e-6)


def test_long_runs_are_compiled_from_the_evaluation_that_says_so():
    """Before it a run has the bits of arrays; a repetition has those of the run."""
    system, asked = load("lorenz"), {"backend": "scipy", "method": "RK45", "save_at": "steps"}
    alone = simulate(system, until=10, target="python", **asked)
    long, again = (simulate(system, until=10, **asked) for _ in range(2))
    assert long.recipe["scheme"]["from_evaluation"] == FIRST_COMPILED
    same = int(np.argmin(long["x"].values == alone["x"].values))
    assert FIRST_COMPILED / 6 * 0.7 < same < FIRST_COMPILED / 6
    assert np.array_equal(long["x"], again["x"]) and rerun(long).same
    short = simulate(system, until=0.1, **asked)
    assert "scheme" not in short.recipe and short.counts["rhs"] < FIRST_COMPILED


def test_what_is_bound_anew_shares_the_code():
    system = build(load("lorenz"))
    other = system.with_values(rho=20.0)
    found = [both(one, until=1, save_at=[1], rtol=1e-10, atol=1e-12)[0] for one in (system, other)]
    assert other.formulas is system.formulas
    assert far(*found) > 0.01
    assert far(found[1], simulate(load("lorenz"), values={"rho": 20.0}, until=1, save_at=[1], rtol=1e-10)) < 1e-7


@pytest.mark.parametrize(
    ("name", "asked", "what"),
    [
        ("lorenz", {"trials": 3}, "trials"),
        ("ornstein_uhlenbeck", {"trials": None}, "white noise|trials"),
        ("mackey_glass", {}, "delays"),
        ("linear_if", {}, "bounds of states"),
        ("dense_memory", {}, "more than 1,000 operations"),
    ],
)
def test_what_has_no_compiled_form_is_refused_if_it_is_asked_for(name, asked, what):
    with pytest.raises(InputError, match=what) as found:
        simulate(load(name), until=0.01, backend="scipy", target="compiled", **asked)
    assert found.value.code == "not-compiled"


def test_a_flow_without_a_compiled_form_goes_on_as_arrays(monkeypatch):
    monkeypatch.setattr(compiled_choice, "FIRST_COMPILED", 10)
    found = simulate(load("dense_memory"), until=1, save_at=[1], backend="scipy")
    assert "compiled" not in found.recipe.get("scheme", {}) and found.counts["rhs"] > 10


def test_a_rate_that_is_no_number_is_told():
    from tests.backends.ensemble.cases import POLE

    with pytest.raises(Exception, match="grows"):
        simulate(made(POLE), until=2, backend="scipy", target="compiled")
