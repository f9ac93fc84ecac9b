"""What a program makes, counted: matrix products, arrays, and the largest array."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import sympy as sp

from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import fresh
from neurodyn.calculus.nodes import Delta
from neurodyn.calculus.rewrite import inline
from neurodyn.program.lower import Output, Program, lower
from neurodyn.program.numpy_printer import numpy_function
from neurodyn.program.program import BODY, SETUP
from tests.program import models
from tests.program.models import TRUE, dense_memory, distances, hopfield, i, j, q

N, K, T = 100, 300, 50


def made(program: Program) -> list[tuple[int | None, ...]]:
    """The shapes of the arrays that each call makes: the assignments in the source; all else is in place."""
    body = numpy_function(program).source.partition("def body")[2]
    shapes = [program.steps[int(value)].shape for value in re.findall(r"^ +v(\d+) = ", body, re.MULTILINE)]
    return [s for s in shapes if s]


def largest(program: Program) -> int:
    """Elements of the largest array of any step."""
    return max(math.prod(T if n is None else n for n in s.shape) for s in program.steps.values() if s.op != "load")


@pytest.mark.parametrize("trials", [False, True])
def test_hopfield_reads_the_weights_once_and_makes_two_arrays(trials: bool) -> None:
    program = hopfield(N, trials)
    assert program.count("contract") == 1
    # One for v, one for W @ v, which becomes the result.
    assert made(program) == [(None, N) if trials else (N,)] * 2
    assert not [s for _, s in program.at_level(SETUP) if s.op not in ("load", "literal")]


def test_flow_and_energy_share_the_matrix_product() -> None:
    program = hopfield(N, True, energy=True)
    products = [s for _, s in program.at_level(BODY) if s.op == "contract" and len(s.operands[1].letters) == 2]
    assert len([s for s in products if "T" not in s.operands[1].letters]) == 1


@pytest.mark.parametrize("energy", [False, True])
def test_dense_memory_makes_one_array_of_memories(energy: bool) -> None:
    program = dense_memory(N, K, True, energy=energy)
    shapes = made(program)
    assert shapes.count((None, K)) == 1
    assert shapes.count((None, N)) == 1
    matrix_products = [s for _, s in program.at_level(BODY) if s.op == "contract" and len(s.axes) == 2]
    assert len(matrix_products) == 2
    assert program.count("exp") == 1


def test_weights_are_divided_after_the_sum_where_that_is_less() -> None:
    program = dense_memory(N, K, True)
    (division,) = [s for _, s in program.at_level(BODY) if s.op == "divide"]
    assert division.shape == (None, N)


@pytest.mark.parametrize("trials", [False, True])
def test_squared_distances_never_make_an_array_of_differences(trials: bool) -> None:
    program = distances(N, K, trials)
    assert largest(program) <= max(T * K, T * N, K * N)
    assert program.count("contract") == 2  # |x|**2 and x.y; |y|**2 is in the setup
    assert largest(distances(8, 16, True)) <= max(T * 16, T * 8, 8 * 16)


def test_a_gradient_of_distances_opens_the_bracket() -> None:
    xi = q("xi", (models.m, i))
    expr = models.total(sp.tanh(models.o) * (models.x - xi), models.m)
    for trials in (False, True):
        outputs = [Output("out", (i,), expr)]
        sizes = {"N": N, "K": K}
        program = lower(outputs, definitions={}, sizes=sizes, constant=("xi",), states=("x", "o"), trials=trials)
        assert largest(program) <= T * K if trials else K


def test_a_jacobian_stays_a_matrix() -> None:
    definitions = {"v": models.Definition((i,), sp.tanh(q("beta") * models.x))}
    flow = -models.x + models.total(q("W", (i, j)) * q("v", (j,)), j)
    by = fresh(i)
    expr = derivative(inline(flow, definitions), q("x", (by,)))
    assert expr.has(Delta)
    program = lower([Output("J", (i, by), expr)], definitions={}, sizes={"N": N}, constant=("W", "beta"), states=("x",))
    assert largest(program) == N * N
    assert made(program).count((N, N)) == 1
    assert program.count("contract") == 0


def test_equal_steps_are_one_whatever_the_letters() -> None:
    y = sp.tanh(q("x", (i,)) * 2), sp.tanh(q("x", (j,)) * 2)
    outputs = [Output("a", (i, j), y[0] * y[1]), Output("b", (), models.Sum(y[1], TRUE, [j]))]
    program = lower(outputs, definitions={}, sizes={"N": N}, constant=(), states=("x",))
    assert program.count("tanh") == 1


def test_what_constants_decide_is_computed_once() -> None:
    c, d = q("c", (i,)), q("d", (i,))
    outputs = [Output("out", (i,), sp.exp(c) * models.x * d + sp.sqrt(d))]
    program = lower(outputs, definitions={}, sizes={"N": N}, constant=("c", "d"), states=("x",))
    assert [s.op for _, s in program.at_level(BODY)].count("multiply") == 1
    assert program.count("exp") == 0 and program.count("exp", SETUP) == 1


def test_masks_are_applied_to_constant_weights_in_the_setup() -> None:
    body = q("W", (i, j)) * q("x", (j,))
    outputs = [Output("out", (i,), models.Sum(body, sp.Ne(i, j), [j]))]
    program = lower(outputs, definitions={}, sizes={"N": N}, constant=("W",), states=("x",))
    assert [s.op for _, s in program.at_level(BODY)] == ["load", "contract"]


def test_self_exclusion_costs_no_array_of_pairs() -> None:
    body = q("xi", (models.m, j)) * q("x", (j,))
    outputs = [Output("out", (models.m, i), models.Sum(body, sp.Ne(i, j), [j]))]
    program = lower(outputs, definitions={}, sizes={"N": N, "K": K}, constant=("xi",), states=("x",))
    assert largest(program) == K * N


def test_many_equal_terms_take_few_steps() -> None:
    """Sharing must not need the same object, nor the same letters."""
    terms = [sp.exp(-(q("x", (at,)) ** 2)) * q("g") ** p for p in range(1, 30) for at in (i, j)]
    program = lower(
        [Output("out", (i, j), sp.Add(*terms))], definitions={}, sizes={"N": N}, constant=("g",), states=("x",)
    )
    assert program.count("exp") == 1
    assert np.isfinite(numpy_function(program).bind({"g": 0.5})(0.0, {"x": np.ones(N)})["out"]).all()


def test_squared_differences_keep_their_digits() -> None:
    """A variance at a large offset: an opened bracket would have no digit left."""
    sizes = {"N": 5000, "K": 3}
    x = 1e8 + np.random.default_rng(0).normal(size=sizes["N"])
    mean = models.total(models.x, i) / sizes["N"]
    centred = q("x", (j,)) - mean
    program = lower(
        [Output("out", (), models.total(centred**2, j))], definitions={}, sizes=sizes, constant=(), states=("x",)
    )
    found = numpy_function(program).bind({})(0.0, {"x": x})["out"]
    assert found == pytest.approx(float(np.var(x)) * x.size, rel=1e-9)
