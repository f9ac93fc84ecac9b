"""Capacities and errors of sequence memories: known numbers, enumeration, and limits."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from neurodyn.analysis import sequences
from neurodyn.errors import InputError

DEGREES = (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("degree", "one", "all_of_them"), [(1, 10.9, 5.4), (2, 361.9, 120.6), (3, 7238, 1810), (4, 103403, 20681)]
)
def test_known_capacities_of_a_hundred_units(degree: int, one: float, all_of_them: float) -> None:
    assert sequences.transition_capacity(100, degree) == pytest.approx(one, rel=5e-3)
    assert sequences.sequence_capacity(100, degree) == pytest.approx(all_of_them, rel=6e-3)


def test_known_capacities_of_exponential_memories() -> None:
    assert pytest.approx(1.96403, abs=5e-6) == sequences.GROWTH
    assert sequences.transition_capacity(25, None) == pytest.approx(1.69e6, rel=5e-3)
    assert sequences.sequence_capacity(25, None) == pytest.approx(6.3e5, rel=5e-3)


@pytest.mark.parametrize(("units", "known"), [(10, 5), (15, 8), (20, 10)])
def test_the_best_degree(units: int, known: int) -> None:
    """And of all degrees none has a larger capacity."""
    assert sequences.best_degree(units) == known
    best = sequences.transition_capacity(units, known)
    assert best >= max(sequences.transition_capacity(units, d) for d in range(1, 2 * units)) * (1 - 1e-12)


@pytest.mark.parametrize("degree", [*DEGREES, None])
def test_moments_of_the_crosstalk_by_enumeration(degree: int | None) -> None:
    """One term for each of all 2**7 states of the seven other units, with either sign."""
    m = np.array([sum(signs) / 7 for signs in product((-1, 1), repeat=7)])
    f = np.exp(7 * (m - 1)) if degree is None else m**degree
    second, fourth = (f**2).mean(), (f**4).mean()
    variance, kurtosis = sequences.crosstalk(12, 8, degree)
    assert variance == pytest.approx(11 * second, rel=1e-12)
    assert kurtosis == pytest.approx((fourth / second**2 - 3) / 11, rel=1e-11)


def test_the_kurtosis_at_the_exponential_capacity_is_largest_at_56_units() -> None:
    """With P - 1 ~ GROWTH**(N - 1)/N: N q**N with q = cosh(4)/cosh(2)**2/GROWTH, largest at -1/ln q."""
    found = [n * (sequences.crosstalk(1e12, n, None)[1] * 1e12 + 3) / sequences.GROWTH ** (n - 1) for n in range(5, 99)]
    assert 5 + int(np.argmax(found)) == 56


@pytest.mark.parametrize(("degree", "units", "patterns", "known"), [(2, 60, 200, 0.0079), (1, 100, 60, 0.0976)])
def test_known_errors(degree: int, units: int, patterns: int, known: float) -> None:
    assert sequences.flip_rate(patterns, units, degree) == pytest.approx(known, abs=1e-4)


def test_the_exact_variance_becomes_its_leading_term() -> None:
    for degree in DEGREES:
        near, far = (
            sequences.crosstalk(2, n, degree)[0] * (n - 1) ** degree / math.prod(range(1, 2 * degree, 2))
            for n in (100, 1000)
        )
        assert abs(far - 1) < abs(near - 1) / 8 or degree == 1
        assert far == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("degree", [1, 3, None])
def test_the_capacity_by_definition_is_where_errors_reach_the_chance(degree: int | None) -> None:
    for units in (20, 60):
        one = sequences.gaussian_capacity(units, degree, failure=0.1)
        whole = sequences.gaussian_capacity(units, degree, failure=0.1, of="sequence")
        flips = sequences.flip_rate(one, units, degree, exact_variance=True)
        assert units * math.log1p(-flips) == pytest.approx(math.log(0.9), rel=1e-6)
        flips = sequences.flip_rate(whole, units, degree, exact_variance=True)
        assert units * whole * math.log1p(-flips) == pytest.approx(math.log(0.9), rel=1e-6)
        assert whole < one


def test_the_capacity_by_definition_tends_to_the_formula() -> None:
    """Slowly, as logarithms do: the ratio goes to 1 with the number of units."""
    ratios = [sequences.gaussian_capacity(n, 1, failure=0.1) / sequences.transition_capacity(n, 1) for n in (30, 3000)]
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1) < 0.2


def test_bias() -> None:
    """For many units overlaps are bias**2; at seven, their mean power by enumeration."""
    up = [sum(signs) / 6 for signs in product((-1, 1), repeat=6)]
    chance = [math.prod((1 + 0.09 * s) / 2 for s in signs) for signs in product((-1, 1), repeat=6)]
    mean = sum(c * m**2 for c, m in zip(chance, up, strict=True))
    assert sequences.bias_limit(0.3, 2, 7) == pytest.approx(1 / (0.3 * mean) + 1)
    assert sequences.bias_limit(0.3, 2, 10**6) == pytest.approx(sequences.bias_limit(0.3, 2), rel=1e-3)


@pytest.mark.parametrize("slow", DEGREES)
@pytest.mark.parametrize("fast", DEGREES)
def test_the_factor_of_mixed_functions(slow: int, fast: int) -> None:
    """The leading term of the variance of one pattern's two contributions, drawn: x**d_S u + lambda x**d_A v.

    u and v are the signs of the pattern and of the one after it; for unequal degrees the higher one is gone.
    """
    x, w = np.polynomial.hermite_e.hermegauss(20)
    w = w / w.sum()
    even = 0.0 if slow % 2 else 2 * 2.5 * (w @ x**slow) * (w @ x**fast)
    if slow == fast:
        wanted = (1 + 2.5**2) * (w @ x ** (2 * slow)) + even
    else:
        wanted = w @ x ** (2 * slow) if slow < fast else 2.5**2 * (w @ x ** (2 * fast))
    assert sequences.mixed_factor(2.5, slow, fast) == pytest.approx(wanted)


def test_mixed_capacities() -> None:
    """A strong call alone is the network without the other term; the chain of both has d + 1, not d, between them."""
    one, whole = sequences.mixed_capacity(100, 1e9, (3, 2))
    assert one == pytest.approx(sequences.transition_capacity(100, 2), rel=1e-6)
    assert whole == pytest.approx(one / 3)
    share = sequences.mixed_capacity(20, 3.0, None)[0] / sequences.transition_capacity(20, None)
    assert share == pytest.approx(4 / 10)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: sequences.transition_capacity(1, 2), "bad-units"),
        (lambda: sequences.sequence_capacity(float("nan"), None), "bad-units"),
        (lambda: sequences.transition_capacity(10, 0), "bad-degree"),
        (lambda: sequences.crosstalk(1, 10, 1), "bad-patterns"),
        (lambda: sequences.bias_limit(1.0, 1), "bad-bias"),
        (lambda: sequences.expected_overlaps(10, 10, 1, steps=1, start=1.5), "bad-start"),
        (lambda: sequences.gaussian_capacity(10, 1, failure=0), "bad-failure"),
        (lambda: sequences.mixed_capacity(10, 1.0, None), "bad-strength"),
    ],
)
def test_what_there_is_none_of(ask: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        ask()  # type: ignore[operator]
    assert caught.value.code == code


def test_the_linear_network_recalls_up_to_its_known_load() -> None:
    """0.269 N, above which no overlap lasts."""
    units = 10**5
    lasting = [sequences.expected_overlaps(a * units, units, 1, steps=3000)[-1] for a in (0.262, 0.276)]
    assert lasting[0] > 0.8 and lasting[1] < 0.1


@pytest.mark.parametrize(("degree", "patterns"), [(1, 60), (2, 200), (None, 1e4)])
def test_a_whole_pattern_loses_what_flips(degree: int | None, patterns: float) -> None:
    found = sequences.expected_overlaps(patterns, 100 if degree else 18, degree, steps=1)
    flips = sequences.flip_rate(patterns, 100 if degree else 18, degree, exact_variance=True)
    assert found[1] == pytest.approx(1 - 2 * flips, rel=1e-9)


def test_the_largest_chance_overlap() -> None:
    """Its median over 400 draws, within four standard errors, about 1.25 deviations of a draw over 20 each."""
    rng = np.random.default_rng(0)
    largest = [rng.choice([-1, 1], (50, 400)).sum(axis=1).max() / 400 for _ in range(400)]
    assert sequences.chance_overlap(50, 400) == pytest.approx(np.median(largest), abs=4 * 1.25 * np.std(largest) / 20)


def test_the_least_overlap_is_where_paths_part() -> None:
    """At low load nearly any overlap will do for d = 1, half of one is too little for d = 3; at high load all fail."""
    border = sequences.least_overlap(500, 100, 3)
    near = [sequences.expected_overlaps(500, 100, 3, steps=100, start=border + e)[-1] for e in (-0.01, 0.01)]
    assert near[0] < 0.01 and near[1] > 0.99
    assert sequences.least_overlap(5, 100, 1) < 0.1 and math.isnan(sequences.least_overlap(40, 100, 1))
