"""Waveforms of ngspice on netlists of ours, beside those of our own engine: every shipped circuit of devices."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from neurodyn import Model, build, load
from neurodyn.exports.spice import Comparison, compare_with_ngspice, run_ngspice, to_spice
from tests.exports.spice.table import CIRCUITS, DOCS, WITH_THEIRS, asked_of

pytestmark = pytest.mark.ngspice

SAME, THEIRS = 1e-3, 1e-2  # of the swing: by the same equations, and with ngspice's own diodes and transistors
PART, POINTS = 0.15, 60  # of the bench, and times, in the quick suite
LONG = {"axon_hillock", "habituation_chain_analog", "lif_analog"}  # in the slow suite alone


def share(name: str, part: float) -> float:
    system = build(load(name))
    return part * system.time("until", system.model.bench["until"])


def difference(name: str, own_equations: bool, part: float = 1.0) -> float:
    """The greatest difference: at all times, or at some in the quick suite."""
    asked = {**asked_of(name), "own_equations": own_equations, "points": POINTS if part < 1 else None}
    return compare_with_ngspice(name, until=share(name, part), **asked).difference


@pytest.mark.parametrize("name", [name for name in CIRCUITS if name not in LONG])
def test_the_same_equations(name: str) -> None:
    assert difference(name, True, PART) < SAME


@pytest.mark.parametrize("name", [name for name in WITH_THEIRS if name not in LONG])
def test_diodes_and_transistors_of_ngspice(name: str) -> None:
    assert difference(name, False, PART) < THEIRS


@pytest.mark.slow
def test_the_documentation_has_a_row_for_each() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert not [name for name in CIRCUITS if f"| `{name}` |" not in text]


@pytest.mark.slow
@pytest.mark.parametrize("name", CIRCUITS)
def test_over_the_whole_bench(name: str) -> None:
    for own_equations, most in ((True, SAME), (False, THEIRS)):
        assert difference(name, own_equations) < most


def compared(parts: dict[str, dict[str, object]], until: str = "2 ms", **sections: object) -> Comparison:
    bench = {"until": until, "record": sections.pop("record", ["out.v"])}
    return compare_with_ngspice(Model(name="trial", parts=parts, bench=bench, **sections), points=POINTS)


SOURCE = {"model": "voltage_source", "p": "in", "n": "gnd", "V": "pulses(1[V], period=1[ms], duty=0.4, phase=0.2)"}
LOAD = {"model": "resistor", "p": "in", "n": "out", "R": "1 kohm"}


def device(equations: str, **sections: object) -> Model:
    return Model(equations=equations, pins={"p": {}, "n": {}}, **sections)


def written(tmp_path: Path, name: str, model: Model) -> str:
    path = tmp_path / f"{name}.toml"
    path.write_text(model.to_toml())
    return str(path)


def test_a_charge_that_is_no_multiple_of_the_voltage(tmp_path: Path) -> None:
    """ddt of a nonlinear charge: what ngspice integrates is the charge itself."""
    varactor = device(
        "p.i = ddt(C*v0*tanh((p.v - n.v)/v0))\nn.i = -p.i",
        parameters={"C": {"value": "100 nF", "unit": "F"}, "v0": "0.8 V"},
    )
    part = {"model": written(tmp_path, "varactor", varactor), "p": "out", "n": "gnd"}
    parts = {"U": SOURCE, "R": LOAD, "X": part}
    netlist = to_spice(Model(name="trial", parts=parts, bench={"until": "1 ms", "record": ["out.v"]}))
    theirs = run_ngspice(netlist)
    source = netlist.signals["U.V"]

    def rate(t: float, q: np.ndarray) -> np.ndarray:
        return (float(source.on(t, t + 1e-12)(t)) - 0.8 * np.arctanh(q / 8e-8)) / 1e3

    ours = solve_ivp(rate, (0, 1e-3), [0.0], rtol=1e-9, atol=1e-15, max_step=2e-6, dense_output=True)
    v = 0.8 * np.arctanh(ours.sol(theirs["time"].values)[0] / 8e-8)
    assert np.abs(theirs["out.v"].values - v).max() < SAME * np.ptp(v)
    assert np.ptp(v) > 0.5


def test_a_state_inside_a_device_and_an_unknown_with_its_constraint(tmp_path: Path) -> None:
    thermistor = device(
        "p.i = (p.v - n.v)/(R*(1 + 3*w))\nn.i = -p.i\ntau*dw/dt = (p.v - n.v)**2/u**2 - w",
        states={"w": {"start": 0.2}},
        parameters={"R": "1 kohm", "tau": "0.3 ms", "u": "0.5 V"},
    )
    # A source of voltage whose own current is an unknown, and whose value follows from that current.
    battery = device(
        "0 = p.v - n.v + E - R*i\np.i = i\nn.i = -i",
        parameters={"E": "-0.3 V", "R": "200 ohm"},
        unknowns={"i": {"guess": 0, "unit": "A"}},
    )
    parts = {
        "U": SOURCE,
        "X": {"model": written(tmp_path, "thermistor", thermistor), "p": "in", "n": "out"},
        "B": {"model": written(tmp_path, "battery", battery), "p": "out", "n": "gnd"},
    }
    found = compared(parts, record=["out.v", "X.w", "B.i"])
    assert found.difference < SAME
    assert np.ptp(found.waveforms["X.w"].theirs) > 0.3


def test_wires_smooth_sources_and_varying_parts() -> None:
    """A wired source, a source with a smooth factor, one that floats, and a resistor that varies."""
    wave = "sin(2*pi*2000[1/s]*t)*window(0.3[ms], 1.4[ms], 1[V])"
    parts = {
        "U": {"model": "voltage_source", "p": "in", "n": "low", "V": wave},
        "E": {"model": "voltage_source", "p": "low", "n": "gnd"},
        "J": {"model": "current_source", "p": "gnd", "n": "out", "I": "0.2[mA]*exp(-t/1[ms])"},
        "R": {"model": "resistor", "p": "in", "n": "out", "R": "1[kohm] + step(1[ms], 500[ohm])"},
        "C": {"model": "capacitor", "p": "out", "n": "gnd", "C": "50 nF"},
    }
    found = compared(parts, equations="E.V = 0.4*out.v + 0.1[V]\ny = out.v*U.i", record=["U.V", "y"])
    assert found.difference < SAME
    assert {"U.V", "y", "low.v"} <= set(found.waveforms)


def test_the_state_at_the_start_is_ours() -> None:
    """A charged capacitor between two nodes and a current in an inductor: a damped oscillation without any source."""
    parts = {
        "C": {"model": "capacitor", "p": "a", "n": "b", "C": "1 uF"},
        "L": {"model": "inductor", "p": "b", "n": "gnd", "L": "10 mH", "i": "2 mA"},
        "R": {"model": "resistor", "p": "a", "n": "gnd", "R": "20 ohm"},
    }
    found = compared(parts, unknowns={"a.v": "0.3 V", "b.v": "-0.5 V"}, record=["a.v"])
    assert found.difference < SAME
    assert found.waveforms["L.i"].theirs[0] == pytest.approx(2e-3, rel=1e-2)


def test_nodes_that_ngspice_does_not_tell_apart() -> None:
    parts = {
        "U": {**SOURCE, "p": "A"},
        "R": {"model": "resistor", "p": "A", "n": "a", "R": "1 kohm"},
        "r": {"model": "resistor", "p": "a", "n": "GND", "R": "2 kohm"},
        "C": {"model": "capacitor", "p": "GND", "n": "gnd", "C": "100 nF"},
    }
    found = compared(parts, record=["A.v", "a.v", "GND.v"])
    assert found.difference < SAME
    assert any("a is a_2, GND is GND_2" in note for note in found.netlist.notes)
    assert found.netlist.waves["GND.v"].vector == "v(gnd_2)"


def test_devices_made_of_parts_are_their_parts() -> None:
    parts = {"U": SOURCE, "R": LOAD, "X": {"model": "diode_series", "p": "out", "n": "gnd", "RS": "300 ohm"}}
    found = compared(parts)
    assert found.difference < THEIRS
    text = found.netlist.text
    assert "DX.junction X.j 0 DX.junction_model" in text and "RX.series out X.j 300\n" in text


def test_a_device_of_the_same_name_but_other_equations_has_no_card(tmp_path: Path) -> None:
    cubic = device("p.i = (p.v - n.v)**3/(R*u**2)\nn.i = -p.i", parameters={"R": "1 kohm", "u": "1 V"})
    parts = {"U": SOURCE, "R": LOAD, "X": {"model": written(tmp_path, "resistor", cubic), "p": "out", "n": "gnd"}}
    found = compared(parts)
    assert found.difference < SAME
    assert "BX out 0 I=" in found.netlist.text and "RX" not in found.netlist.text


def test_the_netlist_runs_as_it_is(tmp_path: Path) -> None:
    to_spice("rc_low_pass").save(tmp_path / "rc.cir")
    subprocess.run(["ngspice", "-b", "rc.cir"], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert (tmp_path / "rc_low_pass.raw").stat().st_size > 10_000
