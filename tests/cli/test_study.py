"""`neurodyn study`: the report is printed, kept and drawn."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from neurodyn.cli import main


@dataclass(frozen=True)
class Report:
    seed: int = 1

    def summary(self):
        return f"measured with seed {self.seed}"

    def to_json(self):
        return {"seed": self.seed}

    def plot(self):
        from matplotlib.figure import Figure

        return Figure()

    def save(self, path):
        return Path(path).write_text("kept")


@pytest.fixture(autouse=True)
def studies(monkeypatch, tmp_path):
    monkeypatch.setattr("neurodyn.studies.study", lambda name: Report)
    monkeypatch.chdir(tmp_path)


def test_the_report_is_printed_kept_and_drawn(capsys):
    assert main(["study", "digit_recall", "--out", "out.nc", "--plot", "out.png"]) == 0
    assert capsys.readouterr().out == "measured with seed 1\n"
    assert Path("out.nc").read_text() == "kept" and Path("out.png").read_bytes().startswith(b"\x89PNG")


def test_the_report_as_json_with_another_seed(capsys):
    assert main(["study", "digit_recall", "--seed", "5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"seed": 5}


def test_an_unknown_study_is_refused(capsys, monkeypatch):
    monkeypatch.undo()
    assert main(["study", "digit_recal"]) == 2
    assert "There is no study called digit_recal. Did you mean digit_recall?" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_refused_first(capsys, monkeypatch):
    monkeypatch.setattr("neurodyn.studies.study", lambda name: pytest.fail("nothing must be measured"))
    assert main(["study", "digit_recall", "--plot", "absent/out.png"]) == 2
    assert "Nothing was run." in capsys.readouterr().err
