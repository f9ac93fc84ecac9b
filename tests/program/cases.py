"""Helpers of the tests: lower, run, and compare with the evaluation by loops."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy as sp
from sympy import Idx

from neurodyn.calculus.letters import letter, size_symbol
from neurodyn.calculus.letters import quantity as q
from neurodyn.calculus.rewrite import Definition, inline
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import Compiled, numpy_function
from neurodyn.program.program import Program
from neurodyn.program.scalars import NotUnrolled
from tests.program.graphs import run_unrolled
from tests.program.reference import evaluate_array

SIZES = {"N": 4, "K": 3, "D": 5}
N, K, D = (size_symbol(s) for s in SIZES)
i, j, k = (letter(s, N) for s in "ijk")
m, n = letter("m", K), letter("n", K)
a, b = letter("a", D), letter("b", D)
TRUE = sp.S.true
TRIALS = 3

# name: (letters, role); the values are drawn near 1 in size, positive where a case needs it.
SHAPES = {
    "W": "NN", "A": "NN", "xi": "KN", "R": "KNN", "c": "N", "d": "K", "g": "", "h": "", "P": "DN", "which": "",
    "x": "N", "y": "N", "z": "K", "s": "", "w": "NN", "u": "N", "r": "",
}  # fmt: skip
CONSTANT = ("W", "A", "xi", "R", "c", "d", "g", "h", "P", "which", "go")
STATES = ("x", "y", "z", "s", "w")


def draw(
    seed: int, trials: bool, sizes: Mapping[str, int] = SIZES
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Values of the constants, and of states and inputs."""
    rng = np.random.default_rng(seed)
    values = {}
    for name, sets in SHAPES.items():
        shape = tuple(sizes[s] for s in sets)
        lead = (TRIALS,) if trials and name in STATES else ()
        values[name] = rng.normal(size=lead + shape)
    values["which"] = np.array(2.0)
    values["go"] = np.array([1.0, 2.0, 0.0, 2.0])[: sizes["N"]]
    constants = {name: v for name, v in values.items() if name in CONSTANT}
    return constants, {name: v for name, v in values.items() if name not in CONSTANT}


def compiled(
    expr: sp.Expr,
    letters: tuple[Idx, ...],
    definitions: Mapping[str, Definition] | None = None,
    trials: bool = False,
    sizes: Mapping[str, int] = SIZES,
) -> Compiled:
    """The lowered function of one output, `out`."""
    outputs = [Output("out", letters, expr)]
    definitions = definitions or {}
    return numpy_function(
        lower(outputs, definitions=definitions, sizes=sizes, constant=CONSTANT, states=STATES, trials=trials)
    )


def check(
    expr: sp.Expr,
    letters: tuple[Idx, ...] = (),
    definitions: Mapping[str, Definition] | None = None,
    seed: int = 0,
    tolerance: float = 1e-12,
    sizes: Mapping[str, int] = SIZES,
) -> None:
    """The lowered function equals the evaluation by loops, with trials and without."""
    whole = inline(expr, definitions or {})
    for trials in (False, True):
        function = compiled(expr, letters, definitions, trials, sizes)
        constants, variables = draw(seed, trials, sizes)
        before = {name: v.copy() for name, v in {**constants, **variables}.items()}
        out = np.asarray(function.bind(constants)(0.75, variables)["out"])
        for name, v in {**constants, **variables}.items():
            assert np.array_equal(v, before[name]), f"{name} was overwritten"
        for trial in range(TRIALS if trials else 1):
            one = {name: v[trial] if trials and name in STATES else v for name, v in variables.items()}
            wanted, largest = evaluate_array(whole, letters, {**constants, **one, "t": 0.75}, sizes)
            got = out[trial] if trials else out
            assert got.shape == wanted.shape
            np.testing.assert_allclose(
                got, wanted, rtol=tolerance, atol=tolerance * max(largest, 1.0), err_msg=f"{expr}\n{function.source}"
            )
            if not trials:
                _check_unrolled(function.program, constants, one, wanted, tolerance * max(largest, 1.0))


def _check_unrolled(
    program: Program,
    constants: Mapping[str, np.ndarray],
    variables: Mapping[str, np.ndarray],
    wanted: np.ndarray,
    tolerance: float,
) -> None:
    """The scalar graph of a program has its values too, if it has one: positions that vary have none."""
    try:
        found = run_unrolled(program, constants, variables, 0.75)["out"]
    except NotUnrolled as reason:
        assert str(reason) == "a position that varies"
        return
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


__all__ = ["SIZES", "TRUE", "D", "K", "N", "a", "b", "check", "compiled", "draw", "i", "j", "k", "m", "n", "q"]
