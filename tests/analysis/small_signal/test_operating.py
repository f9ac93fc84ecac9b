"""Operating points against closed forms and ngspice."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn import Model, operating_point
from neurodyn.cli import main
from tests.analysis.small_signal.test_transfer import AMPLIFIER, netlist
from tests.models.ngspice import needs_ngspice, ngspice


def test_a_divider() -> None:
    found = operating_point(netlist("V1 a 0 3", "R1 a b 1k", "R2 b 0 2k", "C1 b 0 1u", "L1 b c 1m", "R3 c 0 1meg"))
    loaded = 2e3 * 1e6 / (2e3 + 1e6)
    b = 3 * loaded / (1e3 + loaded)
    assert found.potentials == pytest.approx({"a": 3, "b": b, "c": b})
    assert found.currents["R1.p"] == pytest.approx((3 - b) / 1e3) and found.currents["C1.p"] == 0
    assert found.currents["L1.p"] == pytest.approx(b / 1e6) and found.currents["L1.n"] == pytest.approx(-b / 1e6)
    assert found.powers["V1"] == pytest.approx(-3 * (3 - b) / 1e3)
    assert sum(found.powers.values()) == pytest.approx(0, abs=1e-15)  # Tellegen
    assert found.dissipated == pytest.approx(-found.powers["V1"])
    text = str(found)
    assert "operating point" in text and "potential" in text and "W dissipated" in text


@needs_ngspice
def test_a_circuit_with_devices_is_that_of_ngspice(tmp_path: Path) -> None:
    found = operating_point(netlist(*AMPLIFIER))
    nodes = [*found.potentials]
    theirs = ngspice(tmp_path, "\n".join(AMPLIFIER), "op", [*(f"v({n})" for n in nodes), "i(Vdd)"])
    wanted = {n: theirs[f"v({n})"][0] for n in nodes}
    assert found.potentials == pytest.approx(wanted, rel=1e-4)
    assert found.currents["Vdd.p"] == pytest.approx(theirs["i(Vdd)"][0], rel=1e-4)
    assert sum(found.powers.values()) == pytest.approx(0, abs=1e-12)


def test_diodes_across_a_large_source() -> None:
    """Newton's steps alone would overflow: ten diodes in series, both ways round."""
    chain = [f"D{k} n{k} n{k + 1} DX" for k in range(10)]
    system = neurodyn.build(netlist("V1 n0 0 1", *chain, "R1 n10 0 1k", ".model DX D(IS=1e-14)"))
    for volts in (12, 200, -50):
        found = operating_point(system.with_values({"V1.V": volts}))
        drops = [found.potentials[f"n{k}"] - found.potentials[f"n{k + 1}"] for k in range(10)]
        np.testing.assert_allclose(drops, drops[0], rtol=1e-6)
        current = found.currents["R1.p"]
        own = 1e-14 * np.expm1(drops[0] / (8.617333262e-5 * 300.15)) + 1e-12 * drops[0]
        assert current == pytest.approx(own, rel=1e-6)


def test_what_is_held_and_where_it_is_looked_for() -> None:
    """A current from outside holds a node; of a bistable circuit the guess chooses the point."""
    held = operating_point(netlist("V1 a 0 3", "R1 a b 1k", "R2 b c 1k", "R3 c 0 1k"), held={"b.v": 1.0})
    assert held.potentials == pytest.approx({"a": 3, "b": 1, "c": 0.5})
    flip = Model("0 = -x + tanh(3*x) + u + 0*ddt(y)\n0 = y - x", unknowns={"x": 0, "y": 0}, inputs={"u": 0})
    points = [float(operating_point(flip, state={"x": x, "y": x}).state["x"]) for x in (-1.0, 1.0)]
    assert points[0] == pytest.approx(-points[1]) and points[1] > 0.9


def test_a_neuron_rests_and_a_run_begins_there() -> None:
    found = operating_point("fitzhugh_nagumo")
    result = neurodyn.simulate("fitzhugh_nagumo", start=found.state, until=0.1)
    flow = found.system.flow()(found.rest.t, found.rest.flat, found.rest.inputs)
    np.testing.assert_allclose(flow, 0, atol=1e-9)
    assert float(result["v"][0]) == pytest.approx(float(found.state["v"])) and "state" in str(found)


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operating-point", "inverter", "--set", "drive.V=5 V", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["potentials"]["out"] == pytest.approx(0, abs=1e-6) and found["powers"]["supply"] < 0
    assert main(["operating-point", "fitzhugh_nagumo"]) == 0
    assert "operating point, inputs as at t = 0" in capsys.readouterr().out
