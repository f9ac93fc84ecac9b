"""The study of sequences of images: its networks beside plain NumPy, digits, arrays of one's own, and bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.errors import InputError
from neurodyn.plots.images import coloured
from neurodyn.studies import study
from neurodyn.studies.framework.report import Report
from neurodyn.studies.memory.patterns import digit_patterns
from neurodyn.studies.sequence_images.cells import DEGREES, inverted, plain

SMALL: dict[str, Any] = {"counts": (20, 100), "inverse": 20}


@pytest.fixture(scope="module")
def report() -> Report:
    return study("sequence_images", **SMALL, progress=False)


def by_hand(images: np.ndarray, degree: int | None, *, inverse: bool) -> np.ndarray:
    """One step from each image, self-terms included; a tie keeps the old value."""
    pixels = images.shape[1]
    overlap = images @ images.T / pixels
    if inverse:
        overlap = overlap @ np.linalg.pinv(overlap)
    shape = pixels - 1 if inverse else pixels
    f = np.exp(shape * (overlap - 1)) if degree is None else overlap**degree
    call = f @ np.roll(images, -1, axis=0)
    return np.where(call == 0, images, np.sign(call))


@pytest.mark.parametrize("count", [20, 60])
def test_wrong_pixels_as_in_plain_numpy(count: int) -> None:
    """With independent images, and with more than their rank."""
    images = digit_patterns(count)[0]
    meant = np.roll(images, -1, axis=0)
    for part, inverse in ((plain(images), False), (inverted(images), True)):
        for degree, name in zip(DEGREES, ("d = 1", "d = 5", "d = 25", "exponential"), strict=True):
            made = by_hand(images, degree, inverse=inverse)
            np.testing.assert_array_equal(part[f"wrong {name}"], (made != meant).sum(axis=1))
            np.testing.assert_array_equal(part[f"shown {name}"], made[:10])
    assert inverted(images)["rank"] == np.linalg.matrix_rank(images) == (20 if count == 20 else 45)


def test_digits(report: Report, tmp_path: Path) -> None:
    """What the source found holds at this size too, up to the degree that fails."""
    verdicts = {c.about: c.verdict for c in report.claims}
    assert verdicts["100 images, exponential: wrong pixels"] == "holds"
    assert verdicts["100 images, d = 1: share of wrong images"] == "holds"
    assert verdicts["pseudoinverse, linearly independent images, all functions: wrong pixels"] == "holds"
    kept = neurodyn.load_result(report.save(tmp_path / "s.nc")).dataset
    assert kept.sizes == {"cell": 12, "transition": 10, "pixel": 64, "claim": len(report.claims)}
    assert "exponential, plain" in report.summary()


def test_colours_of_pixels() -> None:
    """Right ones are grey; one that is on by error differs from one that is off by error."""
    found = coloured(np.array([1.0, -1, 1, -1]), np.array([1.0, -1, -1, 1]))
    assert np.ptp(found[:2], axis=1).max() == 0 and np.ptp(found[2:], axis=1).min() > 0.3
    assert found[2, 0] > found[2, 2] and found[3, 2] > found[3, 0]


def test_images_of_ones_own() -> None:
    """Random images of 3 x 5 pixels, fewer than are asked for."""
    images = np.where(np.random.default_rng(0).random((9, 15)) < 0.5, 1.0, -1.0)
    report = study("sequence_images", data=images, **SMALL, progress=False)
    assert set(report.data["count"].values) == {9}


@pytest.mark.slow
def test_figures(report: Report, tmp_path: Path) -> None:
    for name in report.pictures:
        report.plot(name).savefig(tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000


BAD: list[tuple[Any, dict[str, Any], str]] = [
    (np.zeros((4, 9)), {}, "not-signs"),
    (np.ones((4, 9)), {}, "constant-pattern"),
    (np.tile([[1.0, -1, 1], [-1, 1, 1]], (2, 1)), {}, "duplicate-patterns"),
    (np.where(np.eye(4, 9) > 0, np.nan, 1), {}, "not-finite"),
    (None, {"counts": (1,)}, "bad-setting"),
    (None, {"inverse": 0}, "bad-setting"),
]


@pytest.mark.parametrize(("data", "asked", "code"), BAD)
def test_bad_input(data: Any, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as told:
        study("sequence_images", data=data, progress=False, **asked)
    assert told.value.code == code and told.value.remedy


def test_too_many_images_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of 64 MiB has no room for the overlaps of 1697 digits; it is said how to go on."""
    monkeypatch.setattr("os.sysconf", lambda name: {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**14}[name])
    with pytest.raises(InputError, match="--set inverse=1000") as told:
        study("sequence_images", progress=False)
    assert told.value.code == "too-large"
