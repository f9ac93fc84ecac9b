"""Constraints solved by symbols: circuits as flows, against closed forms, other solvers and bracketed roots."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
import sympy as sp

import neurodyn
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.nodes import Relu
from neurodyn.system.explicit.branches import root, with_kinks
from neurodyn.system.explicit.forms import Forms, Unequal
from neurodyn.system.explicit.signs import Signs

TIGHT = {"rtol": 1e-10, "atol": 1e-12}
SOURCE = {"model": "voltage_source", "p": "in", "n": "gnd", "V": "2 V"}


def part(model: str, p: str, n: str, **values: object) -> dict[str, object]:
    return {"model": model, "p": p, "n": n, **values}


def high_pass() -> neurodyn.Model:
    return neurodyn.Model(
        parts={
            "U": SOURCE,
            "C": part("capacitor", "in", "out", C="1 uF"),
            "R": part("resistor", "out", "gnd", R="1 kohm"),
        },
        name="high_pass",
    )


def test_a_capacitor_between_nodes_keeps_its_voltage_where_the_source_jumps() -> None:
    system = neurodyn.build(high_pass())
    assert system.layout.names == ("(in.v - out.v)",) and system.needs == {"flow"}
    step = {"U.V": "step(1[ms], 3[V])"}
    times = np.array([0.5e-3, 1e-3, 1.5e-3, 3e-3])
    kept = ["out.v", "C.p.i", "in.v"]
    result = neurodyn.simulate(system, until=3e-3, inputs=step, save_at=times, record=kept, **TIGHT)
    out = np.where(times < 1e-3, 0, 3 * np.exp(-(times - 1e-3) / 1e-3))
    np.testing.assert_allclose(result["out.v"].values, out, atol=1e-9)
    np.testing.assert_allclose(result["C.p.i"].values, out / 1e3, atol=1e-12)
    np.testing.assert_allclose(result["in.v"].values, [0, 3, 3, 3])


def test_starts_are_those_of_the_variables_or_of_what_moves() -> None:
    system = neurodyn.build(high_pass())
    assert system.start({"in.v": 1.5, "out.v": 0.5}) == pytest.approx([1.0])
    assert system.start({"(in.v - out.v)": "3 V"}) == pytest.approx([3.0])
    assert system.start({"in.v": [1.0, 2.0]}, trials=2) == pytest.approx(np.array([[1.0], [2.0]]))
    half = neurodyn.simulate(system, until=1e-3, start={"out.v": -1}, **TIGHT)
    rest = neurodyn.simulate(system, until=2e-3, start=half, **TIGHT)
    assert float(rest["out.v"][-1]) == pytest.approx((2 - 1) * np.exp(-2), abs=1e-9)
    with pytest.raises(neurodyn.InputError, match="no quantity nowhere"):
        system.start({"nowhere": 1})


def triangle() -> neurodyn.Model:
    """Three capacitors in a loop, of which two voltages are free."""
    nodes = ("a", "b", "c")
    loop = {f"C{k}": part("capacitor", n, nodes[(k + 1) % 3], C=f"{k + 1} uF") for k, n in enumerate(nodes)}
    ground = {f"R{k}": part("resistor", n, "gnd", R=f"{k + 1} kohm") for k, n in enumerate(nodes)}
    feed = {"U": SOURCE, "R": part("resistor", "in", "a"), "C": part("capacitor", "c", "gnd", C="5 uF")}
    return neurodyn.Model(parts={**loop, **ground, **feed}, name="triangle")


def two_diodes() -> neurodyn.Model:
    """Clipped on both sides: kinks upwards and downwards at one node."""
    return neurodyn.Model(
        parts={
            "U": {**SOURCE, "V": "sin(4000[1/s]*t)*3[V]"},
            "R": part("resistor", "in", "a", R="1 kohm"),
            "D1": part("diode_pwl", "a", "gnd"),
            "D2": part("diode_pwl", "gnd", "a"),
            "S": part("resistor", "a", "b", R="10 kohm"),
            "C": part("capacitor", "b", "gnd", C="0.1 uF"),
        },
        name="two_diodes",
    )


@pytest.mark.parametrize("model", [triangle(), two_diodes()], ids=lambda model: model.name)
def test_equal_to_the_constraints_as_they_stand(model: neurodyn.Model) -> None:
    run = {"until": 2e-3, "save_at": np.linspace(0, 2e-3, 11), "rtol": 1e-8, "atol": 1e-10}
    solved, as_it_is = neurodyn.simulate(model, backend="scipy", **run), neurodyn.simulate(model, backend="dae", **run)
    lanes = neurodyn.simulate(model, backend="ensemble", **run)
    assert set(solved.dataset.data_vars) == set(as_it_is.dataset.data_vars) >= set(model.unknowns)
    for name in model.unknowns:
        np.testing.assert_allclose(solved[name].values, as_it_is[name].values, atol=1e-6)
        np.testing.assert_allclose(lanes[name].values, solved[name].values, atol=1e-6)


def test_each_trial_has_components_of_its_own() -> None:
    values = {"R3.R": [400.0, 500.0, 600.0], "D1.a": [4e-3, 5e-3, 3e-3]}
    asked = {"until": 2, "save_at": [0.95, 1.5, 2.0], "record": ["x", "y"], **TIGHT}
    many = neurodyn.simulate("habituation_analog", values=values, backend="ensemble", **asked)
    for k in range(3):
        own = {name: rows[k] for name, rows in values.items()}
        one = neurodyn.simulate(neurodyn.build("habituation_analog", values=own), backend="dae", **asked)
        for name in ("x", "y"):
            np.testing.assert_allclose(many[name].values[..., k], one[name].values, atol=1e-8)


def test_linear_to_first_order_and_at_rest() -> None:
    """Without input the capacitor of the habituation circuit runs out through R3 alone."""
    system = neurodyn.build("habituation_analog", values={"U.V": 0})
    rest = neurodyn.linearise(system, state={"cap.v": 0.0})
    assert rest.eigenvalues[0].value == pytest.approx(-1 / (470 * 4.7e-3))
    assert system.role("top.v") == "observable" and system.role("cap.v") == "state"


def test_what_is_divided_by_is_looked_at() -> None:
    model = neurodyn.Model(
        "dx/dt = -w\n0 = (a - b)*w - x", states={"x": 1}, unknowns={"w": 0}, parameters={"a": 2, "b": 1}
    )
    system = neurodyn.build(model)
    assert system.needs == {"flow"}
    for make in (lambda: system.with_values(b=2), lambda: neurodyn.build(model, b=2)):
        with pytest.raises(neurodyn.InputError, match=r"Nothing fixes w with these values: .* is 0") as caught:
            make()
        assert caught.value.code == "singular"


@pytest.mark.parametrize(
    ("equations", "why"),
    [
        ("dx/dt = -w\n0 = w**3 - w - x", "since w follows from no law that is shown to rise"),
        # The sign of k is open.
        ("dx/dt = -w\n0 = max(w, 0) - max(-w, 0)*k - x", "since w follows from no law that is shown to rise"),
    ],
)
def test_what_stays_implicit_is_told(equations: str, why: str) -> None:
    model = neurodyn.Model(equations, states={"x": 1}, unknowns={"w": 0}, parameters={"k": 1})
    assert neurodyn.build(model).needs == {"dae"}
    with pytest.raises(neurodyn.InputError, match=why):
        neurodyn.simulate(model, until=1, backend="scipy")


def test_roots_of_lines_with_kinks_are_those_that_are_bracketed() -> None:
    """Rising functions with up to four kinks, and the same turned round."""
    rng = np.random.default_rng(1)
    x, signs = quantity("x"), Signs((), {})
    for count in (0, 1, 2, 3, 4, 4, 4, 4):
        for turn in (1, -1):
            slope, rest = sp.Rational(6), sp.Rational(str(round(float(rng.normal(0, 5)), 3)))
            drawn = [sp.Rational(str(round(v, 3))) for v in rng.uniform(-1.2, 1.2, 3 * count)]
            terms = [c * Relu(a * x + b) for c, a, b in zip(drawn[::3], drawn[1::3], drawn[2::3], strict=True)]
            f = turn * (slope * x + rest + sum(terms))
            forms = Forms({"x"}, Unequal())
            found = root(forms.of(with_kinks(f)), forms, "x", signs)
            numbers = sp.lambdify(x, f, {"Relu": lambda v: max(v, 0.0)})
            assert found is not None
            value = float(sp.lambdify((), found, {"Smaller": min, "Larger": max})())
            assert value == pytest.approx(scipy.optimize.brentq(numbers, -50, 50, xtol=1e-13), abs=1e-10)
