"""Measures against plain loops, and what must not change them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from neurodyn import analysis
from neurodyn.analysis import Trains
from tests.analysis.processes import Array, lists, table

WIDTH = 0.25


@pytest.fixture(params=range(3))
def some(request: pytest.FixtureRequest) -> Trains:
    """Three trials of six units of two index sets; one silent, one with one spike, on a grid that bins meet."""
    draw = np.random.default_rng(request.param)
    size = 400
    unit = draw.choice([0, 1, 2, 3], size)
    unit[:1] = 4
    trial = np.sort(draw.integers(0, 3, size))
    time = 0.05 * draw.integers(0, 90, size)
    order = np.lexsort((time, trial))
    return Trains(
        "spike", time[order], unit[order], trial[order], np.zeros(3), np.array([4.5, 4.5, 4.5]),
        {"N": np.arange(2), "A": np.arange(3)}, many=True, measured={"unit": "s"},
    )  # fmt: skip


def by_hand(trains: Trains, measure: object) -> Array:
    found = [[measure(t) for t in units] for units in lists(trains)]  # type: ignore[operator]
    return np.array(found).reshape(trains.trials, *trains.shape)


def test_measures_of_intervals(some: Trains) -> None:
    def cv(t: Array) -> float:
        gaps = np.diff(t)
        return np.std(gaps, ddof=1) / np.mean(gaps) if len(gaps) > 1 and gaps.any() else np.nan

    def pairs(t: Array) -> Array:
        gaps = np.diff(t)
        return np.array([(b - a) / (a + b) for a, b in pairwise(gaps) if a + b > 0])

    np.testing.assert_allclose(analysis.variation(some), by_hand(some, cv), rtol=1e-12)
    two = by_hand(some, lambda t: np.mean(2 * np.abs(pairs(t))) if len(pairs(t)) else np.nan)
    np.testing.assert_allclose(analysis.cv2(some), two, rtol=1e-12)
    local = by_hand(some, lambda t: np.mean(3 * pairs(t) ** 2) if len(pairs(t)) else np.nan)
    np.testing.assert_allclose(analysis.local_variation(some), local, rtol=1e-12)
    assert analysis.variation(some).dims == ("trial", "N", "A")
    assert np.isnan(analysis.variation(some).sel(N=1, A=2)).all(), "a silent unit has no variation"


def test_counts_in_bins(some: Trains) -> None:
    counts = table(some, WIDTH)
    together = np.array([trial.sum(axis=0) for trial in counts])
    rate = analysis.population_rate(some, width=WIDTH)
    np.testing.assert_allclose(rate.values, together / (6 * WIDTH))
    np.testing.assert_allclose(rate["time"], WIDTH * (np.arange(18) + 0.5))
    windows = np.concatenate(counts, axis=1)
    mean = np.where(windows.any(axis=1), windows.mean(axis=1), np.nan)
    np.testing.assert_allclose(analysis.fano(some, width=WIDTH).values.ravel(), windows.var(axis=1, ddof=1) / mean)
    whole = np.array([trial.sum(axis=1) for trial in counts])
    np.testing.assert_allclose(analysis.rates(some).values.reshape(3, -1), whole / 4.5)
    np.testing.assert_allclose(
        analysis.fano(some).values.ravel()[:4], whole[:, :4].var(axis=0, ddof=1) / whole[:, :4].mean(axis=0)
    )


def test_measures_of_pairs(some: Trains) -> None:
    chi, rho = [], []
    for counts in table(some, WIDTH):
        chi.append(np.sqrt(counts.mean(axis=0).var() / counts.var(axis=1).mean()))
        matrix = np.corrcoef(counts[counts.var(axis=1) > 0])
        rho.append(matrix[np.triu_indices(len(matrix), 1)].mean())
    np.testing.assert_allclose(analysis.synchrony(some, width=WIDTH), chi, rtol=1e-12)
    np.testing.assert_allclose(analysis.correlation(some, width=WIDTH), rho, rtol=1e-9, atol=1e-12)


def correlogram(pairs: list[tuple[Array, Array]], own: bool, most: int) -> tuple[Array, Array]:
    """Counts of lags in bins around multiples of WIDTH, and how much was watched."""
    counts, chance = np.zeros(2 * most + 1), np.zeros(2 * most + 1)
    for a, b in pairs:
        for k, s in enumerate(a):
            for m, t in enumerate(b):
                lag = (t - s) / WIDTH
                bins = [j for j in range(-most, most + 1) if abs(lag - j) < 0.5 + 1e-6]
                shares = 1 if abs(abs(lag - round(lag)) - 0.5) > 1e-6 else 2
                for j in bins if not own or k != m else ():
                    counts[j + most] += 1 / shares
        for j in range(-most, most + 1):
            chance[j + most] += len(a) * (1 - abs(j) * WIDTH / 4.5) * WIDTH
    return counts, chance


def test_correlograms(some: Trains) -> None:
    few = some.isel(N=0, A=slice(0, 2))
    counts, chance = correlogram([(t, t) for units in lists(few) for t in units], True, 4)
    np.testing.assert_allclose(analysis.autocorrelogram(few, reach=1.0, width=WIDTH), counts / chance, rtol=1e-9)
    a, b = few.isel(A=0), few.isel(A=1)
    counts, chance = correlogram([(s[0], t[0]) for s, t in zip(lists(a), lists(b), strict=True)], False, 4)
    found = analysis.cross_correlogram(a, b, reach=1.0, width=WIDTH)
    np.testing.assert_allclose(found, counts / chance, rtol=1e-9)
    back = analysis.cross_correlogram(b, a, reach=1.0, width=WIDTH)
    ratio = a.counts().sum() / b.counts().sum()
    np.testing.assert_allclose(back.values[::-1], found.values * ratio, rtol=1e-9)


def test_the_order_of_units_and_trials_does_not_matter(some: Trains) -> None:
    turned = some.isel(N=[1, 0], A=[2, 0, 1], trial=[2, 0, 1])
    for measure in (analysis.rates, analysis.variation, analysis.local_variation):
        np.testing.assert_allclose(
            measure(turned).transpose("trial", "N", "A"), measure(some).isel(N=[1, 0], A=[2, 0, 1], trial=[2, 0, 1])
        )
    for one in (analysis.synchrony, analysis.correlation, analysis.population_rate):
        np.testing.assert_allclose(one(turned, width=WIDTH), one(some, width=WIDTH).isel(trial=[2, 0, 1]), atol=1e-12)
    np.testing.assert_allclose(
        analysis.autocorrelogram(turned, reach=1.0, width=WIDTH), analysis.autocorrelogram(some, reach=1.0, width=WIDTH)
    )


def test_time_may_begin_elsewhere_and_go_at_another_pace(some: Trains) -> None:
    def moved(t: Array) -> Array:
        return 3.0 + 10 * t

    other = replace(some, time=moved(some.time), start=moved(some.start), stop=moved(some.stop))
    for measure in (analysis.variation, analysis.cv2, analysis.local_variation):
        np.testing.assert_allclose(measure(other), measure(some), rtol=1e-9)
    np.testing.assert_allclose(10 * analysis.rates(other), analysis.rates(some))
    for one in (analysis.synchrony, analysis.correlation, analysis.fano):
        np.testing.assert_allclose(one(other, width=10 * WIDTH), one(some, width=WIDTH), rtol=1e-9, atol=1e-12)
    spectra = analysis.spectrum(other, width=10 * WIDTH), analysis.spectrum(some, width=WIDTH)
    np.testing.assert_allclose(10 * spectra[0], spectra[1], rtol=1e-9)


def test_what_is_undefined_is_nan_without_a_warning() -> None:
    nothing = analysis.spike_trains([[], [1.0], [1.0, 2.0]], stop=4.0)
    for measure in (analysis.variation, analysis.cv2, analysis.local_variation, analysis.fano):
        assert np.isnan(measure(nothing)).all()
    silent = nothing.isel(unit=[0])
    assert np.isnan(analysis.fano(silent, width=1.0)).all()
    assert np.isnan(analysis.synchrony(silent, width=1.0)) and np.isnan(analysis.correlation(nothing, width=4.0))
    assert np.isnan(analysis.interval_histogram(silent, width=1.0)).all()
    assert np.isnan(analysis.autocorrelogram(silent, reach=1.0, width=0.5)).all()
    np.testing.assert_array_equal(analysis.rates(nothing), [0, 0.25, 0.5])


@pytest.mark.parametrize("segment", [1.0, 1.25, 4.5])
def test_the_spectrum_is_that_of_scipy(some: Trains, segment: float) -> None:
    from scipy.signal import welch

    rate = analysis.population_rate(some, width=WIDTH)
    wanted = welch(rate.values, 1 / WIDTH, nperseg=round(segment / WIDTH))
    found = analysis.spectrum(some, width=WIDTH, segment=segment)
    np.testing.assert_allclose(found["frequency"], wanted[0])
    np.testing.assert_allclose(found, wanted[1], rtol=1e-9, atol=1e-12)
