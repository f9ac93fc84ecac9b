"""States with a period: values stay as they are, pictures come round."""

from __future__ import annotations

import numpy as np

import neurodyn
from neurodyn.plots.paint import without_turns, wrapped


def test_lines_come_round_without_crossing_the_picture() -> None:
    model = neurodyn.Model(
        "dtheta/dt = w", states={"theta": {"start": 0.0, "period": "2*pi/k"}}, parameters={"w": 3.0, "k": 2},
        bench={"until": 5},
    )  # fmt: skip
    assert neurodyn.Model.from_text(model.to_toml()) == model
    run = neurodyn.simulate(model)
    assert run["theta"].attrs["period"] == np.pi
    np.testing.assert_allclose(run["theta"][-1], 15.0)
    rows = wrapped(run["theta"].values[:, None], run["theta"])
    assert rows.min() >= 0 and rows.max() < np.pi
    line = without_turns(rows[:, 0], run["theta"])
    assert np.isnan(line).sum() == 4
    steps = np.diff(line)
    assert np.nanmax(np.abs(steps)) < 0.01
    drawn = next(axes for axes in run.plot("time").axes if axes.lines).lines[0].get_ydata()
    np.testing.assert_array_equal(drawn, line)


def test_images_have_colours_that_come_round() -> None:
    run = neurodyn.simulate(neurodyn.build("kuramoto", sizes={"N": 20}), until=20, record=["theta"])
    figure = run.plot("time")
    [image] = [image for axes in figure.axes[:1] for image in axes.get_images() + list(axes.collections)]
    assert image.get_cmap().name == "twilight" and image.norm.vmax == 2 * np.pi


def test_units_of_periods() -> None:
    model = neurodyn.Model(
        "dv/dt = w", states={"v": {"start": "0 mV", "unit": "mV", "period": 20}}, parameters={"w": "1 V/s"},
        bench={"until": "50 ms"},
    )  # fmt: skip
    run = neurodyn.simulate(model)
    assert run["v"].attrs["period"] == 0.02
    drawn = run.plot("time").axes[0].lines[0].get_ydata()
    assert 19 < np.nanmax(drawn) < 20
