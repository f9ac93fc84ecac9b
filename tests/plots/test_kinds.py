"""What each kind shows is true of the run."""

import numpy as np
import pytest
import xarray as xr

from neurodyn.errors import InputError
from neurodyn.plots import plot
from neurodyn.plots.energy import rise_note
from neurodyn.plots.paint import borders


def texts(axes):
    return " ".join(text.get_text() for text in axes.texts)


def test_series_are_ordered_named_and_titled(habituation):
    figure = plot(habituation[["y", "x", "u"]], "time")
    assert [axes.get_ylabel() for axes in figure.axes] == ["$u$", "$x$", "$y$"]
    assert [axes.get_title("left") for axes in figure.axes] == ["stimulus", "memory of past stimuli", "response"]
    assert figure.axes[-1].get_xlabel() == "time"
    assert figure.get_suptitle().startswith("Habituation unit")


def test_the_order_that_was_asked_for_is_kept(habituation):
    figure = plot(habituation, "time", variables=["y", "u"])
    assert [axes.get_ylabel() for axes in figure.axes] == ["$y$", "$u$"]


def test_an_edge_of_an_input_is_a_vertical_step(habituation):
    axes = plot(habituation, "time").axes[0]
    x, y = axes.lines[0].get_data()
    jumps = np.flatnonzero(np.diff(y))
    assert len(jumps) == 10 and np.all(np.diff(x)[jumps] == 0)
    assert len(axes.collections) == 1, "the input is filled"


def test_few_units_are_lines_and_many_an_image(hopfield):
    data, _ = hopfield
    few = plot(data.isel(N=slice(0, 5)), "time", variables=["x"]).axes[0]
    assert len(few.lines) == 5 and [text.get_text() for text in few.get_legend().get_texts()] == list("01234")
    many = plot(data, "time", variables=["x", "E"])
    assert not many.axes[0].lines and many.axes[0].get_ylabel() == "N"
    assert "$x$" in [axes.get_ylabel() for axes in many.axes]


def test_more_panels_than_fit_are_refused():
    names = [f"x{k}" for k in range(30)]
    data = xr.Dataset({name: ("time", [0.0, 1.0]) for name in names}, coords={"time": [0.0, 1.0]})
    with pytest.raises(InputError, match="30 variables do not fit one figure"):
        plot(data, "time")


def test_the_image_holds_the_values(hopfield):
    data, _ = hopfield
    figure = plot(data, "heat", variable="v")
    image = figure.axes[0].images[0]
    assert np.array_equal(np.asarray(image.get_array()).T, data["v"].values)
    assert figure.axes[0].get_xlabel() == "time (s)"
    assert image.norm.vmin == -image.norm.vmax, "white is zero"


def test_rows_are_called_what_the_model_calls_them(hopfield):
    data = hopfield[0].copy()
    data["N"].attrs["about"] = "units"
    assert plot(data, "heat", variable="v").axes[0].get_ylabel() == "units"
    assert plot(data.isel(N=[0, 1]), "time").axes[0].get_legend().get_title().get_text() == "units"
    for said, label in (("patterns; the last is followed by the first", "patterns"), ("a word too many " * 5, "N")):
        data["N"].attrs["about"] = said
        assert plot(data, "heat", variable="v").axes[0].get_ylabel() == label


def test_a_long_title_is_wrapped(hopfield):
    figure = plot(hopfield[0].assign_attrs(title="word " * 40), "energy")
    figure.canvas.draw()
    box = figure._suptitle.get_window_extent()
    assert box.x1 <= figure.bbox.x1


def test_an_image_of_a_run_backwards_is_the_mirror_of_its_values(hopfield):
    backwards = hopfield[0].isel(time=slice(None, None, -1))
    image = plot(backwards, "heat", variable="v").axes[0].images[0]
    assert np.array_equal(np.asarray(image.get_array()).T, hopfield[0]["v"].values)


def test_an_image_changes_colour_at_an_edge():
    # The borders of the four samples: the middle two are drawn up to the edge and from it.
    assert borders(np.array([0.0, 1.0, 1.0, 4.0])).tolist() == [0.0, 0.5, 1.0, 2.5, 4.0]


def test_the_winner_is_named(hopfield):
    data, patterns = hopfield
    axes = plot(data, "overlap", patterns=patterns, of="v").axes[0]
    assert len(axes.lines) == 6 and axes.get_ylabel() == "overlap"
    assert texts(axes) == "pattern 2"
    strong = max(axes.lines, key=lambda line: line.get_linewidth())
    assert np.allclose(strong.get_ydata(), data["v"].values @ patterns[2] / 64)


def test_the_pattern_that_led_at_the_start_is_named_too(hopfield):
    data, patterns = hopfield
    data = data.copy(deep=True)
    data["v"][0] = patterns[4]
    axes = plot(data, "overlap", patterns=patterns, of="v", names=list("abcdef")).axes[0]
    assert texts(axes) == "c e\n(nearest at the start)"


def test_two_candidates_are_not_guessed_between(hopfield):
    data, patterns = hopfield
    with pytest.raises(InputError, match=r"Candidates: x, v. Record one of them, or give of=."):
        plot(data, "overlap", patterns=patterns)


def test_nullclines_lie_where_the_rates_vanish(fitzhugh):
    data, system = fitzhugh
    axes = plot(data, "phase", system=system).axes[0]
    contours = [c for c in axes.collections if c.__class__.__name__ == "QuadContourSet"]
    first, second = (np.concatenate([path.vertices for path in contour.get_paths()]) for contour in contours)
    v, w = first.T
    assert len(v) > 100 and np.abs(v - v**3 / 3 + 0.5 - w).max() < 2e-3
    v, w = second.T
    assert len(v) > 100 and np.abs((v + 0.7) / 0.8 - w).max() < 1e-9
    assert texts(axes) == "start end" and (axes.get_xlabel(), axes.get_ylabel()) == ("$v$", "$w$")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        r"$\mathrm{d}v/\mathrm{d}t = 0$",
        r"$\mathrm{d}w/\mathrm{d}t = 0$",
    ]
    assert axes.get_title("left") == "Nullclines for $I$ = 0.5"


def test_the_phase_plane_takes_the_recorded_input_over_the_declared_one(fitzhugh):
    data, system = fitzhugh
    data = data.copy(deep=True)
    data["I"][:] = 0.25
    assert plot(data, "phase", system=system).axes[0].get_title("left") == "Nullclines for $I$ = 0.25"
    assert plot(data.drop_vars("I"), "phase", system=system).axes[0].get_title("left") == "Nullclines for $I$ = 0.5"


def test_the_phase_plane_keeps_to_its_span(fitzhugh):
    data, system = fitzhugh
    axes = plot(data, "phase", system=system, x="w", y="v", span=((-1, 2), (-3, 3))).axes[0]
    assert axes.get_xlim() == (-1, 2) and axes.get_ylim() == (-3, 3) and axes.get_xlabel() == "$w$"
    with pytest.raises(InputError, match="is not a rectangle"):
        plot(data, "phase", system=system, span=((2, -1), (-3, 3)))
    with pytest.raises(InputError, match=r"I is not a state. States: v, w."):
        plot(data, "phase", system=system, x="I", y="w")


def test_energy_with_its_terms_and_its_largest_rise(hopfield):
    figure = plot(hopfield[0], "energy")
    whole, terms = figure.axes
    assert whole.get_ylabel() == "$E$" and texts(whole) == "no rise between samples"
    lines = [line for line in terms.lines if len(line.get_xdata()) > 2]
    total = sum(line.get_ydata() for line in lines)
    assert len(lines) == 3 and np.allclose(total, whole.lines[0].get_ydata())


def test_rises_are_told():
    time = np.array([0.0, 1.0, 2.0, 3.0])
    assert rise_note(time, np.array([[3.0], [1.0], [1.5], [1.6]])) == "largest rise 0.5 at time 2"
    assert "2\\times 10^{-9}" in rise_note(time[:2], np.array([[1.0], [1.0 + 2e-9]]))
    assert rise_note(time[:2], np.array([[16.0], [16.0 + 4e-15]])).endswith("$ (rounding)")
    assert rise_note(np.array([0.0, 1.0, 1.0]), np.array([[3.0], [1.0], [9.0]])) == "no rise between samples"
    assert rise_note(time, np.array([[3.0], [1.0], [1.0], [np.nan]])) == "no rise between samples"


def test_a_portrait_has_space_and_three_sides(lorenz):
    figure = plot(lorenz, "portrait3")
    space, *rest = figure.axes
    assert space.name == "3d" and space.get_zlabel() == "$z$"
    sides = [(axes.get_xlabel(), axes.get_ylabel()) for axes in rest]
    assert [side for side in sides if side[0]] == [("$x$", "$y$"), ("$x$", "$z$"), ("$y$", "$z$")]


def test_elements_of_a_state_make_a_portrait(hopfield):
    figure = plot(hopfield[0], "portrait3", x="x[0]", y="x[1]", z="v[63]")
    assert figure.axes[0].get_zlabel() == "$v[63]$"
    with pytest.raises(InputError, match=r"v\[64\] is not one element of v. The variable is v\[64\]."):
        plot(hopfield[0], "portrait3", x="x[0]", y="x[1]", z="v[64]")
