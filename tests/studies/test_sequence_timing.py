"""The study of timing: courses of recalls, a user's own path, the drawing circuit, films, and the study as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn.errors import InputError
from neurodyn.studies.sequence_timing import maps
from neurodyn.studies.sequence_timing.course import course_of, factorial_patterns
from neurodyn.studies.sequence_timing.motor import checked_path

SQUARE = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 2.0]])


def test_a_course_leaves_out_mixtures() -> None:
    """0, then 1, a mixture in which 0 leads for a while, 2, and back to 1, which is out of order."""
    overlap = np.array([[1, 0, 0], [0, 0.9, 0], [0.6, 0.5, 0], [0, 0.9, 0], [0, 0, 1], [0, 1, 0]], dtype=float)
    course = course_of(np.arange(6) / 2, overlap)
    assert course.patterns.tolist() == [1, 2, 1] and course.times.tolist() == [0.5, 2.0, 2.5]
    assert course.dwells.tolist() == [1.5, 0.5] and course.in_order == 2
    assert course_of(np.arange(2.0), np.eye(3)[[0, 0]]).in_order == 0


def test_factorial_patterns_are_orthogonal_and_hold_every_combination() -> None:
    xi = factorial_patterns(4, 3)
    np.testing.assert_array_equal(xi @ xi.T, 48 * np.eye(4))
    assert len(np.unique(xi, axis=1).T) == 16


def test_a_path_is_centred_and_scaled() -> None:
    np.testing.assert_allclose(checked_path(SQUARE), [[-1, -0.5], [1, -0.5], [1, 0.5], [-1, 0.5]])


@pytest.mark.parametrize(
    ("path", "code", "remedy"),
    [
        (SQUARE.T, "points-in-columns", "Transpose"),
        (np.ones((4, 3)), "bad-shape", "(points, 2)"),
        (SQUARE[:2], "bad-path", "3 to 64"),
        (np.ones((5, 2)), "constant-path", "differ"),
    ],
)
def test_what_is_no_path_is_refused(path: np.ndarray, code: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_path(path)
    assert caught.value.code == code and remedy in str(caught.value.remedy)


@pytest.mark.parametrize(
    ("given", "remedy"), [({"windows": "2.5,3"}, "whole"), ({"tempos": "0.9"}, "above 1"), ({"draws": 0}, "from 1")]
)
def test_settings_that_leave_nothing_to_measure(given: dict[str, object], remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        neurodyn.study("sequence_timing", settings=given)
    assert caught.value.code == "bad-setting" and remedy in str(caught.value.remedy)


def test_a_path_is_checked_before_anything_is_run() -> None:
    with pytest.raises(InputError, match="points in rows"):
        neurodyn.study("sequence-timing", data=SQUARE.T)


@pytest.mark.slow
def test_one_window_cell_by_cell() -> None:
    """Strengths up to 1 stay, all others step as the formula says; random patterns where it is well decided."""
    exact = factorial_patterns(maps.COUNT, 16)
    found = maps.dwell_cells(2, exact, exact)
    np.testing.assert_array_equal(found["exact"], found["formula"])
    assert (found["exact"][0] == maps.FROZEN).all() and set(found["exact"][1:].ravel()) <= {1, 2}


def test_the_pen_passes_its_points() -> None:
    """A square by heart: at each point the pen is as near as the dwell time and its time constant let it be."""
    system = neurodyn.build("sequence_motor", sizes={"N": 200, "P": 4}, values={"point": SQUARE}, seed=1)
    result = neurodyn.simulate(system, until=1.2, every=0.005, inputs={"tempo": 2.5}, record=["memory.o", "pen"])
    course = course_of(result.time, result["memory.o"].values)
    assert course.in_order == len(course.patterns) >= 4
    leaves = np.searchsorted(result.time, course.times[1:]) - 1
    missed = np.linalg.norm(result["pen"].values[leaves] - SQUARE[course.patterns[:-1]], axis=1)
    assert missed.max() < 4 * 1.5 * np.exp(-course.dwells.min() / 0.05)


def test_a_film_is_written_frame_by_frame(tmp_path: Path) -> None:
    from PIL import Image

    from neurodyn.plots.film import save_film
    from neurodyn.plots.sequences import Drawing, film_paths

    time = np.linspace(0, 0.1, 21)
    pen = np.column_stack([np.cos(9 * time), np.sin(9 * time)])
    film = film_paths([Drawing("fast", time, pen, np.ones((21, 2)))], SQUARE, "A film")
    with Image.open(save_film(film, tmp_path / "a.gif", dpi=40)) as picture:
        assert picture.n_frames == film.frames == 3 and picture.info["duration"] == 50 and picture.info["loop"] == 0
    assert [f.name for f in tmp_path.iterdir()] == ["a.gif"]
    with pytest.raises(InputError, match=r"a\.png"):
        save_film(film, tmp_path / "a.png")
    with pytest.raises(InputError) as caught:
        save_film(film, tmp_path / "none" / "a.gif")
    assert caught.value.code == "not-writable"


@pytest.mark.slow
def test_the_study(tmp_path: Path) -> None:
    """What holds for any draw of patterns holds in the quick study, and the page shows the film."""
    from neurodyn.cli import main

    assert main(["study", "sequence-timing", "--quick", "--set", "backend=fixed", "--out", str(tmp_path)]) == 0
    page = (tmp_path / "sequence_timing.md").read_text("utf-8")
    assert "figures/sequence_timing_motor.gif" in page and (tmp_path / "figures/sequence_timing_motor.gif").is_file()
    report = neurodyn.study("sequence_timing", quick=True, out=tmp_path, backend="fixed")
    verdicts = {claim.about: claim.verdict for claim in report.claims}
    assert len(verdicts) == len(report.claims) > 35 and set(verdicts.values()) <= {"holds", "does not hold"}
    sure = ("cells", "the same", "steps in", "syllables", "bits", "pure delay, orth", "drawing", "spikes")
    assert {v for about, v in verdicts.items() if about.startswith(sure)} == {"holds"}
    assert all(report.plot(name) is not None for name in report.pictures)
