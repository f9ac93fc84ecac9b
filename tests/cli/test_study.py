"""`neurodyn study`: single files of a report, and names that are refused. The rest: tests/studies/test_framework.py."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn.cli import main


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("neurodyn.studies.digit_recall.DAMAGE", np.array([0.0, 0.9]))
    monkeypatch.setattr("neurodyn.studies.digit_recall.BETAS", [2.0])


def test_the_report_is_printed_kept_and_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["study", "digit_recall", "--quick", "--seed", "5", "--out", "out.nc", "--plot", "out.png", "--json"]
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["recipe"]["seed"] == 5 and told["beta"] == 2.0
    assert neurodyn.load_result("out.nc").recipe["study"]["name"] == "digit_recall"
    assert Path("out.png").read_bytes().startswith(b"\x89PNG")
    assert not Path("parts").exists()


def test_an_unknown_study_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "digit_recal"]) == 2
    assert "There is no study called digit_recal. Did you mean digit_recall?" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_refused_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neurodyn.studies.study", lambda *a, **k: pytest.fail("nothing must be measured"))
    assert main(["study", "digit_recall", "--plot", "absent/out.png"]) == 2
    assert "Nothing was run." in capsys.readouterr().err
