"""The methods that are data: their order, measured on flows with closed forms, at the end of steps and along them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from neurodyn.backends.ensemble.methods import Rosenbrock, Tableau, implicit_names, names, rosenbrock, tableau

METHODS = [tableau(name) for name in names()]
IMPLICIT = [rosenbrock(name) for name in implicit_names()]
ids = [method.name for method in METHODS]


def flow(t: float, y: np.ndarray) -> np.ndarray:
    """y0' = y1 + 2*t*y0, y1' = -y0 + 2*t*y1: a turn, grown by exp(t**2)."""
    return np.array([y[1], -y[0]]) + 2 * t * y


def exact(t: float) -> np.ndarray:
    return np.exp(t**2) * np.array([np.sin(t), np.cos(t)])


def step(method: Tableau, t: float, y: np.ndarray, h: float, parts: tuple[float, ...]) -> tuple[np.ndarray, ...]:
    """One step by loops: the state at its end, and those along it; the errors that it estimates are summed up."""
    rates: list[np.ndarray] = []
    for c, row in zip((*method.c, *method.more_c), (*method.a, *method.more_a), strict=True):
        state = y + h * sum((w * k for w, k in zip(row, rates, strict=False)), np.zeros(2))
        rates.append(flow(t + c * h, state))
        if len(rates) == method.stages:
            after = state
    along = []
    for x in parts:
        weights = []
        for row in method.path:
            weight = row[-1]
            for k in range(len(row) - 2, -1, -1):
                weight = row[k] + weight * (1 - x if method.alternating and k % 2 == 0 else x)
            weights.append(x * weight)
        along.append(y + h * sum((w * k for w, k in zip(weights, rates, strict=True)), np.zeros(2)))
    off = [h * sum((w * k for w, k in zip(row, rates, strict=False)), np.zeros(2)) for row in method.error]
    return after, np.array(along), np.array(off)


def errors(method: Tableau, count: int) -> np.ndarray:
    """After so many steps to t = 1: the error there, the largest on the way, and the error estimates of a step."""
    h, y, worst = 1.0 / count, exact(0.0), 0.0
    for k in range(count):
        after, along, off = step(method, k * h, y, h, (0.3, 0.77))
        paths = np.array([exact(k * h + x * h) for x in (0.3, 0.77)])
        worst = max(worst, float(np.abs(along - paths).max()))
        y = after
    return np.array([np.abs(y - exact(1.0)).max(), worst, *(np.abs(e).max() for e in off)])


@pytest.mark.parametrize("method", METHODS, ids=ids)
def test_errors_fall_with_the_order(method: Tableau) -> None:
    coarse, fine = errors(method, 6), errors(method, 12)
    orders = np.log2(coarse[:2] / fine[:2])
    assert method.order - 0.4 < orders[0] < method.order + 1
    assert min(method.order, method.path_order + 1) - 0.6 < orders[1] < method.order + 1


@pytest.mark.parametrize("method", METHODS, ids=ids)
def test_estimates_fall_with_their_order(method: Tableau) -> None:
    """One more than the order of the lower method of the pair, as for one step; of two estimates, orders 5 and 3."""
    coarse, fine = errors(method, 12)[2:], errors(method, 24)[2:]
    found = np.log2(coarse / fine) if len(method.error) else np.empty(0)
    wanted = {0: [], 1: [method.error_order + 1], 2: [6, 4]}[len(method.error)]
    np.testing.assert_allclose(found, wanted, atol=0.5)


@pytest.mark.parametrize("method", METHODS, ids=ids)
def test_stages_stand_where_their_rows_lead(method: Tableau) -> None:
    """A flow that is 1 moves a state to the time of each stage, and along the step to each part of it."""
    rows = (*method.a, *method.more_a)
    np.testing.assert_allclose([sum(row) for row in rows], (*method.c, *method.more_c), atol=1e-14)
    assert method.c[-1] == 1.0
    for row in method.error:
        assert abs(sum(row)) < 1e-14
    assert method.path_order <= method.order
    end = [row[0] + (0.0 if method.alternating else sum(row[1:])) for row in method.path]
    np.testing.assert_allclose(end[: len(method.a[-1])], method.a[-1], atol=2e-14)


def bent(t: float, y: np.ndarray) -> np.ndarray:
    """A driven pendulum."""
    return np.array([y[1], -np.sin(y[0]) - 0.3 * y[1] + np.cos(2 * t)])


def derivative(y: np.ndarray) -> np.ndarray:
    return np.array([[0.0, 1.0], [-np.cos(y[0]), -0.3]])


def implicit_step(method: Rosenbrock, t: float, y: np.ndarray, h: float, part: float) -> tuple[np.ndarray, ...]:
    """One step by loops: the state at its end, one along it, and the estimated error."""
    matrix, by_time = np.eye(2) / (h * method.gamma) - derivative(y), np.array([0.0, -2 * np.sin(2 * t)])
    stages: list[np.ndarray] = []

    def total(weights: tuple[float, ...]) -> np.ndarray:
        return sum((w * k for w, k in zip(weights, stages, strict=False)), np.zeros(2))

    for alpha, a, c, d in zip(method.alpha, method.a, method.c, method.d, strict=True):
        right = bent(t + alpha * h, y + total(a)) + total(c) / h + h * d * by_time
        stages.append(np.linalg.solve(matrix, right))
    u, (p, q) = y + total(method.b), (total(row) for row in method.path)
    return u, (1 - part) * y + part * (u + (1 - part) * (p + part * q)), total(method.error[0])


@pytest.mark.parametrize("method", IMPLICIT, ids=[method.name for method in IMPLICIT])
def test_implicit_methods_have_their_orders(method: Rosenbrock) -> None:
    """Against SciPy's solver at full precision."""
    start = np.array([0.4, -0.2])
    exact = solve_ivp(bent, (0, 2), start, method="DOP853", rtol=2.3e-14, atol=1e-15, dense_output=True).sol
    found = []
    for count in (20, 40):
        h, y, worst, estimate = 2 / count, start, 0.0, 0.0
        for k in range(count):
            y, along, off = implicit_step(method, k * h, y, h, 0.6)
            worst = max(worst, float(np.abs(along - exact((k + 0.6) * h)).max()))
            estimate = max(estimate, float(np.abs(off).max()))
        found.append([np.abs(y - exact(2.0)).max(), worst, estimate])
    orders = np.log2(np.divide(*found))
    np.testing.assert_allclose(orders, [method.order, method.path_order + 1, method.error_order + 1], atol=0.5)
