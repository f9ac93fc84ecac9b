"""Every shipped name runs as it stands and makes a figure."""

from __future__ import annotations

from pathlib import Path

import pytest

import neurodyn
from neurodyn.cli import main

QUICK = ("habituation_chain",)
NAMES = [e.name for e in neurodyn.library() if not e.device]


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_run_and_figure(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", name, "--plot", str(tmp_path / "figure.png")]) == 0
    assert "done: " in capsys.readouterr().out
    assert (tmp_path / "figure.png").stat().st_size > 20_000
