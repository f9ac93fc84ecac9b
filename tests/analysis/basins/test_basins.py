"""Attractors and shares against what is known: by symmetry, by hand, and from other tools."""

from __future__ import annotations

import math
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

import neurodyn
from neurodyn import InputError
from neurodyn.analysis.basins import chaos
from neurodyn.analysis.basins.finder import ESCAPED, UNSETTLED
from neurodyn.analysis.basins.fractions import uncertainty_exponent, wilson
from neurodyn.analysis.basins.mapping import Arrival
from neurodyn.analysis.verdict import Verdict
from tests.analysis.basins.systems import (
    henon,
    logistic,
    oscillator,
    pendulum,
    reversed_van_der_pol,
    tanh_network,
    two_circles,
    well,
)


def test_the_two_sides_of_a_well() -> None:
    found = neurodyn.basins(well(), box={"x": (-2, 1)}, starts=300)
    ends = np.array([found.attractors[k].state[0] for k in found.labels])
    np.testing.assert_array_equal(np.sign(found.starts[:, 0]), ends)
    assert [a.stability for a in found.attractors] == [Verdict.PROVED, Verdict.PROVED]
    share = found.shares[0]
    assert share.low < 2 / 3 < share.high
    assert found.shares[0].share == pytest.approx(2 / 3, abs=0.01)


def test_a_reach_that_is_proved_stays_on_its_side() -> None:
    """The slope 1 - 3x^2 is negative only where |x| > 1/sqrt(3), so nothing beyond may be called contracted."""
    found = neurodyn.basins(well(), box={"x": (-2, 2)}, starts=50)
    for attractor in found.attractors:
        assert 0.1 < attractor.reach * found.system.layout.scales[0] < 1 - 1 / math.sqrt(3)


def test_a_cycle_and_its_period() -> None:
    found = neurodyn.basins(oscillator(), box={"x": (-2, 2), "y": (-2, 2)}, starts=64)
    (cycle,) = found.attractors
    assert cycle.kind == "cycle"
    assert cycle.period == pytest.approx(2 * math.pi / (2 - 0.25), rel=1e-4)
    np.testing.assert_allclose(np.hypot(*cycle.cloud.T), math.sqrt(0.5), rtol=1e-4)
    assert not (found.labels == UNSETTLED).any()


@pytest.mark.parametrize(("r", "kind", "period"), [(2.5, "point", 0.0), (3.2, "cycle", 2.0), (3.5, "cycle", 4.0)])
def test_the_logistic_map(r: float, kind: str, period: float) -> None:
    found = neurodyn.basins(logistic(r), box={"x": (0.05, 0.95)}, starts=64)
    assert [(a.kind, a.period) for a in found.attractors] == [(kind, period)]
    assert found.shares[0].share == 1


def test_chaos_has_an_exponent_above_0() -> None:
    """Of the logistic map with r = 4 it is ln 2."""
    (found,) = neurodyn.basins(logistic(4.0), box={"x": (0.05, 0.95)}, starts=32).attractors
    assert found.kind == "chaotic" and math.isnan(found.period) and found.exponent is not None
    value, error = found.exponent
    assert abs(value - math.log(2)) < 4 * error < 0.02
    assert "largest exponent 0.69" in found.told(["x"])
    assert found.to_json(["x"])["exponent"]["value"] == value


@pytest.mark.slow
def test_what_is_neither_a_cycle_nor_chaotic() -> None:
    """Two circles with a ratio of periods that is no fraction."""
    found = neurodyn.basins(two_circles(), box=dict.fromkeys("xyuv", (-1.5, 1.5)), starts=16, cells=20)
    (torus,) = found.attractors
    assert torus.kind == "set" and torus.exponent is not None and abs(torus.exponent[0]) < 1e-6
    assert "not chaotic as far as that tells, a torus, or a cycle of many turns" in str(found)


@pytest.mark.slow
def test_a_cycle_of_many_turns() -> None:
    """64 steps of the logistic map."""
    (many,) = neurodyn.basins(logistic(3.5698), box={"x": (0.3, 0.9)}, starts=16).attractors
    assert many.kind == "set" and many.exponent is not None and many.exponent[0] < -0.01
    assert "not chaotic as far as that tells, a cycle of many turns" in many.told(["x"])


def test_sets_that_are_not_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """By wish; where exponents are refused; after Ctrl-C."""
    asked: Any = {"system": logistic(3.9), "box": {"x": (0.05, 0.95)}, "starts": 16}
    plain = neurodyn.basins(**asked, chaos=False)
    for error in (InputError("No.", code="no", remedy="None."), KeyboardInterrupt()):
        monkeypatch.setattr(chaos, "lyapunov_exponents", Mock(side_effect=error))
        found = neurodyn.basins(**asked)
        assert [a.kind for a in found.attractors] == ["set"] and found.attractors[0].exponent is None
        assert (found.labels == plain.labels).all() and "not tested for chaos" in str(found)
        assert found.interrupted == isinstance(error, KeyboardInterrupt)
        assert ("Attractor 0 is not tested for chaos: No." in found.notes) != found.interrupted


def test_a_slow_spiral_is_no_attractor() -> None:
    """Runs of Lorenz's model leave the foci in spirals that pass the same cells many times."""
    box = {"x": (-20, 20), "y": (-20, 20)}
    for asked in ({"box": {**box, "z": (0, 40)}, "starts": 48}, {"box": box, "at": {"z": 20.0}, "grid": 60}):
        found = neurodyn.basins("lorenz", **asked, chaos=False)
        assert [a.kind for a in found.attractors] == ["set"]
        assert found.shares[0].share == 1


def test_starts_outside_the_cycle_escape() -> None:
    found = neurodyn.basins(reversed_van_der_pol(), box={"x": (-3, 3), "y": (-3, 3)}, grid=60)
    share = found.shares[0]
    assert share.low < 13.7222197 / 36 < share.high  # the area inside the cycle, by Green's formula along it
    assert found.shares[ESCAPED].share == 1 - share.share
    assert found.image.shape == (60, 60)
    np.testing.assert_array_equal(found.image, found.image[::-1, ::-1])  # odd equations


def test_bounded_runs_of_henons_map() -> None:
    found = neurodyn.basins(henon(), box={"x": (-2, 2), "y": (-2, 2)}, grid=80)
    assert found.shares[0].share == pytest.approx(0.4323, abs=0.01)
    assert found.shares[ESCAPED].share == pytest.approx(1 - 0.4323, abs=0.01)


@pytest.mark.slow
def test_the_pendulum_over_magnets() -> None:
    found = neurodyn.basins(pendulum(), box={"x": (-2, 2), "y": (-2, 2)}, grid=401)
    by_place = {round(a.state[1], 2): found.shares[k].share for k, a in enumerate(found.attractors)}
    assert by_place[0.0] == pytest.approx(0.3352, abs=0.003)
    assert by_place[0.86] == pytest.approx(0.3323, abs=0.003)
    assert by_place[0.86] == pytest.approx(by_place[-0.86], abs=2e-3)
    assert found.uncertainty[0] < 0.5


def test_the_pendulum_over_magnets_in_few_starts() -> None:
    found = neurodyn.basins(pendulum(), box={"x": (-2, 2), "y": (-2, 2)}, grid=24)
    assert sorted(a.kind for a in found.attractors) == ["point"] * 3
    for share in found.shares.values():
        assert share.low < 0.3333 < share.high


def test_shares_have_the_symmetry_of_the_network() -> None:
    weights = 2 * np.eye(3) + 0.05 * (1 - np.eye(3))
    system = neurodyn.build(tanh_network(3), values={"W": weights})
    found = neurodyn.basins(system, box={"x": (-3, 3)}, starts=4096)
    assert len(found.attractors) == 8
    signs = {tuple(np.sign(a.state)): found.shares[k] for k, a in enumerate(found.attractors)}
    same = signs[1, 1, 1], signs[-1, -1, -1]
    others = [s for key, s in signs.items() if abs(sum(key)) == 1]
    assert same[0].low < same[1].share < same[0].high
    assert all(others[0].low < s.share < others[0].high for s in others)
    assert all(a.stability is Verdict.PROVED for a in found.attractors)


def test_proved_reach_is_kept_by_runs() -> None:
    """Starts at the edge of what is proved come to the point, and never go farther from it in the norm of the proof."""
    weights = 2 * np.eye(3) + 0.05 * (1 - np.eye(3))
    system = neurodyn.build(tanh_network(3), values={"W": weights})
    found = neurodyn.basins(system, box={"x": (-3, 3)}, starts=64)
    rng = np.random.default_rng(0)
    for attractor in found.attractors:
        corners = attractor.state + attractor.reach * system.layout.scales * rng.choice([-1.0, 1.0], (32, 3))
        ends = neurodyn.simulate(system, start={"x": corners}, trials=32, until=60, save_at=[60], backend="ensemble")
        np.testing.assert_allclose(ends["x"].values[0], np.tile(attractor.state, (32, 1)), atol=1e-5)


def test_the_same_seed_gives_the_same_labels() -> None:
    asked: dict[str, Any] = {"box": {"x": (-2, 2)}, "starts": 128}
    first, again = (neurodyn.basins(well(), **asked, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.labels, again.labels)
    assert first.to_json() == again.to_json()
    assert (neurodyn.basins(well(), **asked, seed=4).starts != first.starts).any()


def test_backends_agree() -> None:
    asked: dict[str, Any] = {"box": {"x": (-3, 3), "y": (-3, 3)}, "grid": 7}
    ours, scipy = (neurodyn.basins(reversed_van_der_pol(), **asked, backend=b) for b in ("ensemble", "scipy"))
    np.testing.assert_array_equal(ours.labels, scipy.labels)


def test_attractors_are_matched_between_systems() -> None:
    one = neurodyn.basins(well(), box={"x": (-2, 1)}, starts=64)
    other = neurodyn.basins(well(), box={"x": (-1, 2)}, starts=64)
    assert one.matched(other) == {0: 1, 1: 0}


def test_intervals_of_wilson() -> None:
    assert wilson(5, 10) == pytest.approx((0.236593, 0.763407), abs=1e-6)
    assert wilson(0, 10) == pytest.approx((0, 0.277533), abs=1e-6)
    assert wilson(0, 0) == (0, 1)
    low, high = wilson([8, 10], 10)  # 8 of 10: 0.4902 to 0.9433
    assert low == pytest.approx((0.4902, 0.7225), abs=1e-4) and high == pytest.approx((0.9433, 1.0), abs=1e-4)


def test_the_exponent_of_a_smooth_boundary_is_1() -> None:
    labels = (np.add.outer(np.arange(200.0), 0.3 * np.arange(200.0)) > 130).astype(np.intp)
    exponent, *_ = uncertainty_exponent(labels)
    assert exponent == pytest.approx(1, abs=0.05)
    assert math.isnan(uncertainty_exponent(np.zeros((64, 64), dtype=np.intp))[0])
    noise = np.random.default_rng(0).integers(0, 2, (200, 200))
    assert uncertainty_exponent(noise)[0] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"box": {"x": (1, -1)}}, "The box is empty: the ends of x are 1 and -1."),
        ({"box": {"x": (0, math.inf)}}, "The ends of x are not finite."),
        ({"box": {"y": (0, 1)}}, "The box bounds y, which is no state of well."),
        ({"box": {}}, "The box bounds nothing."),
        ({"box": {"x": (0, 1)}, "starts": 0}, "starts is 0."),
        ({"box": {"x": (0, 1)}, "grid": 5}, "A map is over two coordinates, and the box bounds 1."),
        ({"box": {"x": (0, 1)}, "step": -1.0}, "step is -1.0."),
        ({"box": {"x": (0, 1)}, "starts": [[1.0, 2.0]]}, "starts has the shape (1, 2)."),
    ],
)
def test_what_cannot_be_done_is_said(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        neurodyn.basins(well(), **asked)
    assert error.value.sentence == said


@pytest.mark.parametrize("name", ["double_well", "lif"])
def test_noise_and_events_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="basins are of flows and maps without"):
        neurodyn.basins(name, box={neurodyn.build(name).layout.names[0]: (0, 1)})


def test_interruption_keeps_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Arrival, "of", interrupt)
    found = neurodyn.basins(well(), box={"x": (-2, 2)}, starts=64)
    assert found.interrupted
    assert (found.labels == UNSETTLED).all()
    assert "interrupted" in str(found)
