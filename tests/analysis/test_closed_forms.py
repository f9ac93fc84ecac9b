"""Measures of point processes whose values are known."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn import analysis
from neurodyn.analysis import spike_trains
from tests.analysis.processes import renewal, thinned


def near(value: float, wanted: float, error: float) -> None:
    """Within four standard errors."""
    assert abs(value - wanted) < 4 * error, (value, wanted, error)


@pytest.mark.parametrize("shape", [1.0, 2.0, 4.0])
def test_gamma_intervals(shape: float) -> None:
    """Rate; CV is 1/sqrt(shape), LV is 3/(2*shape + 1), the Fano factor in long windows is CV**2."""
    trains = renewal(200, 20.0, 50.0, shape=shape, seed=int(shape))
    rates = analysis.rates(trains)
    assert (rates.dims, rates.attrs["unit"]) == (("unit",), "Hz")
    near(float(rates.mean()), 20.0, float(rates.std()) / np.sqrt(200))
    near(float(analysis.variation(trains).mean()), shape**-0.5, 0.002)
    near(float(analysis.local_variation(trains).mean()), 3 / (2 * shape + 1), 0.002)
    # In windows of 2 s the factor is CV**2 and a term that falls with their length: (1 - CV**4)/6 over 40 spikes.
    wanted = 1 / shape + (1 - shape**-2) / 6 / 40
    near(float(analysis.fano(trains, width=2.0).mean()), wanted, wanted * np.sqrt(2 / 24 / 200))


def test_cv2_of_a_poisson_process_is_one_also_where_its_rate_changes_slowly() -> None:
    steady = renewal(100, 20.0, 50.0, seed=3)
    slow = spike_trains([50 * (t / 50) ** 2 for t in (steady.of(i) for i in range(100))], stop=50.0)
    near(float(analysis.cv2(steady).mean()), 1.0, 0.002)
    near(float(analysis.cv2(slow).mean()), 1.0, 0.003)
    near(float(analysis.local_variation(slow).mean()), 1.0, 0.004)
    assert float(analysis.variation(slow).mean()) > 1.05


def test_a_clock_is_regular() -> None:
    trains = spike_trains([0.1 * np.arange(100), 0.05 + 0.1 * np.arange(100)], stop=10.0)
    for measure in (analysis.variation, analysis.cv2, analysis.local_variation):
        np.testing.assert_allclose(measure(trains), 0, atol=1e-12)
    np.testing.assert_array_equal(analysis.rates(trains), 10.0)
    np.testing.assert_array_equal(analysis.fano(trains, width=1.0), 0.0)
    histogram = analysis.interval_histogram(trains, width=0.02)
    np.testing.assert_allclose(histogram.where(histogram > 0, drop=True), [50.0])
    assert histogram.attrs == histogram.attrs | {"unit": "1/s", "count": 198}


def test_intervals_of_a_poisson_process_are_exponential() -> None:
    trains = renewal(200, 20.0, 50.0, seed=5)
    found = analysis.interval_histogram(trains, width=0.01, longest=0.2)
    edges = 0.01 * np.arange(21)
    share = np.exp(-20 * edges[:-1]) - np.exp(-20 * edges[1:])
    error = np.sqrt(share / found.attrs["count"])
    assert np.all(np.abs(found.values * 0.01 - share) < 4.5 * error)
    assert found["interval"].attrs["unit"] == "s"


def test_correlograms_of_poisson_processes_are_flat_at_the_rate() -> None:
    trains = renewal(100, 20.0, 50.0, seed=7)
    own = analysis.autocorrelogram(trains, reach=2.0, width=0.1)
    assert own.sizes == {"lag": 41}
    error = np.sqrt(20 / (len(trains) * 0.1))  # of the rate in a bin; the ends of the run do not bend it
    assert np.abs(own.values - 20).max() < 5 * error
    np.testing.assert_allclose(own.values, own.values[::-1], rtol=1e-12)
    cross = analysis.cross_correlogram(
        trains.isel(unit=slice(0, 50)), trains.isel(unit=slice(50, 100)), reach=0.5, width=0.1
    )
    assert np.abs(cross.values - 20).max() < 1.0


def test_a_train_that_follows_another_by_a_delay() -> None:
    lead = renewal(1, 20.0, 100.0, seed=9)
    follow = spike_trains([lead.of(0)[lead.of(0) < 99.9] + 0.0301], stop=100.0)
    found = analysis.cross_correlogram(lead, follow, reach=0.05, width=0.005)
    assert float(found["lag"][int(found.argmax(found.dims[0]))]) == pytest.approx(0.03)
    assert float(found.max()) == pytest.approx(200, abs=40)  # each spike has its follower in the one bin, 1/width
    back = analysis.cross_correlogram(follow, lead, reach=0.05, width=0.005)
    assert float(back["lag"][int(back.argmax("lag"))]) == pytest.approx(-0.03)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7])
def test_thinning_one_mother_process_correlates_counts_by_what_is_kept(share: float) -> None:
    """The covariance of two counts is share**2 times the mother's rate, a variance share times it."""
    trains = thinned(40, 20.0, 200.0, share, seed=int(10 * share))
    found = [float(analysis.correlation(trains, width=width)) for width in (0.005, 0.05)]
    np.testing.assert_allclose(found, share, atol=0.03)
    # chi**2 is the mean over all pairs, a unit with itself among them.
    chi = float(analysis.synchrony(trains, width=0.05))
    assert chi**2 == pytest.approx(share + (1 - share) / 40, abs=0.03)


@pytest.mark.parametrize("spread", [1, 2, 4])
def test_synchrony_falls_as_common_spikes_are_jittered(spread: int) -> None:
    """A spike in each period of 4 bins, in one of the first `spread` of them by chance: see the variances below."""
    units, period, draw = 300, 4, np.random.default_rng(spread)
    cycles = 2000
    bins = draw.integers(0, spread, (units, cycles)) + period * np.arange(cycles)
    trains = spike_trains(0.01 * (bins + 0.5), stop=0.01 * period * cycles)
    chance = np.array([1 / spread] * spread + [0.0] * (period - spread))
    own = np.mean(chance) - np.mean(chance) ** 2
    together = np.var(chance) + np.mean(chance * (1 - chance)) / units
    assert float(analysis.synchrony(trains, width=0.01)) == pytest.approx(np.sqrt(together / own), rel=0.03, abs=0.003)


def test_independent_units_are_as_synchronous_as_chance() -> None:
    trains = renewal(400, 20.0, 20.0, seed=11)
    assert float(analysis.synchrony(trains, width=0.005)) == pytest.approx(1 / 20, rel=0.05)
    near(float(analysis.correlation(trains, width=0.005)), 0.0, 1 / np.sqrt(4000 * 400 * 399 / 2))


def test_the_spectrum_of_independent_units_is_flat() -> None:
    """One-sided, 2*rate/N."""
    trains = renewal(50, 20.0, 200.0, seed=13)
    found = analysis.spectrum(trains, width=0.005, segment=1.0)
    assert (found["frequency"].values[1], found["frequency"].attrs["unit"]) == (1.0, "Hz")
    inner = found.values[2:-1]
    assert inner.mean() == pytest.approx(2 * 20 / 50, rel=0.02)
    assert inner.max() / inner.min() < 2


def test_a_rhythm_stands_out_of_the_spectrum() -> None:
    draw = np.random.default_rng(15)
    times = np.sort(draw.uniform(0, 50, (100, 4000)), axis=1)
    kept = draw.random(times.shape) < 0.5 * (1 + np.sin(2 * np.pi * 40 * times))
    trains = spike_trains([t[k] for t, k in zip(times, kept, strict=True)], stop=50.0)
    found = analysis.spectrum(trains, width=0.002, segment=1.0)
    assert float(found["frequency"][int(found.argmax(found.dims[0]))]) == 40.0
    # The rate 40*(1 + sin) has the power 40**2/2, which a Hann window spreads over 1.5 bins of 1 Hz.
    assert float(found.max()) == pytest.approx(40**2 / 2 / 1.5, rel=0.05)


def test_the_rate_around_a_stimulus() -> None:
    """Each stimulus is answered after 10 ms, by unit 1 twice."""
    at = np.arange(1.0, 9.5, 0.5)
    trains = spike_trains([at + 0.010, np.concatenate([at + 0.010, at + 0.012])], stop=10.0)
    found = analysis.peristimulus(trains, at, before=0.02, after=0.05, width=0.005)
    assert found.dims == ("lag", "unit")
    np.testing.assert_allclose(found["lag"].values, -0.0175 + 0.005 * np.arange(14))
    np.testing.assert_allclose(found.values[6], [200.0, 400.0])
    assert float(found.sum()) == pytest.approx(600.0)
    late = analysis.peristimulus(trains, [9.98, 20.0], before=0.02, after=0.05, width=0.01)
    np.testing.assert_array_equal(np.isnan(late.values).all(axis=1), late["lag"].values > 0.02)


@pytest.mark.parametrize("kernel", ["gaussian", "boxcar", "exponential", "alpha"])
def test_a_kernel_has_its_width_and_keeps_what_is_even(kernel: str) -> None:
    even = spike_trains([0.001 * np.arange(1000) + 0.0005], stop=1.0)
    rate = analysis.population_rate(even, width=0.002, kernel=kernel, sigma=0.02)  # type: ignore[arg-type]
    np.testing.assert_allclose(rate.values, 1000, rtol=1e-12)
    one = analysis.population_rate(spike_trains([[0.5001]], stop=1.0), width=0.0002, kernel=kernel, sigma=0.02)  # type: ignore[arg-type]
    mass = one.values * 0.0002
    mean = (mass * one["time"].values).sum()
    assert mass.sum() == pytest.approx(1, rel=2e-3)
    assert np.sqrt((mass * (one["time"].values - mean) ** 2).sum()) == pytest.approx(0.02, rel=0.02)
    if kernel in ("exponential", "alpha"):
        assert mass[one["time"].values < 0.4999].sum() == 0
    else:
        assert mean == pytest.approx(0.5, abs=2e-4)
