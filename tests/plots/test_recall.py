"""The figure of cues, paths and memories."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from neurodyn.errors import InputError
from neurodyn.plots import plot
from neurodyn.plots.recall import _moments
from neurodyn.plots.style import BAD, GOOD

CURVE = {"damage": [0.0, 0.5, 1.0], "rate": [1.0, 0.8, 0.1], "low": [0.9, 0.7, 0.05], "high": [1.0, 0.9, 0.2]}


def pictures(figure):
    return [axes for axes in figure.axes if axes.images]


def panels(figure):
    return [axes for axes in figure.axes if axes.get_ylabel()]


def test_each_row_runs_from_the_cue_to_the_memory(digits):
    data, patterns, truth = digits
    figure = plot(data, "recall", patterns=patterns, truth=truth, curve=CURVE)
    shown = pictures(figure)
    assert len(shown) == 4 * 7
    for row in range(4):
        line = shown[7 * row : 7 * row + 7]
        assert np.array_equal(line[0].images[0].get_array().ravel(), data["v"].values[0, row])
        assert np.array_equal(line[-2].images[0].get_array().ravel(), data["v"].values[-1, row])
        assert np.array_equal(line[-1].images[0].get_array().ravel(), patterns[truth[row]])
        assert line[-1].get_xlabel() == str(truth[row])
        right = line[-2].get_xlabel() == line[-1].get_xlabel()
        assert to_hex(line[-2].spines["left"].get_edgecolor()) == (GOOD if right else BAD).lower()
    assert [axes.get_title("center") for axes in (shown[0], shown[5], shown[6])] == ["cue", "recalled", "stored"]
    energy, success = panels(figure)
    assert "no rise between samples" in energy.texts[0].get_text()
    assert np.array_equal(success.lines[0].get_ydata(), CURVE["rate"])


def test_several_curves_have_a_legend(digits):
    data, patterns, _ = digits
    _, success = panels(plot(data, "recall", patterns=patterns, curve={"covered": CURVE, "noisy": CURVE}))
    assert [text.get_text() for text in success.get_legend().get_texts()] == ["covered", "noisy"]


def test_without_a_curve_only_the_energy_stands_beside_one_row(digits):
    data, patterns, _ = digits
    figure = plot(data, "recall", patterns=patterns, rows=[2], snapshots=2)
    assert len(pictures(figure)) == 5 and [axes.get_ylabel() for axes in panels(figure)] == ["$E$"]


def test_a_run_without_trials_is_one_row(digits):
    data, patterns, _ = digits
    figure = plot(data.isel(trial=0, drop=True), "recall", patterns=patterns, names=[f"digit {k}" for k in range(10)])
    assert pictures(figure)[-1].get_xlabel() == "digit 3"


def test_snapshots_split_the_path_and_not_the_time():
    states = np.array([0.0, 4.0, 6.0, 7.0, 8.0, 8.0, 8.0])[:, None, None]
    assert _moments(states, 1) == [0, 1, 6]
    assert _moments(states, 3) == [0, 1, 1, 2, 6] or _moments(states, 3) == [0, 0, 1, 2, 6]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"rows": [4]}, "Trials [4] cannot be shown. Name 1 to 8 of the trials 0 to 3."),
        ({"shape": (5, 5)}, "64 pixels are no image of 5 x 5. Give shape=(rows, columns)."),
        ({"curve": {"rate": [1.0]}}, "The curve lacks damage, low, high."),
        ({"curve": CURVE | {"low": [0.1]}}, "The curve's arrays differ in length."),
        ({"truth": [3]}, "truth has 1 entries for 4 trials."),
        ({"truth": [3, 8, 5, 10]}, "truth names a memory that is not there."),
        ({"names": ["a"]}, "There are 1 names for 10 patterns."),
    ],
)
def test_what_cannot_be_shown(digits, options, sentence):
    with pytest.raises(InputError) as error:
        plot(digits[0], "recall", patterns=digits[1], **options)
    assert sentence in str(error.value)
