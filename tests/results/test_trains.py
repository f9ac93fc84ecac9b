"""Spike trains of results: labelled, of a known span, whole over trials and stages, and the same from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neurodyn import InputError, Model, build, load_result, simulate
from neurodyn.analysis import spike_trains

CLOCKS = Model(
    ["dv[i,a]/dt = 1 + i + 3*a"],
    indices={"N": {"letters": "i", "size": 2}, "A": {"letters": "a", "size": 3}},
    states={"v[i,a]": 0.0},
    events={"up[i,a]": {"when": "v[i,a] > 1", "set": "v[i,a] = 0", "about": "upstroke"}},
)


def test_a_result_gives_them_in_one_line(tmp_path: Path) -> None:
    result = simulate(CLOCKS, until=2.1)
    for found in (result.trains("up"), load_result(result.save(tmp_path / "r.nc")).trains()):
        assert (found.units, found.shape, found.trials, found.many) == (6, (2, 3), 1, False)
        assert (found.duration, found.about, len(found)) == (2.1, "upstroke", len(result.events("up")))
        rate = np.array([[1, 4, 7], [2, 5, 8]])
        np.testing.assert_array_equal(found.counts().reshape(2, 3), np.floor(2.1 * rate + 1e-9))
        np.testing.assert_allclose(found.of(1, 2), np.arange(1, 17) / 8, rtol=1e-6)
        np.testing.assert_array_equal(found.of(1, 2), result.events("up").of(1, 2))


def test_units_and_spans_are_chosen_by_number() -> None:
    found = simulate(CLOCKS, until=2.1).trains()
    some = found.isel(N=1, A=[2, 0])
    assert list(some.places) == ["A"] and some.places["A"].tolist() == [2, 0]
    np.testing.assert_array_equal(some.of(2), found.of(1, 2))
    np.testing.assert_array_equal(some.counts(), [[16, 4]])
    part = found.between(0.3, 1.05)
    assert part.start == 0.3 and part.stop == 1.05
    np.testing.assert_array_equal(part.of(1, 2), [t for t in found.of(1, 2) if 0.3 <= t < 1.05])


def test_trials_that_end_early_are_watched_until_then() -> None:
    system = build(
        Model(
            ["dv/dt = 1", "dx/dt = x**2"],
            states={"v": 0.0, "x": "uniform(0.1, 1)"},
            events={"up": {"when": "v > 1", "set": "v = 0"}},
        )
    )
    result = simulate(system, until=4, every=0.1, trials=3, seed=1, on_failure="return")
    found = result.trains()
    assert found.many and (found.duration < 4).any()
    np.testing.assert_allclose(found.duration, np.minimum(1 / result["x"].isel(time=0), 4), rtol=1e-3)
    np.testing.assert_array_equal(found.counts()[:, 0], np.floor(found.duration))
    np.testing.assert_array_equal(found.isel(trial=1).time, found.of(trial=1))


@pytest.mark.parametrize("options", [{}, {"trials": 2, "every": 0.1}])
def test_stages_keep_all_events(options: dict[str, object]) -> None:
    """The leaky neuron of which nothing changes, in stages and at once: also in the refractory period at a border."""
    system = build("lif", sizes={"N": 3}, I="0.3 nA")
    asked = {"record": ["spike"], "backend": "fixed", "dt": 1e-4} if not options else {"record": ["spike"], **options}
    whole = simulate(system, until=0.3, **asked)
    parts = simulate(system, stages=[{"until": 0.1004}, {"until": 0.2}, {"until": 0.3}], **asked)
    one, other = whole.trains(), parts.trains()
    np.testing.assert_allclose(other.time, one.time, rtol=1e-6)
    for field in ("unit", "trial", "start", "stop"):
        np.testing.assert_array_equal(getattr(other, field), getattr(one, field))
    ends = [simulate(system, start=result, until=0.4, **asked).trains().time for result in (whole, parts)]
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: simulate(CLOCKS, until=1).trains("upp"), "Did you mean up?"),
        (lambda: simulate(Model(["dx/dt = -x"], states={"x": 1}), until=1).trains(), "No event was recorded."),
        (lambda: simulate(CLOCKS, until=1).trains().of(3), "up has no unit 3. Its units are 2 of N, 3 of A."),
        (lambda: simulate(CLOCKS, until=1).trains().isel(B=0), "up has no dimension B. It has: N, A."),
        (lambda: simulate(CLOCKS, until=1).trains().isel(trial=0), "up has no dimension trial. It has: N, A."),
        (lambda: simulate(CLOCKS, until=1).trains().between(2, 3), "up was not watched from 2 to 3."),
        (lambda: simulate(CLOCKS, until=1).trains().binned(0), "The width of a bin is 0. Give one above 0."),
        (lambda: simulate(CLOCKS, until=1).trains().binned(2), "Bins of 2 are longer than the run, which is 1 long."),
        (lambda: spike_trains([[1.0, 5.0]], stop=4), "The times of spike do not lie from 0 to 4."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(wrong: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        wrong()  # type: ignore[operator]
    assert message in str(caught.value)


def test_the_summary_tells_of_rate_variation_and_synchrony() -> None:
    """Two clocks that tick together and one that does not tick."""
    clocks = Model(
        ["dv[i]/dt = k[i]"],
        indices={"N": {"letters": "i", "size": 3}},
        states={"v[i]": {"start": 0.0, "unit": "V"}},
        parameters={"k[i]": {"value": [20.0, 20.0, 0.0], "unit": "V/s"}},
        events={"tick[i]": {"when": "v[i] > 1[V]", "set": "v[i] = 0[V]"}},
    )
    result = simulate(clocks, until=1.01)
    told = result.to_json()["events"]["tick"]
    assert told["rates"] == pytest.approx({"mean": 2 * 20 / 1.01 / 3, "least": 0, "greatest": 20 / 1.01})
    assert (told["rate_unit"], told["cv_trains"], told["bin"]) == ("Hz", 2, 5e-3)
    assert told["cv"] == pytest.approx(0, abs=1e-5)
    # The mean count has 2/3 of the deviation of a ticking unit, and one in three has none.
    assert told["synchrony"] == pytest.approx((4 / 9 / (2 / 3)) ** 0.5, rel=1e-3)
    assert "rate 13.201 Hz (0 to 19.802), CV 0.00 over 2 trains, synchrony 0.82 in bins of 0.005 s" in result.summary()


def test_a_summary_without_units_of_time_has_bins_of_its_own() -> None:
    result = simulate(CLOCKS, until=2.1)
    told = result.to_json()["events"]["up"]
    assert (told["rate_unit"], told["bin"]) == ("", pytest.approx(2.1 / 200))
    assert "per time" in result.summary()
    nothing = simulate(CLOCKS, until=0.05).to_json()["events"]["up"]
    assert (nothing["count"], nothing["cv"], nothing["synchrony"]) == (0, None, None)
