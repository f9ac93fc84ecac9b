"""Transfer functions against closed forms, laws and ngspice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from sympy import sympify

import neurodyn
from neurodyn import Model, transfer_function
from neurodyn.cli import main
from tests.models.ngspice import needs_ngspice, ngspice

FREQUENCIES = np.geomspace(1.0, 1e7, 36)


def netlist(*cards: str) -> Model:
    return Model.from_spice("\n".join(["title", *cards, ""]))


def test_a_low_pass() -> None:
    found = transfer_function(netlist("V1 in 0 0", "R1 in out 1k", "C1 out 0 1u"), input="V1", output="out.v")
    np.testing.assert_allclose(found.response(FREQUENCIES), 1 / (1 + 2e-3j * np.pi * FREQUENCIES), rtol=1e-12)
    np.testing.assert_allclose(found.poles, [-1000.0], rtol=1e-12)
    assert found.zeros.size == 0 and found.gain == pytest.approx(1.0) and found.stable and found.is_ratio
    assert found.symbolic is not None
    assert (found.symbolic.numerator, found.symbolic.denominator) == ("1", "s*C1.C*R1.R + 1")
    np.testing.assert_allclose(found.corners, [1000 / (2 * np.pi)])


def test_a_resonance() -> None:
    """The current of a series circuit is 1/R where capacitor and inductor cancel; poles of the closed form."""
    r, el, c = 10.0, 1e-3, 1e-7
    model = netlist("V1 in 0 0", "R1 in a 10", "L1 a b 1m", "C1 b 0 100n")
    found = transfer_function(model, input="V1.V", output="L1.i")
    peak = 1 / (2 * np.pi * np.sqrt(el * c))
    assert found.response(peak)[0] == pytest.approx(1 / r, rel=1e-9)
    assert not found.is_ratio and found.gain == 0
    wanted = -r / (2 * el) + np.array([-1j, 1j]) * np.sqrt(1 / (el * c) - (r / (2 * el)) ** 2)
    np.testing.assert_allclose(found.poles, wanted, rtol=1e-10)
    np.testing.assert_array_equal(found.zeros, [0])
    np.testing.assert_allclose(np.polyval(found.denominator, 2j * np.pi * 1e4) * found.response(1e4)[0],
                               np.polyval(found.numerator, 2j * np.pi * 1e4), rtol=1e-9)  # fmt: skip


def test_a_lead_network_has_its_zero() -> None:
    model = netlist("V1 in 0 1", "R1 in out 9k", "C1 in out 10n", "R2 out 0 1k")
    found = transfer_function(model, input="V1", output="out.v")
    np.testing.assert_allclose(found.zeros, [-1 / (9e3 * 1e-8)], rtol=1e-9)
    np.testing.assert_allclose(found.poles, [-1 / (900 * 1e-8)], rtol=1e-9)
    assert found.gain == pytest.approx(0.1) and found.response(1e12)[0] == pytest.approx(1.0, rel=1e-6)


def test_far_apart_corners() -> None:
    """Three buffered stages, a second, a millisecond and a nanosecond, behind a stage with a small zero."""
    model = Model(
        "dx/dt = u - x\ndy/dt = (x + 1e-4*u - y)*1000\ndz/dt = (y - z)*1e9",
        states={"x": 0, "y": 0, "z": 0},
        inputs={"u": 0},
    )
    found = transfer_function(model, input="u", output="z")
    np.testing.assert_allclose(found.poles, [-1, -1e3, -1e9], rtol=1e-6)
    np.testing.assert_allclose(found.zeros, [-1.0001e4], rtol=1e-6)


def test_the_symbols_of_a_ladder_are_its_numbers() -> None:
    """Three stages with nine names between them, at values of their own."""
    cards = [f"R{k} n{k} n{k + 1} {k + 1}k\nC{k} n{k + 1} 0 {3 * k + 1}n" for k in range(3)]
    found = transfer_function(netlist("V1 n0 0 0", *cards), input="V1", output="n3.v")
    assert found.symbolic is not None and found.symbolic.numerator == "1"
    values = {f"R{k}_": (k + 1) * 1e3 for k in range(3)} | {f"C{k}_": (3 * k + 1) * 1e-9 for k in range(3)}
    s = -2.5e4
    text = re.sub(r"([RC]\d)\.[RC]", r"\1_", found.symbolic.denominator)
    exact = float(sympify(text).subs({**values, "s": s}))
    assert exact == pytest.approx(np.polyval(found.denominator, s) / found.denominator[-1], rel=1e-9)


def test_what_does_not_show_is_no_pole() -> None:
    model = netlist("V1 in 0 0", "R1 in a 1k", "C1 a 0 1u", "R2 in b 1k", "C2 b 0 3u")
    np.testing.assert_allclose(transfer_function(model, input="V1", output="a.v").poles, [-1000.0])


def test_an_integrator_and_a_derivative() -> None:
    integrator = transfer_function(Model("dx/dt = u - k*y\ny = 2*x", states={"x": 0}, inputs={"u": 0},
                                         parameters={"k": 0}), input="u", output="y")  # fmt: skip
    assert integrator.gain == np.inf and integrator.poles == [0] and not integrator.stable
    assert integrator.symbolic is not None and integrator.symbolic.denominator == "2*k + s"
    model = Model("0 = z - u\nw = ddt(z)", unknowns={"z": 0}, inputs={"u": 0})
    derivative = transfer_function(model, input="u", output="w")
    np.testing.assert_allclose(derivative.response([1.0]), [2j * np.pi])
    with pytest.raises(neurodyn.InputError, match="has no poles here"):
        _ = derivative.poles
    assert "no poles are told" in str(derivative) and "poles" not in derivative.to_json()


def test_the_membrane_below_its_threshold() -> None:
    """A leaky neuron is a resistance beside a capacitance."""
    found = transfer_function("lif", input="I", output="v")
    f = np.geomspace(0.1, 1e4, 20)
    np.testing.assert_allclose(found.response(f), 1e8 / (1 + 2j * np.pi * f * 0.02), rtol=1e-12)
    assert any("Events" in note for note in found.rest.notes)


def test_a_neuron_with_channels_is_its_linearisation() -> None:
    """c*(i*w - J)**-1*b of the Jacobian, and at high frequencies the membrane's capacitance alone."""
    system = neurodyn.build("fitzhugh_nagumo")
    found = transfer_function(system, input="I", output="v")
    jacobian = neurodyn.linearise(system, {n: found.rest.system.layout.unpack(found.rest.flat)[n] for n in ("v", "w")},
                                  at=0).jacobian  # fmt: skip
    for f in (0.01, 0.1, 1.0):
        wanted = np.linalg.solve(2j * np.pi * f * np.eye(2) - jacobian, [1.0, 0.0])[0]
        assert found.response(f)[0] == pytest.approx(wanted, rel=1e-9)
    assert found.response(1e6)[0] * 2j * np.pi * 1e6 == pytest.approx(1.0, rel=1e-5)
    # Kramers and Kronig: what passes at 0 follows from the imaginary parts at all frequencies
    grid = np.geomspace(1e-5, 1e4, 4001)
    imaginary = found.response(grid).imag
    assert -2 / np.pi * np.trapezoid(imaginary, np.log(grid)) == pytest.approx(found.gain, rel=1e-3)


AMPLIFIER = (
    "Vdd vdd 0 5", "Vin in 0 1.6", "Rg in g 1k", "Cg g 0 100p", "Rd vdd d 20k", "M1 d g s 0 NM W=20u L=2u", "Rs s 0 1k",
    "Cs s 0 1u", "Cgd g d 2p", "Cl d 0 10p", "D1 d e DX", "Re e 0 5k", "Ce e 0 1n", "L1 e h 1m", "Rh h 0 1k",
    ".model NM NMOS(VTO=0.8 KP=50u LAMBDA=0.02 GAMMA=0.4)", ".model DX D(IS=1e-14 N=1.2)",
)  # fmt: skip


@needs_ngspice
def test_an_amplifier_is_that_of_ngspice(tmp_path: Path) -> None:
    """Its .ac at 51 frequencies, with a MOSFET, a diode, an inductor and a zero in the feedback."""
    found = transfer_function(netlist(*AMPLIFIER), input="Vin", output="d.v")
    cards = "\n".join(AMPLIFIER).replace("Vin in 0 1.6", "Vin in 0 DC 1.6 AC 1")
    theirs = ngspice(tmp_path, cards, "ac dec 10 10 1e6", ["vr(d)", "vi(d)"])
    wanted = theirs["vr(d)"] + 1j * theirs["vi(d)"]
    np.testing.assert_allclose(found.response(theirs["sweep"]), wanted, rtol=1e-4)
    assert np.ptp(np.abs(wanted)) > 0.3  # it bends


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (dict(input="V2", output="out.v"), r"no input V2\. There are: V1\.V"),
        (dict(input="V1", output="aut.v"), r"no output aut\.v\. Did you mean out\.v"),
        (dict(input="V1[0]", output="out.v"), r"V1\[0\] is no single number"),
    ],
)
def test_names_that_there_are_not(asked: dict[str, str], said: str) -> None:
    with pytest.raises(neurodyn.InputError, match=said):
        transfer_function(netlist("V1 in 0 0", "R1 in out 1k", "C1 out 0 1u"), **asked)


def test_what_has_no_operating_point() -> None:
    runaway = Model("dx/dt = 1 + u**2", states={"x": 0}, inputs={"u": 0})
    with pytest.raises(neurodyn.InputError, match=r"stands still nothing fixes x\."):
        transfer_function(runaway, input="u", output="x")
    with pytest.raises(neurodyn.InputError, match="it is a map"):
        transfer_function("hopfield_binary_parallel", input="u", output="S")
    with pytest.raises(neurodyn.InputError, match="it has delays"):
        transfer_function("mackey_glass", input="u", output="x")
    with pytest.raises(neurodyn.InputError, match=r"I is no single number: I has the shape 3.*I\[0\]"):
        transfer_function(neurodyn.build("lif", sizes={"N": 3}), input="I", output="v[0]")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bode", "nyquist"])
def test_the_figures(kind: str, tmp_path: Path) -> None:
    picture = tmp_path / "figure.png"
    asked = ["bode", "rc_low_pass", "--input", "U", "--output", "out.v", "--kind", kind, "--frequencies", "1..1e5"]
    assert main([*asked, "--plot", str(picture)]) == 0
    assert picture.stat().st_size > 5_000


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["bode", "rc_low_pass", "--input", "U", "--output", "out.v"]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["poles"] == [[pytest.approx(-1000.0), 0.0]] and found["symbolic"]["denominator"] == "s*C.C*R.R + 1"
    assert main(asked) == 0 and "159.155 Hz" in capsys.readouterr().out
    assert main([*asked, "--frequencies", "0..1"]) == 2 and "Write --frequencies" in capsys.readouterr().err
