"""How the tests run: no screen, one thread per worker, compiled code kept apart, no deadlines for a busy machine."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"
os.environ["NEURODYN_CACHE"] = str(Path(tempfile.gettempdir()) / "neurodyn-tests")
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

# What a shell starts in the background is deaf to Ctrl-C, which some tests send to themselves.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("neurodyn", deadline=None, print_blob=True)
settings.load_profile("neurodyn")

NO_NGSPICE = "NOT COMPARED WITH NGSPICE: the program is not installed (apt-get install ngspice)"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests marked `ngspice` are skipped, and say so, where it is absent."""
    if item.get_closest_marker("ngspice") and shutil.which("ngspice") is None:
        pytest.skip(NO_NGSPICE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Whether ngspice ran stands in the last lines of every run that asks for it."""
    told = (r for kept in terminalreporter.stats.values() for r in kept if isinstance(r, pytest.TestReport))
    reports = [r for r in told if "ngspice" in r.keywords]
    skipped = {r.nodeid for r in reports if r.skipped}
    ran = {r.nodeid for r in reports if r.when == "call" and not r.skipped}
    if skipped:
        terminalreporter.write_line(f"{NO_NGSPICE}; {len(skipped)} tests were skipped.", red=True, bold=True)
    elif ran:
        terminalreporter.write_line(f"ngspice ran: {len(ran)} tests compare with it.")
