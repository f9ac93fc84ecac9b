"""The table of Lagrangians: Hessians in closed form, numbers that would overflow, and one row more."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.verdict import Verdict
from neurodyn.model.lagrangians import LAGRANGIANS, Lagrangian
from tests.models.test_layered import UNITS, layer_model

LINE = '"x[i]" = {{ activation = "g[i]", lagrangian = "{}"{} }}'


def layer(name: str, more: str = "") -> neurodyn.System:
    return layer_model(LINE.format(name, f", {more}" if more else ""))


def hessian(system: neurodyn.System, x: np.ndarray) -> np.ndarray:
    found = system.derivative("g", "x")(0, x, {})
    np.testing.assert_allclose(found, found.T, atol=1e-12)
    return found


@pytest.fixture
def x() -> np.ndarray:
    return np.array([0.3, -1.2, 0.8, -0.4, 2.0])


class TestHessians:
    """What the Hessian of each Lagrangian does not see: directions in which the activation stands still."""

    def test_identity(self, x: np.ndarray) -> None:
        np.testing.assert_array_equal(hessian(layer("identity"), x), np.eye(UNITS))

    @pytest.mark.parametrize(("name", "more"), [("relu", ""), ("repu", "n = 3"), ("rexp", "beta = 0.7")])
    def test_rectified_ones_are_dead_below_0(self, name: str, more: str, x: np.ndarray) -> None:
        found, alive = hessian(layer(name, more), x), x > 0
        by_hand = {"relu": np.ones(UNITS), "repu": 2 * x, "rexp": 0.7 * np.exp(0.7 * x)}[name]
        np.testing.assert_allclose(found, np.diag(np.where(alive, by_hand, 0)), rtol=1e-13)
        assert np.linalg.matrix_rank(found) == alive.sum()
        assert not hessian(layer(name, more), -np.abs(x)).any()

    @pytest.mark.parametrize(("name", "slope"), [
        ("exp", lambda x: 1.5 * np.exp(1.5 * x)),
        ("tanh", lambda x: 1.5 / np.cosh(1.5 * x) ** 2),
        ("sigmoid", lambda x: 1.5 / (4 * np.cosh(0.75 * x) ** 2)),
    ])  # fmt: skip
    def test_smooth_ones_by_unit(self, name: str, slope, x: np.ndarray) -> None:  # type: ignore[no-untyped-def]
        np.testing.assert_allclose(hessian(layer(name, "beta = 1.5"), x), np.diag(slope(x)), rtol=1e-12)

    def test_softmax_does_not_see_a_shift_of_all(self, x: np.ndarray) -> None:
        found = hessian(layer("softmax", "beta = 1.5"), x)
        np.testing.assert_allclose(found @ np.ones(UNITS), 0, atol=1e-15)
        assert np.linalg.matrix_rank(found, tol=1e-12) == UNITS - 1

    def test_ghostmax_sees_all(self, x: np.ndarray) -> None:
        """The Hessian beta*(diag(p) - p p') has the determinant beta**n times prod(p)*(1 - sum(p))."""
        found = hessian(layer("ghostmax", "beta = 1.5"), x)
        p = np.exp(1.5 * x) / (1 + np.exp(1.5 * x).sum())
        assert np.linalg.det(found) == pytest.approx(1.5**UNITS * p.prod() * (1 - p.sum()), rel=1e-10)
        assert np.linalg.eigvalsh(found).min() > 1e-4

    def test_layernorm_sees_no_shift_and_hardly_a_stretch(self, x: np.ndarray) -> None:
        found, away = hessian(layer("layernorm", "gamma = 1.5, epsilon = 1e-3"), x), x - x.mean()
        np.testing.assert_allclose(found @ np.ones(UNITS), 0, atol=1e-14)
        stretch = 1.5e-3 / (x.var() + 1e-3) ** 1.5
        np.testing.assert_allclose(found @ away, stretch * away, atol=1e-14)
        assert np.linalg.matrix_rank(found, tol=1e-2) == UNITS - 2

    def test_spherical_hardly_sees_a_stretch(self, x: np.ndarray) -> None:
        found = hessian(layer("spherical", "gamma = 1.5, epsilon = 1e-3"), x)
        np.testing.assert_allclose(found @ x, 1.5e-3 / (x @ x + 1e-3) ** 1.5 * x, atol=1e-14)
        assert np.linalg.matrix_rank(found, tol=1e-2) == UNITS - 1


class TestLargeNumbers:
    @pytest.mark.parametrize("name", sorted(LAGRANGIANS.keys() - {"exp", "rexp"}))
    def test_nothing_overflows_that_need_not(self, name: str) -> None:
        """At potentials of 1e4 the exponentials of the formulas are beyond all floats."""
        for x in (1e4 * np.ones(UNITS), np.array([1e4, -1e4, 0.0, 5.0, -5.0])):
            with np.errstate(over="raise", invalid="raise"):
                values = layer(name).observe(["L_x", "g", "E"])(0, x, {})
            assert all(np.isfinite(v).all() for v in values.values())

    @pytest.mark.parametrize("name", ["exp", "rexp"])
    def test_an_exponential_that_overflows_is_said(self, name: str) -> None:
        """It is inf beyond 709, and a run ends there by a message, not by numbers that are none."""
        assert np.isfinite(layer(name).observe(["g"])(0, np.full(UNITS, 700.0), {})["g"]).all()
        grows = layer_model(LINE.format(name, ", start = 600"), '[synapses]\nloop = "-sum(g[i], i)**2/2"')
        with pytest.raises(neurodyn.RunFailed, match="grows without bound"):
            neurodyn.simulate(grows, until=10)
        with pytest.raises(neurodyn.RunFailed, match=r"The rate of x.0. is infinite at t = 0\. .* an overflow"):
            neurodyn.simulate(grows, until=10, start={"x": 800.0})


def test_a_row_more_is_all_that_a_lagrangian_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Known by its name in files, with its parameter, proved to let the energy fall, and written back short."""
    monkeypatch.setitem(LAGRANGIANS, "sinh", Lagrangian("cosh({beta}*{x})/{beta}", {"beta": "1"}))
    system = layer("sinh", "beta = 0.5")
    x = np.linspace(-2, 2, UNITS)
    np.testing.assert_allclose(system.observe(["g"])(0, x, {})["g"], np.sinh(0.5 * x), rtol=1e-13)
    assert neurodyn.energy(system, starts=1).verdict is Verdict.PROVED
    text = system.model.to_toml()
    assert '"sinh"' in text and "cosh" not in text and neurodyn.Model.from_text(text) == system.model
    with pytest.raises(neurodyn.InputError, match="has no parameter gamma"):
        layer("sinh", "gamma = 2")


class TestOwnLagrangians:
    """A Lagrangian that a file writes out: its convexity is shown by symbols, in a box, or left open."""

    @pytest.mark.parametrize("text", [
        "x[i]**4/4 + x[i]**2/2",
        "x[i]**2/2 + 0.3*cos(x[i])",
        "log(1 + sum(exp(x[i]), i))",
        "log(3 + sum((2 + cos(i))*exp(2*x[i])*cosh(x[i]), i))",
        "sqrt(1 + sum(x[i]**2, i))",
        "logsumexp(2*x[i] + sin(i), i) + sum(softplus(-x[i]), i)",
    ])  # fmt: skip
    def test_shown_by_symbols(self, text: str) -> None:
        (claim,) = neurodyn.energy(layer(text), starts=2, run=False).claims
        assert claim.verdict is Verdict.PROVED

    def test_shown_in_a_box(self) -> None:
        """x**2/2 - x**4/20 bends up for |x| < sqrt(5/3) = 1.29 alone."""
        own = neurodyn.build(layer("x[i]**2/2 - x[i]**4/20").model, sizes={"N": 2})
        found = {side: neurodyn.energy(own, box={"x": (-side, side)}, run=False, starts=4) for side in (1.25, 1.5)}
        assert found[1.25].verdict is Verdict.PROVED and "pieces" in found[1.25].claims[0].reason
        assert found[1.5].verdict is Verdict.REFUTED
        assert neurodyn.energy(own, run=False).verdict is Verdict.REFUTED

    def test_left_open(self) -> None:
        """sum(x)**4 bends up, which no rule of composition is asked to see through a product."""
        (claim,) = neurodyn.energy(layer("sum(x[i], i)**2*sum(x[j], j)**2 + sum(x[i]**2, i)"), run=False).claims
        assert claim.verdict in (Verdict.SEARCHED, Verdict.PROVED)
