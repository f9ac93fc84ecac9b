"""Searches find what proofs find, tell ghosts and lines of roots from roots, and know how much they may have missed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

import neurodyn
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.point import Sure
from neurodyn.analysis.fixed_points.search.distinct import distinct
from neurodyn.analysis.fixed_points.search.newton import newton
from neurodyn.analysis.fixed_points.search.scaled import Scaled
from neurodyn.analysis.fixed_points.search.searched import Searched, searched
from neurodyn.system.system import System
from tests.analysis.fixed_points.models import all_to_all, flow, network


def in_box(system: System, half: float, starts: int = 128) -> Searched:
    field = Field.of(system)
    return searched(field, (np.full(field.size, -half), np.full(field.size, half)), starts=starts)


def random_network(size: int, gain: float) -> System:
    return network(gain * np.random.default_rng(3).standard_normal((size, size)) / np.sqrt(size))


def test_a_search_finds_what_is_proved_to_be_all() -> None:
    """The 81 roots of four units; each is proved by itself."""
    system = all_to_all(4)
    known = np.stack([p.flat for p in neurodyn.fixed_points(system)])
    found = in_box(system, 3.0, 1000)
    away = [np.abs(known - p.flat).max(axis=1) for p in found.points]
    assert all(off.min() < 1e-9 for off in away) and len(known) == 81
    assert len({int(off.argmin()) for off in away}) == len(found.points) >= 75
    assert {p.sure for p in found.points} == {Sure.PROVED} and found.counts["unseen"] < 0.02


def test_a_ghost_is_no_root() -> None:
    """x' = e + x^2 has no root, and takes pi/sqrt(e) to pass; with -e it has two."""
    for e in (1e-4, 1e-6, 1e-10):
        [ghost] = in_box(flow(f"dx/dt = {e} + x**2", "x"), 2.0).points
        assert ghost.sure is Sure.SLOW and ghost.kind == "slow point" and ghost.is_stable is None
        assert f"speed {e:.3g}, it takes about {np.pi / np.sqrt(e):.6g} to pass" in ghost.notes[0]
    roots = in_box(flow("dx/dt = -1e-6 + x**2", "x"), 2.0).points
    assert sorted(p.flat[0] for p in roots) == pytest.approx([-1e-3, 1e-3], abs=1e-15)
    assert all(p.sure is Sure.PROVED for p in roots)


def test_a_degenerate_root_is_not_said_to_be_one() -> None:
    [point] = in_box(flow("dx/dt = x**3", "x"), 2.0).points
    assert point.sure is Sure.UNDECIDED and abs(point.flat[0]) < 1e-9


def test_a_line_of_fixed_points_is_told_as_one() -> None:
    text = "dx[i]/dt = -x[i] + mean(x[j], j)"
    model = neurodyn.Model(text, indices={"N": {"letters": "i j", "size": 20}}, states={"x[i]": "normal(0, 1)"})
    report = neurodyn.fixed_points(neurodyn.build(model), starts=64)
    [line] = report.points
    assert line.kind == "line of fixed points, attracting" and line.stability.neutral == 1
    assert np.ptp(line.flat) < 1e-12 and line.stability.stable == 19 and "a continuum among them" in report.reason


@pytest.mark.parametrize("units", [400, pytest.param(1500, marks=pytest.mark.slow)])
def test_the_unstable_share_of_a_random_network(units: int) -> None:
    """At the origin, (arccos(1/g) - sqrt(1 - g^-2)/g)/pi of the eigenvalues, by the circular law."""
    gain = 2.0
    share = (np.arccos(1 / gain) - np.sqrt(1 - gain**-2) / gain) / np.pi
    system = random_network(units, gain)
    report = neurodyn.fixed_points(system, box={"x": (-1e-3, 1e-3)}, starts=2)
    [origin] = report.points
    assert np.abs(origin.flat).max() < 1e-12 and origin.sure is Sure.PROVED
    assert origin.index / units == pytest.approx(share, abs=0.01)


def test_networks_of_many_units() -> None:
    report = neurodyn.fixed_points(random_network(60, 1.5), box={"x": (-2.0, 2.0)}, starts=40)
    assert report.verdict is Sure.SEARCHED and "not proved to be all: 60 numbers of state" in report.reason
    roots = [p for p in report if p.sure is Sure.PROVED]
    weights = report.system.values["W"]
    assert len(roots) >= 3 and all(np.abs(-p.flat + weights @ np.tanh(p.flat)).max() < 1e-11 for p in roots)
    images = {tuple(np.round(-p.flat, 6) + 0.0) for p in roots}
    assert len(images & {tuple(np.round(p.flat, 6) + 0.0) for p in roots}) >= len(roots) // 2  # odd: in pairs


def test_known_roots_are_not_found_again() -> None:
    of = Scaled(Field.of(flow("dx/dt = x - x**3", "x")))
    first = newton(of, np.array([[20.0], [21.0]]), 60)
    assert first.found.all() and np.allclose(first.states, 10)  # scales are 0.1
    again = newton(of, np.array([[13.0], [-3.0], [4.0]]), 60, first.states[:1])
    assert not np.isclose(again.states[again.found], 10).any() and again.found.any()


def test_what_was_missed() -> None:
    tally = distinct(np.array([[0.0], [1.0], [1.0 + 1e-9], [2.0]]))
    assert tally.counts.tolist() == [1, 2, 1] and tally.unseen == 0.5
    assert distinct(np.empty((0, 3))).unseen == 1.0


def test_maps_and_sparse_networks() -> None:
    points = searched(Field.of(flow_map := neurodyn.build(neurodyn.Model("x(t+1) = 3.7*x*(1-x)", states={"x": 0.2}))))
    assert sorted(p.flat[0] for p in points.points) == pytest.approx([0, 1 - 1 / 3.7], abs=1e-12)
    assert flow_map.model.discrete
    sparse = neurodyn.fixed_points(neurodyn.build("random_network", sizes={"N": 40}), starts=24)
    assert any(np.abs(p.flat).max() < 1e-9 for p in sparse) and all(
        p.residual < 1e-10 for p in sparse if p.sure != "slow"
    )


def test_a_search_needs_all_ends_or_none() -> None:
    system = neurodyn.build("ring_two_populations")
    with pytest.raises(neurodyn.InputError, match="needs the ends of all states, or of none"):
        neurodyn.fixed_points(system, box={system.layout.names[0]: (-1.0, 1.0)})


@pytest.mark.slow
def test_without_a_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond 3,000 units no matrix is made: a memory of three orthogonal patterns rests at c xi with c = 2 tanh(c)."""
    size = 3200
    place = np.arange(size)
    patterns = np.stack([np.ones(size), np.where(place < size // 2, 1.0, -1.0), np.where(place % 2, 1.0, -1.0)])
    model = neurodyn.Model(
        "dx[i]/dt = -x[i] + 2*sum(xi[p,i]*sum(xi[p,j]*tanh(x[j]), j), p)/N", states={"x[i]": "1.5*xi[1,i]"},
        indices={"N": {"letters": "i j", "size": size}, "P": {"letters": "p", "size": 3}},
        parameters={"xi[p,i]": patterns},
    )  # fmt: skip

    def refused(*_: object) -> None:
        raise AssertionError("a matrix was made")

    monkeypatch.setattr(Scaled, "jacobian", refused)
    found = neurodyn.fixed_points(neurodyn.build(model), starts=16)
    c = brentq(lambda c: c - 2 * np.tanh(c), 1, 2)
    assert any(p.flat == pytest.approx(c * patterns[1], abs=1e-8) and p.sure is Sure.SEARCHED for p in found)
    for p in found:  # all roots are mixtures of patterns
        assert p.flat == pytest.approx(patterns.T @ (patterns @ p.flat) / size, abs=1e-8) and p.residual < 1e-10
        assert p.stability.sure is Sure.UNDECIDED
