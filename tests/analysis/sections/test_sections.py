"""Crossings of sections, and systems that are looked at once in each period."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, Model, RunFailed, poincare, stroboscope
from tests.analysis.sections.systems import lorenz, oscillator


def test_an_oscillator_crosses_at_multiples_of_pi() -> None:
    up = poincare(oscillator(), "x", count=5, transient=1.0)
    assert up.time == pytest.approx(2 * math.pi * np.arange(1, 6), abs=1e-8)
    assert up.states == pytest.approx(np.tile([0.0, 1.0], (5, 1)), abs=1e-8)
    down = poincare(oscillator(), "x", direction="down", count=3, transient=1.0)
    assert down.time == pytest.approx(math.pi * np.array([1, 3, 5]), abs=1e-8)
    both = poincare(oscillator(), "x", direction="both", count=5, transient=1.0)
    assert both.intervals == pytest.approx([math.pi] * 4, abs=1e-8)
    assert up.sines == pytest.approx(1.0) and not up.touches.any()


def test_an_orbit_need_not_be_left_to_itself() -> None:
    found = poincare(oscillator(), "x - 0.5", count=2, transient=0)
    assert found.time == pytest.approx([math.pi / 6, math.pi / 6 + 2 * math.pi], abs=1e-8)


def test_a_touch_is_flagged() -> None:
    found = poincare(oscillator(), "x - 0.9999999", count=3, transient=1.0)
    assert found.touches.all() and "nearly touch" in str(found)


def test_sections_of_lorenz_are_where_they_should_be() -> None:
    found = poincare(lorenz(5.0), "z - rho + 1", count=20)
    assert found.coordinate("z") == pytest.approx(27.0, abs=1e-9)
    x, y = found.coordinate("x"), found.coordinate("y")
    assert (x * y - 8 / 3 * 27 > 0).all()  # z rises there
    assert found.status == "done" and len(found.time) == 20
    told = json.loads(json.dumps(found.to_json()))
    assert told["states"]["x"] == x.tolist() and told["section"] == "z - rho + 1"


def test_sections_speak_of_whole_networks() -> None:
    model = Model(
        "dx[i]/dt = y[i]\ndy[i]/dt = -x[i]",
        indices={"N": {"letters": "i j", "size": 3}},
        states={"x[i]": 1.0, "y[i]": 0.0},
        bench={"until": 10},
        name="row",
    )
    found = poincare(model, "sum(x[i], i)", count=2, transient=1.0)
    assert found.time == pytest.approx(math.pi * np.array([1.5, 3.5]), abs=1e-8)
    one = poincare(model, "x[2]", count=2, transient=1.0)
    assert one.time == pytest.approx(found.time)
    assert one.coordinate("y[0]") == pytest.approx(1.0, abs=1e-8)


def test_an_orbit_that_crosses_no_more() -> None:
    decay = Model("dx/dt = -x", states={"x": 1.0}, bench={"until": 1}, name="decay")
    found = poincare(decay, "x - 0.1", direction="down", count=3, transient=0.1, longest=4)
    assert found.time == pytest.approx([math.log(10)], abs=1e-8)
    assert poincare(decay, "x - 2", count=3, longest=2).time.size == 0


def test_ctrl_c_keeps_the_crossings(monkeypatch: pytest.MonkeyPatch) -> None:
    from neurodyn.backends.event_march import EventMarch

    calls, own = 0, EventMarch._arrive

    def arrive(self: EventMarch, *given: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 200:
            raise KeyboardInterrupt
        own(self, *given)

    monkeypatch.setattr(EventMarch, "_arrive", arrive)
    found = poincare(oscillator(), "x", count=1000, transient=1.0)
    assert found.status == "interrupted" and 0 < found.time.size < 1000 and "interrupted" in str(found)


@pytest.mark.parametrize(
    ("section", "words"),
    [("t - 3", "moves by itself"), ("3", "speaks of no state"), ("q", "q"), ("x - ", "x - "), (5, "is no text")],
)
def test_sections_that_are_none(section: Any, words: str) -> None:
    with pytest.raises(InputError) as found:
        poincare("lorenz", section)
    assert words in str(found.value)


def test_bad_options() -> None:
    with pytest.raises(InputError, match="direction is 'left'"):
        poincare("lorenz", "z - 27", direction="left")
    with pytest.raises(InputError, match="count is 0"):
        poincare("lorenz", "z - 27", count=0)
    with pytest.raises(InputError, match="no coordinate"):
        poincare(oscillator(), "x", count=1).coordinate("z")


ALPHA, BETA, HEIGHT, PERIOD, DUTY = 0.1, 0.5, 5.0, 1.0, 0.2
PULSES = {"u": f"pulses({HEIGHT}, period={PERIOD}, duty={DUTY}, phase={1 - DUTY})"}


@pytest.mark.parametrize(("at", "power"), [(0.0, 0.0), (1 - DUTY, 1 - DUTY)])
def test_habituation_under_pulses_has_its_closed_form(at: float, power: float) -> None:
    """Just after a pulse the memory is Q/(1 - q), just before it q**(1 - d) of that; the multiplier is q."""
    q = math.exp(-ALPHA * PERIOD)
    high = BETA * HEIGHT * (1 - q**DUTY) / ALPHA / (1 - q)
    found = stroboscope("habituation", PERIOD, at=at, inputs=PULSES)
    assert found.point == pytest.approx([high * q**power], abs=1e-8)
    assert found.multipliers == pytest.approx([q], abs=1e-8)
    assert found.stability == "stable"
    steps = np.abs(found.iterates[:, 0] - found.point[0])
    assert steps[1:50] == pytest.approx(q * steps[:49], rel=1e-6)


def test_a_chain_has_the_multipliers_of_its_units() -> None:
    inputs = {"u": "pulses(10, period=1, duty=0.1, phase=0.9)"}
    found = stroboscope("habituation_chain", 1.0, inputs=inputs, looks=5)
    assert np.sort(found.multipliers.real) == pytest.approx([math.exp(-0.2), math.exp(-0.02)], abs=1e-8)


def test_a_driven_oscillator_shrinks_areas_by_its_damping() -> None:
    text = "dx/dt = y\ndy/dt = x - x**3 - d*y + F*cos(w*t)"
    values = {"d": 0.3, "F": 0.2, "w": 1.2}
    model = Model(text, states={"x": 1.0, "y": 0.0}, parameters=values, name="duffing")
    period = 2 * math.pi / 1.2
    found = stroboscope(model, period, looks=20)
    assert np.prod(found.multipliers).real == pytest.approx(math.exp(-0.3 * period), rel=1e-9)
    told = json.loads(json.dumps(found.to_json()))
    assert told["stability"] == "stable" and len(told["iterates"]["x"]) == 21
    assert "a fixed point, stable" in str(found)
    twice = stroboscope(model, period, looks=20, returns=2)
    assert twice.point == pytest.approx(found.point, abs=1e-9)
    assert np.prod(twice.multipliers).real == pytest.approx(math.exp(-0.6 * period), rel=1e-8)


def test_what_does_not_repeat_is_refused() -> None:
    with pytest.raises(InputError, match=r"does not repeat after 0\.7"):
        stroboscope("habituation", 0.7, inputs=PULSES)
    with pytest.raises(InputError, match="does not repeat after 1"):
        stroboscope("habituation", 1.0)  # five pulses, then a rest
    with pytest.raises(InputError, match="returns is 0"):
        stroboscope("habituation", 1.0, inputs=PULSES, returns=0)


def test_no_fixed_point() -> None:
    model = Model("dx/dt = u", states={"x": 0.0}, inputs={"u": "pulses(1, period=1, duty=0.5)"}, name="counter")
    with pytest.raises(RunFailed, match="No state of counter"):
        stroboscope(model, 1.0, looks=3)
