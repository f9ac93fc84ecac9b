"""Prints how lowered programs compare with NumPy written by hand: `python benchmarks/run.py [WORKLOAD ...]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from neurodyn.bench.machine import KERNELS, environment

# Before NumPy is loaded: one thread, so that ratios are of work and not of scheduling, and NumPy's own kernels.
for variable in KERNELS:
    os.environ.pop(variable, None)
os.environ.update(environment(1))

import derivation  # noqa: E402
import fixed_points  # noqa: E402
import spiking  # noqa: E402
import startup  # noqa: E402
import workloads  # noqa: E402

import neurodyn  # noqa: E402
from neurodyn.bench.clock import compare  # noqa: E402


def run_workload(name: str, seconds: float) -> None:
    """Measure and print one workload."""
    workload = workloads.ALL[name]()
    workloads.check(workload)
    print(f"\n{workload.title}")
    print(f"  {'':16}{'ratio':>7}  {'quartiles':>15}  {'time':>11}")
    for r in compare(workload.calls, seconds):
        rate = f"  {workload.work / r.seconds / 1e9:7.1f} G{workload.unit}/s" if workload.work else ""
        print(f"  {r.name:16}{r.median:7.3f}  {r.low:7.3f} {r.high:7.3f}  {r.seconds * 1e3:8.3f} ms{rate}")
    if workload.counted is not None:
        workload.counted()


def run_startup() -> None:
    """Measure and print imports and the models."""
    print("\nstart-up (medians, seconds)")
    bare = startup.seconds(startup.BARE)
    print(f"  python alone        {bare:6.3f}")
    print(f"  import neurodyn    +{startup.seconds(startup.IMPORT) - bare:6.3f}")
    print(f"  neurodyn --help    +{startup.seconds(startup.HELP) - bare:6.3f}")
    names = models()
    startup.ready(names[0])  # loads SymPy and SciPy
    print(f"\n  {'model':28}{'load':>8}{'build':>8}{'flow':>8}{'jacobian':>10}{'all':>8}")
    for name in names:
        t = startup.ready(name)
        print(f"  {name:28}{t['load']:8.3f}{t['build']:8.3f}{t['flow']:8.3f}{t['jacobian']:10.3f}{t['all']:8.3f}")


def models() -> list[str]:
    """All shipped models that can be run."""
    return [entry.name for entry in neurodyn.library() if not entry.device]


def run_derivation() -> None:
    """Measure and print what it takes to derive the models."""
    derivation.report(models())


MODELS = {"startup": run_startup, "derivation": run_derivation, "fixed_points": fixed_points.report}


def main() -> None:
    """All workloads, or those named."""
    named, known = sys.argv[1:] or [*workloads.ALL, *spiking.NETWORKS, *MODELS], [*workloads.ALL, *spiking.NAMES]
    unknown = [n for n in named if n not in (*known, *MODELS)]
    if unknown:
        sys.exit(f"There is no workload {unknown[0]}. Choose from: {', '.join([*known, *MODELS])}.")
    for name in named:
        if name in MODELS:
            MODELS[name]()
        elif name in spiking.NAMES:
            spiking.run(name, seconds=12.0)
        else:
            run_workload(name, seconds=12.0)


main()
