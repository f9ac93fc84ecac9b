"""Amplifiers, comparators, controlled sources and memristors in small circuits, against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurodyn

Result = neurodyn.Result


def run(until: str, parts: dict[str, Any], **asked: Any) -> Result:
    return neurodyn.simulate(neurodyn.build(neurodyn.Model(parts=parts)), until=until, **{"rtol": 1e-8, **asked})


def source(node: str, volts: str) -> dict[str, Any]:
    return {"model": "voltage_source", "p": node, "n": "gnd", "V": volts}


def resistor(one: str, other: str, ohms: float) -> dict[str, Any]:
    return {"model": "resistor", "p": one, "n": other, "R": ohms}


def test_an_ideal_amplifier_integrates() -> None:
    """-t/(R*C) of the input, whatever hangs on its output."""
    parts = {
        "U": source("in", "2 V"),
        "R": resistor("in", "minus", 1000),
        "C": {"model": "capacitor", "p": "minus", "n": "out", "C": "1 uF"},
        "A": {"model": "opamp", "p": "gnd", "n": "minus", "out": "out"},
        "load": resistor("out", "gnd", 50),
    }
    found = run("3 ms", parts, every="0.5 ms")
    np.testing.assert_allclose(found["out.v"].values, -2 * found.time / 1e-3, atol=1e-9)
    np.testing.assert_allclose(found["minus.v"].values, 0, atol=1e-12)


def test_the_bandwidth_of_an_amplifier_is_that_of_the_loop() -> None:
    """A follower of gain A0/(1 + A0) has the time constant 1/(2*pi*GBW*(1 + 1/A0))."""
    amplifier = {"model": "opamp_pole", "p": "in", "n": "out", "out": "out", "A0": 50, "GBW": "1 MHz"}
    found = run("0.6 us", {"U": source("in", "1 V"), "A": amplifier}, every="50 ns")
    rate = 2 * np.pi * 1e6 * (1 + 1 / 50)
    np.testing.assert_allclose(found["out.v"].values, 50 / 51 * -np.expm1(-rate * found.time), atol=1e-6)


def test_a_buffer_with_a_pole_is_loaded_at_its_output_alone() -> None:
    buffer = {"model": "buffer_pole", "in": "in", "out": "out", "tau": "1 us", "RO": 100}
    parts = {
        "U": source("top", "3 V"),
        "R": resistor("top", "in", 1e6),
        "B": buffer,
        "load": resistor("out", "gnd", 300),
    }
    found = run("3 us", parts, every="0.5 us")
    np.testing.assert_allclose(found["out.v"].values, 3 * 0.75 * -np.expm1(-found.time / 1e-6), atol=1e-6)


def test_two_controlled_current_sources_make_an_inductor_of_a_capacitor() -> None:
    """A gyrator: seen from its other port, C is an inductance C/G**2, here 1 mH."""
    parts = {
        "U": source("top", "1 V"),
        "R": resistor("top", "a", 10),
        "G1": {"model": "vccs", "p": "gnd", "n": "b", "cp": "a", "cn": "gnd", "G": "1 mS"},
        "G2": {"model": "vccs", "p": "a", "n": "gnd", "cp": "b", "cn": "gnd", "G": "1 mS"},
        "C": {"model": "capacitor", "p": "b", "n": "gnd", "C": "1 nF"},
    }
    found = run("0.3 ms", parts, every="50 us", record=["R.p.i"])
    np.testing.assert_allclose(found["R.p.i"].values, 0.1 * -np.expm1(-found.time * 10 / 1e-3), atol=1e-8)


def test_a_comparator_tells_which_input_is_higher() -> None:
    slow = "ramp(0[s], 1[s], -20[mV], 20[mV])"
    parts = {
        "U": source("in", slow),
        "A": {
            "model": "comparator",
            "p": "in",
            "n": "gnd",
            "out": "out",
            "V_low": "-1 V",
            "V_high": "3 V",
            "width": "4 mV",
        },
        "R": resistor("out", "c", 1),
        "C": {"model": "capacitor", "p": "c", "n": "gnd", "C": "1 pF"},
    }
    found = run("1 s", parts, every=0.1, method="Radau")
    np.testing.assert_allclose(found["out.v"].values, 1 + 2 * np.tanh((0.04 * found.time - 0.02) / 8e-3), atol=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_level_ends_where_it_loses_its_hold(sign: int) -> None:
    """s = tanh((d + V_h*s)/w) folds where V_h*(1 - s**2) = w."""
    slow = f"ramp(0[ms], 1[ms], {sign * 65}[mV], {sign * 90}[mV])"
    comparator = {"model": "comparator_hysteresis", "p": "in", "n": "gnd", "out": "out", "s": -sign}
    found = run(
        "1 ms", {"U": source("in", slow), "A": comparator, "R": resistor("out", "gnd", 1e4)}, rtol=1e-5, every="10 us"
    )
    s = np.sqrt(1 - 10e-3 / 100e-3)
    kept = (found["A.s"].values * sign < 0).sum() - 1
    assert 65e-3 + 25e-3 * kept / 100 == pytest.approx(100e-3 * s - 10e-3 * np.arctanh(s), abs=1e-3)


def test_an_ideal_comparator_makes_a_relaxation_oscillator() -> None:
    """Its level charges a capacitor towards itself: half a period is R*C*ln((1 + h)/(1 - h)), h = V_h over 1 V."""
    parts = {
        "A": {"model": "comparator_ideal", "p": "gnd", "n": "c", "out": "out", "V_high": "1 V", "V_low": "-1 V"},
        "R": resistor("out", "c", 900),
        "C": {"model": "capacitor", "p": "c", "n": "gnd", "C": "1 uF"},
    }
    system = neurodyn.build(neurodyn.Model(parts=parts), values={"A.V_h": 0.2, "A.RO": 100})
    found = neurodyn.simulate(system, until="3 ms", rtol=1e-9, record=["A.up", "A.down"])
    turns = np.sort(np.concatenate([found.events("A.up").time, found.events("A.down").time]))
    np.testing.assert_allclose(np.diff(turns)[1:], 1e-3 * np.log(1.2 / 0.8), rtol=1e-7)
    assert len(turns) == 7


def test_a_memristor_counts_the_charge() -> None:
    """With k = 1 the logit of w goes up by 4*mu*R_on/D**2 times the charge, at whatever current."""
    current = "0.3[mA]*sin(2*pi*10[Hz]*t) + 20[uA]"
    parts = {
        "I": {"model": "current_source", "p": "gnd", "n": "a", "I": current},
        "X": {"model": "memristor_hp", "p": "a", "n": "gnd"},
    }
    found = run("0.2 s", parts, every="20 ms")
    w, turn = found["X.w"].values, 2 * np.pi * 10
    charge = 0.3e-3 / turn * (1 - np.cos(turn * found.time)) + 20e-6 * found.time
    np.testing.assert_allclose(np.log(w / (1 - w)), np.log(1 / 9) + 4e4 * charge, atol=1e-5)
    ohms = 100 * w + 16e3 * (1 - w)
    current = 0.3e-3 * np.sin(turn * found.time) + 20e-6
    np.testing.assert_allclose(found["a.v"].values, ohms * current, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("volts", [0.45, 1.0, -1.5])
def test_a_memristor_with_thresholds_keeps_between_them(volts: float) -> None:
    """With k = 1: dw/dt = K*(1 - w**2) above, the same of 1 - w below, nothing between."""
    parts = {"U": source("a", f"{volts} V"), "X": {"model": "memristor_vteam", "p": "a", "n": "gnd", "w": 0.3}}
    found = run("20 ms", parts, every="2 ms", record=["X.w", "X.p.i"])
    rise = max(abs(volts) / 0.5 - 1, 0) * 50 * found.time
    expected = np.tanh(rise + np.arctanh(0.3)) if volts > 0 else 1 - np.tanh(rise + np.arctanh(0.7))
    np.testing.assert_allclose(found["X.w"].values, expected, atol=1e-6)
    np.testing.assert_allclose(found["X.p.i"].values, volts / (1e3 + 99e3 * expected), rtol=1e-5)
