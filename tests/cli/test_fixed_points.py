"""`neurodyn fixed-points`: what it prints, draws and refuses; manifolds of saddles."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from neurodyn import fixed_points
from neurodyn.analysis.field.field import Field
from neurodyn.cli import main
from neurodyn.errors import InputError
from neurodyn.model.read import read_text
from neurodyn.plots.manifolds import manifolds
from neurodyn.system.build import build

WELL = 'name = "well"\nequations = "dx/dt = y\\ndy/dt = x - x**3"\n[states]\nx = 0.1\ny = 0\n'
MAP = 'name = "logistic"\nequations = "x(t+1) = r*x*(1 - x)"\n[states]\nx = 0.1\n[parameters]\nr = 3.2\n'
LINE = 'name = "cubic"\nequations = "dx/dt = x - x**3"\n[states]\nx = 0.1\n'


@pytest.mark.parametrize(
    ("text", "more", "kinds"),
    [
        (WELL, ["--box", "x=-2..2", "--box", "y=-2..2"], {"saddle of index 1"}),
        (LINE, ["--box", "x=-2..2"], {"stable node", "unstable node"}),
        (MAP, ["--box", "x=-0.5..1.5", "--period", "2"], {"unstable node", "stable node"}),
    ],
)
def test_json_and_a_picture(
    text: str, more: list[str], kinds: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, picture = tmp_path / "model.toml", tmp_path / "plane.png"
    path.write_text(text)
    assert main(["fixed-points", str(path), *more, "--plot", str(picture), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "proved"
    assert kinds <= {p["kind"] for p in found["points"]}
    assert picture.stat().st_size > 5_000


def test_manifolds_stay_on_the_energy_of_the_saddle() -> None:
    field = Field.of(build(read_text(WELL)))
    spans = np.array([[-2.0, 2.0], [-1.0, 1.0]])
    for way, sign in (("stable", -1), ("unstable", 1)):
        for branch in manifolds(field, np.zeros(2), way, spans):
            x, y = branch.path.T
            assert not branch.broken
            # On the loop y^2 = x^2 - x^4/2 through the saddle.
            assert np.abs(y**2 - x**2 + x**4 / 2).max() < 1e-5
            assert y[1] / x[1] == pytest.approx(sign, rel=1e-4)
            assert np.abs(x).max() == pytest.approx(np.sqrt(2), rel=1e-2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--box", "x=3..-3"], "is no side of a box"), (["--period", "2"], "has no points of period 2")],
)
def test_what_cannot_be_used(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fixed-points", "van_der_pol", *arguments]) == 2
    assert said in capsys.readouterr().err


NONE = 'name = "none"\nequations = "dx/dt = 1 + x**2 + y**2\\ndy/dt = -y"\n[states]\nx = 0.1\ny = 0\n'
WALL = 'name = "wall"\nequations = "dx/dt = x\\ndy/dt = -y + log(1 - x)"\n[states]\nx = 0.1\ny = 0\n'


def test_a_portrait_without_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, picture = tmp_path / "none.toml", tmp_path / "plane.png"
    path.write_text(NONE)
    assert main(["fixed-points", str(path), "--plot", str(picture), "--span", "x=-1..3"]) == 0
    assert "there is no fixed point" in capsys.readouterr().out and picture.stat().st_size > 5_000
    (axes,) = fixed_points(build(read_text(NONE)), box={"x": (-3, 2)}).plot().axes
    assert axes.get_xlim() == (-3, 2) and axes.get_ylim()[0] < 0 < axes.get_ylim()[1]
    assert "There is no fixed point: proved" in axes.get_title("left")


def test_what_a_portrait_shows(capsys: pytest.CaptureFixture[str]) -> None:
    system = build(read_text(WELL))
    found = fixed_points(system, box={"x": (-3, 2)})
    assert found.plot().axes[0].get_xlim() == (-3, 2)
    axes = found.plot(span={"x": (-1, 4), "y": (-0.5, 0.5)}).axes[0]
    assert axes.get_xlim() == (-1, 4) and axes.get_ylim() == (-0.5, 0.5)
    for span, said in (({"z": (0, 1)}, "no state of well"), ({"x": (1, 0)}, "no two ends"), ({"x": 3}, "no two ends")):
        with pytest.raises(InputError, match=said):
            found.plot(span=span)
    with pytest.raises(InputError, match="no portrait"):
        fixed_points("lorenz").plot(span={"x": (0, 1)})
    assert main(["fixed-points", "van_der_pol", "--span", "x=0..1"]) == 2
    assert "draws nothing by itself" in capsys.readouterr().err


def test_a_manifold_that_breaks_off_is_told() -> None:
    """The unstable manifold of the origin runs into x = 1, where the rate of y ends at minus infinity."""
    found = fixed_points(build(read_text(WALL)), box={"x": (-2, 0.9), "y": (-5, 5)})
    assert "One branch of a manifold breaks off" in found.plot(span={"x": (-2, 3)}).axes[0].get_title("left")
    assert "breaks off" not in found.plot(span={"x": (-2, 0.7)}).axes[0].get_title("left")
