"""Rates written out number by number: as a graph of scalars, and as SymPy expressions with exact coefficients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.program.program import Program, Result
from neurodyn.program.rearranged import aligned
from neurodyn.program.scalar_graph import Graph, Node
from neurodyn.program.scalars import Leaf, NotUnrolled, Tracer

Array = NDArray[np.float64]
MOST_NODES = 6000
# A number of a text was a decimal number of so many digits, or a fraction with no larger denominator, before rounding.
DIGITS, DENOMINATOR = 15, 10**6


@dataclass(frozen=True, eq=False)
class Written:
    """The rates of a field (of a map, its new states) as nodes of a graph.

    Attributes:
        rates: the node of each.
        values: the numbers that stand for parameters and inputs, by place.
    """

    graph: Graph
    rates: tuple[int, ...]
    values: Array

    @classmethod
    def of(cls, of: Enclosure) -> Written:
        """The graph of a field.

        Raises:
            TooLarge: for more than `MOST_NODES` nodes.
            NotUnrolled: for a step that has no scalar form.
        """
        layout = of.layout
        program, constants = of.program
        shapes = zip(layout.names, layout.shapes, layout.offsets, strict=True)
        leaves = {n: Leaf("state", at, (1, *shape)) for n, shape, at in shapes}
        values = np.empty(0)
        for kind, named in (("parameter", constants), ("input", of.inputs)):
            for name, value in named.items():
                leaves[name] = Leaf(kind, values.size, np.shape(value))
                values = np.concatenate([values, np.ravel(np.asarray(value, dtype=float))])
        graph = Graph(MOST_NODES)
        tracer = Tracer(graph, program, {}, leaves, {})
        found = {r.name: _nodes(program, r, tracer) for r in program.results}
        return cls(graph, tuple(int(k) for n in layout.names for k in np.ravel(found[n]).tolist()), values)

    def value(self, node: Node) -> tuple[float, bool]:
        """The number that a leaf stands for, and whether its reciprocal is meant."""
        if node.op == "number":
            return float.fromhex(str(node.data)), False
        data: Any = node.data
        place, turned = data if isinstance(data, tuple) else (data, False)
        return float(self.values[place]), turned

    def expressions(self, states: tuple[sp.Symbol, ...], t: float) -> list[sp.Expr]:
        """Each rate as a SymPy expression of these symbols.

        Raises:
            NotUnrolled: for an operation that has none.
        """
        found: dict[int, sp.Expr] = {}
        for number in self.graph.live(self.rates):
            node = self.graph.nodes[number]
            if node.op == "state":
                found[number] = states[int(str(node.data))]
            elif node.op == "time":
                found[number] = sp.Rational(t)
            elif not node.args:
                value, turned = self.value(node)
                exact = _declared(value) if node.op == "number" else sp.Rational(value)
                found[number] = 1 / exact if turned else exact
            elif node.op in SPELLED:
                found[number] = SPELLED[node.op](*(found[a] for a in node.args))
            else:
                raise NotUnrolled(node.op)
        return [found[k] for k in self.rates]


def _declared(value: float) -> sp.Expr:
    """The number of a text that was rounded to this one.

    Raises:
        NotUnrolled: for one that was no fraction, such as pi.
    """
    digits = repr(value).partition("e")[0].replace(".", "").lstrip("-0")
    exact = Fraction(repr(value)) if len(digits) <= DIGITS else Fraction(value).limit_denominator(DENOMINATOR)
    if float(exact) != value:
        raise NotUnrolled("a number that is no fraction")
    return sp.Rational(exact.numerator, exact.denominator)


def _nodes(program: Program, result: Result, tracer: Tracer) -> NDArray[np.intp]:
    """The nodes of an output, for one box."""
    axes = program.steps[result.value].axes
    wanted = [f"new {n}" if k is None else axes[k] for n, k in enumerate(result.axes)]
    found = aligned(tracer.value(result.value), axes, wanted)
    return np.broadcast_to(found, [n or 1 for n in result.shape])


def _unless_zero(x: sp.Expr) -> sp.Expr:
    """The same number, which must be known not to be 0.

    Raises:
        NotUnrolled: where that is not known.
    """
    if not x.is_nonzero:
        raise NotUnrolled("a number that may be 0")
    return x


SPELLED: Mapping[str, Callable[..., sp.Expr]] = {
    "add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b, "negative": lambda x: -x, "power": lambda a, b: a**b, "sqrt": sp.sqrt,
    "sigmoid": lambda x: 1 / (1 + sp.exp(-x)), "softplus": lambda x: sp.log(1 + sp.exp(x)), "absolute": sp.Abs,
    "logcosh": lambda x: sp.log(sp.cosh(x)), "expm1": lambda x: sp.exp(x) - 1, "log1p": lambda x: sp.log(1 + x),
    "relu": lambda x: sp.Max(x, 0), "larger": sp.Max, "smaller": sp.Min,
    "finite_or_zero": lambda x: sp.S.Zero,  # subtracted before exponentials and added behind logarithms: any will do
    "one_if_zero": _unless_zero,
    **{n: getattr(sp, n) for n in (
        "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
        "erf",
    )},
}  # fmt: skip
