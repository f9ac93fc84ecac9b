"""Flows written out, number by number: of the order of the method on all targets."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, Model, build, rerun, simulate
from neurodyn.backends.brian2.engine import Engine
from neurodyn.backends.brian2.network import Network
from neurodyn.backends.brian2.targets import TARGETS
from neurodyn.backends.brian2.unrolled import MOST
from tests.backends.brian2.test_coupling import RATES, READING, slope

needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
COMPILED = [pytest.param(name, marks=[pytest.mark.slow, needs_compiler]) for name in TARGETS[1:]]
# Two units that turn round one another, and what turns with them: exp(a) is one number, named.
FEW = Model(
    ["dx[i]/dt = exp(a)*sum(W[i,j]*tanh(x[j]), j) - x[i] + u[i]", "dz/dt = mean(x[i], i) - z"],
    indices={"N": {"letters": "i j", "size": 3}},
    states={"x[i]": "normal(0, 1)", "z": 0.1},
    parameters={"W[i,j]": "2*sin(i + 2*j)", "a": 0.2},
    inputs={"u[i]": "step(0.5, 1)*i"},
)


@pytest.mark.parametrize("target", COMPILED)
@pytest.mark.parametrize(("method", "order"), [("rk4", 4), ("rk2", 2), ("euler", 1)])
def test_order_of_accuracy_where_code_is_compiled(target: str, method: str, order: int) -> None:
    """Without being asked, but for Euler's method, which loses nothing by sums of the begin of a step."""
    system, asked = build(RATES, sizes={"N": 6}), {"target": target, "method": method}
    exact = simulate(system, until=2, save_at=[2.0], rtol=1e-12, atol=1e-14)["x"].values
    coupling = "unrolled" if order > 1 else "summed"
    assert slope(system, "x", exact, **asked) == pytest.approx(order, abs=0.1)
    scheme = simulate(system, until=0.1, dt=0.05, save_at=[0.1], backend="brian2", **asked).recipe["scheme"]
    assert (scheme["coupling"], scheme["accuracy"]) == (coupling, f"order {order}")


WRITTEN = {
    **READING,
    "masks, products, counts and norms": Model(
        [
            "dx[i]/dt = sum(where(x[j] > x[i], x[j], 0), j) - norm(x[j], j) + count(x[j] > 0.2, j)/9",
            "dy[i]/dt = prod(1 + x[j]/9, j) - y[i] + sum(W[i,j]*y[j], j != i) + min(y[j], j)",
        ],
        indices={"N": {"letters": "i j", "size": 4}},
        states={"x[i]": "i/7", "y[i]": "1 - i/5"},
        parameters={"W[i,j]": "cos(i - j)"},
    ),
}


def equal(found: Any, other: Any, model: Model) -> None:
    for state in model.states:
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("what", WRITTEN)
def test_numbers_are_those_of_fixed_steps_of_our_own(what: str) -> None:
    asked = {"until": 0.75, "dt": 0.125, "method": "rk2", "save_at": 0.125 * np.arange(7)}
    system = build(WRITTEN[what])
    found = simulate(system, backend="brian2", coupling="unrolled", **asked)
    equal(found, simulate(system, backend="fixed", **asked), WRITTEN[what])
    assert found.recipe["scheme"]["coupling"] == "unrolled"


@pytest.mark.parametrize("target", COMPILED)
@pytest.mark.parametrize("what", WRITTEN)
def test_they_are_so_where_code_is_compiled(target: str, what: str) -> None:
    asked = {"until": 1.5, "dt": 0.125, "method": "rk4", "save_at": 0.125 * np.arange(13)}
    system = build(WRITTEN[what])
    found = simulate(system, backend="brian2", target=target, **asked)
    equal(found, simulate(system, backend="fixed", **asked), WRITTEN[what])
    assert found.recipe["scheme"]["coupling"] == "unrolled"


def test_trials_and_runs_that_go_on_are_as_in_other_modes() -> None:
    asked = {"dt": 0.05, "method": "rk4", "every": 0.25}
    system = build(FEW)
    both = [{"backend": "brian2", "coupling": "unrolled"}, {"backend": "fixed"}]
    found, other = (simulate(system, until=1, trials=2, **asked, **one) for one in both)
    equal(found, other, FEW)
    whole, first = (simulate(system, until=t, **asked, **both[0]) for t in (1, 0.5))
    rest = simulate(system, start=first, until=1, **asked, **both[0])
    np.testing.assert_array_equal(rest["x"].values[-1], whole["x"].values[-1])
    assert rerun(whole).same


def test_values_are_no_part_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing is compiled again."""
    codes, begin = [], Engine.__init__

    def noted(engine: Engine, network: Network, *more: Any) -> None:
        codes.append(network.groups.alone().regular)
        begin(engine, network, *more)

    monkeypatch.setattr(Engine, "__init__", noted)
    for values in ({}, {"a": 0.3, "W": np.eye(3)}):
        simulate(build(FEW, values=values), backend="brian2", coupling="unrolled", dt=0.1, until=0.2, method="rk2")
    assert codes[0] and codes[0] == codes[1]


def test_a_step_that_is_too_long_ends_the_run() -> None:
    model = Model("dx[i]/dt = x[i]*sum(x[j]**2, j)", indices={"N": {"letters": "i j", "size": 2}},
                  states={"x[i]": "1 + i"})  # fmt: skip
    asked = {"until": 1, "dt": 0.01, "method": "rk4", "every": 0.1, "on_failure": "return"}
    found, other = (
        simulate(build(model), **asked, **one)
        for one in ({"backend": "brian2", "coupling": "unrolled"}, {"backend": "fixed"})
    )
    assert (found.status, found.code) == (other.status, other.code) == ("failed", "unstable")


N = {"N": {"letters": "i j", "size": 3}}
REFUSED: dict[str, tuple[Model, str]] = {
    f"its state has {MOST + 1} numbers, and at most {MOST} are written out": (
        Model("dx[i]/dt = mean(x[j]**2, j)", indices={"N": {"letters": "i j", "size": MOST + 1}}, states={"x[i]": 0.1}),
        "rk4",
    ),
    "it has events or impulses, and a flow that is written out has none": (
        Model("dx[i]/dt = sum(x[j], j) - 2*x[i]", indices=N, states={"x[i]": 1.0},
              events={"up[i]": {"when": "x[i] > 2", "set": "x[i] = 0"}}),
        "rk4",
    ),
    "its flow holds white noise, and one that is written out has none": (
        Model("dx[i]/dt = mean(x[j], j) - x[i] + w[i]", indices=N, states={"x[i]": 1.0},
              noise={"w[i]": {"kind": "white"}}),
        "euler",
    ),
    "a flow is written out for the methods rk4, rk2, euler, and not for exponential_euler": (
        Model("dx[i]/dt = sum(x[j], j != i) - x[i]", indices=N, states={"x[i]": 1.0}),
        "exponential_euler",
    ),
    "arglargest is not written out": (
        Model("dx[i]/dt = argmax(x[j], j) - x[i]", indices=N, states={"x[i]": "i"}),
        "rk4",
    ),
    "largest along a support is not written out": (
        Model("dx[i]/dt = max(k[i,j]*x[j], j) - x[i]", indices=N, states={"x[i]": 1.0},
              parameters={"C[i,j]": "sparse(0.9)", "k[i,j]": {"value": 2.0, "on": "C[i,j]"}}),
        "rk4",
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_not_written_out_is_refused_by_name(reason: str) -> None:
    model, method = REFUSED[reason]
    with pytest.raises(InputError) as caught:
        simulate(build(model), backend="brian2", coupling="unrolled", dt=0.01, until=0.1, method=method)
    assert reason in str(caught.value) and 'target="numpy"' in str(caught.value)


def test_there_is_nothing_to_write_out_where_no_unit_reads_another() -> None:
    model = Model("dx[i]/dt = i - x[i]**3", indices=N, states={"x[i]": 1.0})
    found = simulate(build(model), backend="brian2", coupling="unrolled", dt=0.01, until=0.1, method="rk4")
    assert "coupling" not in found.recipe["scheme"] and found.recipe["scheme"]["accuracy"] == "order 4"
