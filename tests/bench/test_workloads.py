"""Every way to do a task finds the same; no time is looked at here."""

from __future__ import annotations

import pytest

from neurodyn.bench.machine import installed
from neurodyn.bench.table import WORKLOADS, cases
from neurodyn.bench.workload import FULL, LIMIT, OWN, QUICK, TINY
from neurodyn.errors import InputError

# How far results may be apart, at the tolerances and steps of the cases.
NEAR = {
    "synapse": 1e-6, "membrane": 1e-5, "hopfield": 1e-5, "lorenz": 0.1, "rk4": 1e-5, "adaptive": 1e-5, "cues": 1e-5,
    "updates": 0.0, "trace": 1e-4, "cuba": 0.0, "flow": 1e-4,
}  # fmt: skip
CASES = [(workload, case) for workload in WORKLOADS for case in cases(workload, TINY)]
# Slow to load or to make ready.
HEAVY = ("brian2", "heyoka", "jax", "diffrax")


def found(case, column):
    """What a run of a column ends with; none of one that cannot be: an ability of a backend that is not there."""
    if column.role != OWN:
        return column.prepare()(case.probe)
    try:
        return column.prepare()(case.probe)
    except InputError as error:
        assert error.code in ("missing-ability", "unknown-target"), error
        return None


def columns(case, *tools):
    return [c for c in case.columns if c.tolerance in (None, case.tolerance) and (c.tool in HEAVY) == bool(tools)]


@pytest.mark.parametrize(("workload", "case"), CASES, ids=[case.name for _, case in CASES])
def test_our_columns_and_those_of_numpy_and_scipy_find_what_is_right(workload, case):
    tried = 0
    for column in columns(case):
        end = found(case, column)
        if case.error is not None and column.role != LIMIT and end is not None:
            assert case.error(end) <= NEAR[case.name], column.name
        tried += column.role == OWN and (case.error is None or end is not None)
    assert tried


@pytest.mark.slow
@pytest.mark.parametrize(("workload", "case"), CASES, ids=[case.name for _, case in CASES])
def test_so_do_the_other_tools_that_are_there(workload, case):
    for column in columns(case, *HEAVY):
        if installed(column.tool):
            assert case.error(found(case, column)) <= NEAR[case.name], column.name


@pytest.mark.parametrize("case", [case for _, case in CASES if case.error is not None], ids=lambda case: case.name)
def test_a_result_that_is_wrong_is_seen(case):
    """So the test before can fail."""
    ends = (found(case, column) for column in columns(case) if column.role != LIMIT)
    right = next(end for end in ends if end is not None)
    wrong = (right[0], right[1] + 1) if isinstance(right, tuple) else right + 1.0
    assert not case.error(wrong) <= NEAR[case.name]


def test_columns_are_told_apart_and_stand_beside_a_limit():
    for scale in (FULL, QUICK, TINY):
        for workload in WORKLOADS:
            for case in cases(workload, scale):
                keys = [(c.name, c.tolerance) for c in case.columns]
                assert len(set(keys)) == len(keys)
                limits = {c.name for c in case.columns if c.role == LIMIT}
                assert {c.beside for c in case.columns} <= limits | {""}
                assert limits or case.grows
