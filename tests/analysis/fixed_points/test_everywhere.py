"""Boxes that follow from equations, conserved sums, cycles of maps."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy as sp

import neurodyn
from neurodyn import fixed_points
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.elimination import solved
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.invariants import invariants
from neurodyn.analysis.fixed_points.point import Sure
from tests.analysis.fixed_points.models import flow, network


def conserved(system: neurodyn.System) -> list[str]:
    found = invariants(Enclosure(Field.of(system)), system.start())
    return [] if found is None else found.texts(system.layout)


def test_activations_bound_states() -> None:
    found = fixed_points(network([[0.5, -1.0], [2.0, 0.25]]))
    assert found.box is not None and (np.abs(found.box) <= 2.4).all() and found.is_complete
    gated = fixed_points(flow("dE/dt = -E + (1 - E)*sigmoid(4*E - 2)", "E"))  # E = S/(1 + S)
    assert gated.is_complete and all(0 < p.flat[0] < 0.5 for p in gated)
    partly = fixed_points(flow("dv/dt = v - v**3/3 - w\ndw/dt = 0.08*(v + 0.7 - 0.8*w)", "v w"), box={"v": (-3, 3)})
    assert partly.box is not None and partly.box[0][1] == pytest.approx((-3 + 0.7) / 0.8, abs=0.2)


def test_polynomials_bound_states() -> None:
    lorenz = flow("dx/dt = 10*(y - x)\ndy/dt = 28*x - y - x*z\ndz/dt = x*y - 8*z/3", "x y z")
    found = fixed_points(lorenz)
    assert found.is_complete and len(found) == 3 and "beyond it there are none" in found.reason
    assert "in closed form (6*sqrt(2), 6*sqrt(2), 27)" in found[2].notes
    none = fixed_points(flow("dx/dt = 1 + x**2 + y**2\ndy/dt = -y", "x y"))
    assert none.is_complete and not len(none) and none.box is None


def test_equations_that_take_long_are_given_up() -> None:
    x = sp.symbols("x0:5", real=True)
    hard = [sum(x) ** 7 - x[k] ** 5 * x[k - 1] ** 3 - k - 1 for k in range(5)]
    before = time.monotonic()
    assert solved(hard, x, seconds=0.5).ends is None
    assert time.monotonic() - before < 30


def test_conserved_sums() -> None:
    assert conserved(flow("dx/dt = -x + (x + y)/2\ndy/dt = -y + (x + y)/2", "x y")) == ["x + y = 0.2"]
    assert conserved(flow("dx/dt = -k*x\ndy/dt = 2*k*x", "x y", k=0.3)) == ["x + 0.5*y = 0.15"]
    assert conserved(flow("ds/dt = -s*e + c\ndc/dt = s*e - 2*c\nde/dt = -s*e + 2*c\ndp/dt = c", "s e c p")) == [
        "s + c + p = 0.3", "e + c = 0.2",
    ]  # fmt: skip
    assert conserved(flow("dx/dt = -x + y\ndy/dt = -y + x*(1 + 1e-13)", "x y")) == []  # numbers miss that
    assert conserved(flow("dx/dt = -x + tanh(y)\ndy/dt = -y", "x y")) == []


@pytest.mark.parametrize("size", [2, 5])
def test_line_attractor(size: int) -> None:
    """x' = -x + (1 1'/n) x: every state whose units are equal stands still."""
    model = neurodyn.Model(
        "dx[i]/dt = -x[i] + mean(x[j], j)", states={"x[i]": 0.0}, indices={"N": {"letters": "i j", "size": size}}
    )
    start = {"x": np.arange(size) / 4}
    (line,) = found = fixed_points(neurodyn.build(model), start=start)
    assert found.is_complete and line.kind == "line of fixed points, attracting" and line.stability.sure is Sure.PROVED
    assert line.flat == pytest.approx([(size - 1) / 8] * size, abs=1e-12)
    assert {(e.value, e.count) for e in line.eigenvalues} == {(0, 1), (-1, size - 1)}
    assert line.is_stable is None or line.is_stable  # along the line it neither comes back nor goes
    assert "Conserved" in found.text


def test_logistic_cycles() -> None:
    """r = 4: x = sin(pi k/(2**p -+ 1))**2 return after p steps, and multipliers have size 2**p, but at 0 and cycles."""
    system = flow("x(t+1) = 4*x*(1 - x)", "x")
    for p, primes in ((1, [1, 1]), (2, [1, 1, 2]), (3, [1, 1, 3, 3]), (4, [1, 1, 2, 4, 4, 4])):
        found = fixed_points(system, box={"x": (-0.5, 1.5)}, period=p)
        assert found.is_complete and sorted(x.period for x in found) == primes
        for x in found:
            states = x.flat[None] if x.cycle is None else x.cycle
            assert np.prod(4 - 8 * states) == pytest.approx(x.eigenvalues[0].value.real, rel=1e-9)
            assert abs(x.eigenvalues[0].value) == pytest.approx(4.0 if x.flat[0] == 0 else 2.0**x.period, rel=1e-9)
        known = {round(np.sin(np.pi * k / (2**p + s)) ** 2, 9) for s in (1, -1) for k in range(2 ** (p - 1) + 1)}
        all_states = np.concatenate([x.flat if x.cycle is None else x.cycle[:, 0] for x in found])
        assert {round(float(v), 9) for v in all_states} == known


def test_henon_cycles() -> None:
    system = flow("x(t+1) = 1 - 1.4*x**2 + y\ny(t+1) = 0.3*x", "x y")
    found = fixed_points(system, box={"x": (-2, 2), "y": (-2, 2)}, period=4)
    assert found.is_complete and sorted(p.period for p in found) == [1, 1, 2, 4]
    assert all(np.prod([e.value for e in p.eigenvalues]) == pytest.approx((-0.3) ** p.period) for p in found)
    stable = fixed_points(flow("x(t+1) = 3.2*x*(1 - x)", "x"), box={"x": (0.1, 1)}, period=2)
    (cycle,) = (p for p in stable if p.period == 2)
    assert cycle.is_stable and cycle.eigenvalues[0].value.real == pytest.approx(4 + 2 * 3.2 - 3.2**2)


@pytest.mark.parametrize("period", [0, -1])
def test_periods_that_are_none(period: int) -> None:
    with pytest.raises(neurodyn.InputError, match="no points of period"):
        fixed_points(flow("x(t+1) = x/2", "x"), period=period)


def test_flows_have_no_periods_in_steps() -> None:
    with pytest.raises(neurodyn.InputError, match="no points of period 2"):
        fixed_points(flow("dx/dt = -x", "x"), period=2)
