"""Running ngspice on a netlist, and reading back what it wrote."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError, RunFailed
from neurodyn.exports.spice.netlist import Netlist

if TYPE_CHECKING:
    from xarray import Dataset

PROGRAM = "ngspice"
TIMEOUT = 120.0
LAST = 1e-6  # of the span, by which the last time may fall short
# Lines of ngspice that say why a run failed.
_REASON = re.compile(r"error|singular|too small|aborted|no such|unknown|fail|not found|range", re.IGNORECASE)


def ngspice_path() -> str | None:
    """Where ngspice is, if it is installed."""
    return shutil.which(PROGRAM)


def run_ngspice(netlist: Netlist, *, timeout: float = TIMEOUT) -> Dataset:
    """Run a netlist, and return its waveforms under our names, in SI units, at the times that ngspice chose.

    Raises:
        InputError: `no-ngspice`, where it is not installed.
        RunFailed: `ngspice-failed`, with what ngspice said, and what it wrote until then as `result`;
            `ngspice-timeout`, where it takes longer than `timeout` seconds.
    """
    from xarray import Dataset

    program = ngspice_path()
    if program is None:
        raise InputError(
            "ngspice is not installed.",
            code="no-ngspice",
            remedy="Install it: apt-get install ngspice on Debian and Ubuntu, brew install ngspice on macOS.",
        )
    with TemporaryDirectory(prefix="neurodyn-") as folder:
        path = netlist.save(Path(folder) / "netlist.cir")
        said = _called(program, path, timeout)
        vectors = read_raw(Path(folder) / netlist.raw)
    waves = netlist.ours(vectors) if vectors else {}
    time = waves.pop("time", np.empty(0))
    found = Dataset({name: ("time", wave) for name, wave in waves.items()}, coords={"time": time})
    found.attrs = {"title": netlist.system.name, "program": PROGRAM}
    t0, t1 = netlist.edges.t0, netlist.edges.t1
    if not time.size or time[-1] < t1 - LAST * (t1 - t0) or not all(np.isfinite(w).all() for w in waves.values()):
        raise RunFailed(
            f"ngspice failed{f' at {time[-1]:.6g} s' if time.size else ''}. It says:\n{_reason(said)}",
            code="ngspice-failed",
            remedy="Give it a smaller step or a longer edge, or look at the netlist.",
            result=found,
        )
    return found


def _called(program: str, path: Path, timeout: float) -> str:
    """What ngspice prints."""
    try:
        done = subprocess.run(
            [program, "-b", path.name],
            cwd=path.parent,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise RunFailed(
            f"ngspice was stopped after {timeout:g} s.",
            code="ngspice-timeout",
            remedy="Run it for longer (timeout=...), or for a shorter span.",
        ) from None
    except OSError as error:
        raise RunFailed(
            f"ngspice cannot be started: {error.strerror or error}.",
            code="ngspice-failed",
            remedy="Install it anew.",
        ) from error
    return done.stdout + done.stderr


def _reason(said: str) -> str:
    """The lines that tell why; all that was said if none seems to."""
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    telling = list(dict.fromkeys(line for line in lines if _REASON.search(line)))
    return "\n".join(f"    {line}" for line in (telling or lines)[:12]) or "    (nothing)"


def read_raw(path: Path) -> dict[str, NDArray[np.float64]]:
    """The vectors of a raw file in ASCII, by their names; none where there is no such file.

    The head names the vectors, one on a line with its number; then come the points, each a number and its values.
    """
    if not path.exists():
        return {}
    head, _, body = path.read_text(encoding="utf-8", errors="replace").partition("Values:\n")
    names = [line.split()[1].lower() for line in head.partition("Variables:\n")[2].splitlines() if line.strip()]
    numbers = np.array(body.split(), dtype=float)
    rows = len(numbers) // (len(names) + 1) if names else 0
    table = numbers[: rows * (len(names) + 1)].reshape(rows, -1)[:, 1:]
    return dict(zip(names, table.T.copy(), strict=True)) if rows else {}
