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
