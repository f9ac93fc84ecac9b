"""Spikes: `fixed` is the oracle, and Brian2 gives its spikes one by one on every target; both come closer to those that
SciPy's solvers locate as steps become shorter. Where a network is chaotic, rates and variation agree.

Method of fixed steps: `euler`, which every flow allows, where `cases` names no other; of SciPy: DOP853, events located
exactly.
"""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest

from neurodyn import Result, analysis, simulate
from neurodyn.backends import find
from tests.conformance.cases import case_of, events_of, run, step_of, system_of
from tests.conformance.table import names

STEPS = 1000
QUICK = ("lif",)
TARGETS = [ability.removeprefix("target:") for ability in find("brian2").abilities if ability.startswith("target:")]
COMPILED = sorted(set(TARGETS) - {"numpy"})
no_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")


def parameters(found: list[str]) -> list[Any]:
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in found]


def asked(name: str, backend: str, **more: Any) -> Result:
    case, record = case_of(name), [*events_of(name), *system_of(name).model.states]
    return run(name, backend, steps=case.steps or STEPS, record=record, method=case.method, **more)


def assert_equal_spikes(found: Result, other: Result) -> None:
    events = events_of(other.recipe["model"]["name"])
    for event in events:
        for field in ("time", "unit"):
            np.testing.assert_array_equal(getattr(found.events(event), field), getattr(other.events(event), field))
    assert sum(len(other.events(event)) for event in events) > 0


@pytest.mark.parametrize("name", parameters(names("spikes", "fixed", "brian2")))
def test_brian2_gives_the_spikes_of_the_oracle(name: str) -> None:
    found, other = asked(name, "brian2"), asked(name, "fixed")
    assert_equal_spikes(found, other)
    for state in system_of(name).model.states:
        largest = float(np.abs(other[state].values).max())
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=0, atol=1e-9 * largest)


@pytest.mark.parametrize("name", parameters(names("spikes", "fixed", "ensemble")))
def test_compiled_steps_give_the_spikes_of_the_oracle(name: str) -> None:
    found, other = asked(name, "ensemble"), asked(name, "fixed")
    assert_equal_spikes(found, other)
    for state in system_of(name).model.states:
        largest = float(np.abs(other[state].values).max())
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=0, atol=1e-9 * largest)


@pytest.mark.slow
@no_compiler
@pytest.mark.parametrize("target", COMPILED)
@pytest.mark.parametrize("name", ["lif", "tsodyks_markram", "ei_network", "stdp_pair"])
def test_compiled_targets_give_them_too(name: str, target: str) -> None:
    assert_equal_spikes(asked(name, "brian2", target=target), asked(name, "fixed"))


@pytest.mark.parametrize("name", parameters(names("spikes", "scipy", "lanes")))
def test_lanes_give_the_events_of_scipy(name: str) -> None:
    """Located on other steps, by other code: as many, of the same units, at the same times."""
    asked = {"method": "DOP853", "rtol": 1e-8, "atol": 1e-10, "record": events_of(name)}
    steps = (case_of(name).steps or STEPS) - 1  # what happens at the very end is a matter of rounding
    found, exact = (run(name, backend, steps=steps, **asked) for backend in ("lanes", "scipy"))
    for event in events_of(name):
        ours, theirs = found.events(event), exact.events(event)
        assert len(ours) == len(theirs)
        a, b = (np.lexsort((e.time, *e.unit.T)) for e in (ours, theirs))
        np.testing.assert_array_equal(ours.unit[a], theirs.unit[b])
        np.testing.assert_allclose(ours.time[a], theirs.time[b], rtol=0, atol=1e-6 * steps * step_of(name))
    assert found.counts["events"] == exact.counts["events"] > 0


# By how many steps a spike may be late at most: later spikes of these neurons inherit what earlier ones were late.
LATE = {
    "lif": 5,
    "lif_cond": 5,
    "exponential_if": 30,
    "quadratic_if": 40,
    "izhikevich": 40,
    "adex": 40,
    "stdp_pair": 10,
}


@pytest.mark.parametrize("name", parameters(list(LATE)))
def test_spikes_come_closer_to_those_that_are_located_exactly(name: str) -> None:
    """Dates are those of steps, and Euler's method is of first order: errors fall as steps become shorter."""
    exact = run(
        name, "scipy", steps=case_of(name).steps or STEPS, record=events_of(name), method="DOP853",
        rtol=1e-9, atol=1e-12,
    )  # fmt: skip
    coarse, fine = (_furthest(asked(name, "fixed", halved=halved), exact) for halved in (0, 2))
    assert coarse < LATE[name] * step_of(name)
    assert fine < 0.5 * coarse


def _furthest(found: Result, exact: Result) -> float:
    """The largest error of a spike's time; the last spikes of a run may fall behind its end."""
    errors = []
    for event in events_of(exact.recipe["model"]["name"]):
        ours, theirs = found.trains(event), exact.trains(event)
        for place in np.ndindex(*theirs.shape):
            a, b = ours.of(*place), theirs.of(*place)
            assert abs(len(a) - len(b)) <= 1
            both = min(len(a), len(b))
            errors += np.abs(a[:both] - b[:both]).tolist()
    return max(errors)


@pytest.mark.slow
def test_a_chaotic_network_agrees_in_its_statistics() -> None:
    """Spikes that come a step late make another future; rates, variation and synchrony are those of exact location."""
    system, told = system_of("ei_network"), {}
    for backend, more in (("scipy", {"method": "RK45"}), ("fixed", {"dt": 1e-4}), ("brian2", {"dt": 1e-4})):
        result = simulate(system, backend=backend, until=1.0, save_at=[1.0], record=["E.spike", "I.spike"], **more)
        told[backend] = [
            float(measure.mean())
            for event in ("E.spike", "I.spike")
            for trains in [result.trains(event).between(0.1, 1.0)]
            for measure in (analysis.rates(trains), analysis.variation(trains), analysis.synchrony(trains, width=5e-3))
        ]
    np.testing.assert_allclose(told["fixed"], told["scipy"], rtol=0.25)
    np.testing.assert_allclose(told["brian2"], told["scipy"], rtol=0.25)
