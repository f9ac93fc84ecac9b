"""The figures of the tools for the Hopfield network and its RBM show the matrices and numbers of their reports."""

from __future__ import annotations

import numpy as np

from neurodyn import analysis

XI = np.where(np.random.default_rng(3).random((16, 4)) < 0.5, 1.0, -1.0)


def image(axes: object) -> np.ndarray:
    return np.asarray(axes.images[0].get_array())  # type: ignore[attr-defined]


def test_forward() -> None:
    xi = np.column_stack([XI, XI[:, 0]])
    report = analysis.rbm_of_patterns(xi)
    figure = report.plot()
    shown = [axes for axes in figure.axes if axes.images]
    for axes, values in zip(shown, (xi, report.weights, report.couplings), strict=True):
        np.testing.assert_array_equal(image(axes), values)
    points, cutoff = next(axes for axes in figure.axes if axes.get_title(loc="left").startswith("singular")).lines
    np.testing.assert_allclose(points.get_ydata()[:4], np.linalg.svd(xi)[1][:4])
    assert (points.get_ydata() > cutoff.get_ydata()[0]).sum() == report.known.rank == 4
    figure.canvas.draw()


def test_reverse() -> None:
    noise = np.random.default_rng(0).normal(size=16)
    report = analysis.patterns_of_rbm(np.linalg.qr(np.column_stack([XI[:, :2], noise]))[0])
    figure = report.plot()
    shown = [axes for axes in figure.axes if axes.images]
    for axes, values in zip(shown, (report.weights, report.weights @ report.mixing, report.patterns), strict=True):
        np.testing.assert_array_equal(image(axes), values)
    exact, others, tolerance = next(a for a in figure.axes if a.get_title(loc="left").startswith("off the span")).lines
    assert list(exact.get_xdata()) == [0, 1] and list(others.get_xdata()) == [2]
    assert exact.get_ydata().max() < tolerance.get_ydata()[0] < others.get_ydata().min()
    figure.canvas.draw()


def test_probabilities() -> None:
    report = analysis.same_distribution(XI[:8] / 4, beta=1.2, couplings=np.eye(8))
    figure = report.plot()
    both, off = figure.axes
    np.testing.assert_array_equal(both.lines[1].get_xdata(), report.network.probabilities)
    np.testing.assert_array_equal(both.lines[1].get_ydata(), report.machine.probabilities)
    assert off.lines[0].get_ydata().max() == report.difference and "refuted" in off.get_title(loc="left")
    figure.canvas.draw()
