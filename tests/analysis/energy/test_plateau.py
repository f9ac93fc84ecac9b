"""A start where the energy is flat because a term of it is saturated is reported, one in a valley is not."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.energy.plateau import plateau
from neurodyn.analysis.energy.report import energy
from neurodyn.model.random_features import random_features

FAR, NEAR = "uniform(0, 1)/sqrt(D)", "xi[0,i]"


def memory(start: str, **more: object) -> neurodyn.System:
    model = random_features("sincos", beta=200.0, v=start, Y=2000, bench={"until": 2, "record": ["E"]}, **more)
    return neurodyn.build(model, seed=6)


def closeness(system: neurodyn.System, v: np.ndarray) -> float:
    p = system.values
    stored, h = (np.sqrt(200.0) * p["omega"] @ z for z in (p["xi"].T, v))
    return float(np.cos(h[:, None] - stored).sum() / len(h))


def test_a_start_far_from_memories_is_reported() -> None:
    system = memory(FAR)
    v = system.start()
    assert closeness(system, v) < 1e-5  # by hand: it is clipped
    report = energy(system, claim="dE/dt <= 0", seed=6)
    (flat,) = report.warnings
    assert flat.about == "flat" and flat.numbers["terms"] == ("max(S, floor_S) stays at floor_S",)
    assert flat.numbers["flat"] == flat.numbers["seen"] == 200
    assert "The energy is flat at 200 of 200 samples of the run, first at t = 0: max(S, " in str(report)
    assert report.to_json()["warnings"][0]["numbers"]["first"] == 0
    np.testing.assert_array_equal(system.flow()(0, v, {}), 0)


def test_a_start_at_a_memory_is_not() -> None:
    system = memory(NEAR)
    report = energy(system, claim="dE/dt <= 0")
    assert report.warnings == () and "warnings" not in str(report)


def test_it_is_told_of_exactly_the_states_that_are_clipped() -> None:
    system, rng = memory(FAR), np.random.default_rng(0)
    states = rng.uniform(0, 1, (40, 30)) / np.sqrt(30)
    clipped = [closeness(system, v) <= 1e-5 for v in states]
    found = plateau(system, np.arange(40.0), states)
    assert found is not None and found.flat == sum(clipped) and 0 < found.flat < 40
    assert found.first == clipped.index(True)


@pytest.mark.parametrize("name", ["dense_memory_features_step", "dense_memory_features_writing"])
def test_what_is_not_watched_is_judged_at_its_start(name: str) -> None:
    start = {"dense_memory_features_step": np.full(30, 0.4)}.get(name)
    system = neurodyn.build(name, seed=1, sizes={"Y": 500})
    at = system.start() if start is None else start
    found = plateau(system, [0.0], at[None])
    assert found is not None and str(found).startswith("The energy is flat where it starts: max(S, floor_S) stays at")


SEVERAL = """
r[i]     = relu(x[i] - 1)
E        = sum(r[i]**2, i) + clip(y, -1, 1) + where(y > 5, y, 0)
dx[i]/dt = -dE/dx[i]
dy/dt    = -dE/dy
"""


@pytest.mark.parametrize(
    ("x", "y", "terms"),
    [
        ([0, 0.5], -3.0, {"relu(x[i] - 1) stays at 0", "max(y, -1) stays at -1", "where(5 < y, y, 0) stays at 0"}),
        (
            [0, 0.5],
            3.0,
            {"relu(x[i] - 1) stays at 0", "min(max(y, -1), 1) stays at 1", "where(5 < y, y, 0) stays at 0"},
        ),
        ([0, 1.5], -3.0, None),  # one unit is alive
        ([0, 0.5], 0.5, None),  # inside of the clip
        ([0, 0.5], 6.0, None),  # beyond it another term moves
    ],
)
def test_saturated_terms_are_named(x: list[float], y: float, terms: set[str] | None) -> None:
    model = neurodyn.Model(SEVERAL, indices={"N": {"letters": "i", "size": 2}}, states={"x[i]": 0, "y": 0}, energy="E")
    found = plateau(neurodyn.build(model), [0.0], np.array([[*x, y]]))
    assert (None if found is None else set(found.terms)) == terms


def test_a_valley_is_no_plateau() -> None:
    """Where the gradient is 0 and nothing is saturated, or where what is saturated is not all."""
    model = neurodyn.Model("E = x**2 + relu(x - 1)\ndx/dt = -dE/dx", states={"x": 0}, energy="E")
    assert plateau(neurodyn.build(model), [0.0, 1.0], np.array([[0.0], [0.5]])) is None
    model = neurodyn.Model("E = x**2\ndx/dt = -dE/dx", states={"x": 0}, energy="E")
    assert plateau(neurodyn.build(model), [0.0], np.array([[0.0]])) is None
