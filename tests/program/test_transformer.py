"""What the Energy Transformer block makes for energy and gradient, counted beside a version written by hand."""

from __future__ import annotations

import math
import tracemalloc
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

import neurodyn
from neurodyn.program.lower import Output, Program, lower
from neurodyn.program.numpy_printer import numpy_function
from neurodyn.program.program import BODY
from tests.models.transformer_by_hand import Block
from tests.program.test_counts import made

SIZES = {"T": 70, "D": 96, "H": 3, "Y": 32, "M": 384}


@pytest.fixture(scope="module")
def block() -> neurodyn.System:
    return neurodyn.build("energy_transformer", sizes=SIZES, known=0)


@pytest.fixture(scope="module")
def program(block: neurodyn.System) -> Program:
    definitions = block.structure.definitions
    outputs = [Output(n, definitions[n].letters, definitions[n].expr) for n in ("dE/dg", "E")]
    return lower(outputs, definitions=definitions, sizes=SIZES, constant=tuple(block.values), states=block.layout.names)


def peak(call: Callable[[], object]) -> int:
    """The most bytes that a call holds at once."""
    call()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_each_matrix_product_is_made_once(program: Program) -> None:
    n = SIZES
    products = [s for _, s in program.at_level(BODY) if s.op == "contract" and len(s.axes) >= 2]
    there, scores = n["T"] * n["D"] * n["H"] * n["Y"], n["T"] ** 2 * n["H"] * n["Y"]
    multiplications = [math.prod(size or 1 for _, size in s.sizes) for s in products]
    # Memory, keys and queries there and back; the scores, and what they weigh twice.
    assert sorted(multiplications) == sorted(2 * [n["T"] * n["D"] * n["M"]] + 4 * [there] + 3 * [scores])
    assert program.count("exp") == 1 and program.count("heaviside") == 0


def test_its_arrays_are_those_that_a_person_would_make(program: Program) -> None:
    t, d, h, y, m = SIZES.values()
    shapes = Counter(s for s in made(program) if math.prod(n or 1 for n in s) > t * y)
    # Activations, three gradients; answers of memories; keys, queries and their gradients; scores, once.
    assert shapes == {(t, d): 4, (t, m): 1, (h, y, t): 4, (h, t, t): 1}


def test_it_holds_no_more_memory_than_a_version_by_hand(block: neurodyn.System, program: Program) -> None:
    by_hand, lowered = Block.of(block.values), numpy_function(program).bind(block.values)
    x = block.start().reshape(SIZES["T"], SIZES["D"])
    energy, gradient = by_hand.energy_and_gradient(by_hand.activation(x))
    found = lowered(0.0, {"x": x})
    np.testing.assert_allclose(found["dE/dg"], gradient, rtol=1e-11, atol=1e-11)
    assert found["E"] == pytest.approx(energy, rel=1e-13)
    held = [
        peak(lambda: by_hand.energy_and_gradient(by_hand.activation(x))),
        peak(lambda: lowered(0.0, {"x": x})),
    ]
    assert held[1] <= 1.02 * held[0]
