"""`neurodyn basins`: what it prints, draws and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neurodyn.cli import main

BOX = ["--box", "x=-3..3", "--box", "y=-3..3"]


def test_json_and_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "basins.png"
    assert main(["basins", "van_der_pol", *BOX, "--grid", "12", "--plot", str(picture), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["attractors"][0]["kind"] == "cycle"
    assert found["shares"]["0"]["share"] == 1
    assert picture.stat().st_size > 10_000


def test_shares_of_drawn_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "shares.png"
    assert main(["basins", "van_der_pol", *BOX, "--starts", "40", "--plot", str(picture)]) == 0
    assert "1 attractor of 40 starts" in capsys.readouterr().out
    assert picture.stat().st_size > 5_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "There is no box to start in."),
        (["--box", "x=3..-3"], "is no side of a box"),
        (["--box", "q=0..1"], "bounds q"),
    ],
)
def test_bad_boxes(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["basins", "van_der_pol", *arguments]) == 2
    assert said in capsys.readouterr().err
