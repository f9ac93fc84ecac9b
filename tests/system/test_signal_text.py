"""A signal as text reads back as an equal signal, to the last bit."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurodyn
from neurodyn.system.signal_text import signal_text
from neurodyn.system.signals import Combined, Constant, Pulses, Ramp, Repeat, Signal, Smooth, Step, Window
from neurodyn.system.system import System

SYSTEM = neurodyn.build(neurodyn.Model("dx/dt = u", states={"x": 0}, parameters={"a": 2.0}, inputs={"u": 0.0}))

numbers = st.floats(-1e6, 1e6, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-290)
times = st.floats(-50, 50)
spans = st.tuples(times, st.floats(1e-3, 50))
periods = st.floats(1e-2, 10)


def read(text: str, system: System = SYSTEM) -> Signal:
    return system.with_values(u=text).signals["u"]


@st.composite
def plain(draw: Any) -> Signal:
    start, length = draw(spans)
    height, low = draw(numbers), draw(numbers)
    return draw(
        st.sampled_from([
            Constant(height), Step(start, height), Window(start, start + length, height),
            Ramp(start, start + length, low, height), Smooth(lambda t: np.sin(3 * t), "sin(3*t)"),
            Pulses(height, draw(periods), draw(st.floats(0, 1)), draw(st.floats(0, 2)), draw(st.integers(0, 9))),
            Pulses(height, draw(periods)),
        ])
    )  # fmt: skip


def nested(inner: st.SearchStrategy[Signal]) -> st.SearchStrategy[Signal]:
    operations = st.sampled_from([operator.add, operator.sub, operator.mul])
    return st.builds(Combined, operations, inner, inner) | st.builds(Repeat, inner, periods, st.integers(0, 5))


@settings(max_examples=150)
@given(st.recursive(plain(), nested, max_leaves=5))
def test_reading_the_text_gives_the_same_signal(signal: Signal) -> None:
    text = signal_text(signal)
    if text is None:
        return
    again = read(text)
    edges = signal.edges(-60, 120)
    np.testing.assert_array_equal(again.edges(-60, 120), edges)
    cuts = np.concatenate([[-60.0], edges[:40]])
    for low, high in itertools.pairwise(cuts):
        for t in (low, (low + high) / 2, high):
            np.testing.assert_array_equal(again.on(low, high)(t), signal.on(low, high)(t))


@pytest.mark.parametrize(
    "text",
    [
        "0.1", "-3.0", "step(start=2.0, height=0.1)", "window(start=1.0, stop=2.0, height=-1.0)",
        "pulses(height=1.0, period=0.3, duty=0.5, phase=0.1, count=7)", "sin(2*t) + exp(-t)",
        "(step(start=1.0, height=1.0)) * (cos(t))", "(pulses(height=2.0, period=1.0, duty=0.5, phase=0.0)) - (0.7)",
        "repeat(signal=ramp(start=0.0, stop=1.0, low=0.0, high=1.0), period=2.0, count=3)",
    ],
)  # fmt: skip
def test_the_texts_themselves(text: str) -> None:
    assert signal_text(read(text)) == text


@pytest.mark.parametrize("text", ["a", "a*step(1)", "pulses(a, period=1/a)"])
def test_parameters_stand_in_it_as_numbers(text: str) -> None:
    told = signal_text(read(text))
    assert told is not None and "a" not in told.replace("phase", "").replace("start", "")
    again = read(told, SYSTEM.with_values(a=5.0))
    assert again.on(1.1, 1.2)(1.15) == read(text).on(1.1, 1.2)(1.15)


@pytest.mark.parametrize(
    "signal",
    [
        Constant(np.ones(3)), Constant(float("inf")), Step(1.0, float("nan")), Smooth(np.sin),
        Combined(operator.truediv, Step(1.0), Step(2.0)), Combined(max, Step(1.0), Step(2.0)),
        Combined(operator.mul, Constant(0.1), Smooth(np.sin, "sin(t)")), Repeat(Smooth(np.sin), 1.0, 2), object(),
        Step(1.0, 1e-310),
    ],
)  # fmt: skip
def test_what_has_no_text(signal: Any) -> None:
    assert signal_text(signal) is None


def test_an_expression_with_parameters_has_none() -> None:
    """Its text would mean something else where they have other values."""
    assert signal_text(read("sin(a*t)")) is None
