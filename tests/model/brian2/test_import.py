"""What lines, flags, resets, refractory periods and values become."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, Model, build, load, rerun, simulate
from neurodyn.cli import main

SPIKES = dict(threshold="v > 1", reset="v = 0")
FLOW = "dv/dt = (2 - v)/(10*ms) : 1"


def event(model: Model) -> dict[str, Any]:
    return next(iter(model.events.values())).said()


def sets(reset: str, equations: str = "") -> str:
    """The statements of a reset."""
    lines = f"{FLOW}\ndw/dt = -w*Hz : 1\ndu/dt = -u*Hz : 1\n{equations}"
    return str(event(Model.from_brian2(lines, threshold="v > 1", reset=reset, namespace={"b": 3}))["set"])


def test_the_model_is_that_of_a_file() -> None:
    """The leaky neuron of the library, as it is written for Brian2."""
    found = Model.from_brian2(
        "dv/dt = (E_L - v + R*I)/tau : volt (unless refractory)\nI : amp",
        threshold="v > v_th",
        reset="v = v_r",
        refractory="t_ref",
        namespace={
            "tau": "20 ms", "R": "100 Mohm", "E_L": "-70 mV", "v_th": "-50 mV", "v_r": "-65 mV", "t_ref": "2 ms",
        },
        start={"v": "E_L", "I": "0.3 nA"},
        size=1,
    )  # fmt: skip
    ours = build(load("lif"), I=3e-10)
    theirs = build(found)
    assert found.states["v"].unit == "mV"
    y = np.array([-0.06])
    np.testing.assert_allclose(theirs.flow()(0, y, {}), ours.flow()(0, y, {"I": np.array([3e-10])}), rtol=1e-12)
    one = simulate(theirs, until="100 ms", record=["spike"]).events("spike").time
    # The interval of the closed form: the charging curve from reset to threshold, and the refractory period.
    assert np.diff(one) == pytest.approx(0.002 + 0.02 * np.log(25e-3 / 10e-3), rel=1e-5)


def test_statements_of_a_reset_act_one_after_the_other() -> None:
    assert sets("v = 0\nw += b") == "v = 0\nw = w + b"
    assert sets("v = u; w += v*b") == "v = u\nw = w + u*b"
    assert sets("w -= 2*v\nw *= 3\nv = w") == "w = (w - 2*v)*3\nv = (w - 2*v)*3"
    assert sets("v, w = 1, 2".replace("v, w = 1, 2", "kept = v; v = w; w = kept")) == "v = w\nw = v"
    assert sets("v = False; w = True") == "v = 0\nw = 1"
    assert sets("v = 0; u /= 2; w **= 2") == "v = 0\nu = u/2\nw = w**2"


def test_a_subexpression_in_a_reset_follows_what_was_set() -> None:
    equations = "gap = v - w : 1\nhalf = gap/2 : 1"
    assert sets("v = half", equations) == "v = half"
    assert sets("v = 1; u = half", equations) == "v = 1\nu = (1 - w)/2"
    assert sets("u = 1; v = half", equations) == "u = 1\nv = half"


def test_a_parameter_that_is_set_is_a_state() -> None:
    found = Model.from_brian2(f"{FLOW}\nspikes : integer\nlimit : 1", threshold="v > limit", reset="v = 0; spikes += 1")
    assert set(found.states) == {"v", "spikes"} and set(found.parameters) == {"limit"}


def test_refractory_periods() -> None:
    def said(flags: str = "", **more: Any) -> dict[str, Any]:
        return event(Model.from_brian2(FLOW + flags, **{**SPIKES, **more}))

    assert said() == {"when": "v > 1", "set": "v = 0"}
    assert said(" (unless refractory)", refractory="5*ms")["refractory"] == "5[ms]"
    assert said(" (unless refractory)", refractory="5 ms")["hold"] == "v"
    assert "hold" not in said(refractory="5 ms")
    # As long as the threshold holds, it cannot be crossed again: so it is in the language anyway.
    assert said(reset=None, refractory="v>1") == {"when": "v > 1"}


def test_a_period_without_flags_delays_the_next_spike() -> None:
    """The potential rises on while the unit rests, and the threshold is crossed when it may spike again: as there."""
    found = Model.from_brian2(FLOW, **SPIKES, refractory="20 ms", method="euler")
    in_steps, exact = (simulate(found, until="90 ms", backend=b).events("spike").time for b in ("fixed", "scipy"))
    assert in_steps == pytest.approx(0.0068 + 0.02 * np.arange(5))  # what Brian2 gives
    assert exact == pytest.approx(0.01 * np.log(2) + 0.02 * np.arange(5), rel=1e-5)


def test_the_step_of_brian2_is_no_step_of_scipy() -> None:
    """A bench of fixed steps leaves a backend that chooses its own steps alone; asked for by name, it is refused."""
    found = Model.from_brian2("dv/dt = -v/(10*ms) : 1", start={"v": 1}, method="euler", dt="1 ms")
    ends = {b: float(simulate(found, until="10 ms", backend=b)["v"].values[-1]) for b in (None, "fixed", "brian2")}
    assert ends[None] == ends["fixed"] == pytest.approx(0.9**10) and ends["brian2"] == pytest.approx(
        np.exp(-1), rel=1e-5
    )
    exact = simulate(found, until="10 ms", backend="scipy", rtol=1e-10, atol=1e-12)
    assert float(exact["v"].values[-1]) == pytest.approx(np.exp(-1), rel=1e-9)
    with pytest.raises(InputError, match="chooses its own steps"):
        simulate(found, until="10 ms", backend="scipy", dt="1 ms")


def test_flags_without_a_threshold_mean_nothing() -> None:
    assert not Model.from_brian2(FLOW + " (unless refractory)").events


def test_poisson_spikes() -> None:
    found = Model.from_brian2(
        f"{FLOW}\nrates : Hz", threshold="rand() < 2*rates*dt", reset="v = 0", start={"rates": "30 Hz"}, size=50
    )
    assert event(found)["rate"] == "2*rates[i]"
    count = len(simulate(found, until=1.0, seed=1, backend="fixed", dt=1e-3).events("spike"))
    assert abs(count - 3000) < 5 * np.sqrt(3000)


def test_the_time_of_the_last_spike() -> None:
    """A conductance that rises with the time since the last spike."""
    found = Model.from_brian2("dv/dt = clip((t - lastspike)/(5*ms), 0, 1)/(10*ms) : 1", **SPIKES)
    times = simulate(found, until="100 ms").events("spike").time
    # Long before the first spike it is open; afterwards 2.5 ms are lost while it opens.
    assert times == pytest.approx(0.01 + 0.0125 * np.arange(len(times)), rel=1e-5)
    assert len(times) == 8


def test_further_events() -> None:
    found = Model.from_brian2(
        f"{FLOW}\ndw/dt = 1*Hz : 1", **SPIKES, events={"turn": ("w > 1", "w = 0")}, start={"w": 0.5}
    )
    assert list(found.events) == ["spike", "turn"]
    assert simulate(found, until=2.0).events("turn").time == pytest.approx([0.5, 1.5])


def test_truth_values() -> None:
    found = Model.from_brian2(
        "dv/dt = int(open and not v > 1)*Hz : 1\nopen = t > 2*ms : boolean\nready = v > 0.5 and open : boolean",
        threshold="ready", reset="v = 0",
    )  # fmt: skip
    assert event(found)["when"] == "v > 0.5 and t > 2[ms]"
    system = build(Model.from_brian2("dv/dt = int(open and not v > 1)*Hz : 1\nopen = t > 2*ms : boolean"))
    rates = [float(system.flow()(t, np.array([v]), {})[0]) for t, v in ((0.001, 0.5), (0.003, 0.5), (0.003, 1.5))]
    assert rates == [0, 1, 0]


def test_a_truth_value_of_each_unit() -> None:
    found = Model.from_brian2(
        f"{FLOW}\nopen : boolean", threshold="v > 1 and open", reset="v = 0", start={"open": [True, False]}, size=2
    )
    assert simulate(found, until="20 ms").events("spike").unit.tolist() == [[0], [0]]


def test_whole_numbers() -> None:
    """What `int`, `%` and `//` make of a number below zero."""
    system = build(Model.from_brian2("dv/dt = (int(v) + 10*(v % 2) + 100*(v // 2))*Hz : 1"))
    for v in (-3.25, -0.5, 0.5, 3.25):
        assert float(system.flow()(0, np.array([v]), {})[0]) == int(v) + 10 * (v % 2) + 100 * (v // 2)


def test_units_take_a_prefix_that_fits() -> None:
    found = Model.from_brian2(
        "dI/dt = (rise - I)/tau : amp\ndg/dt = -g/tau : siemens\ndc/dt = -c/tau : molar\ndk/dt = -k/tau : amp/meter**2",
        namespace={"tau": "5 ms", "rise": "80 pA"},
    )  # fmt: skip
    assert [found.states[name].unit for name in ("I", "g", "c", "k")] == ["pA", "nS", "mol/m**3", "A/m**2"]
    assert build(found).layout.scales.tolist() == pytest.approx([1e-12, 1e-9, 1, 1])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1*mvolt/volt", 1e-3), ("2*cm2/meter**2", 2e-4), ("3*usiemens*mV/amp", 3e-9), ("1*Tohm*amp/volt", 1e12),
        ("1*newton*metre/joule", 1), ("5*liter/meter**3", 5e-3), ("1*weber/(volt*second)", 1), ("4*Mhertz*us", 4),
        ("-2*ms/second", -2e-3), ("8*(mV**-1)*mV", 8), ("kgram/gram", 1e3), ("3*tesla*cm**2/weber", 3e-4),
        ("2**-1", 0.5), ("-2**2", -4), ("2*3**2/6", 3), ("7 - (2 - 4)", 9), ("1/2/4", 0.125), ("1/(2/4)", 2),
        ("1e-3*10", 0.01), ("- -2", 2), ("2 - -3*4", 14), ("0x10 + 1_0", 26), ("2*radian", 2), ("(1 + 1)*-3", -6),
        ("e", np.e), ("5*mV/mV/4*mV/volt", 1.25e-3), ("2**-abs(0.5)", 2**-0.5),
        ("exp(v)*2**-(0.5 % 3)**2", 2**-0.25), ("2*mV*3/volt", 6e-3),
    ],
)  # fmt: skip
def test_expressions(text: str, value: float) -> None:
    """Units, signs and brackets, against plain arithmetic."""
    system = build(Model.from_brian2(f"dv/dt = ({text})*Hz : 1"))
    assert float(system.flow()(0, np.array([0.0]), {})[0]) == pytest.approx(value, rel=1e-12)


def test_a_namespace_may_hold_everything() -> None:
    """All names of Brian2 and NumPy: units and functions there mean themselves, and values are taken where needed."""
    b2 = pytest.importorskip("brian2")
    tau, mV = 10 * b2.ms, 3.0
    everything = {**vars(b2), "tau": tau, "mV": mV, "unused": object()}
    found = Model.from_brian2("dv/dt = (e - v*exp(pi) + mV)/tau + v/ms : 1", namespace=everything)
    assert found.text == "dv/dt = (exp(1) - v*exp(pi) + mV)/tau + v/1[ms]"
    assert set(found.parameters) == {"tau", "mV"}


def test_timed_arrays() -> None:
    """Samples in steps become inputs: the spikes are Brian2's."""
    b2 = pytest.importorskip("brian2")
    rng = np.random.default_rng(0)
    current = b2.TimedArray(rng.uniform(0, 1, 20) * b2.nA, dt=5 * b2.ms)
    shift = b2.TimedArray(rng.uniform(0, 10, (7, 3)) * b2.mV, dt=13 * b2.ms)
    text = "dv/dt = (El - v + R*I(t) + J(t, i))/tau : volt (unless refractory)"
    said: dict[str, Any] = dict(threshold="v > -50*mV", reset="v = El", refractory=2 * b2.ms, method="euler")
    said["namespace"] = dict(El=-70 * b2.mV, R=50 * b2.Mohm, tau=20 * b2.ms, I=current, J=shift)
    before, b2.prefs.codegen.target = b2.prefs.codegen.target, "numpy"
    group = b2.NeuronGroup(3, text, dt=0.1 * b2.ms, **said)
    group.v = -70 * b2.mV
    monitor = b2.SpikeMonitor(group)
    b2.Network(group, monitor).run(150 * b2.ms, namespace={})
    b2.prefs.codegen.target = before
    found = Model.from_brian2(text, size=3, start={"v": "El"}, **said)
    assert Model.from_text(found.to_toml()) == found
    times = simulate(found, until="150 ms").events("spike").time
    assert len(times) > 10
    with pytest.raises(InputError, match=r"The TimedArray I cannot be read so\. Write I\(t\)\."):
        Model.from_brian2("dv/dt = I(t - 1*ms)*Hz/amp : 1", **{"namespace": said["namespace"]})
    assert np.rint(np.sort(times) * 1e4).tolist() == np.rint(np.asarray(monitor.t) * 1e4).tolist()


def test_starts_may_draw() -> None:
    found = Model.from_brian2(
        f"{FLOW}\nw : 1", start={"v": "rand()*0.5 + 0.25", "w": "i/N"}, size=np.int64(400), method="rk4",
        dt="0.5 ms", bench={"until": "20 ms"},
    )  # fmt: skip
    system = build(found)
    start = system.layout.unpack(system.start(seed=1))["v"]
    assert 0.25 <= start.min() < 0.27 and 0.73 < start.max() <= 0.75
    assert system.values["w"].tolist() == [k / 400 for k in range(400)]
    assert dict(found.bench) == {"backend": "fixed", "method": "rk4", "dt": "0.5 ms", "until": "20 ms"}


def test_white_noise() -> None:
    """An Ornstein-Uhlenbeck process has the deviation that the equation says."""
    found = Model.from_brian2(
        "dv/dt = -v/tau + sigma*sqrt(2/tau)*xi : volt", namespace={"tau": "10 ms", "sigma": "3 mV"}, size=400,
        method="euler", dt="0.2 ms",
    )  # fmt: skip
    end = simulate(found, until="50 ms", seed=3)["v"].values[-1]
    assert np.std(end) == pytest.approx(3e-3, rel=5 / np.sqrt(2 * 400))


def test_noise_whose_factor_holds_a_state() -> None:
    """Brian2's heun reads it after Stratonovich: the logarithm of a growing quantity has no drift."""
    found = Model.from_brian2(
        "dx/dt = s*x*xi_x : 1", namespace={"s": "2 Hz**0.5"}, start={"x": 1}, size=2000, method="heun"
    )
    logs = np.log(simulate(found, until="0.25 s", dt="5 ms", seed=4)["x"].values[-1])
    assert abs(logs.mean()) < 5 / np.sqrt(2000) and np.std(logs) == pytest.approx(1, rel=5 / np.sqrt(4000))


def test_noise_and_spikes() -> None:
    found = Model.from_brian2(
        "dv/dt = (1.5 - v)/(10*ms) + 0.2*sqrt(2/(10*ms))*xi : 1 (unless refractory)",
        **SPIKES, refractory="2 ms", method="euler", size=20,
    )  # fmt: skip
    times = simulate(found, until="200 ms", seed=1).events("spike")
    assert 200 < len(times) < 400  # without noise each unit spikes every 13 ms
    assert min(np.diff(times.of(unit)).min() for unit in range(20)) > 2e-3 - 1e-9


def test_remarks_stay() -> None:
    found = Model.from_brian2("dv/dt = -v*Hz : 1  # decays\nw = 2*v : 1 # twice")
    assert [equation.comment for equation in found.equations] == ["decays", "twice"]
    assert Model.from_text(found.to_toml()) == found


@pytest.mark.parametrize("backend", ["fixed", "scipy"])
def test_as_a_file(backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What comes in is written, shown, run and repeated like any other model."""
    bench = {"until": "50 ms", "record": ["spike", "v"]}
    found = Model.from_brian2(FLOW, **SPIKES, refractory="2 ms", method="euler", dt="0.5 ms", bench=bench)
    file = tmp_path / "cell.toml"
    file.write_text(found.to_toml(), encoding="utf-8")
    assert main(["show", str(file)]) == 0 and "dv/dt = (2 - v)/10[ms]" in capsys.readouterr().out
    assert main(["run", str(file), "--backend", backend, "--out", str(tmp_path / "cell.nc")]) == 0
    assert rerun(tmp_path / "cell.nc").same


def test_objects_of_brian2() -> None:
    """`Equations`, and a group that says all else too."""
    b2 = pytest.importorskip("brian2")
    text = "dv/dt = (drive - v)/tau : volt (unless refractory)\ndrive : volt (constant)\nu = v/2 : volt"
    namespace = {"tau": 10 * b2.ms, "limit": 5 * b2.mV}
    said: dict[str, Any] = dict(threshold="v > limit", reset="v = 0*mV", refractory=2 * b2.ms)
    plain = Model.from_brian2(text, namespace=namespace, size=3, start={"drive": [0.001, 0.002, 0.003]}, **said)
    assert Model.from_brian2(b2.Equations(text), namespace=namespace, size=3, **said).text == plain.text
    group = b2.NeuronGroup(3, text, namespace=namespace, method="exact", events={"up": "v > 2*limit"}, **said)
    group.run_on_event("up", "v = 0*mV")
    group.drive = "(i + 1)*mV"
    found = Model.from_brian2(group)
    assert found.text == plain.text and found.states == plain.states and found.parameters == plain.parameters
    assert found.bench["method"] == "exact"
    group.run_regularly("v = 0*mV", dt=1 * b2.ms)
    with pytest.raises(InputError, match="runs code regularly"):
        Model.from_brian2(group)
    assert list(found.events) == ["spike", "up"] and found.events["spike"] == plain.events["spike"]


def test_brian2_is_not_loaded() -> None:
    code = "import neurodyn, sys; neurodyn.Model.from_brian2('dv/dt = -v*Hz : 1'); print('brian2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_fixed_points() -> None:
    """Of the quadratic neuron, found with the compiled flow and Jacobian, against the roots of its parabola."""
    from scipy.optimize import root

    system = build(
        Model.from_brian2(
            "dv/dt = (a0*(v - v0)*(v - vc) + R*I)/tau : volt\nI : amp",
            namespace={"a0": "0.04 1/mV", "v0": "-65 mV", "vc": "-50 mV", "R": "100 Mohm", "tau": "10 ms"},
            start={"I": "10 pA"},
        )
    )
    flow, slope = system.flow(), system.jacobian()
    middle, half = -57.5e-3, np.sqrt(7.5e-3**2 - 1e-3 / 40)
    for guess, sign, stable in ((-65e-3, -1, True), (-50e-3, 1, False)):
        point = root(lambda y: flow(0, y, {}), [guess], jac=lambda y: np.asarray(slope(0, y, {})), tol=1e-10)
        assert point.success and point.x[0] == pytest.approx(middle + sign * half, rel=1e-9)
        assert (np.asarray(slope(0, point.x, {}))[0, 0] < 0) == stable


def test_the_fixed_point_of_two_variables() -> None:
    """FitzHugh-Nagumo at rest: a cubic's root, and the eigenvalues of the Jacobian there."""
    from scipy.optimize import root

    system = build(
        Model.from_brian2(
            "dv/dt = (v - v**3/3 - w + I)/ms : 1\ndw/dt = eps*(v + a - b*w)/ms : 1\nI : 1",
            namespace={"eps": 0.08, "a": 0.7, "b": 0.8},
        )
    )
    flow, slope = system.flow(), system.jacobian()
    point = root(lambda y: flow(0, y, {}), [-1, -0.5], jac=lambda y: np.asarray(slope(0, y, {})), tol=1e-14).x
    (v,) = (r.real for r in np.roots([1 / 3, 0, 1 / 0.8 - 1, 0.7 / 0.8]) if abs(r.imag) < 1e-12)
    assert point == pytest.approx([v, (v + 0.7) / 0.8], rel=1e-10)
    by_hand = 1e3 * np.array([[1 - v**2, -1], [0.08, -0.064]])
    np.testing.assert_allclose(np.asarray(slope(0, point, {})), by_hand, rtol=1e-9)
    assert (np.linalg.eigvals(by_hand).real < 0).all()
