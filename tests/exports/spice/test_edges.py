"""Inputs with edges that take time: sources say what our own signals say, with the same area."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn import InputError, Model, build
from neurodyn.exports.edges import Edges, Polyline
from neurodyn.exports.spice import to_spice
from neurodyn.exports.spice.sources import Clock, Source
from neurodyn.system.signals import Constant, Signal

EDGES = Edges(0.0, 10.0, 0.01)
STRAIGHT = [
    "pulses(5, period=1, duty=0.1, phase=0.9, count=4) + pulses(9, period=1, duty=0.3, phase=0.2)*window(5, 7)",
    "step(2, 3) - step(0, 1)",
    "ramp(1, 3, -1, 4)*window(2, 8)",
    "repeat(ramp(0, 1, 0, 1), period=1.5, count=4)",
    "pulses(2, period=3, duty=0.5)",
]


def signal_of(text: str) -> Signal:
    return build(Model(["dx/dt = u - x"], states={"x": 0}, inputs={"u": text})).signals["u"]


def values(signal: Signal, times: np.ndarray) -> np.ndarray:
    edges = np.concatenate([[0.0], signal.edges(0.0, 10.0), [10.0]])
    at = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, len(edges) - 2)
    return np.array([float(signal.on(edges[k], edges[k + 1])(t)) for t, k in zip(times, at, strict=True)])


@pytest.mark.parametrize("text", STRAIGHT)
def test_between_edges_it_is_the_signal_and_under_it_is_the_same_area(text: str) -> None:
    told = signal_of(text)
    finite = EDGES.finite(told, 0, "u")
    assert isinstance(finite, Polyline)
    times = np.linspace(0, 10, 4001)
    far = np.abs(times[:, None] - told.edges(0, 10)[None]).min(axis=1) > EDGES.rise
    np.testing.assert_allclose(values(finite, times)[far], values(told, times)[far], atol=1e-12)
    fine = np.linspace(0, 10, 2_000_001)
    area = np.trapezoid(np.interp(fine, finite.times, finite.values), fine)
    edges = np.concatenate([[0.0], told.edges(0, 10), [10.0]])
    middles = (edges[:-1] + edges[1:]) / 2
    exact = (np.diff(edges) * values(told, middles)).sum()
    # Beside a slope the middle of the jump is off by the square of the rise.
    assert area == pytest.approx(exact, abs=3 * EDGES.rise**2)


def card(text: str, t1: float = 10.0) -> str:
    edges = Edges(0.0, t1, 0.01)
    told = signal_of(text)
    return Source("u", told, edges.finite(told, 0, "u")).card(edges, Clock(0.0, 0.5))


def test_one_endless_train_is_a_pulse_source_and_others_are_lines() -> None:
    """Times are in units of half a second."""
    assert card("pulses(2, period=3, duty=0.5, phase=0.1)") == "PULSE(0 2 0.59 0.02 0.02 2.98 6)"
    assert card("pulses(2, period=3, duty=0.5, phase=0.1, count=9)").startswith("PULSE")
    assert card("pulses(2, period=3, duty=0.5, phase=0.1, count=1)") == "PWL(0 0 0.59 0 0.61 2 3.59 2 3.61 0 20 0)"
    assert card("pulses(2, period=3, duty=0.5)", 2.0) == "PWL(0 2 2.99 2 3.01 0 4 0)"  # high from the start
    assert card("step(20, 1)") == "DC 0"


def test_every_number_of_an_input_with_letters() -> None:
    model = Model(
        ["dx[i]/dt = u[i] - x[i]"],
        indices={"N": {"letters": "i", "size": 2}},
        states={"x[i]": 0},
        inputs={"u[i]": "(1 + i)*step(1, 3)"},
        bench={"until": 4},
    )
    netlist = to_spice(model)
    assert isinstance(netlist.signals["u"].on(2.0, 3.0)(2.5), np.ndarray)
    np.testing.assert_allclose(netlist.signals["u"].on(2.0, 3.0)(2.5), [3.0, 6.0])


def test_a_signal_of_the_caller_is_refused_by_name() -> None:
    class Own:
        def edges(self, t0: float, t1: float) -> np.ndarray:
            return np.empty(0)

        def on(self, a: float, b: float) -> object:
            return lambda t: t

    system = build(Model(["dx/dt = u - x"], states={"x": 0}, inputs={"u": 0}, bench={"until": 1}))
    with pytest.raises(InputError, match=r"The input u is a Own, which has no form in a netlist. Sample it"):
        to_spice(system.with_values(u=Own()))
    assert isinstance(EDGES.finite(Constant(2.0), 0, "u"), Constant)
