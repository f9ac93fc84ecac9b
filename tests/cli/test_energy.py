"""`neurodyn energy`: the page, JSON, exit codes, boxes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from neurodyn.cli import main
from neurodyn.plots import PANELS

PENDULUM = """
format = 1
summary = "A pendulum with friction"
equations = '''
dq/dt = p
dp/dt = -sin(q) - c*p
E = p**2/2 + 1 - cos(q)
V = p**2 + q**2 + p*q/2
'''
energy = "E"
states = { q = 1.0, p = 0.0 }
parameters = { c = 0.5 }
bench = { until = 5 }
"""


@pytest.fixture
def pendulum(tmp_path: Path) -> str:
    path = tmp_path / "pendulum.toml"
    path.write_text(PENDULUM)
    return str(path)


def test_the_page_of_a_proof(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["energy", "hopfield"]) == 0
    page = capsys.readouterr().out
    assert "dE/dt <= 0    PROVED" in page and "W[i,j] == W[j,i] (by its formula where(" in page
    assert "dv[i]/dx[i] =" in page and "along a run" in page and "b is" not in page
    assert max(map(len, page.splitlines())) <= 110 and len(page.splitlines()) < 40


def test_json(capsys: pytest.CaptureFixture[str], pendulum: str) -> None:
    assert main(["energy", pendulum, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "proved" and report["claims"][0]["identity"].endswith("-c*p**2")


def test_a_box(capsys: pytest.CaptureFixture[str], pendulum: str) -> None:
    arguments = ["energy", pendulum, "--claim", "dV/dt <= 0", "--box", "q=-1..1", "--box", "p=-1..1"]
    assert main(arguments) == 0
    page = capsys.readouterr().out
    assert "PROVED" in page and "for q from -1" in page and "second derivatives" in page
    assert "ball arithmetic (Arb" in " ".join(page.split())


def test_a_refuted_claim_has_exit_code_1(capsys: pytest.CaptureFixture[str], pendulum: str) -> None:
    assert main(["energy", pendulum, "--set", "c=-0.1"]) == 1
    assert "REFUTED" in capsys.readouterr().out
    box = ["--box", "q=-1..1", "--box", "p=-1..1"]
    assert main(["energy", pendulum, "--set", "c=-0.1", *box]) == 1
    assert "an interval around one state is positive" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--box", "q=1"], "--box 'q=1' is no side of a box. Write --box x=-1..1."),
        (["--box", "q=1..-1"], "no side of a box"),
        (["--box", "q=-1..1"], "The box says nothing of p."),
        (["--box", "z=-1..1"], "The box bounds z, which is no state of pendulum. States: q, p."),
        (["--set", "q=3"], "q is a state, and a claim is meant for all states."),
        (["--claim", "E"], "A claim is a comparison"),
        (["--plot", "f.txt"], "cannot be written"),
        (
            ["--plot", "f.png", "--panel", "well"],
            "Invalid value for '--panel': 'well' is not one of 'energy', 'balance',",
        ),
        (["--panel", "line"], "--panel line draws nothing by itself. Add --plot FILE.png."),
    ],
)
def test_what_it_refuses(capsys: pytest.CaptureFixture[str], pendulum: str, arguments: list[str], told: str) -> None:
    assert main(["energy", pendulum, *arguments]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("panel", PANELS)
def test_one_panel(tmp_path: Path, pendulum: str, panel: str) -> None:
    path, model = tmp_path / "panel.png", "krotov_hopfield" if panel == "line" else pendulum
    assert main(["energy", model, "--plot", str(path), "--panel", panel]) == 0
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("panel", "model", "told"),
    [
        ("surface", "krotov_hopfield", "krotov_hopfield has 21 numbers as its state; landscapes are of two."),
        ("line", "", "pendulum has no two memories to draw a line between."),
    ],
)
def test_a_panel_that_a_model_has_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pendulum: str, panel: str, model: str, told: str
) -> None:
    """The page is printed nevertheless."""
    assert main(["energy", model or pendulum, "--plot", str(tmp_path / "a.png"), "--panel", panel]) == 2
    page = capsys.readouterr()
    assert told in page.err and "PROVED" in page.out


def test_a_model_without_claims(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["energy", "lorenz"]) == 2
    assert "lorenz declares no energy and makes no claims." in capsys.readouterr().err


def test_help_has_an_example() -> None:
    from neurodyn.cli.energy import command

    assert "neurodyn energy hopfield" in CliRunner().invoke(command, ["--help"]).output
