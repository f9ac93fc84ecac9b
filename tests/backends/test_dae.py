"""Models with constraints, run: analog circuits against closed forms, implicit models against explicit ones."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.results.rerun import Rerun
from neurodyn.simulation import rerun

TIGHT = {"rtol": 1e-9, "atol": 1e-11}
ON = {"backend": "dae", **TIGHT}
INDUCTOR = neurodyn.Model(
    "0 = p.v - n.v - L*ddt(i)\np.i = i\nn.i = -i",
    name="inductor",
    pins={"p": {}, "n": {}},
    unknowns={"i": {"guess": 0, "unit": "A"}},
    parameters={"L": {"value": "1 mH", "unit": "H"}},
)
LOW_PASS = """
equations = "out = b.v"
[parts]
U = { model = "voltage_source", p = "a", n = "gnd", V = "2 V" }
R = { model = "resistor", p = "a", n = "b", R = "1 kohm" }
C = { model = "capacitor", p = "b", n = "gnd", C = "1 uF" }
[unknowns]
"b.v" = "0.5 V"
[bench]
until = "5 ms"
record = ["out", "C.p.i", "a.v"]
"""


def low_pass() -> neurodyn.System:
    return neurodyn.build(neurodyn.Model.from_text(LOW_PASS, name="low_pass"))


def test_a_capacitor_is_charged_from_its_guess() -> None:
    result = neurodyn.simulate(low_pass(), **ON)
    decay = np.exp(-result.time / 1e-3)
    np.testing.assert_allclose(result["out"].values, 2 - 1.5 * decay, atol=1e-8)
    np.testing.assert_allclose(result["C.p.i"].values, 1.5e-3 * decay, atol=1e-11)  # a rate: C*d(b.v)/dt
    np.testing.assert_allclose(result["a.v"].values, 2.0)
    assert result.recipe["backend"] == "dae" and result.counts["restarts"] == 0


@pytest.mark.parametrize("method", ["Radau", "BDF", "LSODA", "DOP853", "RK45"])
def test_a_sine_through_the_low_pass(method: str) -> None:
    """Amplitude and phase of 1/(1 + i*w*R*C), and the transient of the start."""
    w, tau = 4000.0, 1e-3
    result = neurodyn.simulate(low_pass(), inputs={"U.V": "sin(4000[1/s]*t)*1[V]"}, until=2e-3, method=method, **ON)
    t, gain = result.time, 1 / (1 + w * tau * 1j)
    steady = np.imag(gain * np.exp(1j * w * t))
    np.testing.assert_allclose(
        result["out"].values,
        steady + (0.5 - np.imag(gain)) * np.exp(-t / tau),
        atol=2e-5 if method == "LSODA" else 1e-7,
    )


def test_two_halves_are_one_run_and_a_rerun_is_the_same() -> None:
    system = low_pass()
    half = neurodyn.simulate(system, until=0.0025, **ON)
    rest = neurodyn.simulate(system, until=0.005, start=half, **ON)
    assert float(rest["out"][-1]) == pytest.approx(2 - 1.5 * np.exp(-5), abs=1e-8)
    report = rerun(half)
    assert isinstance(report, Rerun) and report.same


def test_an_inductor(tmp_path) -> None:
    (tmp_path / "inductor.toml").write_text(INDUCTOR.to_toml(), encoding="utf-8")
    (tmp_path / "circuit.toml").write_text(
        """
[parts]
U = { model = "voltage_source", p = "a", n = "gnd", V = "3 V" }
R = { model = "resistor", p = "a", n = "b", R = 100 }
L = { model = "inductor.toml", p = "b", n = "gnd" }
""",
        encoding="utf-8",
    )
    system = neurodyn.build(tmp_path / "circuit.toml")
    result = neurodyn.simulate(system, until="50 us", **ON)
    rise = -np.expm1(-result.time * 100 / 1e-3)
    np.testing.assert_allclose(result["L.i"].values, 0.03 * rise, atol=1e-9)
    np.testing.assert_allclose(result["U.i"].values, -0.03 * rise, atol=1e-9)


def test_capacitors_in_series_keep_the_charge_between_them() -> None:
    """The node between two capacitors has no other path: C1*(b - a) + C2*b stays as it was."""
    model = neurodyn.Model(
        parts={
            "I": {"model": "current_source", "p": "gnd", "n": "a", "I": "1 mA"},
            "C1": {"model": "capacitor", "p": "a", "n": "b", "C": "1 uF"},
            "C2": {"model": "capacitor", "p": "b", "n": "gnd", "C": "3 uF"},
        }
    )
    system = neurodyn.build(model)
    result = neurodyn.simulate(system, until=1e-3, start={"b.v": 0.2}, **ON)
    a, b = result["a.v"].values, result["b.v"].values
    np.testing.assert_allclose(b, 0.2 + 1e-3 * result.time / 3e-6, atol=1e-9)
    np.testing.assert_allclose(1e-6 * (b - a) + 3e-6 * b, 0.8e-6, atol=1e-15)


class TestHabituationCircuit:
    def peaks(self, amplitude: float, count: int) -> np.ndarray:
        train = f"pulses({amplitude}[V], period=1[s], duty=0.1, phase=0.9)"
        result = neurodyn.simulate(
            "habituation_analog", backend="dae", until=count, inputs={"U.V": train}, record=["y"], every=0.1
        )
        time, y = result.time, result["y"].values
        return np.array([y[(time > k) & (time < k + 1)].max() for k in range(count)])

    def test_published_numbers(self) -> None:
        """Table 1.7 of the habituation science, whose formula leaves out the load's current into the capacitor."""
        np.testing.assert_allclose(self.peaks(5, 5), [0.4254, 0.2785, 0.1851, 0.1257, 0.0879], atol=1e-3)
        assert self.peaks(9, 1)[0] == pytest.approx(1.2695, abs=1e-3)

    @pytest.mark.slow
    def test_published_asymptotes(self) -> None:
        assert self.peaks(5, 30)[-1] == pytest.approx(0.0219, abs=1e-3)
        assert self.peaks(9, 30)[-1] == pytest.approx(0.5432, abs=1e-3)
        assert self.peaks(2.9, 2).max() == 0  # below 2.984 V it does not respond

    def test_the_same_as_an_ordinary_equation(self) -> None:
        """Solved by hand for the capacitor's voltage, with the current of the load."""
        by_hand = neurodyn.Model(
            "dx/dt = ((u - x)/R3 + y/R4)/C\ny = max(0, a*R4/(1 + a*R4)*(22*u/104 - x + b/a))",
            states={"x": 0},
            parameters={"R3": 470, "R4": 100e3, "C": 4.7e-3, "a": 4.381e-3, "b": -2.765e-3},
            inputs={"u": "pulses(5, period=1, duty=0.1, phase=0.9)"},
        )
        run = {"until": 3, "save_at": np.linspace(0, 3, 61), "record": ["x", "y"], **TIGHT}
        one, other = neurodyn.simulate(by_hand, **run), neurodyn.simulate("habituation_analog", backend="dae", **run)
        for name in ("x", "y"):
            np.testing.assert_allclose(other[name].values, one[name].values, atol=1e-8)


def test_an_implicit_model_and_its_explicit_twin() -> None:
    """x' = -z with z**3 + z = x, the cubic solved by Cardano; rates of what is algebraic are those of the solution."""
    implicit = neurodyn.Model(
        "dx[k]/dt = -z[k]\n0 = z[k]**3 + z[k] - x[k]\nw[k] = ddt(z[k])",
        indices={"N": {"letters": "k", "size": 3}},
        states={"x[k]": "1 + k"},
        unknowns={"z[k]": 0.5},
    )
    root = "sinh(log(s[k] + sqrt(s[k]**2 + 1))/3)*2/sqrt(3)"
    explicit = neurodyn.Model(
        f"dx[k]/dt = -z[k]\ns[k] = x[k]*sqrt(27)/2\nz[k] = {root}",
        indices={"N": {"letters": "k", "size": 3}},
        states={"x[k]": "1 + k"},
    )
    run = {"until": 4, "save_at": np.linspace(0, 4, 21), **TIGHT}
    found = neurodyn.simulate(implicit, record=["x", "z", "w"], **run)
    twin = neurodyn.simulate(explicit, record=["x", "z"], **run)
    for name in ("x", "z"):
        np.testing.assert_allclose(found[name].values, twin[name].values, atol=1e-8)
    z = twin["z"].values
    np.testing.assert_allclose(found["w"].values, -z / (1 + 3 * z**2), atol=1e-8)


def test_where_the_constraints_have_no_solution_the_run_ends() -> None:
    """z**2 = 1 - t has none after t = 1."""
    model = neurodyn.Model("0 = z**2 - 1 + x\ndx/dt = 1", states={"x": 0}, unknowns={"z": 1})
    result = neurodyn.simulate(model, until=2, save_at=np.linspace(0, 2, 41), on_failure="return", rtol=1e-5)
    assert result.status == "failed" and result.code == "unsolved" and "Newton" in result.message
    assert 0.9 < result.time[-1] <= 1.0
    np.testing.assert_allclose(result["z"].values, np.sqrt(1 - result.time), atol=1e-5)


PENDULUM = neurodyn.Model(
    "0 = x**2 + y**2 - 1\ndv/dt = lam*x\ndw/dt = lam*y - 9.81\ndx/dt = v\ndy/dt = w",
    states={"x": 1, "y": 0, "v": 0, "w": 0},
    unknowns={"lam": 0},
)
BESIDE = neurodyn.Model(
    parts={
        "U": {"model": "voltage_source", "p": "a", "n": "gnd"},
        "C": {"model": "capacitor", "p": "a", "n": "gnd"},
    }
)
CUT = neurodyn.Model(
    parts={
        "I": {"model": "current_source", "p": "gnd", "n": "a"},
        "L": {"model": "inductor", "p": "a", "n": "b"},
        "R": {"model": "resistor", "p": "b", "n": "gnd"},
    }
)
VARYING = neurodyn.Model("0 = ddt(q**2) + q", unknowns={"q": 1})


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (PENDULUM, r"leave lam open, .* \(its index is above 1\)"),
        (BESIDE, r"leave U\.i open.*: U, C form a loop of sources and capacitors"),
        (CUT, r"leave a\.v open.*: I, L give the currents that meet at a"),
        (VARYING, "varies in a run"),
    ],
    ids=["pendulum", "source beside a capacitor", "source before an inductor", "nonlinear charge"],
)
def test_what_is_beyond_it_is_refused_by_name(model: neurodyn.Model, said: str) -> None:
    with pytest.raises(neurodyn.InputError, match=said):
        neurodyn.simulate(model, until=1)


def test_trials_are_refused_by_name() -> None:
    with pytest.raises(neurodyn.InputError, match="dae cannot run low_pass: it needs trials"):
        neurodyn.simulate(low_pass(), trials=2, backend="dae")
    with pytest.raises(neurodyn.InputError, match="scipy cannot run low_pass: it needs dae") as caught:
        neurodyn.simulate(low_pass().constrained, backend="scipy")
    assert caught.value.remedy == "Able to run it: dae."
