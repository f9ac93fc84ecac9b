"""10,000 samples of the habituation circuit under 30 pulses: lanes beside ngspice in a loop, a process for each sample.

Each round runs all samples here and some in ngspice, so that both meet the machine in the same mood; the time of the
loop is scaled up. First peaks of the samples that both ran are compared. Seconds: of the processor, and on the clock.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import neurodyn

PARTS = {"R1.R": "5 %", "R2.R": "5 %", "R3.R": "5 %", "R4.R": "5 %", "C1.C": "20 %", "D1.a": "10 %", "D1.b": "10 %"}
PULSES = "pulses(5[V], period=1[s], duty=0.1, phase=0.9)"
NETLIST = """habituation
V1 drive 0 PULSE(0 5 0.9 1u 1u 0.1 1)
R3 drive cap {R3.R}
C1 cap 0 {C1.C} IC=0
R1 drive tap {R1.R}
R2 tap 0 {R2.R}
E1 mid 0 tap 0 1
B1 mid top I=max(0, {D1.a}*V(mid, top) + {D1.b})
R4 top cap {R4.R}
E2 y 0 top cap 1
.tran 5m {until} 0 10m UIC
.meas tran first MAX V(y) FROM=0 TO=1
.end
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--pulses", type=int, default=30)
    parser.add_argument("--beside", type=int, default=20, help="samples that ngspice runs in each round")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    program = shutil.which("ngspice")
    if program is None:
        raise SystemExit("ngspice is not installed")
    system = neurodyn.build("habituation_analog")
    run: dict[str, Any] = dict(until=float(asked.pulses), inputs={"U.V": PULSES}, spreads=PARTS)
    run["save_at"] = np.sort(np.concatenate([np.arange(asked.pulses) + d for d in (0.0, 0.9, 0.9, 1.0)]))
    measures = ["first_peak(y, 1 s)", "ratio(y, 1 s)"]
    neurodyn.tolerance(system, samples=4, measures=measures, **run)  # compiled once
    ours, theirs = np.zeros((asked.rounds, 2)), np.zeros((asked.rounds, 2))
    for k in range(asked.rounds):
        report, ours[k] = timed(lambda k=k: neurodyn.tolerance(
            system, samples=asked.samples, measures=measures, seed=k, **run))  # fmt: skip
        rows = [{n: v[j] for n, v in report.runs.values.items()} for j in range(asked.beside)]
        peaks, theirs[k] = timed(lambda rows=rows: [first_peak(program, row, asked.pulses) for row in rows])
        apart = np.abs(report.measured[measures[0]].values[: asked.beside] / np.array(peaks) - 1).max()
        print(
            f"round {k + 1}: {ours[k, 1]:.1f} s for {asked.samples}, ngspice {theirs[k, 1]:.1f} s for {asked.beside};"
            f" first peaks within {apart:.1e}",
            flush=True,
        )
    scaled = theirs / asked.beside * asked.samples
    for place, word in enumerate(("processor", "clock")):
        ratio = scaled[:, place] / ours[:, place]
        low, middle, high = np.quantile(ratio, (0, 0.5, 1))
        print(f"{word:9}  ours {np.median(ours[:, place]):7.2f} s   ngspice {np.median(scaled[:, place]):8.0f} s")
        print(f"           ratio {middle:.0f} ({low:.0f} to {high:.0f})")


def timed(work: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """What it gives, with the seconds of the processor, those of its processes too, and of the clock."""
    begun, clock = spent(), time.perf_counter()
    found = work()
    return found, (spent() - begun, time.perf_counter() - clock)


def spent() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def first_peak(program: str, values: dict[str, float], pulses: int) -> float:
    """One run of ngspice."""
    text = re.sub(r"\{([\w.]+)\}", lambda m: repr(float(values.get(m[1], pulses))), NETLIST)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sample.cir"
        file.write_text(text)
        done = subprocess.run([program, "-b", str(file)], capture_output=True, text=True, cwd=folder)
    found = re.search(r"^first\s*=\s*(\S+)", done.stdout, re.MULTILINE)
    if found is None:
        raise SystemExit(f"ngspice gave no measurement:\n{done.stdout}\n{done.stderr}")
    return float(found[1])


if __name__ == "__main__":
    main()
