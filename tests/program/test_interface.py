"""The promises of `lower` and `numpy_function` beside the values."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from neurodyn.calculus.nodes import Partial, Rate, Where
from neurodyn.calculus.reductions import Sum
from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import numpy_function
from tests.program.cases import SIZES, TRUE, check, compiled, i, j, m, q
from tests.program.models import hopfield

x = q("x", (i,))


@pytest.mark.parametrize(
    ("expr", "named"),
    [
        (Rate(x), "Rate"),
        (Partial(q("s"), x), "Partial"),
        (sp.gamma(x), "gamma"),
        (sp.zoo * x, "zoo"),
        (q("x", (sp.Integer(-1),)), "-1"),
        (q("W", (i, j)), "j"),
        (sp.Symbol("Q", integer=True, positive=True) * x, "Q"),
    ],
)
def test_what_has_no_array_form_is_refused_by_name(expr: sp.Expr, named: str) -> None:
    with pytest.raises(InputError, match=named) as error:
        compiled(expr, (i,))
    assert error.value.code == "not-lowered"


def test_circles_are_refused() -> None:
    definitions = {"p": Definition((i,), q("r", (i,)) + 1), "r": Definition((i,), q("p", (i,)) * 2)}
    with pytest.raises(InputError, match="itself") as error:
        compiled(q("p", (i,)), (i,), definitions)
    assert error.value.code == "cycle"


@pytest.mark.parametrize("name", ["lambda", "T", "np", "first.x", "x'); import os #", "größe", "trial_count", "a" * 99])
def test_names_of_users_cannot_disturb_the_source(name: str) -> None:
    for trials in (False, True):
        expr = Sum(q(name, (i,)), TRUE, [i]) + q("c")
        program = lower(
            [Output(name, (), expr)], definitions={}, sizes=SIZES, constant=("c",), states=(name,), trials=trials
        )
        values = np.ones((3, 4) if trials else 4)
        out = numpy_function(program).bind({"c": 1})(0.0, {name: values})
        np.testing.assert_array_equal(out[name], [5.0] * 3 if trials else 5.0)


def test_outputs_share_no_memory() -> None:
    outputs = [
        Output("x", (i,), x),
        Output("again", (i,), x),
        Output("W", (i, j), q("W", (i, j))),
        Output("diagonal", (i,), q("W", (i, i))),
        Output("row", (i,), q("w", (0, i))),
        Output("twice", (i,), 2 * x),
        Output("thrice", (i,), 2 * x),
    ]
    program = lower(outputs, definitions={}, sizes=SIZES, constant=("W",), states=("x", "w"))
    values = {"x": np.ones(4), "w": np.ones((4, 4))}
    f = numpy_function(program).bind({"W": np.ones((4, 4))})
    for out in f(0.0, values).values():
        out *= 7
    assert all((v == 1).all() for v in values.values())
    assert {name: float(v.max()) for name, v in f(0.0, values).items()} == {
        **dict.fromkeys(("x", "again", "W", "diagonal", "row"), 1.0),
        **dict.fromkeys(("twice", "thrice"), 2.0),
    }


def test_every_output_has_trials() -> None:
    exprs = {"state": x, "constant": q("c", (i,)), "number": sp.Integer(3), "input": q("u", (i,)), "time": q("t") * 2}
    outputs = [Output(name, (i,) if e.free_symbols & {i} or e.has(i) else (), e) for name, e in exprs.items()]
    program = lower(outputs, definitions={}, sizes=SIZES, constant=("c",), states=("x",), trials=True)
    f = numpy_function(program).bind({"c": np.arange(4.0)})
    out = f(0.5, {"x": np.zeros((6, 4)), "u": np.ones(4)})
    assert {name: v.shape for name, v in out.items()} == {
        "state": (6, 4),
        "constant": (6, 4),
        "number": (6,),
        "input": (6, 4),
        "time": (6,),
    }
    alone = lower(outputs[1:2], definitions={}, sizes=SIZES, constant=("c",), states=("x",), trials=True)
    assert numpy_function(alone).bind({"c": np.arange(4.0)})(0.0, {"x": np.zeros((2, 4))})["constant"].shape == (2, 4)


def test_rebinding_keeps_the_compiled_source() -> None:
    function = numpy_function(hopfield(5, False))
    rng = np.random.default_rng(0)
    values = {"W": rng.normal(size=(5, 5)), "b": rng.normal(size=5), "beta": 2.0, "tau": 0.5}
    first, second = function.bind(values), function.bind({**values, "tau": 1.0})
    state = {"x": rng.normal(size=5)}
    np.testing.assert_allclose(first(0.0, state)["x"], 2 * second(0.0, state)["x"], rtol=1e-15)


def test_the_program_reads_as_index_notation() -> None:
    text = str(hopfield(5, True))
    assert "contract(%" in text and "[T,a]" in text
    program = hopfield(5, False)
    assert set(program.needed) == {"W", "b", "beta", "tau", "x"}
    assert program.variables == ("x",)


def test_positions_must_be_whole_numbers() -> None:
    f = compiled(q("x", (q("r"),)), ()).bind({})
    assert f(0.0, {"x": np.arange(4.0), "r": 2.0})["out"] == 2.0
    for bad, said in ((1.5, "whole number"), (-1.0, "whole number"), (np.nan, "whole number"), (4.0, "out of range")):
        with pytest.raises(InputError, match=said) as error:
            f(0.0, {"x": np.arange(4.0), "r": bad})
        assert error.value.code == "bad-position"


def test_numbers_behave_as_in_arrays() -> None:
    """Python's own numbers would raise, or become complex."""
    g = q("g")
    chosen = Where(sp.Gt(g, 0), 0, sp.Integer(-1))
    exprs = {
        "quotient": 1 / chosen,
        "root": sp.sqrt(chosen - 1),
        "limit": Where(sp.Gt(g, 0), sp.oo, 1),
        "log": sp.log(g),
    }
    outputs = [Output(name, (), e) for name, e in exprs.items()]
    program = lower(outputs, definitions={}, sizes=SIZES, constant=(), states=())
    out = numpy_function(program).bind({})(0.0, {"g": 2})
    np.testing.assert_array_equal([out[n] for n in exprs], [np.inf, np.nan, np.inf, np.log(2)])
    assert numpy_function(program).bind({})(0.0, {"g": 0})["log"] == -np.inf


def test_more_letters_than_are_simple() -> None:
    letters = [sp.Idx(sp.Symbol(f"q{n}", integer=True), (0, 1)) for n in range(6)]
    expr = sp.Mul(*(q("z", (letter,)) + n for n, letter in enumerate(letters)))
    check(Sum(expr * q("d", (letters[0],)), TRUE, letters[:2]), tuple(letters[2:]), sizes={**SIZES, "K": 2})
    assert m not in letters
