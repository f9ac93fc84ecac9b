"""Sums over the edges of a support equal the sums over all pairs, whatever the graph, and make no array over pairs."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Idx, S

from neurodyn.calculus.letters import letter, quantity, size_symbol
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.reductions import Count, Largest, LogSumExp, Norm, Product, Smallest, Softmax, Sum
from neurodyn.calculus.rewrite import TRUE, Definition
from neurodyn.calculus.supports import Pair, Supports, edges_size, living_on
from neurodyn.program.context import NotAtEdges
from neurodyn.program.lower import Output, Program, lower
from neurodyn.program.numpy_printer import numpy_function
from neurodyn.program.program import SETUP, wiring_name
from neurodyn.program.wiring import Wiring
from tests.laws.support import examples
from tests.program.reference import evaluate_array

N, M = size_symbol("N"), size_symbol("M")
i, j, h = (letter(x, N) for x in "ijh")
m = letter("m", M)
ON = {"C": "C", "k": "C", "w": "C", "D": "D", "v": "D"}


def at(name: str, *letters: Expr) -> Expr:
    return quantity(name, letters)


C, k, w, v = (at(name, i, j) for name in ("C", "k", "w", "v"))
x, y = (lambda a: at("x", a)), (lambda a: at("y", a))
edge = sp.Ne(C, 0)


class Graph:
    """A random graph with values on it, flat for the program and dense for the reference."""

    def __init__(self, size: int, seed: int, p: float = 0.5) -> None:
        rng = np.random.default_rng(seed)
        self.sizes = {"N": size, "M": 2}
        wirings = {c: Wiring.of(*np.nonzero(rng.random((size, size)) < p), (size, size)) for c in ("C", "D")}
        self.wirings = {wiring_name(c): wires for c, wires in wirings.items()}
        self.edges = {edges_size(c): len(wires) for c, wires in wirings.items()}
        self.flat = {
            name: np.ones(len(wirings[c])) if name == c else rng.normal(size=len(wirings[c])) for name, c in ON.items()
        }
        self.full = {"x": rng.normal(size=size), "y": rng.normal(size=size), "A": rng.normal(size=(size, size))}
        self.full |= {"z": rng.normal(size=(size, 2)), "g": np.array(0.7)}
        self.dense = dict(self.full)
        for name, c in ON.items():
            self.dense[name] = np.zeros((size, size))
            self.dense[name][wirings[c].ends] = self.flat[name]

    def program(
        self, expr: Expr, letters: tuple[Idx, ...], definitions: Mapping[str, Definition], trials: bool
    ) -> Program:
        return lower(
            [Output("found", letters, expr)],
            definitions=definitions,
            sizes={**self.sizes, **self.edges},
            constant=["C", "D", "k", "v", "A", "g", *self.wirings],
            states=["x", "y", "z", "w"],
            trials=trials,
            on=living_on(ON, definitions),
        )


def check(
    graph: Graph, expr: Expr, letters: tuple[Idx, ...], definitions: Mapping[str, Definition] | None = None
) -> Program:
    """The program equals the loops over all pairs, with trials and without."""
    definitions = definitions or {}
    wanted, largest = evaluate_array(expr, tuple(letters), graph.dense, graph.sizes, definitions)
    if isinstance(letters, Pair):
        wanted = wanted[graph.wirings[wiring_name(letters.support)].ends]
    values = {**graph.flat, **graph.full, **graph.wirings}
    states = {name: values[name] for name in ("x", "y", "z", "w")}
    program = graph.program(expr, letters, definitions, False)
    found = numpy_function(program).bind(values)(0.0, states)["found"]
    tolerance = 1e-12 * (1 + largest)
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=tolerance)
    several = {name: np.stack([value, value[::-1], value]) for name, value in states.items()}
    found = numpy_function(graph.program(expr, letters, definitions, True)).bind(values)(0.0, several)["found"]
    assert found.shape == (3, *np.shape(wanted))
    np.testing.assert_allclose(found[[0, 2]], np.stack([wanted, wanted]), rtol=1e-12, atol=tolerance)
    return program


SUMS = {
    "linear": (Sum(k * x(j), TRUE, (j,)), (i,)),
    "state_weights": (Sum(w * x(j), TRUE, (j,)), (i,)),
    "other_side": (Sum(k * sp.tanh(x(i)) * y(i), TRUE, (i,)), (j,)),
    "nonlinear": (Sum(k * sp.sin(x(j) - x(i)), TRUE, (j,)), (i,)),
    "nonlinear_other_side": (Sum(k * sp.sin(x(j) - x(i)), TRUE, (i,)), (j,)),
    "difference": (Sum(k * (x(j) - x(i)), TRUE, (j,)), (i,)),
    "whole": (Sum(k * x(i) * x(j) ** 2, TRUE, (i, j)), ()),
    "through_zero": (Sum(sp.tanh(k * x(j)), TRUE, (j,)), (i,)),
    "partly": (Sum((k + at("g")) * x(j), TRUE, (j,)), (i,)),
    "partly_squared": (Sum((k + at("g")) ** 2 * x(j), TRUE, (j,)), (i,)),
    "masked": (Sum(k * x(j), sp.Ne(i, j), (j,)), (i,)),
    "masked_order": (Sum(w * x(j) * x(i), sp.Lt(j, i), (j,)), (i,)),
    "two_supports": (Sum(k * v * x(j), TRUE, (j,)), (i,)),
    "there_and_back": (Sum(k * at("k", j, i) * x(j), TRUE, (j,)), (i,)),
    "dense_factor": (Sum(k * at("A", i, j) * at("A", j, i) * x(j), TRUE, (j,)), (i,)),
    "two_steps": (Sum(k * at("k", j, h) * x(h), TRUE, (j, h)), (i,)),
    "two_steps_nonlinear": (
        Sum(k * sp.sin(x(j)) * Sum(at("v", j, h) * sp.cos(x(h) - x(j)), TRUE, (h,)), TRUE, (j,)),
        (i,),
    ),
    "three_whole": (Sum(k * at("w", j, h) * x(h) * x(i), TRUE, (i, j, h)), ()),
    "more_letters": (Sum(k * at("z", j, m), TRUE, (j,)), (i, m)),
    "more_letters_nonlinear": (Sum(k * sp.sin(at("z", j, m) - at("z", i, m)), TRUE, (j,)), (i, m)),
    "more_letters_summed": (Sum(k * at("z", j, m) * at("z", i, m), TRUE, (j, m)), (i,)),
    "degree": (Sum(C, TRUE, (j,)), (i,)),
    "letters": (Sum(C * (i - j) ** 2, TRUE, (j,)), (i,)),
    "where": (Sum(Where(sp.Gt(k, sp.Rational(1, 10)), x(j), 0), TRUE, (j,)), (i,)),
    "mean_square": (Sum(Sum(k * x(j), TRUE, (j,)) ** 2, TRUE, (i,)), ()),
    "largest": (Largest(k * x(j), edge, (j,)), (i,)),
    "smallest": (Smallest(x(j) - x(i), edge, (i,)), (j,)),
    "product": (Product(1 + k, edge, (j,)), (i,)),
    "norm": (Norm(k * x(j), edge, (j,)), (i,)),
    "count": (Count(sp.Gt(k, 0), edge, (j,)), (i,)),
    "count_all": (Count(sp.Gt(x(i), x(j)), edge, (i, j)), ()),
    "logsumexp": (LogSumExp(x(j) * y(i), edge, (j,)), (i,)),
    "softmax": (Sum(Softmax(k * x(j), edge, (j,), (j,)) * y(j), TRUE, (j,)), (i,)),
    "along_one_letter": (at("k", i, S.Zero) + at("w", i, i) * x(i) + at("v", S.Zero, S.Zero), (i,)),
    "own_edges_left_out": (Sum(k * x(j) * at("w", j, j), TRUE, (j,)) - at("k", i, i) * x(i), (i,)),
    "edges": (k * sp.cos(x(j) - x(i)) + y(i) + 1, Pair((i, j), "C")),
    "edges_of_weights": (w - w**3 + at("w", j, i) * v, Pair((i, j), "C")),
    "edges_of_sums": (w * Sum(k * x(j), TRUE, (j,)), Pair((i, j), "C")),
}  # fmt: skip
# A position without edges has no largest term: an infinity on both sides, but a tolerance cannot tell.
FILLED = ("largest", "smallest", "logsumexp")


@pytest.mark.parametrize("name", SUMS)
def test_equals_the_sum_over_all_pairs(name: str) -> None:
    expr, letters = SUMS[name]
    if isinstance(letters, Pair):
        # What is 0 nowhere else is compared where there is an edge alone.
        check(Graph(5, 1), expr, letters)
        return
    for size, p in ((6, 0.5), (5, 1.0), (1, 1.0), *([] if name in FILLED else [(5, 0.2), (4, 0.0)])):
        check(Graph(size, size, p), expr, letters)


@st.composite
def factors(draw: st.DrawFn) -> Expr:
    """What may stand beside a quantity on a support."""
    a, b = draw(st.permutations((i, j)))
    choices = [x(a), y(b), at("A", a, b), at("g"), a, sp.sin(x(a) - y(b)), sp.tanh(x(a) * x(b) + k), at("v", a, b)]
    choices += [
        sp.cos(w),
        x(a) + x(b),
        1 + v,
        (x(a) - k) ** 2,
        Where(sp.Lt(a, b), x(a), 2),
        Sum(at("k", a, h), TRUE, (h,)),
    ]
    return draw(st.sampled_from(choices))


@given(st.data())
@examples(60)
def test_random_products(data: st.DataObject) -> None:
    base = data.draw(st.sampled_from([k, w, C, at("k", j, i), v * k, k**2, k + w, sp.sin(w)]))
    body = base * sp.Mul(*data.draw(st.lists(factors(), max_size=3)))
    bound = data.draw(st.sampled_from([(j,), (i,), (i, j)]))
    mask = data.draw(st.sampled_from([TRUE, TRUE, sp.Ne(i, j), sp.Lt(i, j)]))
    graph = Graph(
        data.draw(st.integers(1, 5)), data.draw(st.integers(0, 99)), data.draw(st.sampled_from((0.0, 0.4, 1.0)))
    )
    check(graph, Sum(body, mask, bound), tuple(a for a in (i, j) if a not in bound))


def test_definitions_are_computed_edge_by_edge() -> None:
    definitions = {
        "phase": Definition((i, j), x(j) - x(i)),
        "flux": Definition((i, j), k * sp.sin(at("phase", i, j))),
        "drive": Definition((i,), Sum(at("flux", i, j), TRUE, (j,))),
    }
    program = check(Graph(6, 3), at("drive", i) - Sum(at("flux", j, i), TRUE, (j,)), (i,), definitions)
    assert program.count("sin") == 1  # one flux for both sums
    check(Graph(6, 3), at("flux", i, j) * 2, Pair((i, j), "C"), definitions)
    assert living_on(ON, definitions)["flux"] == "C"
    assert "phase" not in living_on(ON, definitions)


def test_what_is_linear_is_a_matrix_product() -> None:
    program = check(Graph(5, 2), *SUMS["difference"])
    assert program.count("edge_product") == 1 and program.count("gather") == 0
    assert program.count("edge_matrix", SETUP) == 1 and program.count("segment", SETUP) == 1


def test_what_speaks_of_one_end_is_computed_for_each_position() -> None:
    program = check(Graph(5, 2), Sum(k * sp.exp(x(j)) * sp.sin(x(i) - x(j)), TRUE, (j,)), (i,))
    shapes = [step.shape for _, step in program.steps.items() if step.op == "exp"]
    assert shapes == [(5,)]


@pytest.mark.parametrize(
    "expr",
    [
        k,
        Sum(sp.cos(k) * x(j), TRUE, (j,)),
        Sum(k * at("k", h, j), TRUE, (j,)),
        Sum(k * Sum(at("k", j, h) * sp.sin(x(h) - x(i)), TRUE, (h,)), TRUE, (j,)),
        Softmax(k, edge, (j,), (j,)),
    ],
)
def test_refused(expr: Expr) -> None:
    with pytest.raises(NotAtEdges):
        Graph(4, 1).program(expr, (i, j, h), {}, False)


def test_places_outside_which_a_term_is_zero() -> None:
    supports = Supports(ON)
    assert supports.outside(k * x(i) + sp.tanh(w)) == {("C", i, j)}
    assert supports.outside(k * v) == {("C", i, j), ("D", i, j)}
    for expr in (k + 1, sp.cos(k), 1 / k, sp.exp(k), at("k", i, i)):
        assert supports.outside(expr) == frozenset()


def test_no_array_over_all_pairs() -> None:
    size, degree = 20_000, 5
    rng = np.random.default_rng(0)
    wires = Wiring.of(np.repeat(np.arange(size), degree), rng.integers(0, size, size * degree), (size, size))
    program = lower(
        [
            Output("a", (i,), SUMS["nonlinear"][0]),
            Output("b", (i,), SUMS["linear"][0]),
            Output("c", (i,), SUMS["count"][0]),
        ],
        definitions={},
        sizes={"N": size, edges_size("C"): len(wires)},
        constant=["C", "k", wiring_name("C")],
        states=["x"],
        on=ON,
    )
    values = {"C": np.ones(len(wires)), "k": rng.normal(size=len(wires)), wiring_name("C"): wires}
    tracemalloc.start()
    try:
        numpy_function(program).bind(values)(0.0, {"x": rng.normal(size=size)})
        assert tracemalloc.get_traced_memory()[1] < 40e6  # an array over all pairs has 3.2e9
    finally:
        tracemalloc.stop()
