"""Solutions that symbols give, beside closed forms and what was shown of each."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from scipy.special import lambertw

from neurodyn import fixed_points
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.certified import certified
from neurodyn.analysis.fixed_points.elimination import Solved, all_of, solved
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.point import Sure
from neurodyn.analysis.fixed_points.symbolic import checked, with_forms
from tests.analysis.fixed_points.models import flow

X, Y, Z = sp.symbols("x y z", real=True)
EVERYWHERE = np.array([-np.inf]), np.array([np.inf])


def test_all_solutions_without_a_box() -> None:
    found = fixed_points(flow("dx/dt = exp(-x**2) - 1/2\ndy/dt = x - y", "x y"))
    assert found.is_complete and "SymPy's solveset gives all real solutions" in found.reason
    assert [p.flat[0] for p in found] == pytest.approx([-math.sqrt(math.log(2)), math.sqrt(math.log(2))], abs=1e-15)
    assert [p.kind for p in found] == ["saddle of index 1", "stable node"] and [p.sure for p in found] == ["proved"] * 2
    assert "in closed form (sqrt(log(2)), sqrt(log(2)))" in found[1].notes
    none = fixed_points(flow("dx/dt = 2 + tanh(x)", "x"))
    assert none.is_complete and not len(none) and "no real solution" in none.reason


def test_some_solutions_are_never_called_all() -> None:
    """exp(x) = x + 2 has two solutions, x = -2 - W(-exp(-2)) on the two real branches of Lambert's function."""
    found = fixed_points(flow("dx/dt = exp(x) - y\ndy/dt = x - y + 2", "x y"))
    expected = sorted(-2 - lambertw(-math.exp(-2), k).real for k in (0, -1))
    assert [p.flat[0] for p in found] == pytest.approx(expected, abs=1e-14) and found.verdict is Sure.SEARCHED
    assert all(p.sure is Sure.PROVED and p.residual < 1e-12 for p in found) and "not ruled out" in found.reason
    waves = fixed_points(flow("dx/dt = sin(x)", "x"), box={"x": (1, math.inf)})
    assert [p.flat[0] for p in waves] == pytest.approx([math.pi]) and not waves.is_complete
    assert waves.to_json()["box"] == [[1.0], [None]]


def test_closed_forms_where_the_box_is_known() -> None:
    (p,) = found = fixed_points(flow("dx/dt = -x + exp(-x)", "x"), closed_forms=True)
    assert found.is_complete and "in closed form (LambertW(1))" in p.notes


def test_elimination_keeps_all_solutions() -> None:
    found = all_of([X - Y**2, Y - 2 * Z + 1, sp.exp(2 * Z) - 3 * sp.exp(Z) + 2], (X, Y, Z))
    assert found is not None and {tuple(s[u] for u in (X, Y, Z)) for s in found} == {
        (1, -1, 0), ((2 * sp.log(2) - 1) ** 2, 2 * sp.log(2) - 1, sp.log(2)),
    }  # fmt: skip
    assert all_of([X - 2, Y - sp.log(Y) - X], (X, Y)) is None  # not solved by solveset
    assert all_of([Y - sp.sqrt(X), sp.exp(X) - sp.Rational(1, 2)], (Y, X)) == []  # x < 0: y is not real


def test_what_sympy_says_is_checked() -> None:
    of = Enclosure(Field.of(flow("dx/dt = 3/10 - tanh(x)", "x")))
    points, lost = checked(of, Solved(None, ((("1",), (1.0,)), ((), (math.atanh(0.3),)))), EVERYWHERE)
    assert [p.flat[0] for p in points] == pytest.approx([math.atanh(0.3)]) and lost == 1
    box = np.array([-2.0]), np.array([2.0])
    proved = certified(of, box, box)
    lie = with_forms(proved, Solved((), ((("1",), (1.0,)), ((), (math.atanh(0.3),))), is_listed=True), box)
    assert proved.verdict is Sure.PROVED and lie.verdict is Sure.UNDECIDED and "lists 2 solutions" in lie.reason
    late = with_forms(proved, Solved(is_late=True), box)
    assert late.verdict is Sure.PROVED and "SymPy was ended after 2 s" in late.reason


def test_late_answers_are_told() -> None:
    hard = [X - sp.cos(X) * sp.exp(X) + sp.exp(sp.sin(X) + X**3)]
    assert solved(hard, (X,), seconds=0.01) == Solved(is_late=True)
