"""The study of random features: its parts beside plain NumPy, and the whole of its quick form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurodyn.errors import InputError
from neurodyn.studies import study
from neurodyn.studies.framework.work import Work
from neurodyn.studies.random_features.measure import errors_of_three, flipped, images
from neurodyn.studies.random_features.sweeps import COUNTS, exponents


def a_work(seed: int = 1) -> Work:
    return Work("random_features", {}, seed=seed)


def test_images_are_at_most_1_apart_and_a_tenth_of_their_bits_flips() -> None:
    rng = np.random.default_rng(0)
    xi = images(rng, 50, 400)
    other = flipped(rng, xi)
    assert set(np.unique(np.concatenate([xi, other]) * 20)) == {0.0, 1.0}
    assert ((xi - other) ** 2).sum(axis=1).mean() == pytest.approx(0.1, abs=0.01)  # as many of 400 as bits flip


def test_errors_are_met_as_expected() -> None:
    """Means over 30 draws of frequencies: energy, gradient and plateaus."""
    found = [errors_of_three(a_work(seed), 12, 20, 10.0, 300, 10, 0) for seed in range(30)]
    mean = {key: np.mean([one[key] for one in found], axis=0) for key in found[0]}
    np.testing.assert_allclose(mean["energy"], mean["expected"], rtol=0.2)
    np.testing.assert_allclose(mean["gradient_fair"], mean["gradient_expected"], rtol=0.2)
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


@pytest.mark.slow
def test_the_quick_form() -> None:
    """What the mathematics promises holds whatever the draw; what depends on single draws is only told."""
    report = study("random_features", quick=True)
    verdicts = {claim.about: claim.verdict for claim in report.claims}
    sure = [about for about in verdicts if about.startswith(("exponent of", "variance "))]
    assert len(sure) == 7 and all(verdicts[about] == "holds" for about in sure)
    assert report.plot().axes[0].get_xlabel() == "frequencies Y"
