"""The study of random features: its parts beside plain NumPy, and the whole of its quick form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurodyn.errors import InputError
from neurodyn.studies import study
from neurodyn.studies.framework.work import Work
from neurodyn.studies.random_features.measure import errors_of_three, flipped, images
from neurodyn.studies.random_features.recall import half, recall, same
from neurodyn.studies.random_features.settings import Settings
from neurodyn.studies.random_features.sweeps import COUNTS, exponents
from neurodyn.studies.random_features.writing import writing


def a_work(seed: int = 1) -> Work:
    return Work("random_features", {}, seed=seed)


def test_images_are_at_most_1_apart_and_a_tenth_of_their_bits_flips() -> None:
    rng = np.random.default_rng(0)
    xi = images(rng, 50, 400)
    other = flipped(rng, xi)
    assert set(np.unique(np.concatenate([xi, other]) * 20)) == {0.0, 1.0}
    assert ((xi - other) ** 2).sum(axis=1).mean() == pytest.approx(0.1, abs=0.01)  # as many of 400 as bits flip


@pytest.mark.slow
def test_errors_are_met_as_expected() -> None:
    """Means over 12 draws of frequencies: energy, gradient and plateaus."""
    found = [errors_of_three(a_work(seed), 12, 20, 10.0, 300, 10, 0) for seed in range(12)]
    mean = {key: np.mean([one[key] for one in found], axis=0) for key in found[0]}
    np.testing.assert_allclose(mean["energy"], mean["expected"], rtol=0.25)
    np.testing.assert_allclose(mean["gradient_fair"], mean["gradient_expected"], rtol=0.25)
    np.testing.assert_allclose(mean["clipped"], mean["expected_clipped"], atol=0.05)


def test_exponent_of_a_power_law_and_its_interval() -> None:
    counts = np.array(COUNTS, dtype=float)
    slope, half = exponents(np.array([counts**-0.4, counts**-0.6, counts**-0.5]))
    assert slope == pytest.approx(-0.5)
    assert half == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-4)  # Student's t of 2 degrees of freedom


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"queries": 501}, "queries is 501. Give a whole number from 1 to 500."),
        ({"slopes": 1}, "slopes is 1. Give a whole number from 2 to 1,000."),
        ({"sizes": (30, 0.5)}, "sizes is 0.5. Give a whole number from 2 to 10,000."),
    ],
)
def test_bad_settings(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as told:
        study("random_features", **asked)
    assert str(told.value) == said


def test_digits_come_from_their_upper_halves_and_held_pixels_stay() -> None:
    """A small memory of images of one's own: 6 of 16 pixels, each alone with its upper half."""
    signs = np.where(np.random.default_rng(2).random((6, 16)) < 0.5, 1.0, -1.0)
    work = Work("random_features", {}, data=signs)
    section = recall(work, Settings(stored=6, most=20_000))
    known = {claim.about: claim.measured for claim in section.claims}
    assert known["largest change of a pixel that is held"] == 0.0
    assert "as there are no others" in section.notes[0]
    assert float(section.data["recall_exact"]) >= 0.8
    assert [*section.pictures] == ["digits"]


def test_states_are_compared_in_black_and_white() -> None:
    xi = np.array([[0.0, 0.5, 0.5, 0.0]])
    states = np.array([[0.2, 0.3, 0.9, -1.0], [0.26, 0.3, 0.9, -1.0]])
    np.testing.assert_array_equal(same(states, xi), [True, False])
    np.testing.assert_array_equal(half(5), [1, 1, 0, 0, 0])


@pytest.mark.slow
def test_written_and_erased() -> None:
    section = writing(a_work(), Settings(writings=10))
    exact = [claim for claim in section.claims if claim.expected == "at most 1e-12"]
    assert len(exact) == 4 and all(claim.verdict == "holds" for claim in exact)
    assert section.data["writing_noise"].values[0] == pytest.approx(2 * np.sqrt(30 * (10 / 2 + 1) / 4000), rel=0.02)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (np.ones((3, 16)) * 0.5, "Patterns are of +1 and -1, but unit 0 of pattern 0 is 0.5."),
        (np.array([[1.0, -1, 1, -1]] * 2), "Pattern 1 is the same as pattern 0."),
        (np.array([[1.0, 1], [1, 1], [-1, 1]]), "Pattern 0 is +1 everywhere"),
    ],
)
def test_bad_images(data: Any, said: str) -> None:
    with pytest.raises(InputError) as told:
        recall(Work("random_features", {}, data=data), Settings())
    assert str(told.value).startswith(said)


@pytest.mark.slow
def test_the_quick_form() -> None:
    """What the mathematics promises holds whatever the draw; what depends on single draws is only told."""
    report = study("random_features", quick=True)
    verdicts = {claim.about: claim.verdict for claim in report.claims}
    begin = ("exponent of", "variance ", "largest change", "T", "what 5,000", "closeness", "the bound", "bits that")
    sure = [about for about in verdicts if about.startswith(begin)]
    assert len(sure) == 15 and all(verdicts[about] == "holds" for about in sure)
    assert verdicts["numbers kept over those of the memories, figure 2 of the source"] == "does not hold"
    assert report.plot().axes[0].get_xlabel() == "frequencies Y"
    assert {axes.get_xlabel() for axes in report.plot("costs").axes} >= {"memories K", "bits for each number"}
    assert len(report.plot("digits").axes) == 8 * 7
