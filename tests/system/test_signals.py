"""Signals: their edges are where they jump, their pieces are what they say."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurodyn
from neurodyn.system.signals import Pulses, Signal

DATA = [1.0, -2.0, 3.0, 0.5]


def signal_of(text: str) -> Signal:
    model = neurodyn.Model(
        "dx/dt = u",
        states={"x": 0},
        parameters={"a": 2.0, "data[n]": DATA},
        inputs={"u": text},
        indices={"T": {"letters": "n", "size": 4}},
    )
    return neurodyn.build(model).signals["u"]


def at(signal: Signal, t: float) -> float:
    """The value by the piece that holds t, as a run finds it."""
    cuts = np.concatenate([[-1.0], signal.edges(-1.0, 100.0), [100.0]])
    k = int(np.searchsorted(cuts, t, side="right")) - 1
    return float(signal.on(cuts[k], cuts[k + 1])(t))


BY_HAND = {
    "3*a": lambda t: 6.0,
    "step(2, 5)": lambda t: 5.0 * (t >= 2),
    "window(1, 3, 2)": lambda t: 2.0 * (1 <= t < 3),
    "ramp(1, 3, 2, 6)": lambda t: float(np.interp(t, [1, 3], [2, 6])),
    "pulses(4, period=2, duty=0.25, phase=0.5, count=3)": lambda t: 4.0 * (0 <= t < 6 and 0.5 <= (t / 2) % 1 < 0.75),
    "repeat(window(0.5, 1), period=2, count=2)": lambda t: 1.0 * (0 <= t < 4 and 0.5 <= t % 2 < 1),
    "step(1) - a*step(2) + 0.5": lambda t: (t >= 1) - 2.0 * (t >= 2) + 0.5,
    "-step(1)*ramp(0, 4, 0, 4)": lambda t: -1.0 * (t >= 1) * float(np.clip(t, 0, 4)),
    "sin(t)*window(0, 3)": lambda t: np.sin(t) * (0 <= t < 3),
    "steps(a*data[n], n, every=0.7)": lambda t: 2 * DATA[int(np.clip(t // 0.7, 0, 3))],
    "lines(data[n], n, every=a)": lambda t: float(np.interp(t, [0, 2, 4, 6], DATA)),
    "repeat(steps(n, n, every=0.5), period=2, count=3)": lambda t: (2 * t % 4 // 1) * (0 <= t < 6),
    "step(1)*lines(data[n], n, every=1) - 1": lambda t: (t >= 1) * float(np.interp(t, [0, 1, 2, 3], DATA)) - 1,
    "cos(a*t)": lambda t: np.cos(2 * t),
}


@pytest.mark.parametrize("text", BY_HAND)
def test_value(text: str) -> None:
    signal = signal_of(text)
    for t in np.linspace(-0.9, 9.9, 109) + 1e-7:
        assert at(signal, t) == pytest.approx(BY_HAND[text](t), abs=1e-12)


@pytest.mark.parametrize("text", BY_HAND)
def test_no_jump_between_edges(text: str) -> None:
    """Where a signal has no edge, nearby times have nearby values: no jump is forgotten."""
    signal = signal_of(text)
    edges = signal.edges(-1, 10)
    times = np.arange(-1, 10, 4e-3) + 4.3e-4
    values = np.array([at(signal, t) for t in times])
    for k in np.flatnonzero(np.abs(np.diff(values)) > 0.05):
        assert ((edges >= times[k]) & (edges <= times[k + 1])).any()


def test_a_piece_is_valid_at_both_ends() -> None:
    signal = signal_of("step(2, 5)")
    assert signal.on(0, 2)(2.0) == 0.0
    assert signal.on(2, 4)(2.0) == 5.0


@given(
    period=st.floats(0.1, 10), duty=st.floats(0.01, 0.99), phase=st.floats(0, 1), count=st.integers(1, 40),
    height=st.floats(-5, 5),
)  # fmt: skip
def test_pulses_have_the_area_they_promise(period: float, duty: float, phase: float, count: int, height: float) -> None:
    """Height times duty times period, for each pulse."""
    signal = Pulses(height, period, duty, phase, count)
    end = (count + 2) * period
    cuts = np.concatenate([[0.0], signal.edges(0.0, end), [end]])
    area = sum((b - a) * float(signal.on(a, b)(a)) for a, b in pairwise(cuts))
    assert area == pytest.approx(height * duty * period * count, rel=1e-9, abs=1e-9)


def test_samples_of_an_input_with_letters() -> None:
    """One row of the data after the other, each for as long as it should stand; results hold both sides of a change."""
    data = np.random.default_rng(2).standard_normal((5, 3))
    model = neurodyn.Model(
        "dx[i]/dt = u[i]",
        indices={"N": {"letters": "i", "size": 3}, "T": {"letters": "n", "size": 5}},
        states={"x[i]": 0},
        parameters={"data[n,i]": data},
        inputs={"u[i]": "steps(data[n,i], n, every=0.2)"},
        bench={"until": 1.2, "record": ["x", "u"]},
    )
    result = neurodyn.simulate(model, rtol=1e-9)
    total = 0.2 * data.sum(axis=0) + 0.2 * data[-1]  # the last sample stands on
    np.testing.assert_allclose(result["x"].values[-1], total, rtol=1e-12)
    for k in range(1, 5):
        np.testing.assert_array_equal(result.at(0.2 * k, side="left")["u"], data[k - 1])
        np.testing.assert_array_equal(result.at(0.2 * k, side="right")["u"], data[k])


def test_far_pulses_are_found_at_once() -> None:
    """A train without end, looked at late: the edges of one stretch, not all since the start."""
    assert len(Pulses(1.0, 1.0, 0.5).edges(1e6, 1e6 + 10)) in (19, 20)


def test_too_many_pulses_are_refused() -> None:
    model = neurodyn.Model("dx/dt = u", states={"x": 0}, inputs={"u": "pulses(1, period=1e-9)"})
    with pytest.raises(neurodyn.InputError, match="too many edges"):
        neurodyn.simulate(model, until=10)


@pytest.mark.parametrize("given", ["step(1, 2)", "sin(t)", Pulses(2.0, 0.7)])
def test_an_input_with_letters_has_its_shape(given: Any) -> None:
    """One signal for all positions is the same as that signal written at each."""
    model = neurodyn.Model(
        "dx[i]/dt = sum(W[i,j]*u[j], j)",
        indices={"N": {"letters": "i j", "size": 3}},
        states={"x[i]": 0},
        parameters={"W[i,j]": "i + 2*j"},
        inputs={"u[i]": 0.0},
        bench={"until": 2, "record": ["x", "u"]},
    )
    result = neurodyn.simulate(model, inputs={"u": given})
    assert result["u"].dims == ("time", "N")
    signal = signal_of(given) if isinstance(given, str) else given
    assert result["u"].sel(time=1.8).values.tolist() == [at(signal, 1.8)] * 3
    single = neurodyn.Model("dx/dt = u", states={"x": 0}, inputs={"u": 0.0}, bench={"until": 2})
    total = neurodyn.simulate(single, inputs={"u": signal})["x"].values[-1]
    np.testing.assert_allclose(result["x"][-1], total * np.array([6.0, 9, 12]), rtol=1e-5)
