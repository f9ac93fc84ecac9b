"""Nodes whose laws are smooth: Newton's method written out, against closed forms, brackets and the constraints."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize

import neurodyn

TIGHT = {"rtol": 1e-10, "atol": 1e-12}
CUBIC = neurodyn.Model("dx/dt = -w\n0 = w**3 + w - x", states={"x": 3.0}, unknowns={"w": 0}, name="cubic")
DIODE = """
[parts]
U = {{ model = "voltage_source", p = "in", n = "gnd", V = "{V} V" }}
R = {{ model = "resistor", p = "in", n = "a", R = "{R} ohm" }}
D = {{ model = "diode", p = "a", n = "out", IS = "{IS} A" }}
S = {{ model = "resistor", p = "out", n = "gnd", R = "1 kohm" }}
C = {{ model = "capacitor", p = "out", n = "gnd", C = "1 uF" }}
"""


def diode(volts: float, ohms: float, amperes: float) -> neurodyn.System:
    text = DIODE.format(V=volts, R=ohms, IS=amperes)
    return neurodyn.build(neurodyn.Model.from_text(text, name="diode_and_resistor"))


def test_a_cubic_is_that_of_cardano_on_all_backends() -> None:
    """x' = -w with w**3 + w = x is w' = -w/(1 + 3*w**2), so that log(w) + 3*w**2/2 falls with time."""
    times = np.linspace(0, 4, 9)
    for backend in ("scipy", "ensemble", "dae"):
        result = neurodyn.simulate(CUBIC, until=4, save_at=times, record=["x", "w"], backend=backend)
        w, x = result["w"].values, result["x"].values
        s = x * np.sqrt(27) / 2
        np.testing.assert_allclose(w, 2 / np.sqrt(3) * np.sinh(np.arcsinh(s) / 3), atol=1e-9)
        fallen = np.log(w) + 1.5 * w**2
        np.testing.assert_allclose(fallen[0] - fallen, times, atol=1e-4)


def test_slopes_are_those_of_the_implicit_function() -> None:
    system = neurodyn.build(CUBIC)
    flow, jacobian = system.flow(), system.jacobian()
    for x in (-30.0, -0.4, 0.0, 1e-6, 2.0, 1e4):
        [w] = -flow(0.0, np.array([x]), {})
        assert w**3 + w == pytest.approx(x, rel=1e-13)
        assert jacobian(0.0, np.array([x]), {})[0, 0] == pytest.approx(-1 / (1 + 3 * w**2), rel=1e-12)


def test_a_diode_behind_a_resistor() -> None:
    """Currents from nothing to amperes, voltages far beyond what an exponential takes, against a bracket."""
    rng = np.random.default_rng(2)
    system = diode(1.0, 100.0, 1e-14)
    thermal = 8.617333262e-5 * 300.15
    for ohms, amperes in ((1.0, 1e-14), (1e3, 1e-9), (1e6, 1e-12)):
        own = system.with_values({"R.R": ohms, "D.IS": amperes})
        observe = own.observe(["a.v"])
        for volts in (*rng.uniform(-12, 12, 4), 60.0, -60.0, 0.3, 1e-6):

            def left(a: float, v: float = volts, r: float = ohms, i: float = amperes) -> float:
                return (a - v) / r + i * np.expm1(min(a / thermal, 700.0)) + 1e-12 * a

            found = observe(0.0, np.array([0.0]), {"U.V": volts})
            exact = scipy.optimize.brentq(left, min(volts, 0), max(volts, 0), xtol=1e-15, rtol=1e-14)
            assert float(found["a.v"]) == pytest.approx(exact, rel=1e-9, abs=1e-12)


@pytest.mark.slow
def test_the_same_circuit_with_and_without_its_constraints() -> None:
    system = diode(3.0, 100.0, 1e-14)
    run = {"until": 2e-3, "save_at": np.linspace(0, 2e-3, 9), "record": ["out.v", "a.v", "D.p.i"], **TIGHT}
    run["inputs"] = {"U.V": "3[V]*sin(4000[1/s]*t)"}
    one, other = (neurodyn.simulate(system, backend=backend, **run) for backend in ("ensemble", "dae"))
    for name in run["record"]:
        np.testing.assert_allclose(one[name].values, other[name].values, atol=1e-7)


SHUNTED = """
[parts]
I = { model = "current_source", p = "gnd", n = "a", I = "1 A" }
D = { model = "diode", p = "a", n = "gnd", GMIN = 0 }
R = { model = "resistor", p = "a", n = "gnd" }
B = { model = "buffer", in = "a", out = "b" }
S = { model = "resistor", p = "b", n = "out", R = "1 kohm" }
C = { model = "capacitor", p = "out", n = "gnd", C = "1 uF" }
"""


def test_a_trial_whose_root_is_not_found_fails_alone() -> None:
    """The bracket is as wide as the voltage that the shunt alone would take: beyond reach where it hardly conducts."""
    system = neurodyn.build(neurodyn.Model.from_text(SHUNTED, name="shunted"))
    run = {"until": 1e-2, "save_at": [1e-2], "record": ["out.v"], "backend": "ensemble", "on_failure": "return"}
    many = neurodyn.simulate(system, values={"R.R": [1e3, 1e15]}, **run)
    assert many["status"].values.tolist() == ["done", "failed"]
    thermal = 8.617333262e-5 * 300.15
    assert float(many["out.v"][-1, 0]) == pytest.approx(thermal * np.log(1e14), rel=1e-3)
    alone = neurodyn.simulate(system.with_values({"R.R": 1e15}), **run)
    assert alone.status == "failed" and alone.code == "non-finite", alone.message
