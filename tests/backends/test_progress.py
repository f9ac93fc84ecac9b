"""A bar on a terminal for long runs, and nothing anywhere else."""

import io
import sys

import numpy as np
import tqdm

from neurodyn.backends.compiled_choice import PYTHON
from neurodyn.backends.scipy_backend import SciPy
from tests.backends.fake import linear, plan


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(monkeypatch, stream, delay, **more):
    """What a run writes to standard error when a bar appears after `delay` seconds."""
    waited = []

    class Bar(tqdm.tqdm):
        def __init__(self, **options):
            waited.append(options["delay"])
            super().__init__(**options | {"delay": delay, "mininterval": 0})

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    monkeypatch.setattr(sys, "stderr", stream)
    made = plan(linear([[0.0, 9.0], [-9.0, 0.0]]), 3, np.ones(2), target=PYTHON, **more)
    assert SciPy().run(made).outcome.status == "done"
    assert waited in ([], [1.0])
    return stream.getvalue()


def test_a_long_run_on_a_terminal_shows_its_share(monkeypatch):
    text = shown(monkeypatch, Terminal(), 0)
    shares = [int(line.split("%")[0].split()[-1]) for line in text.split("\r") if "%" in line]
    assert len(shares) > 3 and shares == sorted(shares) and shares[-1] > 80
    assert "fake" in text


def test_a_short_run_shows_nothing(monkeypatch):
    assert shown(monkeypatch, Terminal(), 1.0).strip() == ""


def test_a_pipe_stays_clean(monkeypatch):
    assert shown(monkeypatch, io.StringIO(), 0) == ""


def test_no_bar_if_unwanted(monkeypatch):
    assert shown(monkeypatch, Terminal(), 0, progress=False) == ""
