"""Energy along runs: closed forms of what is supplied, stored and dissipated, and a balance that the tolerance sets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.power.report import PowerReport
from neurodyn.cli import main

CHARGING = """
[parts]
U = { model = "voltage_source", p = "a", n = "gnd", V = "2 V" }
R = { model = "resistor", p = "a", n = "b", R = "1 kohm" }
C = { model = "capacitor", p = "b", n = "gnd", C = "1 uF" }
[bench]
until = "20 ms"
every = "1 ms"
"""
RINGING = """
[parts]
C = { model = "capacitor", p = "a", n = "gnd", C = "1 uF" }
L = { model = "inductor", p = "a", n = "b", L = "1 mH" }
R = { model = "resistor", p = "b", n = "gnd", R = "10 ohm" }
[unknowns]
"a.v" = "2 V"
[bench]
until = "0.5 ms"
every = "10 us"
"""


def report(text: str, **asked: float) -> PowerReport:
    found = neurodyn.power(neurodyn.Model.from_text(text, name="circuit"), **asked)
    assert isinstance(found, PowerReport)
    return found


def test_half_of_what_charges_a_capacitor_is_lost() -> None:
    """C*V**2 is supplied whatever the resistance, and C*V**2/2 stored."""
    found = report(CHARGING).balance
    assert found is not None
    assert found.energies["U"] == pytest.approx(4e-6, rel=1e-6)
    assert found.energies["R"] == pytest.approx(2e-6, rel=1e-6)
    assert found.stored[-1] == pytest.approx(2e-6, rel=1e-6)
    np.testing.assert_allclose(found.supplied, 4e-3 * np.exp(-found.time / 1e-3), atol=1e-9)


def test_a_ringing_circuit_loses_what_it_stored() -> None:
    found = report(RINGING).balance
    assert found is not None and found.stored[0] == pytest.approx(2e-6)
    lost = found.stored[0] - found.stored[-1]
    assert found.energies == {"R": pytest.approx(lost, rel=1e-6)} and lost > 1.9e-6 * (1 - np.exp(-5))
    assert (np.diff(found.stored) <= 1e-12).all()  # a passive circuit without sources


def test_the_residual_follows_the_tolerance() -> None:
    off = {rtol: report(RINGING, rtol=rtol).balance for rtol in (1e-4, 1e-8)}
    assert all(b is not None and b.off < 100 * rtol for rtol, b in off.items())
    assert 0 < off[1e-8].off < off[1e-4].off / 100  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "until"),
    [
        ("diode_clipper", "0.1 ms"),
        *(
            pytest.param(n, u, marks=pytest.mark.slow)
            for n, u in [("inverter", "30 ns"), ("habituation_loaded", "3 s")]
        ),
    ],
)
def test_circuits_that_ship_keep_their_balance(name: str, until: str) -> None:
    found = neurodyn.power(name, until=until, rtol=1e-6)
    assert found.balance is not None and found.balance.off < 1e-4
    assert all(d.passivity.verdict in (None, "proved") for d in found.devices)


def test_without_a_run_and_without_devices() -> None:
    assert neurodyn.power("habituation_chain_analog", run=False).balance is None
    with pytest.raises(neurodyn.InputError, match="lorenz has no devices with pins"):
        neurodyn.power("lorenz")


def test_what_holds_rates_leaves_the_balance_open(tmp_path: Path) -> None:
    (tmp_path / "bare.toml").write_text(
        'equations = "p.i = C*ddt(p.v - n.v)\\nn.i = -p.i"\n[pins]\np = {}\nn = {}\n[parameters]\nC = 1\n',
        encoding="utf-8",
    )
    (tmp_path / "circuit.toml").write_text(
        '[parts]\nC = { model = "bare.toml", p = "a", n = "gnd" }\nR = { model = "bare.toml", p = "a", n = "gnd" }\n'
        "[bench]\nuntil = 1\n",
        encoding="utf-8",
    )
    found = neurodyn.power(tmp_path / "circuit.toml")
    assert found.balance is None and found.unknown == ("C", "R") and "rates stay in" in str(found)


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, picture = tmp_path / "charging.toml", tmp_path / "p.png"
    path.write_text(CHARGING, encoding="utf-8")
    assert main(["power", str(path), "--plot", str(picture)]) == 0
    told = capsys.readouterr().out
    assert "R  dissipated 2e-06 J" in told and "balance: 4e-06 J supplied = 2e-06 J stored + 2e-06 J" in told
    assert picture.stat().st_size > 10_000
    assert main(["power", str(path), "--no-run", "--set", "R.R=2 kohm", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [d["passive"] for d in found["devices"]] == [None, "proved", "proved"] and "balance" not in found
