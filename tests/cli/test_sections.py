"""`neurodyn cycle`, `poincare` and `stroboscope`: what they print, draw and refuse, and what is kept after Ctrl-C."""

from __future__ import annotations

import json
import math
import signal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from neurodyn.backends.progress import Bar
from neurodyn.cli import main

# A circle of radius 1 with the period 2 pi/3, and one multiplier beside 1: exp(-2*2 pi/3).
CIRCLE = """
name = "circle"
equations = "dx/dt = (1 - x**2 - y**2)*x - w*y\\ndy/dt = (1 - x**2 - y**2)*y + w*x"
states = { x = 0.5, y = 0.0 }
parameters = { w = 1.0 }
bench = { until = 5 }
"""
TURN = 2 * math.pi / 3


@pytest.fixture
def circle(tmp_path: Path) -> str:
    path = tmp_path / "circle.toml"
    path.write_text(CIRCLE)
    return str(path)


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_cycle(circle: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "cycle.png"
    assert main(["cycle", circle, "--set", "w=3", "--plot", str(picture), "--json"]) == 0
    found = told(capsys)
    assert found["period"] == pytest.approx(TURN, rel=1e-11) and found["status"] == "done"
    assert found["multipliers"][0][0] == pytest.approx(math.exp(-2 * TURN), rel=1e-8)
    assert picture.stat().st_size > 20_000


def test_a_return_map(circle: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "return.png"
    asked = ["--set", "w=3", "--direction", "both", "--count", "9", "--transient", "20", "--of", "y"]
    assert main(["poincare", circle, "x", *asked, "--plot", str(picture), "--json"]) == 0
    time = told(capsys)["time"]
    assert [b - a for a, b in pairwise(time)] == pytest.approx([TURN / 2] * 8, abs=1e-8)
    assert picture.stat().st_size > 20_000


def test_a_driven_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """x' = -alpha*x + beta*u, pulses of height 5 that are on for the last fifth of a period of 1."""
    picture = tmp_path / "pulses.png"
    given = ["u=pulses(5, period=1, duty=0.2, phase=0.8)", "alpha=0.5", "beta=0.5"]
    asked = [x for text in given for x in ("--set", text)]
    assert main(["stroboscope", "habituation", "1", *asked, "--plot", str(picture), "--json"]) == 0
    found, fall = told(capsys), math.exp(-0.5)
    assert found["point"]["x"] == pytest.approx(5 * (1 - math.exp(-0.5 * 0.2)) / (1 - fall), rel=1e-10)
    assert found["multipliers"][0][0] == pytest.approx(fall, rel=1e-8)
    assert found["states"]["x"][-1] == pytest.approx(found["point"]["x"], rel=1e-9)
    assert picture.stat().st_size > 20_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cycle", "hodgkin_huxley"], "is driven in time"),
        (["cycle", "van_der_pol", "--rtol", "-1"], "rtol is -1"),
        (["poincare", "lorenz", "q - 1"], "q"),
        (["poincare", "lorenz", "z - 27", "--transient", "soon"], "soon"),
        (["poincare", "lorenz"], "Missing argument 'SECTION'"),
        (["stroboscope", "habituation", "-3"], "No such option"),
        (["stroboscope", "habituation", "0"], "period is 0"),
    ],
)
def test_what_cannot_be_used(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "after", "words"),
    [
        (["poincare", "circle", "x"], 0.1, "0 crossings"),
        (["poincare", "circle", "x", "--count", "40"], 0.4, "crossings"),
        (["cycle", "circle"], 0.501, "an orbit that nearly closes, interrupted"),
        (["stroboscope", "circle", str(TURN), "--set", "w=3"], 0.2, "interrupted at a state that is nearly the same"),
        (["stroboscope", "circle", str(TURN), "--set", "w=3"], 0.71, "interrupted at a state that is nearly the same"),
    ],
)
def test_an_interruption_keeps_what_was_found(
    arguments: list[str],
    after: float,
    words: str,
    circle: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stop(self: Bar, done: float) -> None:
        if type(self) is Bar and done >= after:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Bar, "to", stop)
    picture = tmp_path / "f.png"
    asked = [circle if x == "circle" else x for x in arguments]
    drawn = [] if words == "0 crossings" else ["--plot", str(picture)]
    assert main([*asked, *drawn]) == 130
    out = capsys.readouterr().out
    assert words in out and "interrupted" in out and ", stable" not in out
    assert picture.exists() == bool(drawn)


def test_nothing_is_told_of_a_cycle_that_nothing_is_known_of(
    circle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Bar, "to", lambda self, done: signal.raise_signal(signal.SIGINT))
    assert main(["cycle", circle]) == 130
    captured = capsys.readouterr()
    assert not captured.out and "interrupted" in captured.err
