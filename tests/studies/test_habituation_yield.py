"""The yield of hallmarks: counted among circuits whose answer is known from their parts."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn.errors import InputError
from neurodyn.studies import study
from neurodyn.studies.framework.report import Report

# The diode's threshold is anywhere from 0 V to twice its own.
WIDE = {"spreads": "D1.b 100 %", "hallmarks": "H1", "samples": 8}


@pytest.fixture(scope="module")
def report() -> Report:
    return study("habituation_yield", **WIDE)


def test_circuits_that_never_answer_do_not_habituate(report: Report) -> None:
    """A pulse of 5 V is answered where 22/104 * 5 V is above the threshold -b/a, and then the response declines."""
    thresholds = (2.765 - 2.765 * report.data["offset"].values[:, 0]) / 4.381
    known = int((thresholds < 22 / 104 * 5).sum())
    assert 0 < known < 8
    assert float(report.data["share"][0]) == known / 8
    assert report.claims[0].verdict == ("holds" if known / 8 >= 0.9 else "does not hold")


def test_what_is_left_follows_the_threshold(report: Report) -> None:
    """Left of the first response is 1 - A*r/(c*A - v_d), of all that answer."""
    offsets, effects = report.data["offset"].values[:, 0], report.data["effect"].values[0]
    thresholds = 2.765 * (1 - offsets) / 4.381
    answer = thresholds < 22 / 104 * 5 - 1e-3
    q = np.exp(-1 / (470 * 4700e-6))
    r = (1 - q**0.1) * q**0.9 / (1 - q)
    left = np.maximum(0, 1 - 5 * r / (22 / 104 * 5 - thresholds))
    np.testing.assert_allclose(1 - effects[answer], left[answer], atol=2e-3)


def test_it_is_drawn_and_told(report: Report) -> None:
    assert report.plot().axes[0].get_xlabel() == "share of samples that show it"
    assert "D1.b" in report.summary()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"hallmarks": "H11"}, "There is no hallmark H11."),
        ({"samples": 1}, "samples is 1."),
        ({"spreads": "R9.R 5 %"}, "habituation_analog has no parameter R9.R."),
        ({"model": "habituation_loaded"}, "No parameter of habituation_loaded has a tolerance."),
    ],
)
def test_bad_input(asked: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as told:
        study("habituation_yield", **asked)
    assert str(told.value).startswith(said)
