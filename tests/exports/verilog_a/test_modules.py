"""Modules of Verilog-A, read back by a reader of their own and evaluated at random points beside our equations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from neurodyn import InputError, Model, build, export, load
from neurodyn.calculus.letters import quantity
from neurodyn.cli import main
from neurodyn.exports.verilog_a import to_verilog_a
from neurodyn.exports.verilog_a.functions import BODIES
from neurodyn.model.library import library
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import numpy_function
from neurodyn.program.spellings import FUNCTIONS as SPELLINGS
from neurodyn.system.alone import alone
from tests.exports.verilog_a.modules import WORDS, read
from tests.exports.verilog_a.reader import Module, Refused

NEAR = 1e-12
LAWS = [
    "diode",
    "diode_pwl",
    "memristor_hp",
    "memristor_vteam",
    "nmos",
    "nmos_ekv",
    "opamp_pole",
    "pmos_ekv",
    "resistor",
]
STATES = [
    "brusselator",
    "fitzhugh_nagumo",
    "habituation",
    "habituation_chain",
    "morris_lecar",
    "two_cells",
    "wilson_cowan",
]
CIRCUITS = ["diode_clipper", "habituation_analog", "hopfield_analog", "inverter", "lif_analog", "rc_low_pass"]
RNG = np.random.default_rng(5)


def last(text: object) -> Module:
    return [*read(str(text)).values()][-1]


def into(currents: dict[tuple[str, tuple[str, ...]], float], net: str) -> float:
    """What flows into a net from outside, of contributions to currents."""
    own = [(on, i) for (kind, on), i in currents.items() if kind == "I"]
    return sum(i for on, i in own if on[0] == net) - sum(i for on, i in own if on[1:] == (net,))


@pytest.mark.parametrize("name", LAWS)
def test_the_currents_of_a_device(name: str) -> None:
    """And the rates of its states, at random potentials, at its own values and at others."""
    system, module = alone(load(name)), last(to_verilog_a(name))
    pins = list(system.model.pins)
    observe = system.observe([f"{pin}.i" for pin in pins])
    for _ in range(20):
        values = dict(zip(module.nets, RNG.uniform(-1, 1, len(module.nets)).tolist(), strict=True))
        values |= {s: float(RNG.uniform(0.1, 0.9)) for s in system.layout.names}
        y = np.array([values[s] for s in system.layout.names])
        inputs = {f"{pin}.v": values[pin] for pin in pins}
        ours, theirs = observe(0.0, y, inputs), module.currents(values, module.parameters())
        scale = max(abs(float(ours[f"{pin}.i"])) for pin in pins)
        for pin in pins:
            assert into(theirs, pin) == pytest.approx(float(ours[f"{pin}.i"]), rel=NEAR, abs=NEAR * scale)
        for state, rate in zip(system.layout.names, system.flow()(0.0, y, inputs) if len(y) else (), strict=True):
            assert -theirs["I", (state,)] == pytest.approx(rate, rel=NEAR)


@pytest.mark.parametrize("name", STATES)
def test_the_rates_of_a_model(name: str) -> None:
    """At random states and inputs; a node is 0 where its rate is ours, and held where a state starts before."""
    system = build(load(name))
    written = to_verilog_a(system)
    module, flow = last(written), system.flow()
    observed = [str(n) for n in system.model.bench.get("record", ()) if system.role(str(n)) == "observable"]
    inputs = list(system.model.inputs)
    for _ in range(10):
        y = system.start() + system.layout.scales * RNG.uniform(0.1, 0.4, system.layout.size)
        given = {n: float(RNG.uniform(0.1, 1)) for n in inputs}
        values = dict(zip(module.ports, [*given.values(), *y.tolist()], strict=False))
        found = module.currents(values, module.parameters(), {})
        states = module.ports[len(inputs) : len(inputs) + len(y)]
        rates = [-found["I", (state,)] for state in states]
        np.testing.assert_allclose(rates, flow(0.0, y, given), rtol=NEAR, atol=NEAR * np.abs(rates).max())
        seen = system.observe(observed)(0.0, y, given)
        for n in observed:
            assert found["V", (n.replace(".", "_"),)] == pytest.approx(float(seen[n]), rel=NEAR)
    held = module.currents(dict.fromkeys(module.ports, 0.0), module.parameters(), ic=True)
    np.testing.assert_allclose([-held["I", (s,)] for s in states], system.start(), rtol=NEAR)
    begun = module.currents(dict.fromkeys(module.ports, 0.0), module.parameters(), dict.fromkeys(states, 3.0), ic=True)
    assert all(begun["I", (s,)] - held["I", (s,)] == pytest.approx(-0.0 - 3.0 * -1) for s in states)


@pytest.mark.parametrize("name", CIRCUITS)
def test_kirchhoffs_laws_of_a_circuit(name: str) -> None:
    """At random potentials with random rates: what the instances draw from each node is what our residual says."""
    system = build(load(name)).constrained
    model, modules = system.model, read(str(to_verilog_a(system)))
    top = modules[name]
    n = system.layout.size
    for _ in range(5):
        y, rate = RNG.uniform(0.1, 1, n), RNG.uniform(-1, 1, n)
        given = {i: float(RNG.uniform(0, 1)) for i in model.inputs}
        at = dict(zip(system.layout.names, zip(y.tolist(), rate.tolist(), strict=True), strict=True))
        ours = dict(zip(system.structure.residuals, system.residual()(0.0, y, rate, given), strict=True))
        sums, sizes = dict.fromkeys(top.nets, 0.0), dict.fromkeys(top.nets, 0.0)
        for kind, label, set_, nets in top.instances:
            module = modules[kind]
            on = dict(zip(module.ports, nets, strict=True))
            part = next(p for p in model.parts if p in (label, label.removesuffix("_")))
            values, rates = {}, {}
            for inner in module.nets:
                outer = on.get(inner, "")
                source = f"{outer}.v" if outer else f"{part}.{inner}"
                known = next((i for i in given if i.replace(".", "_") == outer), None)
                values[inner], rates[inner] = (given[known], 0.0) if known else at.get(source, (0.0, 0.0))
            branch = next((on_ for k, on_, _ in module.contributions if k == "V"), None)
            if branch:
                key = f"I({','.join(branch)})"
                values[key], rates[key] = at[f"{part}.i"]
            parameters = {p: float(text[-1]) * (-1 if text[0] == "-" else 1) for p, text in set_.items()}
            found = module.currents(values, module.parameters(parameters), rates)
            for port in module.ports:
                enters = into(found, port)
                enters += values[key] * ((branch[0] == port) - (branch[1:] == (port,))) if branch else 0.0
                sums[on[port]] += enters
                sizes[on[port]] = max(sizes[on[port]], abs(enters))
        laws = {
            c.comment.removeprefix("currents at "): ours[c.name] for c in model.constraints if "currents" in c.comment
        }
        assert len(laws) >= 2
        for node, law in laws.items():
            assert sums[node] == pytest.approx(law, rel=NEAR, abs=NEAR * sizes[node]), node


@pytest.mark.slow
def test_all_shipped_systems_are_read_or_refused_by_name() -> None:
    codes = {}
    for entry in library():
        try:
            assert read(str(to_verilog_a(entry.name)))
        except InputError as error:
            codes[entry.name] = error.code
    assert set(codes.values()) <= {"not-exported", "too-large", "not-finite"}
    assert not {n for n in codes if load(n).pins} - {"comparator_ideal"}


@pytest.mark.parametrize("op", BODIES)
def test_functions_that_a_module_brings_lose_no_digits(op: str) -> None:
    """Beside the functions of our own engine, close to where the plain formula cancels and far from it."""
    kind = next(node for node, spelling in SPELLINGS.items() if spelling.op == op)
    at = quantity("x")
    program = lower([Output("f", (), kind(at))], definitions={}, sizes={}, constant=(), states=("x",))
    ours = numpy_function(program).bind({})
    lines = "module m(p);\ninout p;\nelectrical p;\nreal f;\nanalog begin\nf = nd_%s(V(p));\nI(p) <+ f;\nend\nendmodule"
    from neurodyn.exports.verilog_a.functions import brought

    text = lines.replace("real f;", "\n".join([*brought(f"nd_{op}("), "real f;"])) % op
    module = last(text)
    for x in [*(s * 10.0**k for k in range(-9, 2) for s in (1, -1, 3, -3) if s * 10.0**k > -1 or op != "log1p"), 0.0]:
        expected = float(ours(0.0, {"x": np.array(x)})["f"])
        assert module.currents({"p": x}, {})["I", ("p",)] == pytest.approx(
            expected, rel=2e-12 if "slope" in op else 1e-14
        )


def test_what_a_module_looks_like() -> None:
    text = str(to_verilog_a("capacitor"))
    assert "module capacitor_(p, n);" in text
    assert "parameter real C = 1e-06 from (0.0:inf);" in text
    assert "I(p, n) <+ ddt(V(p, n))*C;" in text
    assert "V(p, n) <+ ddt(I(p, n))*L;" in str(to_verilog_a("inductor"))
    assert "parameter real R_off = 16000.0 from (R_on:inf);" in str(to_verilog_a("memristor_hp"))
    assert "diode_ #(.IS(IS), .N(N), .T(T)" in str(to_verilog_a("diode_series"))


def test_names_that_clash_get_a_sign_more() -> None:
    states = {"I": 0.1, "table": 0.2, "I_": 0.3}
    model = Model(["dI/dt = -I*tanh(table)", "dtable/dt = I_ - analog*table", "dI_/dt = -I_"], states=states,
                  parameters={"analog": 2.0}, bench={"until": 1})  # fmt: skip
    module = last(to_verilog_a(model))
    assert module.ports == ["I_", "table_", "I__"] and "analog_" in module.defaults
    assert not {*module.ports, *module.defaults} & WORDS


def test_ranges_on_both_sides_and_defaults_that_read_others() -> None:
    given = ["k > 0", "k <= 3", "k < 2*top", "sin(k) > 0"]
    parameters = {
        "k": {"value": 1.0, "given": given},
        "top": 2.0,
        "rate": "k/top",
        "far": {"value": -1, "given": "far < -0.5"},
    }
    model = Model(["dx/dt = -rate*x + far"], states={"x": "far"}, parameters=parameters, bench={"until": 1})
    module, text = last(to_verilog_a(model)), str(to_verilog_a(model))
    assert module.ranges["k"] == "(0.0:3.0] exclude [2.0*top:inf)" and module.ranges["far"] == "(-inf:-0.5)"
    assert "// given: sin(k) > 0" in text
    assert module.parameters({"k": 4.0})["rate"] == 2.0 and module.parameters({"far": -3.0})["x_start"] == -3.0


def test_a_state_far_from_one_is_in_units_of_its_scale_and_time_has_a_unit_of_its_own() -> None:
    model = Model(["dx/dt = -x + 1e-9*sin(t)"], states={"x": {"start": 2e-9, "scale": 1e-9}}, bench={"until": 1})
    module = last(to_verilog_a(model))
    found = module.currents({"x": 0.7}, module.parameters({"time_unit": 0.01}), {"x": 5.0}, time=0.02)
    assert found["I", ("x",)] == pytest.approx(0.01 * 5.0 + 0.7 - np.sin(2.0), rel=NEAR)


def test_wires_inputs_and_parts_of_a_circuit() -> None:
    parts = {
        "U": {"model": "voltage_source", "p": "in", "n": "gnd", "V": "step(1[s], 2[V])"},
        "E": {"model": "voltage_source", "p": "low", "n": "gnd"},
        "X": {"model": "diode_series", "p": "in", "n": "low", "RS": "3 ohm"},
        "M": {"model": "memristor_hp", "p": "in", "n": "low", "w": 0.3},
    }
    record = ["y", "lost"]
    model = Model(
        "E.V = 0.5*U.V + 0.1[V]\ny = in.v*X.RS\nlost = U.i*in.v", parts=parts, bench={"until": "1 s", "record": record}
    )
    written = to_verilog_a(model)
    top = read(str(written))["model"]
    assert any(note == "lost reads U.i, which lies inside a module, and is left out" for note in written.notes)
    assert ("memristor_hp", "M", {"w_start": ["0.3"]}, ["in", "low"]) in top.instances
    assert [i[0] for i in top.instances] == ["voltage_source", "voltage_source", "diode_", "resistor_", "memristor_hp"]
    found = top.currents({"U_V": 2.0, "in": 1.5}, top.parameters())
    assert found["V", ("E_V",)] == pytest.approx(1.1) and found["V", ("y",)] == pytest.approx(4.5)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("hopfield_binary", "it is a map"),
        ("ornstein_uhlenbeck", "it has white noise"),
        ("mackey_glass", "it has delays"),
        ("comparator_ideal", r"it has events \(up, down\)"),
    ],
)
def test_what_has_no_form_is_refused_by_name(name: str, reason: str) -> None:
    with pytest.raises(InputError, match=f"{name} cannot be written as Verilog-A: {reason}"):
        to_verilog_a(name)


def test_functions_and_parameters_without_a_form() -> None:
    with pytest.raises(InputError, match=r"erf has no form in Verilog-A. Say it by other functions"):
        to_verilog_a(Model(["dx/dt = -erf(x)"], states={"x": 1}, bench={"until": 1}))
    parts = {"U": {"model": "voltage_source", "p": "a", "n": "gnd"}, "R": {"model": "resistor", "p": "a", "n": "gnd"}}
    model = Model(name="trial", parts=parts, bench={"until": "1 s"})
    with pytest.raises(InputError, match=r"R.R varies in the run, and a parameter of Verilog-A stands still"):
        to_verilog_a(build(model, values={"R.R": "1[kohm] + step(1[s], 1[ohm])"}))


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "cell.va"
    assert (
        main(["export", "fitzhugh_nagumo", "--to", "verilog_a", "--set", "a=0.8", "--set", "v=0.5", "-o", str(out)])
        == 0
    )
    module = last(out.read_text())
    assert module.parameters()["a"] == 0.8 and module.parameters()["v_start"] == 0.5
    assert str(export("resistor", to="verilog_a")).startswith("// resistor: Resistor")
    capsys.readouterr()
    assert main(["export", "nmos_ekv", "--to", "verilog_a", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["modules"] == {"nmos_ekv": dict.fromkeys("dgsb", "inout")}
    assert main(["export", "resistor", "--to", "verilog_a", "--edge", "1 ns"]) == 2
    assert main(["export", "resistor", "--to", "verilog_a", "--set", "R=2 ohm"]) == 2
    assert re.search("--edge is of runs of ngspice", capsys.readouterr().err)


def test_the_reader_refuses_what_is_no_verilog() -> None:
    good = str(to_verilog_a("capacitor"))
    broken = [good.replace(*pair) for pair in [("endmodule", ""), ("  end\n", ""), ("(p, n) <+", "(p, q) <+"),
              ("*C", "*D"), ("1e-06", "1/2"), ("inout p;", "")]]  # fmt: skip
    for text in broken:
        assert text != good
        with pytest.raises(Refused):
            module = last(text)
            module.currents({"p": 1.0, "n": 0.0}, module.parameters(), {"p": 1.0})
