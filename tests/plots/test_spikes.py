"""What the figures of spike trains show is true of the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neurodyn import InputError, Model, analysis, build, simulate
from neurodyn.cli import main
from neurodyn.plots import plot
from neurodyn.results import Result

DRIVEN = Model(
    ["tau*dv[i]/dt = -v[i] + (1.5 + i/10)*u[i]"],
    indices={"N": {"letters": "i", "size": 20, "about": "cells"}},
    states={"v[i]": {"start": 0.0, "unit": "mV"}},
    parameters={"tau": "10 ms"},
    inputs={"u[i]": {"value": "pulses(1[mV], period=200[ms], duty=0.5, phase=0.25)"}},
    events={
        "spike[i]": {"when": "v[i] > 1[mV]", "set": "v[i] = 0[mV]", "about": "spikes"},
        "click": {"every": "100 ms", "phase": "50 ms"},
    },
    bench={"until": "1000 ms", "record": ["spike", "click"]},
)


def run(sizes: dict[str, int] | None = None, **asked: object) -> Result:
    return simulate(build(DRIVEN, sizes=sizes), backend="fixed", dt=1e-4, **asked)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def driven() -> Result:
    return run()


def stairs(axes: object) -> tuple[np.ndarray, np.ndarray]:
    """Heights and edges of the last steps that were drawn."""
    data = axes.patches[-1].get_data()  # type: ignore[attr-defined]
    return np.asarray(data.values), np.asarray(data.edges)


def test_a_stimulus_is_where_an_input_rises(driven: Result) -> None:
    figure = plot(driven, "psth", events=["spike"], width=0.005)
    marks, rate = figure.axes
    assert marks.get_ylim() == (-0.7, 4.7), "five pulses"
    values, edges = stairs(rate)
    assert edges[0] == pytest.approx(-50) and edges[-1] == pytest.approx(200), "in ms, as the model writes time"
    found = analysis.peristimulus(
        driven.trains("spike"), 0.05 + 0.2 * np.arange(5), before=0.05, after=0.2, width=0.005
    )
    np.testing.assert_allclose(values, found.mean("N"))
    assert rate.get_ylabel() == "rate (Hz)" and rate.get_xlabel() == "time from the stimulus (ms)"
    clicks = plot(driven, "psth", events=["spike"], at="click", width=0.005).axes[0]
    assert clicks.get_ylim() == (-0.7, 9.7), "ten clicks"


def test_the_overview_has_the_numbers_of_the_summary(driven: Result) -> None:
    figure = plot(driven, "spiking")
    told = driven.to_json()["events"]["spike"]
    title = figure.axes[0].get_title("right")
    assert title.startswith(f"rate {told['rates']['mean']:.3g} Hz, CV {told['cv']:.2f}")
    assert [axes.get_xlabel() for axes in figure.axes[-4:]] == [
        "rate (Hz)", "interval (ms)", "CV of intervals", "frequency (Hz)",
    ]  # fmt: skip
    counts, edges = stairs(figure.axes[3])
    assert counts.sum() == 1 and edges[0] <= 10 < edges[-1], "the clicks, ten a second"
    assert figure.axes[0].get_title("left") == "spikes, 20 units"


def test_the_histogram_of_intervals_has_the_unit_of_its_axis(driven: Result) -> None:
    axes = plot(driven, "intervals", events=["click"]).axes[0]
    values, edges = stairs(axes)
    assert (values * np.diff(edges)).sum() == pytest.approx(1)
    assert edges[np.argmax(values)] - 1e-9 <= 100 <= edges[np.argmax(values) + 1]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("interval (ms)", "density (1/ms)")


def test_correlograms_of_each_event_and_of_the_pair(driven: Result) -> None:
    figure = plot(driven, "correlogram", reach=0.11, width=0.01)
    assert [axes.get_title("left").count("after") for axes in figure.axes[:3]] == [0, 0, 1]
    values, edges = stairs(figure.axes[1])
    np.testing.assert_allclose((edges[:-1] + edges[1:])[values > 0] / 2, [-100, 100], rtol=1e-9)


def test_the_smooth_rate_keeps_the_count(driven: Result) -> None:
    axes = plot(driven, "population", events=["spike"], sigma=0.01).axes[0]
    time, rate = axes.lines[1].get_data()
    assert "gaussian kernel, sigma 10 ms" in axes.get_title("left")
    assert np.mean(rate) * 20 == pytest.approx(len(driven.events("spike")), rel=0.02)
    assert time[0] == pytest.approx(0.5), "the middle of the first bin, in ms"


def test_one_trial_is_shown_and_told(driven: Result) -> None:
    result = simulate(DRIVEN, trials=2, until=0.07, every=0.01)
    assert plot(result, "raster", trial=1).axes[0].get_title("left") == "spikes, trial 1 of 2, 20 units"
    with pytest.raises(InputError, match=r"There is no trial 5\. The run has trials 0 to 1\."):
        plot(result, "spiking", trial=5)


def test_a_crowd_is_drawn_as_dots() -> None:
    result = run(sizes={"N": 200}, until=0.1)
    assert len(plot(result, "raster").axes[0].lines[0].get_xdata()) == len(result.events("spike"))
    assert plot(result).axes[0].get_title("left") == "spikes, 200 units"


@pytest.mark.parametrize("kind", ["spiking", "population", "psth", "intervals", "correlogram", "raster"])
def test_a_run_without_spikes_is_still_drawn(kind: str) -> None:
    plot(run(until=0.04, inputs={"u": 0.0}), kind, **({"at": [0.02]} if kind == "psth" else {}))


def test_what_cannot_be_drawn_is_said(driven: Result) -> None:
    with pytest.raises(InputError, match="No state with index sets was recorded"):
        plot(driven, "weights")
    still = run(until=0.1, inputs={"u": 2e-3})
    with pytest.raises(InputError, match="When the stimuli come is not clear"):
        plot(still, "psth")
    with pytest.raises(InputError, match="No event spikes was recorded"):
        plot(driven, "intervals", events=["spikes"])


def test_weights_over_time() -> None:
    model = Model(["dw[i]/dt = i"], indices={"N": {"letters": "i", "size": 3}}, states={"w[i]": 0.0})
    left, right = plot(simulate(model, until=1, every=0.5), "weights", bins=4).axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), [0, 0.5, 1], atol=1e-6)
    values, edges = stairs(right)
    np.testing.assert_allclose(values, [1 / 3, 0, 1 / 3, 1 / 3])
    assert edges[-1] == pytest.approx(2)


def test_kinds_of_spikes_on_the_command_line(tmp_path: Path) -> None:
    picture = tmp_path / "f.png"
    assert main(["run", "lif", "--size", "N=3", "--plot", str(picture), "--kind", "intervals"]) == 0
    assert picture.stat().st_size > 10_000
