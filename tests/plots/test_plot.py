"""What holds for every kind: it renders, keeps to itself, and says clearly what it cannot do."""

import sys

import matplotlib
import numpy as np
import pytest
import xarray as xr

from neurodyn.errors import InputError
from neurodyn.plots import KINDS, checked_ending, plot, save


@pytest.fixture
def drawn(request, habituation, fitzhugh, lorenz, hopfield, digits, spikes):
    cases = {
        "time": (habituation, {}),
        "heat": (hopfield[0], {"variable": "v"}),
        "overlap": (hopfield[0], {"patterns": hopfield[1], "of": "v"}),
        "phase": (fitzhugh[0], {"system": fitzhugh[1]}),
        "energy": (hopfield[0], {}),
        "portrait3": (lorenz, {}),
        "raster": (spikes, {}),
        "spiking": (spikes, {}),
        "population": (spikes, {}),
        "psth": (spikes, {"at": [0.2, 0.6]}),
        "intervals": (spikes, {}),
        "correlogram": (spikes, {}),
        "weights": (spikes, {}),
        "recall": (digits[0], {"patterns": digits[1]}),
    }
    data, options = cases[request.param]
    return plot(data, request.param, **options)


@pytest.mark.parametrize("drawn", list(KINDS), indirect=True)
def test_every_kind_renders_and_touches_nothing(drawn, tmp_path):
    path = save(drawn, tmp_path / "figure.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert "matplotlib.pyplot" not in sys.modules or not matplotlib.pyplot.get_fignums()
    assert matplotlib.rcParams["axes.spines.top"], "the style must not outlive the drawing"


@pytest.mark.parametrize("ending", ["pdf", "svg"])
def test_paper_formats(habituation, tmp_path, ending):
    assert save(plot(habituation), tmp_path / f"figure.{ending}").stat().st_size > 5000


def test_the_default_kind_suits_the_data(habituation, hopfield, spikes):
    assert len(plot(spikes).axes) == 4  # the raster, the rate of the population, one variable with its colours
    assert len(plot(spikes.drop_vars("v")).axes) == 6  # the overview: the same two, and four small ones
    assert len(plot(habituation).axes) == 3
    lone = plot(hopfield[0][["v"]])
    assert len(lone.axes) == 2 and lone.axes[1].get_ylabel() == "$v$"


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        ("tme", {}, "There is no kind of plot called tme. Did you mean time?"),
        ("time", {"variable": "x"}, "A time plot has no option variable. Did you mean variables?"),
        ("time", {"variables": ["xx"]}, "No variable xx was recorded. Did you mean x?"),
        ("heat", {"variable": "quite"}, "No variable quite was recorded. Recorded: u, x, y."),
        ("energy", {}, "No energy was recorded."),
        ("phase", {}, "A phase plane needs the flow. Give a result, or system="),
        ("portrait3", {}, "A portrait shows three numbers, and 1 are at hand."),
        (
            "portrait3",
            {"x": "u[0]", "y": "x", "z": "y"},
            "u[0] is not one element of u.",
        ),
        ("portrait3", {"x": "u[", "y": "x", "z": "y"}, "'u[' does not name a variable."),
        ("overlap", {}, "Which patterns are meant is not clear. No parameter has one row per pattern. Give patterns=."),
        ("overlap", {"patterns": "xi"}, "No parameter xi holds patterns. Give the array itself, or a result."),
        ("overlap", {"patterns": [1.0, 2.0]}, "The patterns have the shape (2,)."),
        ("overlap", {"patterns": np.ones((2, 7))}, "None has 7 units. Record one of them, or give of=."),
        ("overlap", {"patterns": np.ones((2, 7)), "of": "x"}, "x has 1 units and the patterns have 7."),
    ],
)
def test_what_cannot_be_drawn(habituation, kind, options, sentence):
    with pytest.raises(InputError) as error:
        plot(habituation, kind, **options)
    assert sentence in str(error.value)


def test_only_recorded_runs_are_drawn(hopfield):
    with pytest.raises(InputError, match="A str cannot be plotted"):
        plot("hopfield")
    with pytest.raises(InputError, match="Nothing was recorded over time"):
        plot(xr.Dataset(coords={"time": [0.0, 1.0]}))
    with pytest.raises(InputError, match="The run holds no samples"):
        plot(hopfield[0].isel(time=[]))


def test_a_trial_that_is_not_there(digits):
    with pytest.raises(InputError, match=r"There is no trial 9\. The run has trials 0 to 3\."):
        plot(digits[0], "heat", trial=9)


def test_the_trial_that_is_shown_is_told(digits):
    data, patterns, _ = digits
    assert plot(data, "heat", variable="v", trial=2).axes[0].get_title("left") == "pixels, trial 2 of 4"
    assert plot(data, "time").axes[0].get_title("left") == "pixels, trial 0 of 4"
    title = plot(data, "overlap", patterns=patterns, trial=1).axes[0].get_title("left")
    assert title == "Overlap of $v$ with 10 stored patterns, trial 1 of 4"


def test_save_refuses_what_it_cannot_write(habituation, tmp_path):
    figure = plot(habituation)
    with pytest.raises(InputError, match=r"cannot be written as 'figure.txt'. End the file name with one of: .png"):
        save(figure, tmp_path / "figure.txt")
    with pytest.raises(InputError, match=r"cannot be written to .*: No such file or directory"):
        save(figure, tmp_path / "absent" / "figure.png")
    assert checked_ending("A.PNG") == "png"


def test_every_ending_that_is_offered_can_be_written(habituation, tmp_path):
    from neurodyn.plots import ENDINGS

    supported = plot(habituation).canvas.get_supported_filetypes()
    assert set(ENDINGS) <= set(supported)


@pytest.mark.parametrize("value", [1e300, np.nan, *(pytest.param(v, marks=pytest.mark.slow) for v in (-1e300, np.inf))])
def test_runs_that_went_wild_are_still_drawn(lorenz, value):
    wild = lorenz.isel(time=slice(0, 50)).copy(deep=True)
    wild["x"][-3:] = value
    for kind in ("time", "heat", "portrait3"):
        plot(wild, kind).canvas.draw()


def test_one_sample_is_enough(lorenz, hopfield):
    for data, kind in ((lorenz, "time"), (lorenz, "portrait3"), (hopfield[0], "heat"), (hopfield[0], "energy")):
        plot(data.isel(time=[0]), kind).canvas.draw()
