"""What a run of ngspice can come to, and what is refused before it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from neurodyn import InputError, Model, RunFailed, build, export, load
from neurodyn.cli import main
from neurodyn.exports.spice import run_ngspice, to_spice

RC = "rc_low_pass"


def test_without_ngspice_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match=r"ngspice is not installed. Install it: apt-get install ngspice"):
        run_ngspice(to_spice(RC))


@pytest.mark.ngspice
def test_what_ngspice_says_is_kept() -> None:
    netlist = to_spice(RC)
    broken = dataclasses.replace(netlist, text=netlist.text.replace("R in out 1000", "B1 in out I=nonsense(V(in))"))
    with pytest.raises(RunFailed, match=r"ngspice failed. It says:\n(.*\n)*.*no such function 'nonsense'") as failed:
        run_ngspice(broken)
    assert failed.value.code == "ngspice-failed"


@pytest.mark.ngspice
def test_a_run_that_stops_on_its_way_hands_over_what_it_wrote() -> None:
    """The square root of a voltage that falls below 0 at 1 ms."""
    parts = {
        "U": {"model": "voltage_source", "p": "a", "n": "gnd", "V": "1[V] - 1000[V/s]*t"},
        "R": {"model": "resistor", "p": "a", "n": "gnd"},
    }
    netlist = to_spice(Model(name="trial", parts=parts, bench={"until": "2 ms"}))
    broken = dataclasses.replace(netlist, text=netlist.text.replace("R a 0 1000", "B1 a 0 I=sqrt(V(a))"))
    with pytest.raises(RunFailed, match="out of range for sqrt") as failed:
        run_ngspice(broken)
    assert float(failed.value.result["time"][-1]) == pytest.approx(1e-3, rel=0.1)


@pytest.mark.ngspice
def test_a_run_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(RunFailed, match=r"ngspice was stopped after 0.2 s") as failed:
        run_ngspice(to_spice(RC, step="1 ns"), timeout=0.2)
    assert failed.value.code == "ngspice-timeout"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"step": "3 ms"}, r"A step of 0.003 s is longer than the shortest pulse, of 0.002 s. Give a shorter step"),
        ({"edge": "2 ms"}, r"An edge of 0.002 s does not fit between edges of inputs that are 0.002 s apart."),
        ({"until": 0}, r"ngspice runs forward alone. Give an end later than the start."),
    ],
)
def test_steps_and_edges_that_miss_a_pulse(asked: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        to_spice(RC, **asked)


def test_a_step_that_would_pass_over_an_edge_is_made_smaller_and_said() -> None:
    netlist = to_spice(RC, until="4 s", edge="1 ns")
    assert "steps are at most 1e-05 s, so that no edge is passed over" in netlist.notes


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("hopfield_binary", "it is a map, and circuits move in continuous time"),
        ("ornstein_uhlenbeck", "it has white noise, of which a transient analysis has none"),
        ("mackey_glass", "it has delays"),
    ],
)
def test_what_has_no_form_is_refused_by_name(name: str, reason: str) -> None:
    model = load(name)
    with pytest.raises(InputError, match=f"{name} cannot be written as a netlist: .*{reason}"):
        to_spice(model)


def test_large_systems_are_refused() -> None:
    many = {"indices": {"N": {"letters": "i j", "size": 301}}, "states": {"x[i]": 1}, "bench": {"until": 1}}
    with pytest.raises(InputError, match=r"it has 301 states, and at most 300 are written"):
        to_spice(Model(["dx[i]/dt = -x[i]"], **many))
    with pytest.raises(InputError, match=r"is too large for ngspice: written out, it takes more than 20,000"):
        to_spice(build(Model(["dx[i]/dt = -tanh(sum(tanh(x[i] - x[j]), j))"], **many), sizes={"N": 200}))


def test_targets_by_name() -> None:
    assert str(export(RC, to="spice")).startswith("* rc_low_pass: ")
    with pytest.raises(InputError, match=r"There is no export to spyce. Did you mean spice\?"):
        export(RC, to="spyce")


@pytest.mark.ngspice
def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, picture = tmp_path / "rc.cir", tmp_path / "both.png"
    asked = ["export", "fitzhugh_nagumo", "--to", "spice", "--until", "30", "--set", "a=0.8"]
    assert main([*asked, "-o", str(out), "--check", "--plot", str(picture), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["difference"] < 1e-3 and list(found["waveforms"]) == ["v", "w", "I"]
    assert "0.8" in out.read_text()
    assert picture.stat().st_size > 10_000
    assert main(asked) == 0
    assert capsys.readouterr().out == out.read_text()
    assert main(["export", RC, "--to", "spice", "--plot", str(picture)]) == 2
