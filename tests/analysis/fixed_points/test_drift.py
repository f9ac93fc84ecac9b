"""Activations that stay while states drift, beside closed forms."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn import fixed_points
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.drifting.translations import translations
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.point import FixedPoint, Sure
from neurodyn.system.system import System
from tests.analysis.fixed_points.models import flow


def units(text: str, size: int, start: Any = 0.1, **parameters: Any) -> System:
    named = {{"b": "b[i]", "W": "W[i,j]"}[n]: np.asarray(v, dtype=float) for n, v in parameters.items()}
    return neurodyn.build(
        neurodyn.Model(text, states={"x[i]": start}, indices={"N": {"letters": "i j", "size": size}}, parameters=named)
    )


def rate(p: FixedPoint) -> Any:
    assert p.drift is not None
    return p.drift.flat


def test_softmax_without_leak() -> None:
    """x' = b - softmax(x) = c 1 where softmax(x) = b - c and c = (sum(b) - 1)/n; then x grows and softmax(x) stays."""
    b = np.array([0.5, 0.3, 0.9])
    system = units("p[i] = softmax(x[i], i)\ndx[i]/dt = b[i] - p[i]", 3, b=b)
    still = fixed_points(system, box={"x": (-5, 5)})
    assert not len(still) and still.is_complete and "drift=True" in still.reason
    found = fixed_points(system, box={"x": (-5, 5)}, drift=True)
    (p,) = found
    assert p.drift is not None and found.is_complete and p.sure is Sure.PROVED and p.kind == "stable node, drifting"
    assert rate(p) == pytest.approx([0.7 / 3] * 3, abs=1e-12)
    held = b - 0.7 / 3
    assert p.drift.stays["p"] == pytest.approx(held, abs=1e-12) and p.drift.lasting and p.drift.moves == ()
    assert p.flat - p.flat[0] == pytest.approx(np.log(held / held[0]), abs=1e-12)
    slopes = np.linalg.eigvalsh(np.outer(held, held) - np.diag(held))  # one is 0, along the drift
    assert sorted(e.value.real for e in p.eigenvalues) == pytest.approx(sorted(slopes)[:2], abs=1e-12)
    assert "activations that stay while states drift" in found.text and "p stay" in found.text
    assert json.loads(json.dumps(found.to_json()))["points"][0]["drift"]["lasting"]


def test_oscillators_lock() -> None:
    """Two with a difference of frequencies d turn together at the mean, sin(lag) = d, one lag stable and one not."""
    system = units("r = cos(x[1] - x[0])\ndx[i]/dt = b[i] + sum(sin(x[j] - x[i]), j)/2", 2, b=[0.5, 0.3])
    found = fixed_points(system, box={"x": (-3, 3.3)}, drift=True)
    assert found.is_complete and all(rate(p) == pytest.approx([0.4, 0.4], abs=1e-12) for p in found)
    by_kind = {p.kind.split()[0]: p for p in found}
    for kind, lag in (("stable", math.asin(0.2)), ("unstable", math.pi - math.asin(0.2))):
        assert by_kind[kind].flat[0] - by_kind[kind].flat[1] == pytest.approx(lag, abs=1e-12)
        assert by_kind[kind].eigenvalues[0].value.real == pytest.approx(-math.cos(lag), abs=1e-12)
    still = fixed_points(units("dx[i]/dt = sum(sin(x[j] - x[i]), j)/2", 2), box={"x": (-3, 3.3)}, drift=True)
    assert {p.kind for p in still} == {"stable node", "unstable node"}
    assert all(p.drift is not None and p.drift.is_still for p in still)


def test_phases_are_told_within_a_turn() -> None:
    """Three oscillators that are nearly alike lock in phase: one place, however many turns a search went."""
    system = neurodyn.build("kuramoto", sizes={"N": 3}, values={"K": 3.0, "gamma": 1e-9})
    found = fixed_points(system, drift=True, starts=32)
    (locked,) = found.stable
    assert np.cos(locked.flat - locked.flat[0]) == pytest.approx(np.ones(3)) and len(found) <= 8
    assert all((np.abs(p.flat - system.start()) <= np.pi + 1e-9).all() for p in found)


def test_integrators_whose_activations_saturate() -> None:
    """x' = W tanh(x) with orthogonal patterns: x grows along a pattern or its inverse, and tanh(x) becomes it."""
    patterns = np.array([[1, -1, 1, -1], [1, 1, -1, -1]])
    found = fixed_points(units("v[i] = tanh(x[i])\ndx[i]/dt = sum(W[i,j]*v[j], j)", 4, W=patterns.T @ patterns / 4),
                         drift=True, starts=64)  # fmt: skip
    assert found.verdict is Sure.SEARCHED
    grown = {tuple(np.round(rate(p)).astype(int)) for p in found.stable}
    assert grown == {tuple(s * p) for p in patterns for s in (1, -1)}
    for p in found.stable:
        assert p.drift is not None and not p.drift.lasting and p.drift.stays["v"] == pytest.approx(np.sign(rate(p)))
        assert [(e.value, e.count) for e in p.eigenvalues] == [(-1, 4)]


def test_directions_of_growth_are_eigenvectors() -> None:
    """x' = A x/|x| grows along eigenvectors with eigenvalues l > 0; others m decay along it as t to m/l - 1."""
    a = np.array([[2, 0.5, 0], [0.5, 1, 0.3], [0, 0.3, -1.0]])
    values, vectors = np.linalg.eigh(a)
    found = fixed_points(units("g[i] = x[i]/norm(x[j], j)\ndx[i]/dt = sum(W[i,j]*g[j], j)", 3, W=a), drift=True,
                         starts=64)  # fmt: skip
    assert len(found) == 4  # two eigenvalues are above 0, and each has two ways
    for p in found:
        assert p.drift is not None
        length = np.linalg.norm(rate(p))
        k = int(np.abs(values - length).argmin())
        assert length == pytest.approx(values[k], rel=1e-6)
        assert abs(rate(p) @ vectors[:, k]) == pytest.approx(length, rel=1e-6)
        assert abs(np.asarray(p.drift.stays["g"]) @ vectors[:, k]) == pytest.approx(1, abs=1e-6)
        powers = sorted([*(m / values[k] - 1 for j, m in enumerate(values) if j != k), -1])
        assert sorted(e.value.real for e in p.eigenvalues) == pytest.approx(powers, abs=1e-4)
    assert len(found.stable) == 2


def test_a_part_drifts_and_a_part_rests() -> None:
    found = fixed_points(flow("dx/dt = 1 - y\ndy/dt = -y + tanh(y)/2", "x y"), drift=True, starts=16)
    (p,) = found
    assert rate(p) == pytest.approx([1, 0], abs=1e-12) and p.kind == "stable node, drifting"
    found = fixed_points(flow("dx/dt = tanh(x) - y\ndy/dt = -y + tanh(x)/2", "x y"), drift=True, starts=16)
    assert sorted(rate(p)[0] for p in found) == pytest.approx([-0.5, 0.5], abs=1e-6)
    assert all(p.flat[1] == pytest.approx(rate(p)[0], abs=1e-5) and rate(p)[1] == 0 for p in found)


@pytest.mark.parametrize("text", ["dx/dt = -x", "dx/dt = x", "dx/dt = 3/2 + sin(x)", "dx/dt = 1 + x**2"])
def test_what_does_not_drift(text: str) -> None:
    """A fixed point, growth without a bound, a turn that is not even, and a run to infinity."""
    found = fixed_points(flow(text, "x"), drift=True, starts=32)
    assert not len(found) and found.verdict is Sure.SEARCHED


def test_directions_that_rates_do_not_depend_on() -> None:
    def ways(system: System) -> tuple[list[list[float]], bool]:
        field = Field.of(system)
        found = translations(field, Enclosure(field), system.start())
        return ([], False) if found is None else (found.ways.tolist(), found.shown)

    assert ways(flow("dx/dt = 1 + tanh(x - 2*y)\ndy/dt = sin(x - 2*y)", "x y")) == ([[1.0, 0.5]], True)
    written = "dx/dt = exp(x)/(exp(x) + exp(y)) - 0.2\ndy/dt = exp(y)/(exp(x) + exp(y))"
    assert ways(flow(written, "x y")) == ([[1.0, 1.0]], True)
    w = [[1.0, 2.0, 1 / np.pi], [0.3, -1.0, 0.2], [1.3, 1.0, 0.2 + 1 / np.pi]]
    found, shown = ways(units("dx[i]/dt = b[i] + tanh(sum(W[i,j]*x[j], j))", 3, b=[0, 0, 0], W=w))
    assert np.asarray(w) @ found[0] == pytest.approx([0, 0, 0], abs=1e-9) and not shown
    assert ways(flow("dx/dt = -x + 1e-12*y\ndy/dt = 0.5*x - y", "x y")) == ([], False)


def test_maps_are_refused() -> None:
    with pytest.raises(neurodyn.InputError, match="it is a map"):
        fixed_points(flow("x(t+1) = x + 1", "x"), drift=True)
    with pytest.raises(neurodyn.InputError, match="no ends for y"):
        fixed_points(flow("dx/dt = 1 - y\ndy/dt = -y", "x y"), drift=True, box={"x": (0, 1)})


@pytest.mark.slow
def test_energy_transformer() -> None:
    """Its tokens have no leak: they grow, and runs near a stable direction of growth come closer to its activations."""
    system = neurodyn.build("energy_transformer")
    found = fixed_points(system, drift=True, starts=32)
    p = found.stable[0]
    assert p.drift is not None and "g" in p.drift.stays and "E" in p.drift.stays and p.drift.moves
    rng, home = np.random.default_rng(0), system.start()
    near = home + 100 * rate(p) + 5 * rng.standard_normal(home.size) * (rate(p) != 0)
    run = neurodyn.simulate(system, until=3000, start=dict(system.layout.unpack(near)), save_at=[0, 300, 3000],
                            record=["g"], rtol=1e-8)  # fmt: skip
    off = np.abs(run["g"].values - p.drift.stays["g"]).max(axis=(1, 2))
    assert off[0] > off[1] > off[2] and off[2] < 0.1
