"""Patterns for the studies of memories: digits as signs, and arrays of the user's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurodyn.errors import InputError
from neurodyn.studies.memory.patterns import checked_patterns, digit_patterns

RNG = np.random.default_rng(3)
GOOD = np.where(RNG.random((4, 9)) < 0.5, -1.0, 1.0)


def test_digits_are_signs_in_cyclic_order() -> None:
    digits, classes = digit_patterns(25)
    assert digits.shape == (25, 64)
    assert set(np.unique(digits)) == {-1.0, 1.0}
    assert classes.tolist() == [k % 10 for k in range(25)]
    lighter, _ = digit_patterns(25, threshold=0.5)
    assert (lighter <= digits).all()
    assert (lighter < digits).any()


def test_good_patterns_come_back_as_they_are() -> None:
    assert np.array_equal(checked_patterns(GOOD.astype(int)), GOOD)
    twice = np.vstack([GOOD, GOOD[:1]])
    assert np.array_equal(checked_patterns(twice, duplicates="allow"), twice)


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ((GOOD + 1) / 2, "not-signs", "np.where(x > 0.5, 1, -1)"),
        (np.where(np.eye(4, 9) == 1, 0.3, GOOD), "not-signs", "unit 0 of pattern 0 is 0.3"),
        (GOOD[0], "bad-shape", "the array is 9"),
        (np.vstack([GOOD, -np.ones(9)]), "constant-pattern", "Pattern 4 is -1 everywhere."),
        (np.vstack([GOOD, GOOD[1:3]]), "duplicate-patterns", "Pattern 4 is the same as pattern 1, and 1 more are so."),
        (np.hstack([np.ones((4, 2)), GOOD]).T, "patterns-in-columns", "patterns.T"),  # two pixels always light
        (np.vstack([GOOD.repeat(2, axis=1), np.ones(18)]), "constant-pattern", "Pattern 4 is +1 everywhere."),
    ],
)  # fmt: skip
def test_what_is_refused(given: Any, code: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_patterns(given)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_patterns_in_columns_are_told_from_too_many_patterns() -> None:
    patterns = np.where(RNG.random((5, 40)) < 0.5, -1.0, 1.0)
    assert checked_patterns(patterns, fewer_than_units=True).shape == (5, 40)
    with pytest.raises(InputError, match="seem to stand in columns"):
        checked_patterns(patterns.T, fewer_than_units=True)
    square = 1 - 2 * np.eye(5)
    with pytest.raises(InputError, match="Give 4 at most") as caught:
        checked_patterns(square, fewer_than_units=True)
    assert caught.value.code == "too-many-patterns"
