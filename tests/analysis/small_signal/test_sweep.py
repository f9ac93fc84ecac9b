"""DC sweeps against closed forms and ngspice."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn import Model, dc_sweep
from neurodyn.cli import main
from tests.analysis.small_signal.test_transfer import netlist
from tests.models.ngspice import needs_ngspice, ngspice

BISTABLE = Model("dx/dt = -x + tanh(3*x) + u", states={"x": 0}, inputs={"u": 0}, name="bistable")
# Where -1 + 3/cosh(3*x)**2 is 0.
FOLD_X = float(np.arccosh(np.sqrt(3)) / 3)
FOLD_U = float(np.tanh(3 * FOLD_X) - FOLD_X)

LATCH = (
    "Vdd vdd 0 5", "Vin in 0 0", "Rin in a 10k", "Rf q a 20k", "M1 b a 0 0 NM W=10u L=1u",
    "M2 b a vdd vdd PM W=20u L=1u", "M3 q b 0 0 NM W=40u L=1u", "M4 q b vdd vdd PM W=80u L=1u",
    "C1 a 0 1p", "C2 q 0 1p", "C3 b 0 1p",
    ".model NM NMOS(VTO=0.8 KP=50u LAMBDA=0.02)", ".model PM PMOS(VTO=-0.8 KP=25u LAMBDA=0.02)",
)  # fmt: skip


def test_folds_and_hysteresis_of_the_closed_form() -> None:
    values = np.linspace(-1, 1, 81)
    found = dc_sweep(BISTABLE, "u", values, back=True)
    x, u = found["x"], values
    np.testing.assert_allclose(-x + np.tanh(3 * x) + u, 0, atol=1e-8)
    np.testing.assert_allclose(-found.of("x", back=True) + np.tanh(3 * found.of("x", back=True)) + u, 0, atol=1e-8)
    (there,), (back,) = found.there.jumps, found.back.jumps
    assert there.value == pytest.approx(FOLD_U, abs=1e-6) and back.value == pytest.approx(-FOLD_U, abs=1e-6)
    assert there.before[0] == pytest.approx(-FOLD_X, abs=1e-2) and there.after[0] > 1
    inside = values[np.abs(values) < FOLD_U]
    np.testing.assert_allclose(found.hysteresis, inside)
    assert "there: a fold at u = 0.4" in str(found) and "hysteresis from -0.4" in str(found)


def test_a_steep_branch_is_no_jump() -> None:
    """One unit has a slope of 1000 but no fold, the other a kink; both are followed without a jump."""
    model = Model("dx/dt = -x + tanh(1000*u)\ndy/dt = -y + max(u - 0.3, 0)", states={"x": 0, "y": 0}, inputs={"u": 0})
    values = np.linspace(-1, 1, 21)
    found = dc_sweep(model, "u", values, back=True)
    assert not found.jumps and not found.back.jumps and not found.hysteresis.size
    np.testing.assert_allclose(found["x"], np.tanh(1000 * values), atol=1e-8)
    np.testing.assert_allclose(found["y"], np.maximum(values - 0.3, 0), atol=1e-8)
    assert "no hysteresis" in str(found)


def test_sources_and_parameters_of_a_divider() -> None:
    model = netlist("V1 a 0 3", "R1 a b 1k", "R2 b 0 2k", "C1 b 0 1u")
    found = dc_sweep(model, "V1", [-1, 0, 4])
    np.testing.assert_allclose(found["b.v"], np.array([-1, 0, 4]) * 2 / 3, atol=1e-12)
    np.testing.assert_allclose(found["R2.p.i"], np.array([-1, 0, 4]) / 3e3, atol=1e-15)
    resistance = dc_sweep(model, "R2.R", [500.0, 1e3, 2e3])
    np.testing.assert_allclose(resistance["b.v"], [1, 1.5, 2])
    np.testing.assert_allclose(resistance["C1.p.i"], 0, atol=1e-15)


@needs_ngspice
def test_an_inverter_is_that_of_ngspice(tmp_path: Path) -> None:
    cards = (
        "Vdd vdd 0 5", "Vin in 0 0", "M1 out in 0 0 NM W=10u L=1u", "M2 out in vdd vdd PM W=20u L=1u", "Rl out 0 1meg",
        ".model NM NMOS(VTO=0.8 KP=50u LAMBDA=0.02)", ".model PM PMOS(VTO=-0.8 KP=25u LAMBDA=0.03)",
    )  # fmt: skip
    theirs = ngspice(tmp_path, "\n".join(cards), "dc Vin 0 5 0.125", ["v(out)", "i(Vdd)"])
    found = dc_sweep(netlist(*cards), "Vin", theirs["sweep"])
    assert not found.jumps
    np.testing.assert_allclose(found["out.v"], theirs["v(out)"], rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(found["Vdd.i"], theirs["i(Vdd)"], rtol=1e-4, atol=1e-11)


@needs_ngspice
@pytest.mark.slow
def test_the_hysteresis_of_a_latch_is_that_of_ngspice(tmp_path: Path) -> None:
    """Four transistors and two resistors: both ways, but for the values beside the folds."""
    up = ngspice(tmp_path, "\n".join(LATCH), "dc Vin 0 5 0.1", ["v(q)"])
    down = ngspice(tmp_path, "\n".join(LATCH), "dc Vin 5 0 -0.1", ["v(q)"])
    found = dc_sweep(netlist(*LATCH), "Vin", up["sweep"], back=True)
    for ours, theirs in ((found["q.v"], up["v(q)"]), (found.of("q.v", back=True), down["v(q)"][::-1])):
        same = np.isclose(ours, theirs, rtol=1e-4, atol=1e-7)
        assert same.mean() > 0.95
    (there,), (back,) = found.there.jumps, found.back.jumps
    assert there.value + back.value == pytest.approx(5.0, abs=1e-5)  # the circuit is symmetric
    assert 3.6 < there.value < 3.7


def test_where_there_is_no_other_branch() -> None:
    runaway = Model("dx/dt = u - x**2", states={"x": 1}, inputs={"u": 1})
    with pytest.raises(neurodyn.RunFailed, match=r"The branch ends at .*no other operating point") as caught:
        dc_sweep(runaway, "u", [1.0, 0.5, -0.5])
    assert caught.value.code == "no-operating-point"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("w", [0, 1]), "has no input w"),
        (("u", [1]), "A sweep passes two values or more"),
        (("u", [0, np.nan]), "A sweep passes two values or more"),
    ],
)
def test_what_cannot_be_swept(asked: tuple[str, list[float]], said: str) -> None:
    with pytest.raises(neurodyn.InputError, match=said):
        dc_sweep(BISTABLE, *asked)
    with pytest.raises(neurodyn.InputError, match="did not go back"):
        dc_sweep(BISTABLE, "u", [0, 0.1]).of("x", back=True)


@pytest.mark.slow
def test_the_figure(tmp_path: Path) -> None:
    picture = tmp_path / "sweep.png"
    asked = ["dc-sweep", "inverter", "--source", "drive", "--span", "0..5", "--count", "11", "--back"]
    assert main([*asked, "--show", "out.v", "--show", "supply.i", "--plot", str(picture)]) == 0
    assert picture.stat().st_size > 5_000


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bistable.toml"
    path.write_text(BISTABLE.to_toml(), encoding="utf-8")
    asked = ["dc-sweep", str(path), "--source", "u", "--span", "-1..1", "--count", "21", "--back"]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["there_jumps"] == pytest.approx([FOLD_U], abs=1e-5)
    assert len(found["there"]["x"]) == 21 and found["hysteresis"]
    assert main([*asked[:5], "1..1"]) == 2 and "--span 1..1 says no span" in capsys.readouterr().err
