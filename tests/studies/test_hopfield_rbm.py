"""The study of the Hopfield network as an RBM: what it must find on any images, and what it is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neurodyn import InputError, analysis
from neurodyn.studies import study
from neurodyn.studies.framework.report import Report
from neurodyn.studies.hopfield_rbm.images import clusters, images_of
from neurodyn.studies.hopfield_rbm.learning import lead, spread
from neurodyn.studies.hopfield_rbm.retrieval import mapped_back

SMALL = {"seeds": 2, "epochs": 1, "updates": 10, "expert_updates": 3, "experts": 2, "steps": 100, "clusters": 3,
         "trajectories": 1, "sweeps": 3, "k": 3}  # fmt: skip


def blobs(units: int = 25, each: int = 20) -> np.ndarray:
    """Three patterns, each with many noisy copies."""
    rng = np.random.default_rng(5)
    centres = np.where(rng.random((3, units)) < 0.5, 1.0, -1.0)
    images = np.repeat(centres, each, axis=0)
    return np.where(rng.random(images.shape) < 0.1, -images, images)


@pytest.fixture(scope="module")
def report() -> Report:
    return study("hopfield-rbm", data=blobs(), settings=SMALL)


def verdict(report: Report, start: str) -> str:
    return next(str(c.verdict) for c in report.claims if c.about.startswith(start))


def test_what_is_exact_holds_on_any_images(report: Report) -> None:
    for start in ("largest difference of p(s)", "difference of ln Z", "error of J J", "speed at", "curvature there",
                  "patterns found again", "ln Z by annealing, 2", "nats per image that Hopfield starts"):  # fmt: skip
        assert verdict(report, start) == "holds"


def test_it_starts_ahead_and_its_patterns_are_gone_after_training(report: Report) -> None:
    levels = report.data["log_likelihood"].values
    assert levels.shape == (3, 2, 2) and (levels[0, :, 0] > levels[1:, :, 0].max(axis=0)).all()
    assert verdict(report, "after training no reverse map") == "holds"
    assert report.data["distance"].values[0, 0] < 1e-12 < report.data["distance"].values[0, 1]


def test_figures_and_page(report: Report, tmp_path: Path) -> None:
    for name in report.pictures:
        report.plot(name).savefig(tmp_path / f"{name}.png", dpi=50)
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
    assert "From patterns to weights and back" in {table.title for table in report.details}


def test_classes_of_images_without_any_are_clusters() -> None:
    images = images_of(blobs(), 3)
    assert images.count == 3 and len(images.train) == 42 and len(images.test) == 18
    whole = np.concatenate([images.train, images.test])
    assert {tuple(x) for x in whole} == {tuple(x) for x in blobs()}
    own = images.patterns().T
    assert ((own @ images.test.T).argmax(axis=0) == images.test_classes).all()
    assert clusters(blobs(), 3).tolist() != [0] * 60 and len(set(clusters(blobs(), 3)[:20])) == 1


def test_digits_are_divided_within_each_class() -> None:
    images = images_of(None, 10)
    assert (np.bincount(images.train_classes) == 116).all() and (np.bincount(images.test_classes) == 58).all()
    assert images.patterns().shape == (64, 10) and images.patterns(3).shape == (64, 30)


def test_lead_and_spread_by_hand() -> None:
    a, b = np.array([[-5.0, -2.0], [-4.0, -2.2]]), np.array([[-9.0, -3.0], [-6.0, -2.1]])
    np.testing.assert_allclose(lead(a, b), [1.0, -0.1])
    assert spread(a) == pytest.approx(0.2 / 2.1)


def test_mapping_back_is_the_sign_of_the_projection_until_it_rests() -> None:
    images = images_of(None, 10)
    xi = images.patterns()
    weights = analysis.rbm_of_patterns(xi).weights + 0.1 * np.random.default_rng(0).standard_normal((64, 10))
    left, _, right = np.linalg.svd(weights, full_matrices=False)
    p = left @ right @ (left @ right).T
    expected = xi
    for _ in range(100):
        expected = np.where(p @ expected > 0, 1.0, -1.0)
    np.testing.assert_array_equal(mapped_back(weights, xi), expected)
    np.testing.assert_array_equal(mapped_back(analysis.rbm_of_patterns(xi).weights, xi), xi)


@pytest.mark.parametrize(
    "data, code",
    [
        (np.zeros((40, 30)), "not-signs"),
        (np.tile([[1.0, 1.0, -1.0], [1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]], (4, 1)), "too-few-units"),
        (blobs()[:8], "too-few-images"),
        (np.pad(blobs(), ((1, 0), (1, 0)), constant_values=1.0), "constant-pattern"),
    ],
)
def test_what_cannot_be_used_is_refused(data: np.ndarray, code: str) -> None:
    with pytest.raises(InputError) as told:
        study("hopfield_rbm", data=data, settings=SMALL)
    assert told.value.code == code and told.value.remedy


def test_counts_of_nothing_are_refused() -> None:
    for name in ("seeds", "epochs", "experts", "trajectories", "sweeps", "clusters"):
        with pytest.raises(InputError, match=f"{name} is 0"):
            study("hopfield_rbm", data=blobs(), settings=SMALL | {name: 0})


@pytest.mark.slow
def test_on_digits() -> None:
    """The statements of the source that do not depend on size, in the quick form."""
    report = study("hopfield_rbm", quick=True)
    for start in (
        "least lead over random at",
        "Hopfield runs agree more closely than random",
        "error of the best random",
    ):
        assert verdict(report, start) == "holds"
    assert verdict(report, "after training no reverse map") == "holds"
