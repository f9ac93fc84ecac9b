"""ngspice beside ours: netlists written by hand, run in batch, their vectors read back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

needs_ngspice = pytest.mark.ngspice


def ngspice(folder: Path, lines: str, command: str, vectors: list[str]) -> dict[str, np.ndarray]:
    """Run a command (`op`, `tran 1u 1m`) on a netlist; the vectors, and `sweep`, what they stand over."""
    text = f"""title
{lines}
.options gmin=1e-12 reltol=1e-6 abstol=1e-15 vntol=1e-9
.control
set wr_singlescale
set numdgt=15
{command}
wrdata out.txt {" ".join(vectors)}
.endc
.end
"""
    (folder / "in.cir").write_text(text, encoding="utf-8")
    done = subprocess.run(["ngspice", "-b", "in.cir"], cwd=folder, capture_output=True, text=True, timeout=60)
    assert (folder / "out.txt").exists(), done.stdout + done.stderr
    columns = np.atleast_2d(np.loadtxt(folder / "out.txt")).T
    return dict(zip(["sweep", *vectors], columns, strict=True))
