"""`neurodyn exponents`: what it prints, draws and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neurodyn.cli import main

DECAY = 'name = "decay"\nequations = "dx/dt = -k*x"\n[states]\nx = 1\n[parameters]\nk = 1\n'


@pytest.fixture
def decay(tmp_path: Path) -> str:
    path = tmp_path / "decay.toml"
    path.write_text(DECAY)
    return str(path)


def test_json_and_a_picture(decay: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "course.png"
    asked = ["exponents", decay, "--set", "k=2", "--span", "40", "--plot", str(picture), "--json"]
    assert main(asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["exponents"] == pytest.approx([-2.0], abs=1e-6)
    assert picture.stat().st_size > 5_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--span", "soon"], "soon"),
        (["--count", "2"], "count is 2"),
        (["--rtol", "1e-3"], "rtol is 0.001"),
        (["--plot", "course.what"], "course.what"),
    ],
)
def test_what_cannot_be_used(decay: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exponents", decay, *arguments]) == 2
    assert said in capsys.readouterr().err
