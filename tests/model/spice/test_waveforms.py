"""Netlists run here and in ngspice: the same waveforms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import neurodyn
from tests.models.ngspice import needs_ngspice, ngspice

EQUAL, OWN_DEVICES = 1e-3, 1e-2  # of the swing: with the same equations; with ngspice's diode and MOSFET

CASES = {
    "pulses and a subcircuit": (
        """.param r0=1k tau={r0*1u}
V1 in 0 PULSE(0 5 1m 1u 2u 1.5m 4m)
R1 in out {r0}
C1 out 0 {tau/r0}
X1 out far ladder r='2*r0'
.subckt ladder a b params: r=1k c=20n
X1 a m cell params: r={r} c={2*c}
X2 m b cell r={r/2}
.subckt cell p q r=1 c=10n
R1 p1 q {r}
R2 p p1 1
C1 q 0 {c}
.ends cell
.ends ladder
.tran 20u 10m""",
        EQUAL,
    ),
    "pulses that are cut off, and late ones": (
        """V1 a 0 PULSE(1 -1 0.5m 0.4m 0.3m 2m 1.5m)
R1 a b 1k
C1 b 0 0.2u
V2 c 0 PULSE(0 2 3.2m 0.1m 0.1m 0.5m 1m)
R2 c d 1k
C2 d 0 0.1u
V3 e 0 PULSE(0 2 0.3m 0.1m 0.1m 0.3m 1m 3)
R3 e f 1k
C3 f 0 0.1u
.tran 10u 6m""",
        EQUAL,
    ),
    "a resonance on a broken line": (
        """Vs in 0 PWL(0 0 1u 1 50u 1
+ 51u -0.5, 120u -0.5 121u 0)
R1 in a 10
L1 a out 1mH
C1 out 0 100n
Rp out 0 5k
.tran 0.2u 300u""",
        EQUAL,
    ),
    "sines and exponentials, from an operating point": (
        """V1 in 0 SIN(1 0.5 2k 0.2m 400 30)
R1 in out 1k
C1 out 0 50n
I1 0 x EXP(1m 3m 0.1m 0.2m 1m 0.1m)
Rx x out 2k
Cx x 0 20n
.tran 5u 2m""",
        EQUAL,
    ),
    "what is held": (
        """V1 in 0 3
R1 in out 1k
C1 out 0 1u
R2 out b 2k
C2 b 0 1u
.ic v(out)=1
.tran 20u 6m""",
        EQUAL,
    ),
    "given starts": (
        """V1 in 0 3
R1 in out 1k
C1 out mid 1u IC=0.5
C2 mid 0 2u
Rm mid 0 10k
L1 out b 10m IC=1m
Rb b 0 1k
.ic v(mid)=0.25
.tran 10u 4m uic""",
        EQUAL,
    ),
    "a rectifier": (
        """V1 in 0 SIN(0 5 1k)
D1 in out DX area=2
R1 out 0 1k
C1 out 0 1u
.model DX D(IS=2e-14 N=1.3 RS=2)
.tran 5u 2m""",
        OWN_DEVICES,
    ),
    "an amplifier and an inverter": (
        """Vdd vdd 0 5
Vin in 0 PULSE(0 5 20u 5u 5u 60u 200u)
M1 out in 0 0 NM W=10u L=2u
M2 out in vdd vdd PM W=20u L=2u
C1 out 0 100p
Rd vdd d 20k
M3 d g 0 0 NM W=20u L=2u m=2
Rg in g 10k
Cg g 0 1n
.model NM NMOS(LEVEL=1 VTO=0.8 KP=50u LAMBDA=0.02 GAMMA=0.4)
.model PM PMOS VTO=-0.9 KP=20u LAMBDA=0.03
.tran 0.2u 150u""",
        OWN_DEVICES,
    ),
}


QUICK = ("given starts", "sines and exponentials, from an operating point")


@needs_ngspice
@pytest.mark.parametrize("name", [pytest.param(n, marks=[] if n in QUICK else pytest.mark.slow) for n in CASES])
def test_the_waveforms_are_those_of_ngspice(name: str, tmp_path: Path) -> None:
    netlist, tolerance = CASES[name]
    model = neurodyn.Model.from_spice(f"{name}\n{netlist}\n.end\n")
    ours = neurodyn.simulate(model)
    *cards, tran = netlist.splitlines()
    _, step, stop, *uic = tran.split()
    command = f"tran {step} {stop} 0 {step} {' '.join(uic)}"
    waves = {node: f"v({node.removesuffix('.v')})" for node in model.bench["record"]}
    theirs = ngspice(tmp_path, "\n".join(cards), command, [*waves.values()])
    jumps = ours.time[1:][np.diff(ours.time) == 0]
    smooth = ~np.isin(ours.time, jumps)  # where a source jumps ngspice has one value, and we have two
    smooth[:2] &= not uic  # its first point is not a solution there
    moving = 0
    for node, wave in waves.items():
        swing = max(np.ptp(theirs[wave]), 1e-3)
        off = ours[node].values - np.interp(ours.time, theirs["sweep"], theirs[wave])
        assert np.abs(off[smooth]).max() <= tolerance * swing, node
        moving += swing > 0.1
    assert moving >= 2


@needs_ngspice
def test_sources_are_those_of_ngspice(tmp_path: Path) -> None:
    """Every source with its defaults, at times between its edges."""
    sources = [
        "3",
        "PULSE(0 1)",
        "PULSE(0 5 1m 1u 1u 2m 5m)",
        "PULSE(1 -1 0.5m 0.4m 0.3m 2m 1.5m)",
        "PULSE(0 2 3.2m 0.1m 0.1m 0.5m 1m)",
        "PULSE(0 2 0.3m 0.1m 0.1m 0.3m 1m 3)",
        "PULSE(0 2 1.7m 0.1m 0.1m 0.3m 1m 2)",
        "PULSE(0 1 0.3m 0 0 0 2m)",
        "SIN(1 0.5)",
        "SIN(1 0.5 2k 0.2m 400 30)",
        "SIN(0 {2*a} 1k 0 100)",
        "EXP(0 1)",
        "EXP(1 3 0.15m 0.2m 1m 0.1m)",
        "EXP(1m 3m 0.15m 0.2m)",
        "PWL(0 0 1m 1 2m -1)",
        "DC 0 AC 1 PWL 0.5m 2 1m {a} 2m 0",
    ]
    cards = [".param a=1.5", *(f"V{k} n{k} 0 {text}\nR{k} n{k} 0 1" for k, text in enumerate(sources))]
    model = neurodyn.Model.from_spice("\n".join(["sources", *cards, ".tran 0.1m 6m"]))
    system = neurodyn.build(model)
    theirs = ngspice(tmp_path, "\n".join(cards), "tran 0.1m 6m 0 2u", [f"v(n{k})" for k in range(len(sources))])
    times = 0.011e-3 + 1e-5 * np.arange(590)
    for k, text in enumerate(sources):
        signal = system.signals[f"V{k}.V"]
        ours = [signal.on(t, t + 1e-12)(t) for t in times]
        np.testing.assert_allclose(ours, np.interp(times, theirs["sweep"], theirs[f"v(n{k})"]), atol=2e-4, err_msg=text)


@pytest.mark.parametrize("names", [QUICK, pytest.param([*CASES], marks=pytest.mark.slow)], ids=["some", "all"])
def test_a_model_of_a_netlist_is_written_and_read(names: Sequence[str], tmp_path: Path) -> None:
    for name in names:
        netlist, _ = CASES[name]
        model = neurodyn.Model.from_spice(f"{name}\n{netlist}\n.end\n", name="read")
        path = tmp_path / "read.toml"
        path.write_text(model.to_toml(), encoding="utf-8")
        assert neurodyn.load(path) == model
        (tmp_path / "read.cir").write_text(f"{name}\n{netlist}\n", encoding="utf-8")
        assert neurodyn.load(tmp_path / "read.cir") == model
