"""Which devices are passive: what is proved holds at random potentials, and what is not passive has a witness."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.power.leaves import Leaf, leaves
from neurodyn.analysis.power.passive import Passivity, passivity
from neurodyn.analysis.verdict import Verdict
from tests.models.test_devices import currents


def leaf_of(device: str, **values: Any) -> Leaf:
    """A device in a circuit that holds its pins by resistors."""
    pins = neurodyn.load(device).pins
    parts: dict[str, Any] = {f"R{p}": {"model": "resistor", "p": f"n{p}", "n": "gnd"} for p in pins}
    parts["X"] = {"model": device, **{p: f"n{p}" for p in pins}, **values}
    found = leaves(neurodyn.build(neurodyn.Model(parts=parts)))
    return next(x for x in found if x.name == "X")


def verdict_on(device: str, **values: Any) -> Passivity:
    return passivity(leaf_of(device, **values))


PASSIVE = ["resistor", "diode", "diode_pwl", "nmos", "pmos", "nmos_ekv", "pmos_ekv"]


@pytest.mark.parametrize("device", [*PASSIVE, "capacitor", "inductor", "memristor_hp", "memristor_vteam"])
def test_what_only_dissipates_or_stores_is_proved_passive(device: str) -> None:
    found = verdict_on(device)
    assert found.verdict is Verdict.PROVED, found.reason


@pytest.mark.parametrize("device", PASSIVE)
def test_what_is_proved_holds_at_random_potentials(device: str) -> None:
    """Power from the currents that the compiled laws give, beside the proof by symbols."""
    rng = np.random.default_rng(3)
    v = {pin: rng.standard_normal(200) * rng.choice([0.05, 0.5, 3.0], 200) for pin in neurodyn.load(device).pins}
    if "diode" in device:
        v = {pin: x / 10 for pin, x in v.items()}
    into = currents(device, v)
    power = sum(v[pin] * into[pin] for pin in v)
    assert (power >= -1e-12 * np.abs(power).max()).all()


def test_a_level_1_transistor_is_passive_with_all_its_effects() -> None:
    given = {"LAMBDA": "0.05 1/V", "GAMMA": 0.4, "VTO": "-0.3 V"}
    assert verdict_on("nmos", **given).verdict is Verdict.PROVED


@pytest.mark.parametrize("device", ["vccs", "opamp_pole", "buffer_pole", "comparator_hysteresis"])
def test_amplifiers_are_not_passive(device: str) -> None:
    found = verdict_on(device)
    assert found.verdict is Verdict.REFUTED and found.witness


def test_of_sources_it_is_not_asked() -> None:
    assert verdict_on("current_source").verdict is None


def device(equations: str, energy: str | None = None, **parameters: Any) -> Passivity:
    model = neurodyn.Model(
        f"{equations}\nn.i = -p.i", pins={"p": {}, "n": {}}, energy=energy, parameters={"g": 2.0, "C": 3.0}
    )
    return passivity(Leaf("X", model, {"g": 2, "C": 3}))


def test_a_device_of_negative_slope_is_passive_and_one_of_negative_current_is_not() -> None:
    """The tunnel diode's bend alone gives no power: the sign of v*i counts."""
    assert device("p.i = g*(p.v - n.v)*(1 + (p.v - n.v)**2)").verdict is Verdict.PROVED
    active = device("p.i = (p.v - n.v)**3 - (p.v - n.v)")
    assert active.verdict is Verdict.REFUTED
    gap = active.witness["p.v"] - active.witness["n.v"]
    assert gap**2 * (1 - gap**2) > 0  # the witness does what it is said to do


def test_a_diode_that_conducts_at_no_voltage_gives_power() -> None:
    found = verdict_on("diode_pwl", b="1 mA")
    assert found.verdict is Verdict.REFUTED
    assert -1e-3 / 4.381e-3 < found.witness["p.v"] - found.witness["n.v"] < 0


def test_a_transistor_whose_current_does_not_turn_gives_power() -> None:
    """Without the swap of drain and source the channel of level 1 drives a current against its voltage."""
    law = "d.i = k*max(g.v - s.v, 0)**2\ns.i = -d.i\ng.i = 0"
    model = neurodyn.Model(law, pins={"d": {}, "g": {}, "s": {}}, parameters={"k": 1.0})
    found = passivity(Leaf("X", model, {"k": 1}))
    assert found.verdict is Verdict.REFUTED and found.witness["d.v"] < found.witness["s.v"]


def test_a_leak_beside_a_store_is_what_is_dissipated() -> None:
    law = "p.i = C*ddt(p.v - n.v) + g*(p.v - n.v)\nE = C*(p.v - n.v)**2/2"
    model = neurodyn.Model(f"{law}\nn.i = -p.i", pins={"p": {}, "n": {}}, energy="E", parameters={"g": 2, "C": 3})
    leaf = Leaf("X", model, {"g": 2, "C": 3})
    assert str(leaf.dissipated().factor()) == "g*(n.v - p.v)**2"
    assert passivity(leaf).verdict is Verdict.PROVED


@pytest.mark.parametrize("energy", [None, "E"])
def test_rates_that_no_energy_explains_are_told(energy: str | None) -> None:
    """No energy, or one that is twice too large."""
    found = device("p.i = C*ddt(p.v - n.v)" + ("\nE = C*(p.v - n.v)**2" if energy else ""), energy)
    assert found.verdict is Verdict.UNDECIDED and "rates" in found.reason
