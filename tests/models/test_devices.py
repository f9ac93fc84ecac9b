"""Laws of devices: against ngspice's own devices, and against closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neurodyn
from tests.models.ngspice import needs_ngspice, ngspice

ROOM, V_T = 300.15, 8.617333262e-5 * 300.15


def currents(device: str, potentials: dict[str, np.ndarray], **values: object) -> dict[str, np.ndarray]:
    """The currents into the pins of a device, for rows of potentials of its pins."""
    parts = {f"U{p}": {"model": "voltage_source", "p": f"n{p}", "n": "gnd"} for p in potentials}
    parts["X"] = {"model": device, **{p: f"n{p}" for p in potentials}, **values}
    system = neurodyn.build(neurodyn.Model(parts=parts))
    count = len(next(iter(potentials.values())))
    rest = dict.fromkeys(system.layout.names, np.zeros(count))
    y = np.stack([{**rest, **{f"n{p}.v": v for p, v in potentials.items()}}[n] for n in system.layout.names], axis=-1)
    names = [f"X.{p}.i" for p in potentials]
    found = system.observe(names, trials=True)(0.0, y, {f"U{p}.V": 0.0 for p in potentials})
    return {p: np.broadcast_to(found[f"X.{p}.i"], count) for p in potentials}


@needs_ngspice
@pytest.mark.parametrize("celsius", [27, 75])
def test_a_diode_is_that_of_ngspice(tmp_path: Path, celsius: float) -> None:
    """Far below 0 V ngspice goes over to a cubic law, which differs by less than IS."""
    netlist = f"V1 a 0 0\nD1 a 0 DX\n.model DX D(IS=2e-14 N=1.3)\n.temp {celsius}"
    spice = ngspice(tmp_path, netlist, "dc V1 -2 1 0.05", ["i(V1)"])
    v = spice["sweep"]
    ours = currents("diode", {"p": v, "n": 0 * v}, IS="2e-14 A", N=1.3, T=ROOM - 27 + celsius)["p"]
    np.testing.assert_allclose(ours, -spice["i(V1)"], rtol=2e-5, atol=2e-14 if celsius == 27 else 2e-11)


@needs_ngspice
@pytest.mark.parametrize("kind", ["nmos", "pmos"])
def test_level_1_is_that_of_ngspice(tmp_path: Path, kind: str) -> None:
    """Sixty transistors, each with potentials of its own: cut off, linear, saturated, turned round, bulk either way."""
    sign = 1 if kind == "nmos" else -1
    rng = np.random.default_rng(1)
    v = {pin: rng.uniform(0, 5, 60) for pin in "dgs"}
    v["b"] = np.minimum(v["d"], v["s"]) + rng.uniform(-3, 0.3, 60)
    v = {pin: sign * value for pin, value in v.items()}
    lines = [f"V{pin}{k} {pin}{k} 0 {value[k]:.15g}" for pin, value in v.items() for k in range(60)]
    lines += [f"M{k} d{k} g{k} s{k} b{k} MX W=4u L=2u" for k in range(60)]
    lines += [f".model MX {kind.upper()}(LEVEL=1 KP=5e-5 VTO={sign * 0.8} LAMBDA=0.03 GAMMA=0.45 PHI=0.65 IS=1e-30)"]
    given = {"KP": "50 uA/V**2", "VTO": f"{sign * 0.8} V", "LAMBDA": "0.03 1/V", "GAMMA": 0.45, "PHI": "0.65 V"}
    ours = currents(kind, v, **given, W="4 um", L="2 um")
    wanted = {pin: [f"i(V{pin}{k})" for k in range(60)] for pin in v}
    spice = ngspice(tmp_path, "\n".join(lines), "op", [name for names in wanted.values() for name in names])
    for pin, names in wanted.items():
        theirs = -np.array([spice[name][0] for name in names])
        np.testing.assert_allclose(ours[pin], theirs, rtol=1e-9, atol=2e-14, err_msg=pin)
    assert (ours["d"] > 1e-6).any() and (ours["d"] < -1e-6).any() and (np.abs(ours["d"]) < 1e-10).any()


EKV = {"KP": "100 uA/V**2", "n": 1.4, "W": "3 um", "L": "1 um", "GMIN": 0}


def ekv(kind: str, d: object, g: object, s: object, b: object = 0.0) -> np.ndarray:
    given = {**EKV, "VTO": "0.6 V" if kind == "nmos_ekv" else "-0.6 V"}
    rows = dict(zip("dgsb", np.broadcast_arrays(*np.atleast_1d(d, g, s, b)), strict=True))
    return currents(kind, {pin: np.array(v) for pin, v in rows.items()}, **given)["d"]


def test_ekv_far_from_its_threshold_on_either_side() -> None:
    """Exponential with slope n below it, a square law above it, and in saturation whatever the drain does."""
    specific = 2 * 1.4 * 100e-6 * 3 * V_T**2
    g, s = np.linspace(0, 0.2, 5), 0.1
    weak = specific * np.exp(((g - 0.6) / 1.4 - s) / V_T)
    np.testing.assert_allclose(ekv("nmos_ekv", s + 0.02, g, s), weak * -np.expm1(-0.02 / V_T), rtol=1e-3)
    g = np.linspace(2, 5, 5)
    strong = 100e-6 * 3 / (2 * 1.4) * (g - 0.6 - 1.4 * s) ** 2
    np.testing.assert_allclose(ekv("nmos_ekv", 6.0, g, s), strong, rtol=1e-6)


def test_ekv_has_no_ends_and_two_signs() -> None:
    """The channel is symmetric in drain and source, and sees all potentials from the bulk; p is n turned round."""
    rng = np.random.default_rng(2)
    d, g, s, b = rng.uniform(0, 3, (4, 30))
    n = ekv("nmos_ekv", d, g, s, b)
    np.testing.assert_allclose(ekv("nmos_ekv", s, g, d, b), -n, rtol=1e-12)
    np.testing.assert_allclose(ekv("nmos_ekv", d + 1, g + 1, s + 1, b + 1), n, rtol=1e-9)
    np.testing.assert_allclose(ekv("pmos_ekv", -d, -g, -s, -b), -n, rtol=1e-12)


def test_a_diode_with_a_series_resistance() -> None:
    """Its two parts in series: at the same current the voltages add up."""
    model = neurodyn.Model(
        parts={
            "I": {"model": "current_source", "p": "gnd", "n": "a", "I": "20 mA"},
            "D": {"model": "diode_series", "p": "a", "n": "gnd", "RS": "10 ohm", "GMIN": 0},
            "C": {"model": "capacitor", "p": "a", "n": "gnd", "C": "1 nF"},
        }
    )
    end = neurodyn.simulate(neurodyn.build(model), until="1 us", save_at=[1e-6])
    assert float(end["a.v"][-1]) == pytest.approx(0.2 + V_T * np.log1p(20e-3 / 1e-14), rel=1e-6)
