"""Numbers, formulas, names and notes of netlists."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn import Model
from neurodyn.cli import main

NUMBERS = {
    "4.7k": 4700.0, "1MEG": 1e6, "1m": 1e-3, "1M": 1e-3, "10megohm": 1e7, "2.5E-3k": 2.5, ".5": 0.5, "5.": 5.0,
    "1mil": 25.4e-6, "1mA": 1e-3, "1A": 1.0, "1uF": 1e-6, "1F": 1e-15, "3t": 3e12, "2g": 2e9, "1D3": 1e3, "+7n": 7e-9,
    "5p": 5e-12, "12volts": 12.0, "R=3k": 3e3, "3k m=3": 1e3,
}  # fmt: skip
FORMULAS = {  # as ngspice 39 computes them
    "log(10)": math.log(10), "ln(10)": math.log(10), "log10(1000)": 3, "2^3": 8, "2**3**2": 64, "-2^2+5": 1,
    "2^-1": 0.5, "7/2": 3.5, "3>2?5:6": 5, "0 ? 1 : 0 ? 2 : 3": 3, "-sgn(-2)": 1, "int(2.7)": 2, "5+int(-2.7)": 3,
    "nint(2.5)": 2, "5+floor(-2.7)": 2, "ceil(2.1)": 3, "10%4": 2, "10\\4": 2, "2>=2 && 1==1": 1, "0||3": 1, "!0": 1,
    "1!=2": 1,
    "1<>2": 1, "max(1,2,3)": 3, "pow(2,3)": 8, "10+pow(-2,3)": 2, "ternary_fcn(1,2,3)": 2, "arctan(1)": math.pi / 4,
    "2--1": 3, "10k+2meg": 2010000, "2*A": 3, "b": 4.5, "min(4*a,abs(-b))": 4.5, "2u*3/2u": 3, "3=3": 1,
}  # fmt: skip


def resistances(texts: list[str], more: str = "") -> list[float]:
    lines = [f"R{k} a 0 {text}" for k, text in enumerate(texts)]
    model = Model.from_spice("\n".join(["title", more, "V1 a 0 1", *lines]))
    values = neurodyn.build(model).values
    return [float(values[f"R{k}.R"]) for k in range(len(texts))]


def test_numbers() -> None:
    assert dict(zip(NUMBERS, resistances([*NUMBERS]), strict=True)) == NUMBERS


def test_formulas() -> None:
    for braces in ("{%s}", "'%s'"):
        found = resistances([braces % text for text in FORMULAS], ".param b={c*a} C=3\n.param a = 3 / 2")
        assert dict(zip(FORMULAS, found, strict=True)) == pytest.approx(FORMULAS, rel=1e-15)


def test_a_netlist_in_every_spelling() -> None:
    text = """ A Title, which may be anything
* a remark
.PARAM Vcc=5 $ another
R1 In
* between
+ OUT
+ {Vcc*200} ; and one more
c1 out 0 1U // the last
.Subckt Div a b Params: r=1k
R1 a b 'r'
R2 B 0 {2*r}
.ENDS div
Xd out 1 DIV R={vcc*1k}
Vin IN GND DC {vcc} AC 1 0
.tran 1u 1m 0.5m
.op
.End
this is not read
"""
    model = Model.from_spice(text, name="spelt")
    assert {name: dict(part.fields) for name, part in model.parts.items()} == {
        "R1": {"model": "resistor", "p": "In", "n": "OUT", "R": "1 kohm"},
        "c1": {"model": "capacitor", "p": "OUT", "n": "gnd", "C": "1 uF"},
        "Xd_R1": {"model": "resistor", "p": "OUT", "n": "n1", "R": "5 kohm"},
        "Xd_R2": {"model": "resistor", "p": "n1", "n": "gnd", "R": "10 kohm"},
        "Vin": {"model": "voltage_source", "p": "In", "n": "gnd", "V": "5 V"},
    }
    assert model.summary == "A Title, which may be anything" and model.theme == "analog"
    assert dict(model.bench) == {
        "until": "1 ms", "every": "1 us", "record": ["In.v", "OUT.v", "n1.v"], "start": "operating point",
    }  # fmt: skip
    said = model.text.splitlines()
    assert [line.split(":")[0] for line in said] == ["# line 14", "# line 15", "# line 16"]
    assert "AC of Vin" in said[0] and "what is before 0.5m" in said[1] and ".op was left out" in said[2]


def test_names_that_the_language_does_not_take_are_changed_and_told() -> None:
    model = Model.from_spice(
        "title\nV1 net-1 0 1\nR.a net-1 x!y 1\nR2 x!y x_y 1\nR3 x_y dx_y 1\nC1 dx_y R2 1\nR4 R2 0 1\n"
    )
    nodes = {str(part.fields[pin]) for part in model.parts.values() for pin in ("p", "n")}
    assert nodes == {"net_1", "x_y", "x_y_2", "dx_y_3", "R2_2", "gnd"} and "R_a" in model.parts
    assert model.text.startswith("# names: ") and "net-1 is net_1" in model.text
    assert neurodyn.build(model).constrained.layout.size == 6


def test_parameters_of_calls_are_computed_where_they_belong() -> None:
    """A call's values outside, defaults inside; the inner name hides the outer one."""
    model = Model.from_spice("""title
.param r=1k k=2
.subckt inner a r=7 s={r*k}
.param k=10
R1 a 0 {s}
.ends
.subckt outer a r=3
X1 a inner r={r*k}
X2 a inner
.ends
X1 n outer
X2 n outer r={r}
V1 n 0 1
""")
    values = neurodyn.build(model).values
    assert [float(values[f"X{i}_X{k}_R1.R"]) for i in (1, 2) for k in (1, 2)] == [60.0, 70.0, 20000.0, 70.0]


def test_devices_have_the_defaults_of_spice() -> None:
    model = Model.from_spice("""title
V1 d 0 1
D1 d 0 DX area=3 m=2
D2 d 0 DR
M1 d d 0 0 NX
M2 d d 0 0 PX W=4u L=2u m=2
.model dx d
.model DR D IS=1f RS=2 TNOM=50 M=0.4 CJO=0
.model NX nmos
.model PX pmos(level=1, vto = -0.7, ld=0.5u tox=0)
""")
    fields = {name: dict(part.fields) for name, part in model.parts.items()}
    assert fields["D1"] == {"model": "diode", "p": "d", "n": "gnd", "IS": "60 fA"}
    assert fields["D2"] == {
        "model": "diode_series", "p": "d", "n": "gnd", "IS": "1 fA", "TNOM": "323.15 K", "RS": "2 ohm",
    }  # fmt: skip
    assert fields["M1"] == {
        "model": "nmos", "d": "d", "g": "d", "s": "gnd", "b": "gnd", "VTO": "0 V", "KP": "20 uA/V**2", "W": "100 um",
        "L": "100 um",
    }  # fmt: skip
    assert (fields["M2"]["model"], fields["M2"]["VTO"]) == ("pmos", "-700 mV")
    assert (fields["M2"]["W"], fields["M2"]["L"]) == ("8 um", "1 um")


def test_the_start_is_the_operating_point() -> None:
    """A divider with a capacitor, a held node, and a guess that a run may replace."""
    text = "title\nV1 a 0 3\nR1 a b 1k\nR2 b 0 2k\nC1 b 0 1u\n.tran 1u 1m\n"
    result = neurodyn.simulate(Model.from_spice(text))
    np.testing.assert_allclose(result["b.v"].values, 2.0, rtol=1e-9)
    held = neurodyn.simulate(Model.from_spice(text + ".ic v(b)=1\n"))
    tau = 1e-6 * 2e3 / 3
    np.testing.assert_allclose(held["b.v"].values, 2 - np.exp(-held.time / tau), rtol=1e-5)
    given = neurodyn.simulate(Model.from_spice(text), start={"b.v": 0.5})
    assert float(given["b.v"][0]) == pytest.approx(0.5)


def test_a_bench_that_holds_what_is_no_node_is_refused() -> None:
    model = Model(
        parts={
            "V1": {"model": "voltage_source", "p": "a", "n": "gnd", "V": "1 V"},
            "R1": {"model": "resistor", "p": "a", "n": "gnd"},
        },
        bench={"until": "1 ms", "start": {"V1.i": "1 A"}},
    )
    with pytest.raises(neurodyn.InputError, match=r"V1\.i is no potential of a node .*There are: a\.v") as caught:
        neurodyn.simulate(model)
    assert caught.value.code == "no-node"


def test_no_operating_point_is_told() -> None:
    model = Model("0 = ddt(z) + z**2 + z + 1", unknowns={"z": 0}, bench={"until": 1, "start": "operating point"})
    with pytest.raises(neurodyn.InputError, match="No state was found") as caught:
        neurodyn.simulate(model)
    assert caught.value.code == "no-operating-point"
    between = Model.from_spice("title\nV1 a 0 1\nR1 a b 1\nC1 b c 1u\nC2 c 0 1u\n.tran 1u 1m\n")
    with pytest.raises(neurodyn.InputError, match=r"stands still nothing fixes c\.v\. Capacitors pass no current"):
        neurodyn.simulate(between)


def test_sources_that_voltages_control_and_guesses() -> None:
    """An amplifier of gain -4 with a current mirrored into 2 kohm; `.nodeset` chooses the side of a latch."""
    model = Model.from_spice("""title
V1 in 0 0.5
E1 out 0 0 in {2*2}
Ro out 0 1k
G1 0 far in 0 3m
Rf far 0 2k
.tran 1u 1m
.temp 27
.options gmin=1e-12 reltol=1e-4 tnom=27
""")
    result = neurodyn.simulate(model)
    assert float(result["out.v"][0]) == pytest.approx(-2.0) and float(result["far.v"][0]) == pytest.approx(3.0)
    latch = """title
E1 a 0 0 b 3
R1 a b0 1k
D1 b0 0 DX
D2 0 b0 DX
E2 b 0 0 b0 3
R2 b 0 1k
.model DX D
.tran 1u 1m
"""
    signs = []
    for volts in (2.1, -2.1):
        read = Model.from_spice(f"{latch}.nodeset v(b)={volts} v(b0)={-volts / 3} v(a)={-3 * volts}\n")
        signs.append(np.sign(float(neurodyn.simulate(read)["b.v"][0])))
    assert signs == [1.0, -1.0]


@pytest.mark.parametrize(
    "title", ["RC filter at 3 kHz", "Inverter chain with 5 stages", "", "LIF neuron 2", "Version 2 of 0", "* R1 a b 1k"]
)
def test_titles(title: str) -> None:
    assert Model.from_spice(f"{title}\nV1 a 0 1\nR1 a 0 1\n").summary == title.lstrip("* ")


def test_the_command_line_takes_netlists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "rc.cir", tmp_path / "rc.toml"
    path.write_text("rc\nV1 a 0 1\nR1 a b 1k\nC1 b 0 1u\n.tran 0.1m 1m\n.print v(b)\n", encoding="utf-8")
    assert main(["import", str(path), "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert printed.err == "neurodyn: line 6: .print was left out: it says what SPICE prints\n"
    assert printed.out == f"{out}: 3 parts\n" and neurodyn.load(out) == Model.from_spice(path)
    assert main(["run", str(path)]) == 0
    printed = capsys.readouterr()
    assert ".print was left out" in printed.err and "b.v" in printed.out
