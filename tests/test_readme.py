"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a test runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_model_of_ones_own(here: Path) -> None:
    (here / "predator.toml").write_text(blocks("toml")[0], encoding="utf-8")
    for line in re.findall(r"neurodyn (run predator.*)", README):
        assert main(shlex.split(line)) == 0
    assert (here / "predator.png").stat().st_size > 10_000
    assert (here / "plane.png").stat().st_size > 10_000
    # Lotka-Volterra conserves c*x - d*ln x + b*y - a*ln y.
    result = neurodyn.simulate(neurodyn.load(here / "predator.toml"), rtol=1e-10, atol=1e-12)
    x, y = result["x"].values, result["y"].values
    conserved = x - np.log(x) + 1.5 * y - np.log(y)
    assert np.ptp(conserved) < 1e-8


def test_the_memory_in_python(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space: dict[str, object] = {}
    exec(compile(blocks("python")[0], "README.md", "exec"), space)
    assert (here / "energy.png").exists()
    assert neurodyn.load_result("memory.nc").status == "done"
    assert "done" in capsys.readouterr().out
    # Each trial ends on a stored pattern.
    ends = space["result"]["v"].isel(time=-1).values  # type: ignore[index]
    assert np.abs(np.abs(ends @ space["patterns"].T).max(axis=1) - 64).max() < 0.5  # type: ignore[attr-defined]


def test_the_model_of_brian2(here: Path) -> None:
    space: dict[str, object] = {"neurodyn": neurodyn}
    exec(compile(blocks("python")[1], "README.md", "exec"), space)
    assert (here / "lif.png").stat().st_size > 10_000
    times = space["spikes"].events("spike").time  # type: ignore[attr-defined]
    assert len(times) == 8 and np.diff(times) == pytest.approx(0.002 + 0.02 * np.log(30 / 10), rel=1e-5)


def test_the_page_on_brian2() -> None:
    """Its example is the model of the library, in Brian2's words."""
    page = (ROOT / "docs" / "brian2.md").read_text(encoding="utf-8")
    space: dict[str, object] = {}
    exec(compile(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0], "brian2.md", "exec"), space)
    ours = neurodyn.simulate(neurodyn.build("adex", v_cut="-40 mV"), until="300 ms", inputs={"I": 1e-9})
    assert space["spikes"].time == pytest.approx(ours.events("spike").time, rel=1e-5)  # type: ignore[attr-defined]


def test_the_example_of_a_mistake(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = blocks("text")[0]
    equation = re.search(r"dx\[i\].*", message)
    assert equation is not None
    Path("network.toml").write_text(
        f'equations = """\n{equation[0]}\n"""\n[indices]\nN = {{ letters = "i j", size = 4 }}\n'
        'K = { letters = "m n", size = 3 }\n[states]\n"x[i]" = 0\n[parameters]\n"W[i,j]" = 1\n',
        encoding="utf-8",
    )
    assert main(["show", "network.toml"]) == 2
    assert capsys.readouterr().err == message


@pytest.mark.parametrize("path", re.findall(r"\((docs/[^)]*)\)", README))
def test_links(path: str) -> None:
    assert (ROOT / path).is_file()


COMMANDS = re.findall(r"^neurodyn ((?:list|show|run) .*?)  +#", README, re.MULTILINE)
COMMANDS += re.findall(r"\| `neurodyn (run [^`]*)` ", README)


@pytest.mark.parametrize("line", COMMANDS)
def test_commands(line: str, here: Path) -> None:
    assert main(shlex.split(line)) == 0
