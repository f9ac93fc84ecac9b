"""Nothing is said to be proved that is not so: random systems, places where proofs must fail, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import root

import neurodyn
from neurodyn import fixed_points
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points import boxes
from neurodyn.analysis.fixed_points.contraction import contracted
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.point import Sure
from neurodyn.analysis.fixed_points.proof import proof
from neurodyn.analysis.fixed_points.symmetries import symmetries
from tests.analysis.fixed_points.models import all_to_all, flow, network


@pytest.mark.parametrize("seed", range(5))
def test_polynomials_have_the_zeros_of_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    zeros = np.sort(rng.uniform(-2, 2, 4))
    c = [float(x) for x in np.poly(zeros)]  # exact binary values
    text = "dx/dt = c0*x**4 + c1*x**3 + c2*x**2 + c3*x + c4"
    found = fixed_points(flow(text, "x", **{f"c{k}": v for k, v in enumerate(c)}), box={"x": (-3, 3)})
    assert found.is_complete and [p.flat[0] for p in found] == pytest.approx(zeros, abs=1e-9)


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(k, marks=pytest.mark.slow) for k in range(3, 40))])
def test_a_search_finds_nothing_else(seed: int) -> None:
    """Random flows: what Newton's method of SciPy finds from many starts is in the list, with as many unstable ways."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=10).round(3)
    text = f"""
    dx/dt = {a[0]} + {a[1]}*x + {a[2]}*sin(2*y) + {a[3]}*x*y - x**3/2 + {a[4]}*exp(-x**2)
    dy/dt = {a[5]} + {a[6]}*tanh(3*x) + {a[7]}*y + {a[8]}*cos(x + y) - {abs(a[9])}*y**3
    """
    system = flow(text, "x y")
    found, field = fixed_points(system, box={"x": (-3, 3), "y": (-3, 3)}), Field.of(system)
    assert found.is_complete
    for start in rng.uniform(-3, 3, (60, 2)):
        end = root(field.values, start, jac=field.jacobian)
        if end.success and np.abs(end.x).max() < 3 and np.abs(end.fun).max() < 1e-10:
            assert any(np.abs(p.flat - end.x).max() < 1e-5 for p in found)
    for p in found:
        assert p.index == (np.linalg.eigvals(field.jacobian(p.flat)).real > 0).sum()


def test_zeros_stay_in_contracted_boxes_and_are_counted_right() -> None:
    system = network([[2, 0.3], [0.3, 2]])
    of, rng = Enclosure(Field.of(system)), np.random.default_rng(0)
    zeros = np.stack([p.flat for p in fixed_points(system)])
    low = rng.uniform(-3, 3, (4000, 2))
    high = low + 10 ** rng.uniform(-3, 0.5, (4000, 2))
    found = contracted(of, low, high)
    inside = ((zeros >= low[:, None]) & (zeros <= high[:, None])).all(axis=2)
    kept = ((zeros >= found.low[:, None] - 1e-14) & (zeros <= found.high[:, None] + 1e-14)).all(axis=2)
    assert not (inside & ~kept)[~found.empty].any() and not inside[found.empty].any()
    proved = found.proved & ~found.empty
    assert (inside.sum(axis=1)[proved] == 1).all() and proved.sum() > 10 and found.empty.sum() > 1000


def test_balls_prove_no_zero_that_is_none() -> None:
    of = Enclosure(Field.of(flow("dx/dt = x**2 + d", "x", d=1e-20)))
    assert proof(of, np.array([1e-10])) is None
    double = Enclosure(Field.of(flow("dx/dt = x**2", "x")))
    assert proof(double, np.array([1e-9])) is None and proof(double, np.array([0.0])) is None
    shown = proof(Enclosure(Field.of(flow("dx/dt = x**2 - 2", "x"))), np.array([1.41421356]))
    assert shown is not None and abs(shown.state[0] - 2**0.5) <= shown.radius[0] < 1e-15


def test_what_balls_prove_elsewhere_is_not_taken() -> None:
    of = Enclosure(Field.of(flow("dx/dt = x**2 - 2", "x")))
    shown = proof(of, np.array([1.4142]))
    assert shown is not None and shown.lies_in(np.array([[1.4], [1.5]]))
    assert not shown.lies_in(np.array([[-1.5], [-1.4]])) and not shown.lies_in(np.array([[1.4], [2**0.5 - 1e-15]]))


def test_double_zeros_are_places() -> None:
    for text, places in (("dx/dt = x**2", 1), ("dx/dt = (x - 1/3)**2*(x + 1)", 1), ("dx/dt = x**3", 1)):
        found = fixed_points(flow(text, "x"), box={"x": (-2, 2)})
        assert sum(p.sure is Sure.UNDECIDED for p in found) == places and not found.is_complete
        assert len(found) == places + (text.count("x + 1"))


def test_a_pole_is_named() -> None:
    found = fixed_points(flow("dx/dt = 1/x - 1", "x"), box={"x": (-2, 2)})
    one, pole = found
    assert one.sure is Sure.PROVED and one.flat == pytest.approx([1.0]) and pole.kind == "not bounded"
    assert not found.is_complete and fixed_points(flow("dx/dt = 1/x - 1", "x"), box={"x": (0.1, 2)}).is_complete


def test_kinks() -> None:
    found = fixed_points(flow("dx/dt = relu(x) - abs(y)\ndy/dt = x - 1", "x y"), box={"x": (-2, 2), "y": (-2, 2)})
    assert found.is_complete and [tuple(p.flat) for p in found] == [(1, -1), (1, 1)]
    at_kink = fixed_points(flow("dx/dt = x + 2*abs(x)", "x"), box={"x": (-1, 1.5)})
    assert not at_kink.is_complete or at_kink[0].is_stable is None


def test_jumps() -> None:
    """Zeros on either side are proved; that the rate goes from one sign to the other at a jump is told."""
    low, high, place = fixed_points(flow("dx/dt = heaviside(x - 1/2) - x", "x"))
    assert [p.sure for p in (low, high)] == [Sure.PROVED] * 2 and (low.flat[0], high.flat[0]) == (0, 1)
    assert place.kind == "jump" and place.low is not None and place.high is not None
    assert place.low[0] <= 0.5 <= place.high[0] and place.high[0] - place.low[0] < 0.01
    past = fixed_points(flow("dx/dt = heaviside(x - 1/2) + 1 - x/2", "x"))  # jumps, and stays above 0
    assert past.is_complete and [p.flat[0] for p in past] == [pytest.approx(4)]
    floor = fixed_points(flow("dx/dt = floor(x)/2 - x/3 - 1", "x"), box={"x": (-7.5, 5.5)})
    assert not [p for p in floor if p.sure is Sure.PROVED]  # 3*(floor(x)/2 - 1) rounds to another whole number


def test_networks_of_steps() -> None:
    model = neurodyn.Model(
        "dx[i]/dt = -x[i] + sum(W[i,j]*heaviside(x[j] - 1/2), j)", states={"x[i]": 0.0},
        indices={"N": {"letters": "i j", "size": 2}}, parameters={"W[i,j]": np.ones((2, 2)) - np.eye(2)},
    )  # fmt: skip
    found = fixed_points(neurodyn.build(model))
    assert {tuple(p.flat.tolist()) for p in found.proved} == {(0, 0), (1, 1)} and not found.is_complete
    signs = neurodyn.Model(
        "s[i](t+1) = sign(sum(W[i,j]*s[j], j))", states={"s[i]": 1.0},
        indices={"N": {"letters": "i j", "size": 2}}, parameters={"W[i,j]": [[0.0, 1.0], [1.0, 0.0]]},
    )  # fmt: skip
    swap = fixed_points(neurodyn.build(signs), period=2)
    assert {(tuple(p.flat.tolist()), p.period) for p in swap.proved} == {((1, 1), 1), ((-1, -1), 1), ((-1, 1), 2)}


def test_what_jumps_in_unknown_ways_is_searched() -> None:
    for text, said in (("stop(x) - 2*x", "no slope passes stop"), ("tan(heaviside(x)) - x", "jumps of tan")):
        found = fixed_points(flow(f"dx/dt = {text}", "x"), starts=8)
        assert found.verdict is Sure.SEARCHED and said in found.reason and not found.proved


def test_faces_and_edges() -> None:
    cubic = flow("dx/dt = x - x**3", "x")
    found = fixed_points(cubic, box={"x": (0, 1)})
    assert found.is_complete and [p.flat[0] for p in found] == [0, 1]
    assert all("on an edge of the box" in p.notes for p in found)
    assert len(fixed_points(cubic, box={"x": (0.001, 0.999)})) == 0
    cut = -2 + 4 * 127 / 256  # where the first box is cut
    on_face = fixed_points(flow("dx/dt = (x - c)*(1 + x**2)", "x", c=cut), box={"x": (-2, 2)})
    assert on_face.is_complete and [p.flat[0] for p in on_face] == [cut]


def test_boxes_far_from_zero() -> None:
    """Floating point has few steps there, and the search ends all the same."""
    (one,) = fixed_points(flow("dx/dt = x - c", "x", c=1e10 + 5e-5), box={"x": (1e10, 1e10 + 1e-4)})
    assert one.sure is Sure.PROVED and one.flat[0] == 1e10 + 5e-5
    (double,) = fixed_points(flow("dx/dt = (x - c)**2", "x", c=1e10 + 5e-5), box={"x": (1e10, 1e10 + 1e-4)})
    assert double.sure is Sure.UNDECIDED


def test_symmetries_are_those_of_the_equations() -> None:
    def found(system: neurodyn.System) -> set[str]:
        size = system.layout.size
        return {s.text(system) for s in symmetries(Enclosure(Field.of(system)), -np.ones(size), np.ones(size))}

    assert found(network([[2, 0.3], [0.3, 2]])) >= {"x[0] -> x[1], x[1] -> x[0]", "x[0] -> -x[0], x[1] -> -x[1]"}
    assert found(network([[2, 0.3], [0.3, 2 + 1e-12]])) == {"x[0] -> -x[0], x[1] -> -x[1]"}  # numbers miss that
    assert found(flow("dx/dt = x - x**2", "x")) == set()
    assert found(flow("dx/dt = y - x*(x**2 + y**2)\ndy/dt = -x - y*(x**2 + y**2)", "x y")) >= {"x -> y, y -> -x"}
    cyclic = "dx/dt = x*(1 - x - a*y - b*z)\ndy/dt = y*(1 - y - a*z - b*x)\ndz/dt = z*(1 - z - a*x - b*y)"
    assert found(flow(cyclic, "x y z", a=0.8, b=1.3)) == {"x -> z, y -> x, z -> y"}


def test_a_limit_of_boxes_leaves_a_partial_answer() -> None:
    found = fixed_points(all_to_all(4), boxes=300)
    assert found.verdict is Sure.UNDECIDED and len(found.unresolved) and "too many boxes" in found.reason
    whole = fixed_points(all_to_all(4))
    known = {tuple(np.round(p.flat, 9).tolist()) for p in whole}
    assert {tuple(np.round(p.flat, 9).tolist()) for p in found} <= known
    for p in whole:  # what was not found lies in what is not resolved
        held = ((found.unresolved[:, 0] <= p.flat) & (p.flat <= found.unresolved[:, 1])).all(axis=1).any()
        assert held or tuple(np.round(p.flat, 9).tolist()) in {tuple(np.round(q.flat, 9).tolist()) for q in found}


def test_an_interrupted_search_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, own = [0], boxes.contracted

    def interrupted(*args: object) -> object:
        calls[0] += 1
        if calls[0] == 6:
            raise KeyboardInterrupt
        return own(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(boxes, "contracted", interrupted)
    found = fixed_points(all_to_all(4))
    assert found.interrupted and found.verdict is Sure.UNDECIDED and len(found.unresolved)
    assert "interrupted" in found.text


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ({"x": (2, 1)}, "its low end is not below"),
        ({"x": (1, 1)}, "its low end is not below"),
        ({"x": (float("nan"), 1)}, "its low end is not below"),
        ({"x": 3}, "no two ends"),
        ({"x": ([0, 0], [1, 1])}, "no two ends of the shape"),
        ({"y": (0, 1)}, "which is no state"),
    ],
)
def test_bad_boxes(box: dict[str, tuple[float, float]] | None, said: str) -> None:
    with pytest.raises(neurodyn.InputError, match=said):
        fixed_points(flow("dx/dt = x - x**3", "x"), box=box)


def test_what_has_no_fixed_points_of_its_own_is_refused() -> None:
    with pytest.raises(neurodyn.InputError, match="depends on time"):
        fixed_points("wilson_cowan")
    row = fixed_points("habituation_row", at=0, starts=8)
    assert row.verdict is Sure.SEARCHED and "recursion along a letter" in row.reason
    with pytest.raises(neurodyn.InputError, match="No bound of x"):
        fixed_points(flow("dx/dt = x - x**3 + sin(x)", "x"))
