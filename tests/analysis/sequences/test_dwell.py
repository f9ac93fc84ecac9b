"""Dwell times of sequence memories: the formulas against numbers of the literature, limits, and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurodyn.analysis.sequences.dwell import (
    delay_dwell,
    dwell_doubt,
    dwell_steps,
    mixed_course,
    trace_bound,
    trace_dwell,
    trace_dwells,
)
from neurodyn.errors import InputError


@pytest.mark.parametrize(
    ("window", "degree", "known"),
    [*((5, d, 4) for d in (1, 2, 3, 4)), (5, 5, 5), (5, 10, 5), (8, 1, 6), (8, 10, 8)],
)
def test_dwell_times_that_were_simulated(window: int, degree: int, known: int) -> None:
    """Strength 2.5; figure 4 of Chaudhry et al. has the window of 5."""
    assert dwell_steps(window, 2.5, degree) == known


def test_a_weak_call_freezes() -> None:
    assert all(dwell_steps(w, s, d) is None for w in (1, 3, 8) for s in (0.0, 0.9, 1.0) for d in (1, 2, 5))
    assert all(dwell_steps(w, 1.001, d) == w for w in (1, 2, 3) for d in (1, 2, 5))


def test_linear_dwell_in_a_long_window() -> None:
    """It goes to half the window times 1 + 1/strength."""
    for strength in (1.3, 2.5, 7.0):
        assert dwell_steps(10_000, strength) == pytest.approx(5000 * (1 + 1 / strength), abs=1)


def test_a_pattern_lasts_the_whole_window_from_a_degree_on() -> None:
    """Where strength*((w - 1)/w)**d <= 1 + strength/w**d; roughly d > log(strength)/log(w/(w - 1)), 4.1 here."""
    for degree in range(1, 12):
        whole = 2.5 * 0.8**degree <= 1 + 2.5 * 0.2**degree
        assert (dwell_steps(5, 2.5, degree) == 5) == whole == (degree > 4)


def test_ties_are_exact() -> None:
    """2.5*7/10 = 1 + 2.5*3/10: the pattern stays a step more, though the sums in doubles may differ."""
    assert dwell_steps(10, 2.5) == 8 and dwell_steps(20, 2.5) == 15


@pytest.mark.parametrize(
    ("window", "strength", "degree"), [(1, 2.5, 1), (5, 2.5, 1), (8, 1.3, 2), (6, 3.7, 3), (7, 0.9, 1)]
)
def test_the_course_of_equal_patterns_follows_the_formula(window: int, strength: float, degree: int) -> None:
    course = mixed_course(window, [strength] * 6, degree, 40)
    steps = dwell_steps(window, strength, degree)
    assert course.tolist() == [0 if steps is None else t // steps % 6 for t in range(41)]


def by_hand(window: int, strengths: np.ndarray, degree: int, steps: int) -> list[int]:
    """All units of all combinations of signs, in plain loops; -1 from where they are no pattern."""
    count = strengths.shape[1]
    patterns = [[1 if unit >> m & 1 else -1 for unit in range(2**count)] for m in range(count)]
    states, course = [patterns[-1]] * (window - 1) + [patterns[0]], [0]
    for step in range(steps):
        new = []
        for unit in range(2**count):
            total = 0.0
            for m in range(count):
                now = sum(a * b for a, b in zip(patterns[m], states[-1], strict=True)) / 2**count
                past = sum(sum(a * b for a, b in zip(patterns[m], s, strict=True)) for s in states) / 2**count / window
                total += patterns[m][unit] * now**degree
                total += strengths[step, m] * patterns[(m + 1) % count][unit] * past**degree
            new.append(states[-1][unit] if total == 0 else (1 if total > 0 else -1))
        if new not in patterns:
            return course + [-1] * (steps + 1 - len(course))
        course.append(patterns.index(new))
        states = [*states[1:], new]
    return course


def test_the_course_against_all_units_by_hand() -> None:
    """Strengths that change at random, and that differ around the ring."""
    rng = np.random.default_rng(0)
    for _ in range(12):
        window, degree = int(rng.integers(1, 6)), int(rng.integers(1, 4))
        strengths = rng.choice([0.0, 1.25, 1.75, 2.5, 6.0], size=(14, 4), p=[0.1, 0.2, 0.3, 0.3, 0.1])
        if window % 2:
            strengths[1:] = strengths[0]
        assert mixed_course(window, strengths, degree, 14).tolist() == by_hand(window, strengths, degree, 14)


def test_the_course_ends_where_units_disagree() -> None:
    """The last patterns are left so fast that the trace still holds three when the first is called again."""
    strengths = np.tile([1.2, 2.5, 5.0, 10.0], (22, 1))
    course = mixed_course(8, strengths, 1, 22).tolist()
    assert course == by_hand(8, strengths, 1, 22) and course[19:] == [3, -1, -1, -1]


def test_doubt_falls_with_the_root_of_the_size() -> None:
    """For degree 1 both parts of the variance go as 1/size."""
    assert dwell_doubt(5, 2.5, 1, 8000, 5) == pytest.approx(2 * dwell_doubt(5, 2.5, 1, 2000, 5))
    assert dwell_doubt(5, 2.5, 4, 2000, 5) < 1 < 4 < dwell_doubt(5, 2.5, 3, 2000, 5)  # 1.024 against 1.004


def test_pure_delay() -> None:
    assert delay_dwell(1.0, 1.5, 0.05) == pytest.approx(1.0896, abs=1e-4)
    assert delay_dwell(1.0, 2.5, 0.05) == pytest.approx(1.0602, abs=1e-4)
    assert delay_dwell(1.0, 2.5, 0.05, before=1.5) == pytest.approx(1 + 0.05 * math.log(4 / 1.5))
    assert delay_dwell(1.0, 1.0, 0.05) == math.inf


def test_slow_trace() -> None:
    """1.11 for degree 2, strength 2.5, and 1.02 for degree 3, strength 4; degree 1 has a closed form."""
    assert trace_dwell(1.0, 2.5, 2) == pytest.approx(1.11, abs=0.01)
    assert trace_dwell(1.0, 4.0, 3) == pytest.approx(1.02, abs=0.01)
    assert trace_dwell(2.0, 2.5, 1) == pytest.approx(-2 * math.log(1 - 2.5**-0.5))
    assert trace_dwell(1.0, 2.5, 1) < trace_bound(1.0, 2.5) * 1.001
    assert trace_bound(1.0, 2.5) == pytest.approx(math.log(5 / 1.5))
    assert trace_dwell(1.0, 0.9, 2) == trace_bound(1.0, 0.9) == math.inf


def test_slow_trace_of_a_ring() -> None:
    np.testing.assert_allclose(trace_dwells(1.0, [2.5] * 3, 2), trace_dwell(1.0, 2.5, 2), rtol=1e-9)
    calls = np.array([1.5, 3.0, 2.0, 5.0])
    q = np.exp(-trace_dwells(1.0, calls, 2))
    np.testing.assert_allclose(calls * (1 - q) ** 2, 1 + np.roll(calls, 1) * (q * (1 - np.roll(q, 1))) ** 2, rtol=1e-9)
    assert np.isinf(trace_dwells(1.0, [2.0, 1.0, 2.0], 2)).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: dwell_steps(0, 2.5),
        lambda: dwell_steps(5, -1.0),
        lambda: dwell_steps(5, 2.5, 1.5),  # type: ignore[arg-type]
        lambda: mixed_course(5, [2.5, math.nan], 1, 3),
        lambda: trace_dwell(1.0, 2.5, 0),
    ],
)
def test_what_is_no_memory_is_refused(call) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.code == "bad-memory" and "from 1" in str(caught.value.remedy)


def test_too_few_rows_of_strengths() -> None:
    with pytest.raises(InputError) as caught:
        mixed_course(5, np.full((3, 4), 2.5), 1, 9)
    assert caught.value.code == "bad-shape" and "9 rows" in str(caught.value.remedy)
