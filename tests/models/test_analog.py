"""Analog circuits: waveforms beside ngspice, from netlists written by hand, and closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neurodyn
from tests.models.ngspice import needs_ngspice, ngspice

CLIPPER = """
V1 in 0 SIN(0 5 1k)
R in out 2.2k
D1 out 0 DX
D2 0 out DX
C out 0 10n
.model DX D(IS=1e-14)
"""
INVERTER = """
VDD vdd 0 5
VIN in 0 PWL(0 0 10n 0 20n 5 110n 5 120n 0)
MN out in 0 0 N W=2u L=1u
MP out in vdd vdd P W=5u L=1u
C out 0 100f
.model N NMOS(LEVEL=1 KP=100u VTO=0.7 LAMBDA=0.02)
.model P PMOS(LEVEL=1 KP=40u VTO=-0.7 LAMBDA=0.02)
"""


@needs_ngspice
@pytest.mark.parametrize(
    ("name", "netlist", "command"),
    [("diode_clipper", CLIPPER, "tran 1u 0.6m 0 1u"), ("inverter", INVERTER, "tran 0.05n 60n 0 0.05n")],
)
def test_waveforms_are_those_of_ngspice(tmp_path: Path, name: str, netlist: str, command: str) -> None:
    spice = ngspice(tmp_path, netlist, command, ["v(out)"])
    time, first = np.unique(spice["sweep"], return_index=True)
    ours = neurodyn.simulate(neurodyn.build(name), until=time[-1], save_at=time[1::29], record=["out.v"])
    theirs = np.interp(ours.time, time, spice["v(out)"][first])
    assert np.abs(ours["out.v"].values - theirs).max() < 2e-4 * np.ptp(theirs)


def test_the_low_pass_settles_into_its_periodic_wave() -> None:
    """With q = exp(-T/(2*R*C)) the peaks of the steady wave are 1/(1 + q), those from rest 1 - q + q**2 - ..."""
    q = np.exp(-2)
    ends = neurodyn.simulate(neurodyn.build("rc_low_pass"), save_at=[2e-3, 6e-3, 10e-3], rtol=1e-7)["out.v"].values
    rest = [1 - q, 1 - q + q**2 - q**3, 1 - q + q**2 - q**3 + q**4 - q**5]
    np.testing.assert_allclose(ends, rest, atol=1e-6)


def test_a_capacitor_and_an_inductor_ring() -> None:
    """Charge goes round at 1/sqrt(L*C), without loss."""
    model = neurodyn.Model(
        parts={
            "C": {"model": "capacitor", "p": "a", "n": "gnd", "C": "1 uF"},
            "L": {"model": "inductor", "p": "a", "n": "gnd", "L": "1 mH"},
        },
        unknowns={"a.v": "2 V"},
    )
    run = neurodyn.simulate(neurodyn.build(model), until="0.2 ms", rtol=1e-7, every="10 us")
    phase = run.time / np.sqrt(1e-9)
    np.testing.assert_allclose(run["a.v"].values, 2 * np.cos(phase), atol=1e-5)
    np.testing.assert_allclose(run["L.i"].values, 2 * np.sqrt(1e-3) * np.sin(phase), atol=1e-6)


class TestHabituation:
    SLOPE, VOLTS = 4.381e-3, 2.765 / 4.381

    def first_peak(self, source: float, divider: float) -> float:
        """The diode's line with the resistances that it sees: R4 and the divider's."""
        current = (self.SLOPE * (22 / 104 * source - self.VOLTS)) / (1 + self.SLOPE * (100e3 + divider))
        return 100e3 * current

    @pytest.mark.parametrize(("high", "low", "loss"), [(82e3, 22e3, 0.148), (8.2e3, 2.2e3, 0.017)])
    def test_a_divider_without_a_buffer_is_loaded(self, high: float, low: float, loss: float) -> None:
        """By its own resistance: the response is smaller by what the circuit says of itself."""
        system = neurodyn.build("habituation_loaded", values={"R1.R": high, "R2.R": low})
        run = neurodyn.simulate(system, until="0.95 s", record=["y"], save_at=[0.9, 0.95])
        divider = high * low / (high + low)
        assert float(run.at(0.9)["y"]) == pytest.approx(self.first_peak(5, divider), rel=1e-6)
        assert float(system.values["loss"]) == pytest.approx(1 - self.first_peak(5, divider) / self.first_peak(5, 0))
        assert float(system.values["loss"]) == pytest.approx(loss, abs=2e-3)

    def test_the_second_of_a_chain_hears_the_first(self) -> None:
        run = neurodyn.simulate(neurodyn.build("habituation_chain_analog"), until="0.95 s", save_at=[0.9, 0.95])
        y1 = float(run.at(0.9)["y1"])
        assert y1 == pytest.approx(self.first_peak(9, 0), rel=1e-6)
        assert float(run.at(0.9)["y2"]) == pytest.approx(self.first_peak(7 * y1, 0), rel=1e-6)


def test_the_leaky_integrate_and_fire_circuit_charges_and_fires() -> None:
    """Up as R*I*(1 - exp(-t/(R*C))) to where the comparator's level loses its hold, and then down fast."""
    system = neurodyn.build("lif_analog")
    run = neurodyn.simulate(system, until="0.8 ms", inputs={"I.I": "40 nA"}, every="2 us")
    mem = run["mem.v"].values
    fired = int(mem.argmax())
    s = np.sqrt(1 - 20e-3 / 400e-3)
    assert mem[fired] == pytest.approx(0.6 + 0.4 * s - 20e-3 * np.arctanh(s), rel=0.03)
    np.testing.assert_allclose(mem[:fired], -4 * np.expm1(-run.time[:fired] / 2e-3), atol=2e-5)
    assert mem[-1] < 0.4 < 0.9 < mem[fired] and run["spike.v"].values.max() > 1.7


def test_the_axon_hillock_trades_charge() -> None:
    """The feedback moves C_f*V_dd: the input brings it back between spikes, and the way to ground takes it in them."""
    system = neurodyn.build("axon_hillock")
    run = neurodyn.simulate(
        system,
        until="160 us",
        start={"mem.v": 0.8, "mid.v": 1.8},
        inputs={"I.I": "20 nA"},
        every="0.05 us",
        record=["mem.v", "out.v"],
    )
    out = run["out.v"].values > 0.9
    turns = run.time[1:][np.diff(out.astype(int)) != 0]
    high, low = turns[1] - turns[0], turns[2] - turns[1]
    assert low == pytest.approx(0.5e-12 * 1.8 / 20e-9, rel=0.05)
    drain = 100e-6 / 10 / 2 * 0.1**2 * (1 + 0.05 * 1.0) - 20e-9
    assert high == pytest.approx(0.5e-12 * 1.8 / drain, rel=0.1)
    assert np.ptp(run["mem.v"].values[run.time > turns[0]]) == pytest.approx(0.6 * 2, rel=0.1)


def test_the_hopfield_circuit_is_hopfields_equation() -> None:
    """C*du/dt = (g(-u') - u)/R' - u/R + I for each neuron, and its two stable states are mirror images."""
    by_hand = neurodyn.Model(
        """
        C*du/dt = (-tanh(10*w) - u)/R2 - u/R + i
        C*dw/dt = (-tanh(10*u) - w)/R2 - w/R
        V1 = tanh(10*u)
        """,
        states={"u": 0, "w": 0},
        parameters={"C": 1e-9, "R": 1e4, "R2": 2e4},
        inputs={"i": "window(0, 20e-6, 2e-6)"},
    )
    times = {"until": 80e-6, "save_at": np.linspace(0, 80e-6, 17), "record": ["V1"], "rtol": 1e-8}
    one, other = neurodyn.simulate(by_hand, **times), neurodyn.simulate(neurodyn.build("hopfield_analog"), **times)
    np.testing.assert_allclose(other["V1"].values, one["V1"].values, atol=1e-6)
