"""The machine and its state: what a measurement depends on, and what is set before it begins.

Nothing here imports NumPy: numerical libraries read the environment once, when they are loaded.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "BLIS_NUM_THREADS")
# Settings that make OpenBLAS take kernels of another processor, at half its speed or less.
KERNELS = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "OPENBLAS_VERBOSE",
    "MKL_DEBUG_CPU_TYPE",
    "NPY_DISABLE_CPU_FEATURES",
)
TOOLS = ("neurodyn", "numpy", "scipy", "llvmlite", "brian2", "heyoka", "jax", "diffrax")


def environment(threads: int, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a process that measures: so many threads, and kernels as the libraries choose them."""
    kept = {name: value for name, value in given.items() if name not in KERNELS}
    kept.update(dict.fromkeys(THREADS, str(threads)))
    if threads == 1:
        kept["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return kept | {"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu", "PYTHONUNBUFFERED": "1"}


def pin(threads: int) -> None:
    """Keep a process of one thread on one core: some libraries count cores to choose their threads."""
    if threads == 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def installed(package: str) -> str:
    """Its version; nothing where it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def load() -> float:
    """How many processes want to run, on average over a minute."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else float("nan")


def machine() -> dict[str, object]:
    """The processor, its caches, the system, and versions."""
    return {
        "processor": _cpu_info("model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "caches": _caches(),
        "vectors": [name for name in ("avx2", "avx512f", "asimd") if name in _cpu_info("flags").split()],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {tool: found for tool in TOOLS if (found := installed(tool))},
        "ignored": {name: os.environ[name] for name in KERNELS if name in os.environ},
    }


def _cpu_info(key: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _caches() -> list[str]:
    """Of the first core, as the system tells them."""
    found = []
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((folder / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            found.append(f"L{level} {size}")
    return found
