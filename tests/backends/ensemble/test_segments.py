"""The table of inputs that compiled loops read, and the threads that they run on."""

from __future__ import annotations

import _thread
import time
from threading import Timer, get_ident

import numpy as np
import pytest

import neurodyn
from neurodyn.backends.ensemble.driver import all_done
from neurodyn.backends.ensemble.segments import segments
from neurodyn.backends.plan import Plan
from neurodyn.backends.planning import planned
from neurodyn.backends.progress import Progress

NAMES = ("t0", "start", "inputs", "every", "save_at", "method", "dt", "rtol", "atol", "seed", "trials", "progress")
TEXTS = [
    "3",
    "step(2, 5)",
    "window(1, 3, 2)",
    "ramp(1, 3, 2, 6)",
    "pulses(4, period=2, duty=0.25, phase=0.5)",
    "pulses(4, period=0.3, duty=1, count=7)",
    "pulses(1, count=0)",
    "repeat(window(0.5, 1), period=2, count=2)",
    "step(1) - 2*step(2) + 0.5*pulses(1, period=0.7)",
    "steps(data[k,n], n, every=0.7)*step(0.5)",
    "lines(data[k,n], n, every=0.6) - pulses(2, period=0.9)",
]


def plan_of(text: str, until: float) -> Plan:
    model = neurodyn.Model(
        "dx[k]/dt = u[k]",
        states={"x[k]": 0},
        parameters={"data[k,n]": np.arange(12.0).reshape(3, 4) ** 2},
        inputs={"u[k]": text},
        indices={"N": {"letters": "k", "size": 3}, "T": {"letters": "n", "size": 4}},
    )
    asked = dict.fromkeys(NAMES) | {"inputs": {}, "progress": False, "save_at": [until]}
    return planned(neurodyn.build(model), ["x"], steps=None, until=until, **asked)


@pytest.mark.parametrize("until", [6.0, -3.0])
@pytest.mark.parametrize("text", TEXTS)
def test_each_row_is_what_the_inputs_are_on_its_piece(text: str, until: float) -> None:
    plan = plan_of(text, until)
    found = segments(plan, ("u",), plan.signals)
    lines, pieces = found.lines.reshape(-1, 3, 2), plan.pieces()
    assert len(lines) == len(pieces)
    for row, piece in zip(lines, pieces, strict=True):
        begin, end = (np.broadcast_to(piece.inputs(t)["u"], 3) for t in (piece.begin, piece.end))
        np.testing.assert_array_equal(row[:, 0], begin)
        np.testing.assert_allclose(row[:, 0] + row[:, 1] * (piece.end - piece.begin), end, atol=1e-12)


@pytest.mark.parametrize("threads", [1, 3])
def test_every_block_is_done_once(threads: int) -> None:
    done, stop = [], np.zeros(1, np.int64)
    with Progress(plan_of("3", 1.0)) as progress:
        all_done(lambda first: done.append((first, get_ident())), range(0, 50, 7), threads, stop, progress)
    assert sorted(first for first, _ in done) == list(range(0, 50, 7))
    assert get_ident() not in {thread for _, thread in done} and stop[0] == 0


def test_what_goes_wrong_in_a_block_is_told() -> None:
    def block(first: int) -> None:
        raise MemoryError(f"no room for block {first}")

    with Progress(plan_of("3", 1.0)) as progress, pytest.raises(MemoryError, match="block 0"):
        all_done(block, range(1), 1, np.zeros(1, np.int64), progress)


def test_no_block_is_at_work_when_an_interrupted_run_ends() -> None:
    stop, at_work = np.zeros(1, np.int64), list[int]()

    def block(first: int) -> None:
        at_work.append(first)
        while not stop[0]:
            time.sleep(0.01)
        time.sleep(0.2)
        at_work.remove(first)

    timer = Timer(0.2, _thread.interrupt_main)
    timer.start()
    with Progress(plan_of("3", 1.0)) as progress:
        all_done(block, range(3), 2, stop, progress)
    timer.join()
    assert stop[0] == 1 and not at_work
