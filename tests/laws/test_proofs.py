"""What the models claim of their energies is proved at any size, and what is not so is not proved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sympy as sp
from sympy import Expr, Idx

from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import letter, quantity, size_symbol
from neurodyn.calculus.nodes import LogCosh, Relu
from neurodyn.calculus.normal import equal
from neurodyn.calculus.reductions import LogSumExp, Softmax, Sum
from tests.laws.cases import K, i, j, k, m, n

beta, tau = sp.Symbol("beta", positive=True), sp.Symbol("tau", positive=True)
At = Callable[[Any], Expr]


def total(body: Expr, *letters: Idx) -> Expr:
    return Sum(body, True, letters)


def x(index: Idx) -> Expr:
    return quantity("x", [index])


def xi(memory: Idx, unit: Idx) -> Expr:
    return quantity("xi", [memory, unit])


@contextmanager
def soon(seconds: float) -> Iterator[None]:
    """Fails when the block needs more processor time."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds


def along(energy: Expr, flow: At) -> Expr:
    """The rate of an energy of x along a flow."""
    return total(derivative(energy, x(k)) * flow(k), k)


# --- continuous Hopfield network ------------------------------------------------------------------------------


def v(index: Idx) -> Expr:
    return sp.tanh(beta * x(index))


def hopfield_flow(index: Idx) -> Expr:
    return (-x(index) + total(quantity("W", [index, j]) * v(j), j) + quantity("b", [index])) / tau


def hopfield_energy(log_cosh: Callable[[Expr], Expr]) -> Expr:
    pairs = total(quantity("W", [i, j]) * v(i) * v(j), i, j)
    return -pairs / 2 - total(quantity("b", [i]) * v(i), i) + total(x(i) * v(i) - log_cosh(beta * x(i)) / beta, i)


@pytest.mark.parametrize("log_cosh", [LogCosh, lambda u: sp.log(sp.cosh(u))])
def test_hopfield(log_cosh: Callable[[Expr], Expr]) -> None:
    even = frozenset(["W"])
    with soon(2):
        rate = along(hopfield_energy(log_cosh), hopfield_flow)
        claim = -tau * total(beta * (1 - v(i) ** 2) * hopfield_flow(i) ** 2, i)
        assert equal(rate, claim, symmetric=even)
    assert not equal(rate, -claim, symmetric=even)
    assert not equal(rate, claim)
    assert not equal(rate, claim, symmetric=frozenset(["V"]))


# --- dense memory ---------------------------------------------------------------------------------------------


def test_dense_memory() -> None:
    with soon(2):
        energy = total(x(i) ** 2, i) / 2 - LogSumExp(beta * total(xi(m, i) * x(i), i), True, [m]) / beta
        flow = lambda s: -derivative(energy, x(s)) / tau  # noqa: E731
        claim = -tau * total(flow(i) ** 2, i)
        assert equal(along(energy, flow), claim)
    recalled = total(xi(n, i) * Softmax(beta * total(xi(m, j) * x(j), j), True, [m], [n]), n)
    assert equal(flow(i), (recalled - x(i)) / tau)
    assert not equal(along(energy, flow), -claim)
    assert not equal(flow(i), (recalled + x(i)) / tau)


# --- diffusion with the exact score ---------------------------------------------------------------------------

TIMES = [quantity("t"), sp.Symbol("t", positive=True)]


@pytest.mark.parametrize("t", TIMES, ids=["real", "positive"])
@pytest.mark.parametrize("s0", [quantity("s0"), sp.Symbol("s0", positive=True)], ids=["real", "positive"])
def test_diffusion(s0: Expr, t: Expr) -> None:
    s = s0 * sp.exp(-t)
    e = lambda memory: -total((x(i) - xi(memory, i)) ** 2, i) / (2 * s)  # noqa: E731
    w = lambda memory: Softmax(e(m), True, [m], [memory])  # noqa: E731
    mean = lambda unit: total(xi(m, unit) * w(m), m)  # noqa: E731
    flow = lambda unit: (mean(unit) - x(unit)) / 2  # noqa: E731
    energy = -2 * s * (LogSumExp(e(m), True, [m]) - sp.log(K))
    with soon(3):
        rate = along(energy, flow) + derivative(energy, t)
        claim = -total((x(i) - mean(i)) ** 2, i) - 2 * s * total(w(m) * sp.log(K * w(m)), m)
        assert equal(rate, claim)
        assert equal(flow(i), -derivative(energy, x(i)) / 4)
    assert not equal(rate, -claim)
    assert not equal(along(energy, flow), claim)
    assert not equal(flow(i), derivative(energy, x(i)) / 4)


# --- Energy Transformer ---------------------------------------------------------------------------------------

T, D, H, Y, M = (size_symbol(name) for name in "TDHYM")
tokens, features = [letter(name, T) for name in "bcd"], [letter(name, D) for name in "aeq"]
head, key, memory = letter("h", H), letter("y", Y), letter("m", M)


def g(token: Idx, feature: Idx) -> Expr:
    return quantity("g", [token, feature])


def projected(name: str, token: Idx, feature: Idx) -> Expr:
    return total(quantity(name, [head, key, feature]) * g(token, feature), feature)


def test_gradient_of_the_energy_transformer() -> None:
    (b, c, d), (a, e, q) = tokens, features
    score = lambda one, two: total(projected("WK", one, a) * projected("WQ", two, e), key)  # noqa: E731
    attention = -Sum(LogSumExp(beta * score(b, c), sp.Ne(b, c), [b]), True, [head, c]) / beta
    hopfield = -total(Relu(total(quantity("xi", [memory, a]) * g(b, a), a)) ** 2, b, memory) / 2
    with soon(1):
        gradient = derivative(attention + hopfield, g(d, q))
    # The two terms of the paper: a token as key of the others' queries, and as query of the others' keys.
    weight = lambda one, two: Softmax(beta * score(b, two), sp.Ne(b, two), [b], [one])  # noqa: E731
    as_key = total(weight(d, c) * quantity("WK", [head, key, q]) * projected("WQ", c, e), head, key, c)
    as_query = total(weight(c, d) * quantity("WQ", [head, key, q]) * projected("WK", c, a), head, key, c)
    stored = total(quantity("xi", [memory, q]) * Relu(total(quantity("xi", [memory, a]) * g(d, a), a)), memory)
    with soon(2):
        assert equal(gradient, -as_key - as_query - stored)
    assert not equal(gradient, -as_key - stored)
