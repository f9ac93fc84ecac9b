"""Linearisations against closed forms: eigenvalues, directions, and covariances of Ornstein and Uhlenbeck."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.fixed_points.point import Sure
from neurodyn.analysis.linear.controllability import Controllability
from tests.analysis.fixed_points.models import flow


def noisy(matrix: np.ndarray, factors: np.ndarray) -> neurodyn.System:
    model = neurodyn.Model(
        "dx[i]/dt = sum(A[i,j]*x[j], j) + sum(G[i,j]*eta[j], j)", states={"x[i]": 0.0}, noise={"eta[j]": "white"},
        indices={"N": {"letters": "i j", "size": len(matrix)}}, parameters={"A[i,j]": matrix, "G[i,j]": factors},
    )  # fmt: skip
    return neurodyn.build(model)


def test_the_fixed_point_of_fitzhugh_nagumo() -> None:
    """Eigenvalues of [[1 - v^2, -1], [0.08, -0.064]], by the quadratic formula."""
    system = flow("dv/dt = v - v**3/3 - w + 0.5\ndw/dt = 0.08*(v + 0.7 - 0.8*w)", "v w")
    [point] = neurodyn.fixed_points(system)
    found = neurodyn.linearise(system, point)
    trace, product = 1 - point.flat[0] ** 2 - 0.064, -0.064 * (1 - point.flat[0] ** 2) + 0.08
    expected = np.roots([1, -trace, product])
    np.testing.assert_allclose(np.sort_complex(found.values), np.sort_complex(expected), rtol=1e-12)
    assert found.stability.sure is Sure.PROVED  # that of the point
    assert found.stability.unstable == 2 and found.directions("unstable").shape == (2, 2)
    assert found.symbolic["v by v"] == "1 - v**2" and "1 - v**2" in found.text


def test_directions_of_a_saddle() -> None:
    found = neurodyn.linearise(flow("dx/dt = x\ndy/dt = -2*y + 3*x", "x y"), {"x": 0.0, "y": 0.0})
    np.testing.assert_allclose(np.abs(found.directions("unstable")[:, 0]), np.full(2, 0.5**0.5), atol=1e-12)
    np.testing.assert_allclose(np.abs(found.directions("stable")[:, 0]), [0, 1], atol=1e-12)
    np.testing.assert_allclose(np.abs(found.slow), np.full(2, 0.5**0.5), atol=1e-12)
    centre = neurodyn.linearise(flow("dx/dt = y\ndy/dt = -x", "x y"), {"x": 0.0, "y": 0.0})
    assert centre.stability.is_stable is None and centre.directions("centre").shape == (2, 2)


def test_multipliers_of_a_map() -> None:
    system = neurodyn.build(neurodyn.Model("x(t+1) = r*x*(1-x)", states={"x": 0.1}, parameters={"r": 2.8}))
    found = neurodyn.linearise(system, {"x": 1 - 1 / 2.8})
    assert found.values == pytest.approx([2 - 2.8]) and found.stability.is_stable


def test_covariance_in_one_dimension() -> None:
    """sigma^2/(2 theta)."""
    system = noisy(np.array([[-3.0]]), np.array([[0.7]]))
    np.testing.assert_allclose(neurodyn.linearise(system).covariance(), [[0.49 / 6]], rtol=1e-12)


def test_covariance_in_two_dimensions() -> None:
    """A rotation that is damped by a: G G'/(2 a) for isotropic noise; and what a simulation shows."""
    system = noisy(np.array([[-0.5, 2.0], [-2.0, -0.5]]), 0.6 * np.eye(2))
    found = neurodyn.linearise(system).covariance()
    np.testing.assert_allclose(found, 0.36 * np.eye(2), rtol=1e-12, atol=1e-14)
    skew = noisy(np.array([[-1.0, 0.5], [0.0, -2.0]]), np.array([[1.0, 0.0], [0.4, 0.3]]))
    found = neurodyn.linearise(skew).covariance()
    # By hand, row by row of J S + S J' + G G' = 0.
    s22 = 0.25 / 4
    s12 = (0.4 + 0.5 * s22) / 3
    np.testing.assert_allclose(found, [[(1 + s12) / 2, s12], [s12, s22]], rtol=1e-12)
    run = neurodyn.simulate(skew, until=6, dt=0.01, trials=4000, save_at=[6.0], seed=1)
    seen = np.cov(run["x"].values.reshape(-1, 2).T)
    np.testing.assert_allclose(seen, found, atol=5 * found.max() * (2 / 4000) ** 0.5)


def test_where_there_is_no_covariance() -> None:
    with pytest.raises(neurodyn.InputError, match="no stable fixed point"):
        neurodyn.linearise(noisy(np.array([[0.5]]), np.array([[1.0]]))).covariance()
    with pytest.raises(neurodyn.InputError, match="No white noise"):
        neurodyn.linearise(flow("dx/dt = -x", "x"), {"x": 0.0}).covariance()


def test_the_matrix_in_index_notation() -> None:
    """Row and column have letters of their own, and sums bind others; on every network that ships."""
    network = neurodyn.linearise("hopfield", at=0).symbolic
    assert list(network) == ["x[i] by x[i1]"] and "W[i,i1]" in network["x[i] by x[i1]"]
    assert "tanh(beta*x[i1])" in network["x[i] by x[i1]"] and "i == i1" in network["x[i] by x[i1]"]
    assert "sum(" in neurodyn.linearise("kuramoto").symbolic["theta[i] by theta[i1]"]


def steered(text: str, states: str, **inputs: float) -> neurodyn.System:
    return neurodyn.build(neurodyn.Model(text, states=dict.fromkeys(states.split(), 0.0), inputs=inputs))


def reach(system: neurodyn.System, *inputs: str) -> Controllability:
    found = neurodyn.linearise(system, inputs=inputs)
    assert found.control is not None and str(found.control) in found.text
    return found.control


def test_what_inputs_reach() -> None:
    system = steered("dx/dt = -x + u\ndy/dt = -2*y + x\ndz/dt = 3*z + 2*w", "x y z", u=0.0, w=0.0)
    alone, both, other = reach(system, "u"), reach(system, "u", "w"), reach(system, "w")
    assert (alone.rank, both.rank, other.rank) == (2, 3, 1) and both.is_controllable and not alone.is_controllable
    assert alone.out_of_reach == pytest.approx([3]) and not alone.is_stabilisable
    assert sorted(v.real for v in other.out_of_reach) == pytest.approx([-2, -1]) and other.is_stabilisable
    np.testing.assert_array_equal(both.matrix, [[1, 0], [0, 0], [0, 2]])
    assert np.abs(alone.basis[2]).max() < 1e-12 and both.distances.min() > 0.1 and alone.distances.min() < 1e-12


def test_equal_eigenvalues_need_an_input_each() -> None:
    """x' = -x, y' = -y: one input reaches one direction; and a chain of integrators is reached from its end alone."""
    one = reach(steered("dx/dt = -x + u\ndy/dt = -y + 2*u", "x y", u=0.0), "u")
    assert one.rank == 1 and one.out_of_reach == pytest.approx([-1])
    assert np.abs(one.basis[:, 0]) == pytest.approx(np.array([1, 2]) / 5**0.5)
    chain = "dx/dt = y\ndy/dt = z\ndz/dt = {0}\n"
    assert reach(steered(chain.format("u"), "x y z", u=0.0), "u").is_controllable
    stuck = reach(steered("dx/dt = y + u\ndy/dt = z\ndz/dt = 0*z", "x y z", u=0.0), "u")
    assert stuck.rank == 1 and not stuck.is_stabilisable  # eigenvalues of 0 do not decay


def test_inputs_through_definitions_of_a_map_and_arrays() -> None:
    mapped = steered("f = 1/2 + u**2\nx(t+1) = f*x/2 + y\ny(t+1) = -y/4", "x y", u=1.0)
    found = neurodyn.linearise(mapped, {"x": 2.0}, inputs=["u"]).control
    assert found is not None and found.rank == 1 and found.is_stabilisable
    np.testing.assert_allclose(found.matrix, [[2.0], [0.0]])  # u x
    model = neurodyn.Model("dx[i]/dt = -i*x[i] + u[i]", states={"x[i]": 0.0}, inputs={"u[i]": 0.0},
                           indices={"N": {"letters": "i", "size": 3}})  # fmt: skip
    np.testing.assert_array_equal(reach(neurodyn.build(model), "u").matrix, np.eye(3))


def test_what_is_no_input() -> None:
    system = steered("dx/dt = -x + drive", "x", drive=0.0)
    with pytest.raises(neurodyn.InputError, match="no input driv") as told:
        neurodyn.linearise(system, inputs=["driv"])
    assert "drive" in str(told.value)


def test_latex() -> None:
    found = neurodyn.linearise(flow("dv/dt = v - v**3/3 - w\ndw/dt = -w/2", "v w"), {"v": 0.0, "w": 0.0})
    assert found.to_latex().split(" \\\\\n") == [
        r"\frac{\partial (\mathrm{d}v/\mathrm{d}t)}{\partial v} &= 1 - v^{2}",
        r"\frac{\partial (\mathrm{d}v/\mathrm{d}t)}{\partial w} &= -1",
        r"\frac{\partial (\mathrm{d}w/\mathrm{d}t)}{\partial w} &= -\frac{1}{2}",
    ]
    assert found._repr_latex_().startswith("$$\\begin{aligned}\n\\frac")
    text = neurodyn.linearise(neurodyn.build("kuramoto", sizes={"N": 3})).to_latex()
    assert r"\delta_{i\,i_{1}}\,\sum_{i_{2}} \cos\left(\theta_{i_{2}} - \theta_{i}\right)" in text
    step = neurodyn.linearise(
        neurodyn.build(neurodyn.Model("x(t+1) = r*x*(1-x)", states={"x": 0.1}, parameters={"r": 2}))
    )
    assert step.to_latex().startswith(r"\frac{\partial x(t+1)}{\partial x} &= ")
