"""Runs end at attractors that are known, each at its own, and at no other place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn import Attractors, load, rerun, simulate
from neurodyn.backends.ensemble import lanes
from neurodyn.backends.ensemble.machine import host
from neurodyn.errors import InputError
from tests.backends.ensemble.cases import POLE, made

BISTABLE = 'format = 1\nequations = "dx/dt = x - x**3"\n[states]\nx = 0.1\n'
SPIRAL = """
format = 1
equations = '''
dx/dt = -0.3*x - 5*y
dy/dt = 0.2*x - 0.3*y
'''
[states]
x = 1.0
y = 1.0
"""
WAYS: list[dict[str, Any]] = [
    {"backend": "scipy"},
    {"backend": "scipy", "method": "BDF"},
    {"backend": "ensemble", "target": "arrays"},
    {"backend": "ensemble", "target": "lanes"},
    {"backend": "ensemble", "target": "lanes", "method": "Rodas4"},
]
each_way = pytest.mark.parametrize("way", WAYS, ids=lambda w: "-".join(w.values()))
WELLS = Attractors([[-1.0], [1.0]], radius=1e-3)


@each_way
def test_each_trial_ends_at_its_own_attractor(way: dict[str, Any]) -> None:
    starts = np.array([-2.0, -0.3, -1e-3, 1e-3, 0.4, 3.0])
    found = simulate(made(BISTABLE), until=200, trials=6, start={"x": starts}, stop_at=WELLS, save_at="end", **way)
    assert found["attractor"].values.tolist() == [0, 0, 0, 1, 1, 1]
    assert (found["status"].values == "settled").all() and found.status == "done"
    assert (found["stop_time"].values < 40).all()
    assert np.abs(found.arrays["end"]["x"] - np.sign(starts)).max() < 1e-3


@each_way
def test_what_is_nowhere_goes_on_to_the_end(way: dict[str, Any]) -> None:
    """Also at the saddle, near which every step is short of the ball of a well."""
    starts = np.array([0.0, 0.5])
    found = simulate(made(BISTABLE), until=50, trials=2, start={"x": starts}, stop_at=WELLS, save_at="end", **way)
    assert found["attractor"].values.tolist() == [-1, 1]
    assert found["status"].values.tolist() == ["done", "settled"]
    whole = simulate(made(BISTABLE), until=50, start={"x": 0.0}, save_at="end", **way)
    assert found["x"].values[-1, 0] == whole["x"].values[-1] == 0.0


@each_way
def test_passing_through_a_ball_is_not_coming_to_rest(way: dict[str, Any]) -> None:
    """The path to the well at 1 leads through a ball around 0.5, where it does not come nearer for long."""
    points = Attractors([[0.5], [1.0]], radius=0.02, steps=8)
    found = simulate(made(BISTABLE), until=60, start={"x": 0.01}, stop_at=points, save_at="end", **way)
    assert found.status == "settled" and int(found["attractor"]) == 1
    assert found["attractor"].dims == ()


@each_way
def test_a_spiral_that_comes_and_goes_on_its_way_ends_too(way: dict[str, Any]) -> None:
    found = simulate(made(SPIRAL), until=300, stop_at=Attractors({"x": [0.0], "y": [0.0]}, 1e-2), save_at="end", **way)
    assert found.status == "settled"
    assert np.abs(found.arrays["end"]["x"]) <= 1e-2 and 5 < float(found.arrays["end"]["t"]) < 60


def test_lanes_and_arrays_end_alike_among_hundreds_of_points() -> None:
    points = np.concatenate([np.random.default_rng(2).uniform(3, 9, (300, 1)), [[-1.0]], [[1.0]]])
    starts = np.random.default_rng(4).uniform(-2, 2, 50)
    ways: list[dict[str, Any]] = [*WAYS[:1], *WAYS[2:4]]
    found = [
        simulate(
            made(BISTABLE), until=99, trials=50, start={"x": starts}, stop_at=Attractors(points), save_at="end", **w
        )
        for w in ways
    ]
    for one in found:
        assert (one["attractor"].values == np.where(starts < 0, 300, 301)).all()
    assert np.abs(found[1]["stop_time"].values - found[2]["stop_time"].values).max() < 2.0


@pytest.mark.parametrize("width", [1, 8, 16])
def test_bits_are_the_same_at_any_width_and_without_attractors_far_away(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"until": 9, "trials": 20, "start": {"x": np.linspace(-2, 2, 20)}, "backend": "ensemble"}
    wide = simulate(made(BISTABLE), stop_at=WELLS, reduce={"top": "max(x)"}, **asked)
    bare, far = (simulate(made(BISTABLE), stop_at=s, **asked) for s in (None, Attractors([[77.0]])))
    assert bare["x"].values.tobytes() == far["x"].values.tobytes()
    own = host()
    monkeypatch.setattr(lanes, "host", lambda: replace(own, width=width))
    narrow = simulate(made(BISTABLE), stop_at=WELLS, reduce={"top": "max(x)"}, **asked)
    for name in ("top", "stop_time", "attractor"):
        assert narrow[name].values.tobytes() == wide[name].values.tobytes()


def test_trials_that_fail_are_told_beside_those_that_settle() -> None:
    """x' = x**2 comes to 0 from below, and leaves for a pole above."""
    for way in WAYS[:1] + WAYS[2:4]:
        found = simulate(
            made(POLE), until=1e5, trials=2, start={"x": [-1.0, 1.0]}, stop_at=Attractors([[0.0]], 1e-2),
            save_at="end", on_failure="return", **way,
        )  # fmt: skip
        assert found["status"].values.tolist() == ["settled", "failed"]
        assert found["attractor"].values.tolist() == [0, -1] and found.status == "failed"


def test_saved_times_behind_the_stop_are_masked_and_the_run_repeats(tmp_path: Any) -> None:
    for way in WAYS[:1] + WAYS[2:4]:
        found = simulate(made(BISTABLE), until=50, trials=2, start={"x": [0.1, 0.0]}, stop_at=WELLS, every=1, **way)
        count = int(found["valid"].values[0])
        assert 1 < count < 51 and np.isnan(found["x"].values[count:, 0]).all() and found["valid"].values[1] == 51
        again = neurodyn.load_result(found.save(tmp_path / "run.nc"))
        repeated = rerun(again)
        assert repeated.same and repeated.second["attractor"].values.tolist() == [1, -1]
        assert found.to_json()["stopped"] == []


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (Attractors([[1.0, 2.0]]), r"points have the shape \(1, 2\)"),
        (Attractors([[np.nan]]), "hold what is no number"),
        (Attractors({"y": [1.0]}), "points name y"),
        (Attractors([[1.0]], radius=0.0), "the radius is 0.0, with 5 steps"),
        (Attractors([[1.0]], steps=0), "with 0 steps"),
        ([[1.0]], "a list is no set of attractors"),
    ],
)
def test_points_that_make_no_sense_are_refused(points: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        simulate(made(BISTABLE), until=1, stop_at=points)


def test_what_has_no_rest_is_refused() -> None:
    with pytest.raises(InputError, match="stop_at: ornstein_uhlenbeck has white noise"):
        simulate(load("ornstein_uhlenbeck"), until=1, stop_at=Attractors([[0.0]]))
    with pytest.raises(InputError, match="stop_at: lif has events"):
        simulate(load("lif"), until=0.1, stop_at=Attractors([[0.0]]))
    with pytest.raises(InputError, match="it needs stop:attractor"):
        simulate(made(BISTABLE), until=1, dt=0.1, backend="fixed", stop_at=WELLS)
