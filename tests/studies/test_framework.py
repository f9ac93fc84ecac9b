"""The framework of studies: claims, parts that are kept, settings, pages, and the command."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import neurodyn
from neurodyn.cli import main
from neurodyn.studies import STUDIES, declared, study
from neurodyn.studies.framework import claims
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.settings import described, setting
from neurodyn.studies.framework.work import Study, Work, run


@dataclass(frozen=True)
class Settings:
    """Of the study below."""

    count: int = setting(4, "how many parts")
    scale: float = setting(1.0, "what numbers are multiplied by")
    levels: tuple[float, ...] = setting((1.0, 2.0), "levels")
    word: str = setting("", "a word")


class Squares:
    """A study whose parts are counted, and which Ctrl-C meets in part `stop`."""

    def __init__(self) -> None:
        self.computed: list[int] = []
        self.stop: int | None = None

    def __call__(self, work: Work, settings: Settings) -> Report:
        def part(k: int) -> dict[str, Any]:
            if k == self.stop:
                raise KeyboardInterrupt
            self.computed.append(k)
            return {"square": settings.scale * k**2, "draw": work.rng("draws", k).random(2)}

        found = work.parts({f"part {k}": lambda k=k: part(k) for k in range(settings.count)})
        squares = np.array([float(o["square"]) for o in found.values()])
        data = work.result(xr.Dataset({"y": ("k", squares), "draw": (("k", "d"), [o["draw"] for o in found.values()])}))
        rows = (
            claims.close("the sum", float(squares.sum()), 14.0, within=1e-9),
            claims.at_most("the largest", float(squares.max()), 5.0, reason="it grows"),
            claims.undecided("the last digit", "7", "nobody looked"),
        )
        return Report(work.name, "Squares", rows, {"overview": Picture("Squares of numbers.", _figure)}, data)


def _figure() -> Any:
    from matplotlib.figure import Figure

    return Figure()


@pytest.fixture
def squares(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Squares:
    monkeypatch.chdir(tmp_path)
    made = Squares()
    known = Study(made, Settings, quick={"count": 2}, seed=1, data="rows of numbers")
    monkeypatch.setattr("neurodyn.studies.declared", lambda name: known)
    return made


def test_verdicts() -> None:
    assert claims.close("a", 1.04, 1.0, relative=0.05).verdict == "holds"
    assert claims.close("a", 1.06, 1.0, relative=0.05).verdict == "does not hold"
    assert claims.between("a", 2.0, 0, 1).verdict == "does not hold"
    assert claims.at_least("a", 2.0, 2).verdict == "holds"
    assert claims.seen("a", True, "red", "red").verdict == "holds"
    for judged in (claims.close("a", math.nan, 1.0, within=9), claims.at_most("a", math.nan, 1)):
        assert judged.verdict == "undecided" and judged.reason
    with pytest.raises(ValueError, match="one tolerance"):
        claims.close("a", 1.0, 1.0)


def test_an_interrupted_study_goes_on_from_its_parts(squares: Squares, tmp_path: Path) -> None:
    squares.stop = 2
    with pytest.raises(KeyboardInterrupt, match=r"2 of its parts are kept in .*out"):
        study("squares", out=tmp_path / "out")
    squares.stop = None
    resumed = study("squares", out=tmp_path / "out")
    assert squares.computed == [0, 1, 2, 3]
    fresh = study("squares")
    xr.testing.assert_identical(resumed.data.dataset, fresh.data.dataset)
    assert squares.computed == [0, 1, 2, 3] * 2


@pytest.mark.parametrize("change", [{"seed": 2}, {"scale": 2.0}, {"data": [[1.0, 2.0]]}])
def test_parts_of_another_recipe_are_not_taken(squares: Squares, tmp_path: Path, change: dict[str, Any]) -> None:
    study("squares", out=tmp_path)
    study("squares", out=tmp_path, **change)
    assert squares.computed == [0, 1, 2, 3] * 2


def test_a_damaged_part_is_told(squares: Squares, tmp_path: Path) -> None:
    study("squares", out=tmp_path)
    kept = sorted((tmp_path / "parts").iterdir())
    assert len(kept) == 4
    kept[0].write_bytes(b"PK\x03\x04 no")
    with pytest.raises(neurodyn.InputError, match="Delete it"):
        study("squares", out=tmp_path)


def test_without_a_folder_nothing_is_kept_and_that_is_said(
    squares: Squares, capsys: pytest.CaptureFixture[str]
) -> None:
    squares.stop = 1
    assert main(["study", "squares"]) == 130
    assert "Nothing of it is kept: with --out DIR" in capsys.readouterr().err
    squares.stop = None
    assert main(["study", "squares", "--quick"]) == 0
    captured = capsys.readouterr()
    assert squares.computed == [0, 0, 1]
    assert "Nothing of this is kept" in captured.err
    for text in ("does not hold", "1 undecided", "the largest: it grows", "the last digit: nobody looked"):
        if text != "the largest: it grows":
            assert text in captured.out


def test_the_folder_holds_everything(squares: Squares, tmp_path: Path) -> None:
    assert main(["study", "squares", "--out", "out", "--set", "levels=3,4.5", "--seed", "5"]) == 0
    out = tmp_path / "out"
    assert {p.name for p in out.iterdir()} == {
        "summary.txt", "report.json", "data.nc", "squares.md", "figures", "parts"
    }  # fmt: skip
    assert {p.name for p in (out / "figures").iterdir()} == {"squares_overview.png", "squares_overview.svg"}
    told = json.loads((out / "report.json").read_text())
    assert told["recipe"]["settings"] == {"count": 4, "scale": 1.0, "levels": [3.0, 4.5], "word": ""}
    assert [row["verdict"] for row in told["claims"]] == ["holds", "does not hold", "undecided"]
    kept = neurodyn.load_result(out / "data.nc")
    assert kept.recipe["study"]["seed"] == 5
    assert kept.dataset["claim_verdict"].values.tolist() == ["holds", "does not hold", "undecided"]
    page = (out / "squares.md").read_text()
    assert "![Squares of numbers.](figures/squares_overview.png)" in page
    assert "| `levels` | 3, 4.5 | levels |" in page and "rows of numbers" in page
    assert "| does not hold | the largest | at most 5 | 9 |  |" in page


def test_a_page_alone(squares: Squares, tmp_path: Path) -> None:
    assert main(["study", "squares", "--page", "page.md", "--json"]) == 0
    assert "neurodyn study squares --page FILE.md" in (tmp_path / "page.md").read_text()
    assert (tmp_path / "figures" / "squares_overview.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "cuont=3"], "no setting cuont. Did you mean count?"),
        (["--set", "count=many"], "The setting count of the study squares is 'many'. Give a whole number."),
        (["--set", "levels=1,a"], "Give numbers with commas between them."),
        (["--model", "lif"], "The study squares has no setting model."),
        (["--data", "absent.npy"], "absent.npy cannot be read"),
        (["--out", "file.txt/out"], "cannot be written"),
        (["--page", "page.html"], "End the file name with .md."),
        (["--plot", "absent/out.png"], "Nothing was run."),
    ],
)
def test_what_cannot_be_used_is_refused(
    squares: Squares, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    Path("file.txt").write_text("no folder")
    assert main(["study", "squares", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not squares.computed


def test_data_must_be_numbers(squares: Squares, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(neurodyn.InputError, match=r"The data hold nan at \(1, 0\), and 1 such places in all\."):
        study("squares", data=[[1.0, 2.0], [math.nan, 1.0]])
    monkeypatch.undo()
    with pytest.raises(neurodyn.InputError, match="draws nothing at random"):
        study("habituation_motifs", seed=1)
    with pytest.raises(neurodyn.InputError, match="takes no data"):
        study("habituation_motifs", data=[1.0])


def test_an_interrupted_run_ends_the_study(monkeypatch: pytest.MonkeyPatch) -> None:
    """simulate answers Ctrl-C with what it has so far, which is not an outcome."""
    short = replace(neurodyn.simulate("lorenz", until=0.1), status="interrupted")
    monkeypatch.setattr("neurodyn.studies.framework.work.simulate", lambda *a, **k: short)
    with pytest.raises(KeyboardInterrupt):
        run("lorenz", until=1)


def test_the_list_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(STUDIES)
    assert main(["study", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == STUDIES


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_declares_what_it_is(name: str) -> None:
    known = declared(name)
    assert all(about for _, about in described(known.settings).values())
    assert known.quick.keys() <= described(known.settings).keys()


def test_names_of_studies_may_have_hyphens() -> None:
    assert declared("digit-recall") is declared("digit_recall")
