"""`neurodyn memories`: what it prints, draws and refuses, and what is kept after Ctrl-C."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from neurodyn.analysis.memories import find
from neurodyn.backends.progress import Bar
from neurodyn.cli import main

SMALL = ["--size", "N=16", "--size", "P=2", "--trials", "4", "--starts", "8"]


def test_json_and_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "memories.png"
    asked = ["--set", "beta=6", "--corruption", "2", "--row", "1", "--plot", str(picture), "--json"]
    assert main(["memories", "hopfield", *SMALL, *asked]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [m["row"] for m in found["stored"]] == [1] and found["levels"] == [0, 2]
    assert found["starts"] == 8 and not found["interrupted"]
    assert picture.stat().st_size > 20_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hopfield", "--row", "7"], "rows = [7] are no stored patterns."),
        (["hopfield", "--set", "x=0"], "--set x sets a start"),
        (["hopfield", "--until", "soon"], "soon"),
        (["lorenz"], "lorenz stores no patterns."),
    ],
)
def test_what_cannot_be_used(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memories", *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("after", "stored", "starts"), [(1, 0, 0), (3, 1, 0), (5, 2, 2)])
def test_an_interruption_keeps_what_was_run(
    after: int, stored: int, starts: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs go in sixes, and each of the two patterns has fourteen."""

    def stop(self: Bar, done: float) -> None:
        if done >= 6 * after:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(find, "TOGETHER", 6)
    monkeypatch.setattr(Bar, "to", stop)
    asked = ["--size", "N=16", "--size", "P=2", "--trials", "7", "--starts", "20", "--corruption", "2", "--json"]
    assert main(["memories", "hopfield", *asked]) == 130
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["interrupted"] and len(found["stored"]) == stored and found["starts"] == starts
    assert sum(e["count"] for e in found["ends"]) + found["unsettled"] == starts
