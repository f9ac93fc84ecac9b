"""Maps on the command line: steps in place of an end, and what was before the start on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from neurodyn import load_result
from neurodyn.cli import main


def test_a_run_in_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run.nc"
    assert main(["run", "hopfield_binary", "--steps", "7", "--every", "3", "--size", "N=20", "--out", str(out)]) == 0
    result = load_result(out)
    assert result.time.tolist() == [0, 3, 6, 7] and result["time"].attrs["unit"] == "steps"
    assert "map asynchronous: 7 steps" in capsys.readouterr().out


def test_an_end_in_time_is_for_flows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "hopfield_binary", "--until", "7"]) == 2
    assert "Give steps, the number of steps." in capsys.readouterr().err


def test_the_page_of_a_map(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "sequence_mixed"]) == 0
    assert "before" in capsys.readouterr().out
    assert main(["show", "hopfield_rbm_gibbs"]) == 0
    assert "Noise" in capsys.readouterr().out
