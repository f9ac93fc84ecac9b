"""`neurodyn fit`: what it reads, prints, draws and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from neurodyn.cli import main

DECAY = """
name = "decay"
equations = "dx/dt = -k*x"
[states]
x = { start = "1 V", unit = "V" }
[parameters]
k = { value = "1 1/s" }
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    model, data = tmp_path / "decay.toml", tmp_path / "data.csv"
    model.write_text(DECAY)
    times = np.linspace(0, 0.02, 6)
    rows = [f"{t},{2e-3 * np.exp(-120 * t)},1e-5" for t in times]
    data.write_text("\n".join(["time,x,x_error", *rows]))
    return [str(model), "--data", str(data)]


def test_json_and_a_picture(files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bounds are read with their units, and values are SI."""
    picture = tmp_path / "fit.png"
    vary = ["--vary", "k=10[1/s]..1e3[1/s]", "--vary", "x=0.1 mV .. 10 mV"]
    assert main(["fit", *files, *vary, "--starts", "2", "--plot", str(picture), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["values"] == pytest.approx({"k": 120, "x": 2e-3}, rel=1e-5)
    assert found["slopes"] == "from equations" and found["status"] == "done"
    assert found["intervals"]["k"][0] < 120 < found["intervals"]["k"][1]
    assert picture.stat().st_size > 5_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--vary", "k"], "sets nothing. Write --vary NAME=VALUE"),
        (["--vary", "k=1[1/s]"], "The bounds of k are '1[1/s]'"),
        (["--vary", "k=1[mV]..2[mV]"], "k is"),
        (["--vary", "q=1..2"], "no quantity q"),
        (["--vary", "k=1[1/s]..2[1/s]", "--plot", "fit.what"], "fit.what"),
        (["--vary", "k=1[1/s]..2[1/s]", "--level", "95"], "level is 95"),
    ],
)
def test_what_cannot_be_used(
    files: list[str], arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", *files, *arguments]) == 2
    assert said in capsys.readouterr().err
