"""Models with units: SI inside, scales of states, quantities from outside, units of results."""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest

import neurodyn

LEAKY = """
equations = \"\"\"
C*dv[i]/dt = g*(E - v[i]) + I[i]
J[i]       = g*(v[i] - E)
\"\"\"
[indices]
N = { letters = "i", size = 3 }
[states]
"v[i]" = { start = "E + v_0[i]", about = "membrane potential" }
[parameters]
C = "200 pF"
g = { value = 10, unit = "nS", given = "g > 0" }
E = "-70 mV"
"v_0[i]" = { value = [0, 5, -10], unit = "mV" }
[inputs]
"I[i]" = "window(20[ms], 60[ms], 0.1[nA])"
[bench]
until = "100 ms"
record = ["v", "J", "I"]
"""


def leaky(**values: object) -> neurodyn.System:
    return neurodyn.build(neurodyn.Model.from_text(LEAKY, name="leaky"), **values)  # type: ignore[arg-type]


def closed_form(t: np.ndarray, v_0: float, C: float, g: float, E: float, I: float) -> np.ndarray:  # noqa: E741
    """The membrane under a current from 20 ms to 60 ms, SI."""
    tau = C / g
    rise = np.where(t > 0.02, 1 - np.exp(-(t - 0.02) / tau), 0.0)
    fall = np.where(t > 0.06, 1 - np.exp(-(t - 0.06) / tau), 0.0)
    return E + v_0 * np.exp(-t / tau) + I / g * (rise - fall)


def test_the_leaky_membrane_follows_its_closed_form() -> None:
    result = neurodyn.simulate(leaky(), rtol=1e-10, atol=1e-12)
    t = result.time
    for k, v_0 in enumerate((0.0, 5e-3, -10e-3)):
        expected = closed_form(t, v_0, 200e-12, 10e-9, -70e-3, 0.1e-9)
        np.testing.assert_allclose(result["v"].values[:, k], expected, rtol=0, atol=1e-11)


def test_default_tolerances_hold_in_units_of_the_state() -> None:
    """An error of 1e-6 of a millivolt, though atol is 1e-9 and the state is near 0.07 in SI."""
    result = neurodyn.simulate(leaky())
    error = result["v"].values[:, 1] - closed_form(result.time, 5e-3, 200e-12, 10e-9, -70e-3, 0.1e-9)
    assert np.abs(error).max() < 1e-6 * 70e-3


def test_values_are_si_and_rounded_once() -> None:
    system = leaky()
    assert system.values["C"] == 200e-12 and system.values["g"] == 1e-8 and system.values["E"] == -0.07
    np.testing.assert_array_equal(system.values["v_0"], [0.0, 0.005, -0.01])


def test_results_say_their_unit() -> None:
    result = neurodyn.simulate(leaky())
    assert {n: result[n].attrs["unit"] for n in ("v", "J", "I", "time")} == {"v": "V", "J": "A", "I": "A", "time": "s"}
    assert "J" in result.summary() and " A " in result.summary()
    shown = result.plot()
    assert [a.get_ylabel() for a in shown.axes][:3] == ["$I$ (nA)", "$v$ (mV)", "$J$ (nS·mV)"]
    assert shown.axes[-1].get_xlabel() == "time (ms)"


def test_a_signal_fills_an_input_with_letters() -> None:
    for trials in (None, 2):
        recorded = neurodyn.simulate(leaky(), until="30 ms", trials=trials)["I"]
        assert recorded.dims == ("time", "N") and (recorded.values[-1] == 1e-10).all()


def test_a_model_without_units_has_none() -> None:
    result = neurodyn.simulate(neurodyn.load("lorenz"), until=0.1)
    assert "unit" not in result["x"].attrs and "unit" not in result["time"].attrs


def test_round_trip_keeps_units_as_written() -> None:
    model = neurodyn.Model.from_text(LEAKY)
    text = model.to_toml()
    assert neurodyn.Model.from_text(text) == model
    assert all(x in text for x in ('"200 pF"', 'unit = "nS"', "0.1[nA]", 'until = "100 ms"'))


SCALES = [
    ('{ start = "E" }', 1e-3),
    ('"-65 mV"', 1e-3),
    ('"-0.065 V"', 1.0),
    ('{ start = -65000, unit = "uV" }', 1e-6),
    ('{ start = "E", scale = "20 mV" }', 0.02),
    ('{ start = -65, unit = "mV", scale = 20 }', 0.02),
]


@pytest.mark.parametrize(("state", "scale"), SCALES)
def test_the_scale_is_declared_or_that_of_the_unit(state: str, scale: float) -> None:
    text = f'equations = "dv/dt = (E - v)/20[ms]"\n[states]\nv = {state}\n[parameters]\nE = "-65 mV"'
    system = neurodyn.build(neurodyn.Model.from_text(text))
    assert system.layout.scales.tolist() == pytest.approx([scale], rel=1e-15)
    assert system.start().tolist() == [-0.065]


@pytest.mark.parametrize(
    ("start", "scale"),
    [(0, 1.0), (1, 1.0), (-3e-12, 1e-12), ("2*a", 100.0), ("uniform(2, 3)*1e-6", 1e-6), (5e4, 1e4)],
)
def test_without_a_unit_the_start_gives_the_scale(start: object, scale: float) -> None:
    system = neurodyn.build(neurodyn.Model("dx/dt = -x", states={"x": start}, parameters={"a": 300.0}))
    assert system.layout.scales.tolist() == pytest.approx([scale], rel=1e-12)


def test_a_start_may_follow_from_other_starts() -> None:
    """Through definitions, for each trial on its own."""
    model = neurodyn.Model(
        "g[i] = 1/(1 + exp(-v[i]/5[mV]))\ndv[i]/dt = -v[i]/20[ms]\ndn[i]/dt = (g[i] - n[i])/5[ms]",
        indices={"N": {"letters": "i j", "size": 4}},
        states={"n[i]": "g[i] + mean(v[j], j)/1[V]", "v[i]": "normal(-60[mV], 5[mV])"},
    )
    system = neurodyn.build(model)
    for trials in (None, 3):
        found = system.layout.unpack(system.start(trials=trials, seed=3))
        v, n = found["v"], found["n"]
        np.testing.assert_allclose(n, 1 / (1 + np.exp(-v / 5e-3)) + v.mean(-1, keepdims=True), rtol=1e-13)
    given = system.layout.unpack(system.start({"v": "-65 mV"}))
    np.testing.assert_allclose(given["n"], 1 / (1 + np.exp(13)) - 0.065, rtol=1e-12)


def test_text_from_outside_is_converted_and_checked() -> None:
    assert leaky(C="0.3 nF").values["C"] == 3e-10
    assert leaky(g=2e-8).values["g"] == 2e-8  # bare numbers are SI
    assert leaky().with_values(E="-0.06 V").values["E"] == -0.06
    for given in ({"C": "0.3 nA"}, {"E": "-65"}, {"I": "step(1[ms], 2[mV])"}, {"g": "E"}):
        with pytest.raises(neurodyn.InputError) as caught:
            leaky(**given)
        assert caught.value.code == "dimension"
    result = neurodyn.simulate(leaky(), until="5 ms", start={"v": "-80 mV"}, inputs={"I": "50 pA"})
    assert (result.time[-1], result["v"].values[0, 0], result["I"].values[0, 0]) == (0.005, -0.08, 5e-11)
    for options in ({"until": "5"}, {"until": "5 mV"}, {"start": {"v": "5"}}, {"inputs": {"I": "3 mV"}}):
        with pytest.raises(neurodyn.InputError):
            neurodyn.simulate(leaky(), **options)


def test_a_run_with_units_repeats_exactly() -> None:
    """Also one whose input was a signal made in Python, which its recipe keeps as text with units."""
    made = leaky(I="window(1[ms], 2[ms], 0.3[nA]) - step(3[ms], 0.1[nA])*step(3.5[ms], 2)").signals["I"]
    for options in ({"inputs": {"I": made}}, {"inputs": {"I": "50 pA"}, "every": "1 ms"}, {"start": {"v": "-80 mV"}}):
        result = neurodyn.simulate(leaky(C="0.3 nF"), until="5 ms", **options)
        again = neurodyn.rerun(result)
        assert again.same, again


def test_a_model_without_units_takes_none() -> None:
    for give in (lambda: neurodyn.build("lorenz", rho="28 mV"), lambda: neurodyn.build("lorenz", rho=Pint(28, "mV"))):
        with pytest.raises(neurodyn.InputError) as caught:
            give()
        assert caught.value.code == "dimension" and "plain number" in str(caught.value)
    assert neurodyn.build("lorenz", rho="2*14").values["rho"] == 28


class Pint:
    """What a quantity of pint offers, for two units."""

    KNOWN: ClassVar = {
        "mV": (1e-3, {"[mass]": 1, "[length]": 2, "[time]": -3, "[current]": -1}),
        "ms": (1e-3, {"[time]": 1}),
    }

    def __init__(self, magnitude: object, unit: str) -> None:
        self.magnitude, self.unit = magnitude, unit

    @property
    def dimensionality(self) -> dict[str, Fraction]:
        return {k: Fraction(v) for k, v in self.KNOWN[self.unit][1].items()}

    def to(self, unit: str) -> Pint:
        powers = dict(part.split(" ** ") for part in unit.split(" * "))
        names = {"kilogram": "[mass]", "meter": "[length]", "second": "[time]", "ampere": "[current]"}
        assert {names[k]: float(v) for k, v in powers.items()} == self.KNOWN[self.unit][1]
        return Pint(np.asarray(self.magnitude) * self.KNOWN[self.unit][0], unit)

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise AssertionError("a quantity was read as if it had no unit")


def test_quantities_of_pint() -> None:
    system = leaky(E=Pint(-60, "mV"), v_0=Pint([1, 2, 3], "mV"))
    assert system.values["E"] == -0.06
    np.testing.assert_allclose(system.values["v_0"], [1e-3, 2e-3, 3e-3], rtol=1e-15)
    result = neurodyn.simulate(system, until=Pint(5, "ms"), start={"v": Pint(-80, "mV")})
    assert result.time[-1] == 0.005 and result["v"].values[0, 0] == -0.08
    with pytest.raises(neurodyn.InputError, match=r"E is in mV, but .* is in s"):
        leaky(E=Pint(1, "ms"))


@pytest.mark.slow
def test_quantities_of_brian2() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from brian2 import ms, mV, nA, nS, ohm, pF
    system = leaky(C=0.3 * pF * 1000, E=-60 * mV, v_0=[1, 2, 3] * mV, g=5 * nS)
    assert (system.values["C"], system.values["E"], system.values["g"]) == pytest.approx((3e-10, -0.06, 5e-9))
    np.testing.assert_allclose(system.values["v_0"], [1e-3, 2e-3, 3e-3])
    result = neurodyn.simulate(
        system, until=5 * ms, save_at=[1, 2, 5] * ms, start={"v": -80 * mV}, inputs={"I": 0.05 * nA}
    )
    np.testing.assert_allclose(result.time, [1e-3, 2e-3, 5e-3])
    again = neurodyn.build(system.model, C=300 * pF, E="-60 mV", v_0=np.array([1, 2, 3]) * 1e-3, g="5 nS")
    other = neurodyn.simulate(again, until="5 ms", save_at=[1e-3, 2e-3, 5e-3], start={"v": -0.08}, inputs={"I": 5e-11})
    np.testing.assert_allclose(result["v"].values, other["v"].values, rtol=1e-12)
    with pytest.raises(neurodyn.InputError, match=r"E is in mV, but .* is in"):
        leaky(E=3 * ohm)
