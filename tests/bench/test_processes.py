"""Measurements run in processes whose environment is set before anything is loaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from neurodyn.bench import measure
from neurodyn.bench.machine import KERNELS, THREADS, environment, machine
from neurodyn.bench.processes import bench
from neurodyn.bench.workload import LIMIT, OWN, PEER, TINY, Case, Column
from neurodyn.errors import InputError


def test_forced_kernels_are_taken_out_and_threads_are_set():
    forced = dict.fromkeys(KERNELS, "Haswell") | {"OMP_NUM_THREADS": "64", "HOME": "here"}
    found = environment(2, forced)
    assert not set(KERNELS) & set(found)
    assert {found[name] for name in THREADS} == {"2"} and found["HOME"] == "here"


def test_the_report_tells_what_was_forced(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert machine()["ignored"] == {"OPENBLAS_CORETYPE": "Haswell"}


def test_what_starts_a_measurement_has_not_loaded_numpy():
    code = "import neurodyn.bench.child, neurodyn.bench.machine, sys; print('numpy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_a_case_is_measured_in_a_process_of_its_own():
    said = []
    (workload,) = bench("sequence", scale=TINY, seconds=0.01, say=said.append).plain["workloads"]
    updates = workload["cases"][0]
    ours = next(row for row in updates["rows"] if row["role"] == OWN)
    assert ours["error"] == 0.0 and len(ours["times"]) == len(updates["control"]) >= 5
    assert any("updates" in text for text in said)


def test_a_process_that_breaks_is_told():
    from neurodyn.bench.processes import _Broken, _child

    with pytest.raises(_Broken, match=r"^The process ended with code 1: \w+"):
        list(_child({"threads": 1, "workload": "dense", "case": "none", "scale": TINY, "column": "x"}, {}))


def test_an_unknown_workload_is_refused_before_anything_runs():
    with pytest.raises(InputError, match=r"^There is no workload called dens\. Did you mean dense\?$"):
        bench("ensemble", "dens")


def case(*columns):
    return Case("one", "one task", columns, 1.0, 1.0, abs, "its size")


def test_a_tool_that_is_not_installed_is_told_and_left_out():
    there = Column("here", "numpy", lambda: abs)
    found = measure.measured(case(Column("gone", "no-such-tool", lambda: abs), there), 0.01, 1, lambda text: None)
    gone, here = found["rows"]
    assert gone["skipped"] == "no-such-tool is not installed" and "times" not in gone
    assert here["error"] == 1.0 and len(here["times"]) >= 5


def test_a_tool_that_fails_is_told_and_the_others_go_on():
    def fails():
        raise ValueError("no such thing\nin detail")

    found = measure.measured(
        case(Column("bad", "numpy", fails), Column("here", "numpy", lambda: abs)), 0.01, 1, lambda text: None
    )
    assert found["rows"][0]["skipped"] == "ValueError: no such thing" and "times" in found["rows"][1]
    json.dumps(found)


def test_part_of_a_task_counts_for_the_whole_and_a_limit_has_no_error():
    half = Column("part", "numpy", lambda: abs, share=0.5, loop=lambda: 3.0)
    least = Column("least", "numpy", lambda: abs, LIMIT)
    part, least = measure.measured(case(half, least), 0.01, 1, lambda text: None)["rows"]
    assert set(part["times"]) == {6.0} and part["role"] == PEER and "error" not in least
