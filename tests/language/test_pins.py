"""Devices with pins, nodes and unknowns: what is read, written, printed, and how Kirchhoff's laws come out."""

from __future__ import annotations

from pathlib import Path

import pytest

import neurodyn
from neurodyn.language.spell import spell
from neurodyn.model.display import equation_latex, model_html
from neurodyn.system.units import Units

HABITUATION = "habituation_analog"
DIVIDER = """
equations = "half = mid.v"
[parts]
U  = { model = "voltage_source", p = "top", n = "gnd", V = "4 V" }
R1 = { model = "resistor", p = "top", n = "mid" }
R2 = { model = "resistor", p = "mid", n = "gnd", R = 500 }
"""


def texts(model: neurodyn.Model) -> list[str]:
    return [e.text for e in model.equations]


def test_every_node_has_kirchhoffs_current_law() -> None:
    model = neurodyn.load(HABITUATION)
    laws = {e.comment: e.text for e in model.constraints if e.comment}
    assert laws == {
        "currents at drive": "0 = U.p.i + R3.p.i + R1.p.i",
        "currents at cap": "0 = R3.n.i + C1.p.i + R4.n.i",
        "currents at tap": "0 = R1.n.i + R2.p.i + B1.in.i",
        "currents at mid": "0 = B1.out.i + D1.p.i",
        "currents at top": "0 = D1.n.i + R4.p.i",
    }
    assert set(model.unknowns) == {"U.i", "B1.i", "drive.v", "cap.v", "tap.v", "mid.v", "top.v"}
    assert len(model.constraints) == len(model.unknowns) and not model.states
    assert {"C1.n.v = gnd.v", "gnd.v = 0", "B1.in.v = tap.v", "C1.p.i = C1.C*ddt(C1.p.v - C1.n.v)"} <= set(texts(model))


@pytest.mark.parametrize("expand", [False, True])
def test_round_trip(expand: bool) -> None:
    model = neurodyn.load(HABITUATION)
    again = neurodyn.Model.from_text(model.to_toml(expand=expand), name=model.name)
    assert again.equations == model.equations and again.unknowns == model.unknowns
    assert (again == model) is not expand and bool(again.parts) is not expand


def test_symbols_and_text_are_one() -> None:
    """A law that is spelt from its symbols and read again is the same law."""
    model = neurodyn.load("capacitor")
    law = model.definitions["p.i"].expr
    spelt = neurodyn.Model(f"p.i = {spell(law)}\nn.i = -p.i", pins={"p": {}, "n": {}}, parameters={"C": 1})
    assert spelt.definitions["p.i"].expr == law


def test_latex_and_pages() -> None:
    lines = equation_latex(neurodyn.load("capacitor"))
    assert lines[0] == (r"\mathrm{p}.i = C\,\frac{\mathrm{d}}{\mathrm{d}t}\left(\mathrm{p}.v - \mathrm{n}.v\right)")
    source = neurodyn.load("voltage_source")
    assert equation_latex(source)[0] == r"0 = \mathrm{p}.v - \mathrm{n}.v - V"
    assert "unknowns: i" in str(source) and "pins: p, n" in str(source)
    assert "<td>unknown</td><td>i</td>" in model_html(source)


def test_units_of_pins_and_nodes() -> None:
    model = neurodyn.Model.from_text(DIVIDER)
    units = Units.of_model(model)
    assert str(units.of("mid.v")) == str(units.of("half")) == "V"
    assert str(units.of("R1.p.i")) == "A" and str(units.of("U.i")) == "A"
    assert float(neurodyn.build(model).values["R2.R"]) == 500  # a bare number is in the unit that the device declares


def test_a_circuit_without_units_has_none() -> None:
    device = neurodyn.Model("p.i = g*(p.v - n.v)\nn.i = -p.i", pins={"p": {}, "n": {}}, parameters={"g": 2})
    assert device.potentials["p.v"].unit == "" and not Units.of_model(device).active


def test_a_guess_belongs_to_a_node(tmp_path: Path) -> None:
    model = neurodyn.Model.from_text(DIVIDER + '[unknowns]\n"mid.v" = { guess = 0.3, about = "tap" }\n')
    assert model.unknowns["mid.v"].value == 0.3 and model.unknowns["mid.v"].unit == "V"
    assert neurodyn.Model.from_text(model.to_toml()) == model
    system = neurodyn.build(model)
    assert system.layout.unpack(system.start())["mid.v"] == 0.3
    assert system.layout.unpack(system.start({"mid.v": "50 mV"}))["mid.v"] == 0.05
    assert system.role("mid.v") == "unknown" and system.about("mid.v") == "tap"


def test_a_device_made_of_devices(tmp_path: Path) -> None:
    """A pin of a circuit is one of its nodes: the sum of the currents there is that pin's current."""
    (tmp_path / "divider.toml").write_text(
        """
[pins]
a = {}
out = {}
b = {}
[parts]
R1 = { model = "resistor", p = "a", n = "out", R = "1 kohm" }
R2 = { model = "resistor", p = "out", n = "b", R = "3 kohm" }
""",
        encoding="utf-8",
    )
    (tmp_path / "circuit.toml").write_text(
        """
[parts]
U = { model = "voltage_source", p = "top", n = "gnd", V = "4 V" }
D = { model = "divider.toml", a = "top", out = "mid", b = "gnd" }
C = { model = "capacitor", p = "mid", n = "gnd" }
""",
        encoding="utf-8",
    )
    model = neurodyn.load(tmp_path / "circuit.toml")
    assert {"D.out.i = D.R1.n.i + D.R2.p.i", "D.R1.p.v = D.a.v", "D.a.v = top.v"} <= set(texts(model))
    assert set(model.unknowns) == {"U.i", "top.v", "mid.v"}
    system = neurodyn.build(model).constrained
    y, rate = (
        system.layout.pack({"U.i": 0.5, "top.v": 4.0, "mid.v": 1.0}),
        system.layout.pack({"U.i": 0.0, "top.v": 0.0, "mid.v": 2.0}),
    )
    by_hand = [4 - 4, 0.5 + 3e-3, 1 / 3e3 - 3e-3 + 2e-6]
    assert system.residual()(0.0, y, rate, {"U.V": 4.0}) == pytest.approx(by_hand, abs=1e-15)
    assert neurodyn.Model.from_text(model.to_toml(expand=True)).equations == model.equations


def test_pins_may_have_any_name() -> None:
    """Names of units, keywords of Python, and the words of pins themselves."""
    pins = ["in", "V", "m", "v", "i", "lambda"]
    laws = "\n".join(f"{p}.i = g*({p}.v - in.v)" for p in pins)
    model = neurodyn.Model(laws, pins={p: {} for p in pins}, parameters={"g": 1})
    assert set(model.definitions) == {f"{p}.i" for p in pins}
    assert neurodyn.Model.from_text(model.to_toml()) == model


def test_constraints_of_rows() -> None:
    """Free letters of a constraint mean `for each`, as in claims."""
    model = neurodyn.Model(
        "dx[k]/dt = -z[k]\n0 = z[k]**3 + z[k] - x[k]",
        indices={"N": {"letters": "k", "size": 3}},
        states={"x[k]": "k"},
        unknowns={"z[k]": 0.1},
    )
    assert [str(x.label) for x in model.constraints[0].letters] == ["k"]
    assert neurodyn.Model.from_text(model.to_toml()) == model
