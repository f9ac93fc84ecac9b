"""Nanoseconds for each element of elementary functions in cache: compiled vector code beside NumPy and SciPy.

`python benchmarks/elementary.py [names]`. The limit is what the arithmetic alone would take: the instructions of the
function, each at the rate at which this machine multiplies and adds, which is measured in the same run.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is loaded
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy import special

from neurodyn.backends.ensemble.vector_math import functions
from neurodyn.backends.ensemble.vector_math.table import ROWS
from neurodyn.bench.clock import CONTROL, compare
from neurodyn.program import runtime
from neurodyn.program.spellings import BY_OP
from tests.backends.ensemble.vector_math.compiled import compiled, machine
from tests.backends.ensemble.vector_math.truth import TRUTHS

LANES = 16
ELEMENTS = 4096
PASSES = 20
CHAINS, TURNS = 12, 20_000
FUSED = CHAINS * TURNS * LANES // 2
ARITHMETIC = (" = f", " = call", " = select", " = add", " = sub", " = shl", " = lshr", " = and", " = or", " = xor")


def peak() -> Callable[[], object]:
    """Fused multiplications and additions of `FUSED` elements, in chains that do not wait for each other."""
    reals = f"<{LANES // 2} x double>"
    fma, half = f"call {reals} @llvm.fma.v{LANES // 2}f64", f"{reals} splat (double 5.0e-01)"
    lines = ["define void @peak(ptr %out) {", "entry:", "  br label %body", "body:"]
    lines.append("  %i = phi i64 [ 0, %entry ], [ %j, %body ]")
    lines += [f"  %x{k} = phi {reals} [ zeroinitializer, %entry ], [ %y{k}, %body ]" for k in range(CHAINS)]
    lines += [f"  %y{k} = {fma}({reals} %x{k}, {half}, {half})" for k in range(CHAINS)]
    lines += ["  %j = add i64 %i, 1", f"  %more = icmp ult i64 %j, {TURNS}", "  br i1 %more, label %body, label %end"]
    lines.append("end:")
    for k in range(CHAINS):
        lines += [f"  %p{k} = getelementptr {reals}, ptr %out, i64 {k}", f"  store {reals} %y{k}, ptr %p{k}, align 8"]
    engine = machine("\n".join([*lines, "  ret void", "}"]))
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(engine.get_function_address("peak"))
    out = np.empty(CHAINS * LANES // 2)

    def call(engine: object = engine) -> None:
        run(out.ctypes.data)

    return call


def instructions(name: str) -> int:
    """How many instructions compute one vector, where nothing rare happens."""
    text = functions([name], LANES).split(f"@nd_{name}(")[1]
    usual = text.split("\nrare")[0] + "".join(text.split("\nafter")[1:])
    return sum(any(kind in line for kind in ARITHMETIC) for line in usual.splitlines())


def row(name: str, fused: Callable[[], object]) -> str:
    """One function, in columns."""
    rng, (low, high) = np.random.default_rng(0), TRUTHS[name].busy
    at = [rng.uniform(max(low, -20.0), min(high, 20.0), ELEMENTS) for _ in range(ROWS[name].arity)]
    out, run = np.empty(ELEMENTS), compiled(name, LANES)
    module, _, word = BY_OP[name].numpy.partition(".")
    usual = getattr({"np": np, "special": special, "runtime": runtime}[module], word)

    def by_numpy() -> None:
        for _ in range(PASSES):
            usual(*at)

    calls = {"NumPy": by_numpy, "lanes": lambda: run(*at, out=out, passes=PASSES), "fused": fused}
    ratios = {r.name: r for r in compare(calls, 2.0)}
    each = {key: r.seconds / PASSES / ELEMENTS * 1e9 for key, r in ratios.items()}
    bound = instructions(name) * ratios["fused"].seconds / FUSED * 1e9
    lanes = ratios["lanes"]
    return (
        f"{name:13}{each['NumPy']:8.2f}{each['lanes']:8.2f}{lanes.median:9.2f} ({lanes.low:.2f} to {lanes.high:.2f})"
        f"{ratios[CONTROL].median:9.2f}{bound:8.2f}{each['lanes'] / bound:8.2f}{ROWS[name].ulps:7.1f}"
    )


if __name__ == "__main__":
    print("function        NumPy   lanes    ratio (quartiles)   same again  limit  over it   ulps")
    for asked in sys.argv[1:] or ROWS:
        print(row(asked, peak()), flush=True)
