"""Fixed points of known systems, found without being told where: closed forms, and numbers of other tools."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import neurodyn
from neurodyn import fixed_points
from neurodyn.analysis.fixed_points.point import Sure
from neurodyn.analysis.fixed_points.report import FixedPoints
from tests.analysis.fixed_points.models import all_to_all, flow, network


def states(found: FixedPoints, digits: int = 9) -> list[tuple[float, ...]]:
    return [tuple(np.round(p.flat, digits).tolist()) for p in found]


@pytest.mark.parametrize(("mu", "count"), [(0.384, 3), (0.3849, 3), (0.38491, 1), (0.39, 1), (-0.3849, 3)])
def test_cusp_folds(mu: float, count: int) -> None:
    """x' = mu + x - x**3 has folds at mu = 2/(3*sqrt(3)) = 0.3849002 (AUTO's `cusp`)."""
    found = fixed_points(flow("dx/dt = mu + x - x**3", "x", mu=mu), box={"x": (-3, 3)})
    roots = np.roots([-1.0, 0.0, 1.0, mu])
    assert found.is_complete and len(found) == count
    real = np.sort(roots[np.abs(roots.imag) < 1e-7].real)
    assert [p.flat[0] for p in found] == pytest.approx(real, abs=1e-9)
    slopes = [1 - 3 * p.flat[0] ** 2 for p in found]
    assert [p.is_stable for p in found] == [s < 0 for s in slopes]
    assert [p.eigenvalues[0].value for p in found] == pytest.approx(slopes, abs=1e-9)


def test_imperfect_pitchfork() -> None:
    """x' = h + p x - x**3 with h = 0.01: the fold is at p = 3 (h/2)**(2/3) = 0.0877205."""
    fold = 3 * 0.005 ** (2 / 3)
    for p, count in ((fold - 1e-9, 1), (fold + 1e-9, 3)):
        found = fixed_points(flow("dx/dt = h + p*x - x**3", "x", h=0.01, p=p), box={"x": (-2, 2)})
        assert found.is_complete and len(found) == count


def test_predator_and_prey() -> None:
    """AUTO's `pp2`: the branch point at p = 3/5, where u1 = 0 changes its index, and the fold of u2 = 0."""
    text = "du/dt = 3*u*(1 - u) - u*w - p*(1 - exp(-5*u))\ndw/dt = -w + 3*u*w"
    box = {"u": (-0.05, 1.2), "w": (-0.5, 3)}
    for p, kind in ((0.59, "saddle of index 1"), (0.61, "stable node")):
        found = fixed_points(flow(text, "u w", p=p), box=box)
        origin = next(x for x in found if np.abs(x.flat).max() == 0)
        assert found.is_complete and origin.kind == kind
        assert sorted(e.value.real for e in origin.eigenvalues) == pytest.approx(sorted([3 - 5 * p, -1]), abs=1e-8)
    for p, count in ((0.83292, 3), (0.83293, 1)):  # 0 and two on w = 0, which meet; elsewhere w > 0 has u = 1/3
        on_axis = [x for x in fixed_points(flow(text, "u w", p=p), box=box) if abs(x.flat[1]) < 1e-12]
        assert len(on_axis) == count
    hopf = fixed_points(flow(text, "u w", p=0.6715938475), box=box)
    pair = next(x for x in hopf if x.flat[0] == pytest.approx(1 / 3, abs=1e-12))
    assert abs(pair.eigenvalues[0].value.real) < 1e-8 and pair.eigenvalues[0].value.imag > 0


def test_fitzhugh_nagumo_at_its_hopf_points() -> None:
    """v = -sqrt(0.936) at I = 0.3312813375, where the frequency is 0.2755068057."""
    text = "dv/dt = v - v**3/3 - w + I\ndw/dt = 0.08*(v + 0.7 - 0.8*w)"
    for current, v in ((0.3312813375, -(0.936**0.5)), (1.4187186625, 0.936**0.5)):
        found = fixed_points(flow(text, "v w", I=current), box={"v": (-3, 3)})  # w follows from v
        (point,) = found
        assert found.is_complete and point.flat[0] == pytest.approx(v, abs=1e-9)
        assert point.eigenvalues[0].value.imag == pytest.approx(0.2755068057, abs=1e-9)
    sides = [fixed_points(flow(text, "v w", I=x), box={"v": (-3, 3)})[0].kind for x in (0.331, 0.332)]
    assert sides == ["stable focus", "unstable focus"]


def test_mean_field_of_quadratic_neurons() -> None:
    text = "dr/dt = 1/pi + 2*r*v\ndv/dt = v**2 + eta + J*r - pi**2*r**2"
    found = fixed_points(flow(text, "r v", eta=-5.0, J=15.0), box={"r": (0, 3), "v": (-5, 5)})
    assert found.is_complete
    assert [p.flat[0] for p in found] == pytest.approx([0.0811344, 0.4729803, 1.0305968], abs=1e-7)
    for eta, count in ((-3.13613, 1), (-3.13614, 3), (-5.74352, 3), (-5.74353, 1)):
        assert len(fixed_points(flow(text, "r v", eta=eta, J=15.0), box={"r": (0, 3), "v": (-5, 5)})) == count


def test_two_neurons() -> None:
    found = fixed_points(network([[2, 0.3], [0.3, 2]]))
    assert found.is_complete and Counter(p.index for p in found) == {0: 4, 1: 4, 2: 1}
    expected = {(2.2494, 2.2494), (1.554766, -1.554766), (1.807147, -0.301974), (0.301974, -1.807147)}
    expected |= {(-a, -b) for a, b in expected} | {(0.0, 0.0)}
    for a, b in expected:
        assert any(np.abs(p.flat - (a, b)).max() < 1e-5 for p in found)
    assert all(p.stability.sure is Sure.PROVED and p.radius < 1e-12 for p in found)
    assert len({p.orbit for p in found if p.orbit is not None}) == 3  # the origin is alone


def test_exact_pitchfork_is_one_place() -> None:
    found = fixed_points(network([[1.5, 0.5], [0.5, 1.5]]))
    assert Counter(p.sure for p in found) == {Sure.PROVED: 2, Sure.UNDECIDED: 1}
    (place,) = (p for p in found if p.sure is Sure.UNDECIDED)
    assert place.kind == "degenerate" and np.abs(place.flat).max() == 0 and "exactly 0" in place.notes[0]
    assert place.low is not None and place.high is not None
    assert (np.abs([place.low, place.high]) < 1e-5).all() and found.counts["boxes"] < 2000
    assert found.verdict is Sure.UNDECIDED and "one place" in found.reason


def test_lorenz() -> None:
    rho = 28.0
    system = flow("dx/dt = 10*(y - x)\ndy/dt = r*x - y - x*z\ndz/dt = x*y - 8*z/3", "x y z", r=rho)
    found = fixed_points(system, box={"x": (-40, 40), "y": (-40, 40), "z": (-20, 60)})
    c = (8 / 3 * (rho - 1)) ** 0.5
    assert found.is_complete and states(found) == [tuple(np.round(x, 9)) for x in ((-c, -c, 27), (0, 0, 0), (c, c, 27))]
    assert [p.index for p in found] == [2, 1, 2] and found[0].orbit == found[2].orbit is not None
    assert "x -> -x, y -> -y" in found.text


def test_units_make_no_difference() -> None:
    """The same flow with x in millionths and z in thousands."""
    text = "dx/dt = 10*(y - x/a)*a\ndy/dt = 28*x/a - y - x/a*z/b\ndz/dt = b*(x/a*y - 8*z/b/3)"
    states = {"x": {"start": 1e-6, "scale": 1e-6}, "y": 1.0, "z": {"start": 1e3, "scale": 1e3}}
    changed = neurodyn.build(neurodyn.Model(text, states=states, parameters={"a": 1e-6, "b": 1e3}))
    found = fixed_points(changed, box={"x": (-40e-6, 40e-6), "y": (-40, 40), "z": (-20e3, 60e3)})
    c = 72**0.5
    assert found.is_complete and [p.kind for p in found] == [
        "saddle of index 2",
        "saddle of index 1",
        "saddle of index 2",
    ]
    assert np.allclose(found[2].flat, [c * 1e-6, c, 27e3], rtol=1e-9, atol=0)
    assert found[0].eigenvalues[0].value == pytest.approx(0.0939556 + 10.1945j, abs=1e-4)


def test_lorenz_on_both_sides_of_its_hopf_point() -> None:
    hopf = 470 / 19
    text = "dx/dt = 10*(y - x)\ndy/dt = r*x - y - x*z\ndz/dt = x*y - 8*z/3"
    box = {"x": (5, 40), "y": (5, 40), "z": (5, 60)}
    kinds = [fixed_points(flow(text, "x y z", r=hopf + off), box=box)[0].kind for off in (-1e-4, 1e-4)]
    assert kinds == ["stable focus", "saddle of index 2"]
    (at,) = fixed_points(flow(text, "x y z", r=hopf), box=box)
    assert at.eigenvalues[0].value.imag == pytest.approx(9.6245301, abs=1e-7) and at.is_stable is None


def test_lines_of_fixed_points() -> None:
    found = fixed_points(
        flow("dx/dt = -x + (x + y)/2\ndy/dt = -y + (x + y)/2", "x y"), box={"x": (-2, 2), "y": (-2, 2)}
    )
    (line,) = found
    assert line.kind == "line of fixed points, attracting" and line.stability.neutral == 1
    assert sorted(round(e.value.real, 12) for e in line.eigenvalues) == [-1, 0]
    circle = flow("dx/dt = (1 - x**2 - y**2)*x\ndy/dt = (1 - x**2 - y**2)*y", "x y")
    kinds = [p.kind for p in fixed_points(circle, box={"x": (-2, 2), "y": (-2, 2)})]
    assert sorted(kinds) == ["line of fixed points, attracting", "unstable node"]


def test_a_ghost_is_no_fixed_point() -> None:
    found = fixed_points(flow("dx/dt = 1e-6 + x**2", "x"), box={"x": (-2, 2)})
    assert found.is_complete and not len(found) and "no fixed point" in found.reason
    both = fixed_points(flow("dx/dt = x**2 - 1e-6", "x"), box={"x": (-2, 2)})
    assert [p.flat[0] for p in both] == pytest.approx([-1e-3, 1e-3], abs=1e-12) and both.is_complete


@pytest.mark.parametrize("size", [3, 4])
def test_all_of_a_network(size: int) -> None:
    """3**n fixed points: each unit is low, in the middle or high; units in the middle are unstable directions."""
    found = fixed_points(all_to_all(size))
    assert found.is_complete and len(found) == 3**size
    assert Counter(p.index for p in found) == {k: _choose(size, k) * 2 ** (size - k) for k in range(size + 1)}
    assert all(p.stability.sure is Sure.PROVED for p in found) and max(p.residual for p in found) < 1e-12


def _choose(n: int, k: int) -> int:
    return int(np.prod(range(n - k + 1, n + 1)) // max(np.prod(range(1, k + 1)), 1))


def test_maps() -> None:
    found = fixed_points(flow("x(t+1) = 1 - 1.4*x**2 + y\ny(t+1) = 0.3*x", "x y"), box={"x": (-3, 3), "y": (-3, 3)})
    expected = np.sort(np.roots([1.4, 0.7, -1.0]))
    assert found.is_complete and [p.flat[0] for p in found] == pytest.approx(expected, abs=1e-12)
    for p in found:
        multipliers = np.linalg.eigvals([[-2.8 * p.flat[0], 1.0], [0.3, 0.0]])
        assert sorted(e.value.real for e in p.eigenvalues) == pytest.approx(sorted(multipliers), abs=1e-12)
    assert [p.kind for p in found] == ["saddle of index 1"] * 2


def test_shipped_models() -> None:
    found = fixed_points("wilson_cowan", at=100)  # its box follows from the equations
    assert found.is_complete and len(found) == 1 and "held at t = 100" in found.text
    with pytest.raises(neurodyn.InputError, match=r"No bound of v .* follows"):
        fixed_points("hodgkin_huxley", at=0)
    (rest,) = fixed_points("hodgkin_huxley", at=0, box={"v": (-0.2, 0.1)})  # its gates follow
    assert rest.kind == "stable focus"
