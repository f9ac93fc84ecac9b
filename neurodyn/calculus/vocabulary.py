"""The vocabulary of the language: one row for each elementwise function and each reduction.

A new function is one node (with its derivative), one row here, and one spelling per printer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import sympy as sp
from sympy import Expr, Rational

from neurodyn.calculus import matrices, nodes, reductions


class UnitRule(Enum):
    """What a function asks of the units of its arguments, and the unit that it has."""

    PLAIN = "plain numbers to a plain number"
    KEEP = "arguments of one unit, and the same unit out"
    ROOT = "the square root of the unit"
    RATIO = "arguments of one unit to a plain number"
    FLAG = "a first argument of any unit, plain numbers after it, to a plain number"


@dataclass(frozen=True)
class Row:
    """One elementwise function.

    Attributes:
        name: how the language writes it.
        arity: the numbers of arguments that it takes.
        make: from SymPy arguments to the SymPy expression.
        node: the class by which printers know it; None where `make` builds it from others.
        latex: the LaTeX of its name, or a template with {0}, {1}.
        unit: what it does with units.
    """

    name: str
    arity: tuple[int, ...]
    make: Callable[..., Expr]
    node: type | None
    latex: str
    unit: UnitRule = UnitRule.PLAIN


def _log(x: Expr) -> Expr:
    """log, in its stable form where there is one."""
    if isinstance(x, sp.cosh):
        return nodes.LogCosh(x.args[0])
    if isinstance(x, sp.Add) and sp.S.One in x.args:
        rest = x - 1
        return nodes.Softplus(rest.args[0]) if isinstance(rest, sp.exp) else nodes.Log1p(rest)
    return sp.log(x)


def _max(a: Expr, b: Expr) -> Expr:
    if b == 0:
        return nodes.Relu(a)
    return nodes.Relu(b) if a == 0 else nodes.Larger(a, b)


def _clip(x: Expr, low: Expr, high: Expr) -> Expr:
    return nodes.Smaller(nodes.Larger(x, low), high)


def _sqrt(x: Expr) -> Expr:
    return sp.Pow(x, Rational(1, 2))


_ROWS = (
    Row("exp", (1,), sp.exp, sp.exp, r"\exp"),
    Row("log", (1,), _log, sp.log, r"\log"),
    Row("sqrt", (1,), _sqrt, None, r"\sqrt{{{0}}}", UnitRule.ROOT),
    Row("sin", (1,), sp.sin, sp.sin, r"\sin"),
    Row("cos", (1,), sp.cos, sp.cos, r"\cos"),
    Row("tan", (1,), sp.tan, sp.tan, r"\tan"),
    Row("sinh", (1,), sp.sinh, sp.sinh, r"\sinh"),
    Row("cosh", (1,), sp.cosh, sp.cosh, r"\cosh"),
    Row("tanh", (1,), sp.tanh, sp.tanh, r"\tanh"),
    Row("atan", (1,), sp.atan, sp.atan, r"\arctan"),
    Row("atan2", (2,), nodes.Atan2, nodes.Atan2, r"\operatorname{{atan2}}", UnitRule.RATIO),
    Row("erf", (1,), sp.erf, sp.erf, r"\operatorname{{erf}}"),
    Row("floor", (1,), nodes.Floor, nodes.Floor, r"\left\lfloor {0} \right\rfloor"),
    Row("abs", (1,), nodes.Absolute, nodes.Absolute, r"\left| {0} \right|", UnitRule.KEEP),
    Row("sign", (1, 2), nodes.Sign, nodes.Sign, r"\operatorname{{sign}}", UnitRule.FLAG),
    Row("heaviside", (1,), nodes.Heaviside, nodes.Heaviside, r"\Theta", UnitRule.FLAG),
    Row("relu", (1,), nodes.Relu, nodes.Relu, r"\operatorname{{relu}}", UnitRule.KEEP),
    Row("max", (2,), _max, nodes.Larger, r"\max", UnitRule.KEEP),
    Row("min", (2,), nodes.Smaller, nodes.Smaller, r"\min", UnitRule.KEEP),
    Row("clip", (3,), _clip, None, r"\operatorname{{clip}}", UnitRule.KEEP),
    Row("sigmoid", (1,), nodes.Sigmoid, nodes.Sigmoid, r"\sigma"),
    Row("softplus", (1,), nodes.Softplus, nodes.Softplus, r"\operatorname{{softplus}}"),
    Row("logcosh", (1,), nodes.LogCosh, nodes.LogCosh, r"\log\cosh"),
    Row("expm1", (1,), nodes.Expm1, nodes.Expm1, r"\operatorname{{expm1}}"),
    Row("log1p", (1,), nodes.Log1p, nodes.Log1p, r"\operatorname{{log1p}}"),
    Row("exprel", (1,), nodes.Exprel, nodes.Exprel, r"\operatorname{{exprel}}"),
    Row("exprel_slope", (1,), nodes.ExprelSlope, nodes.ExprelSlope, r"\operatorname{{exprel}}'"),
    Row("i0e", (1,), nodes.I0e, nodes.I0e, r"\operatorname{{i0e}}"),
    Row("i1e", (1,), nodes.I1e, nodes.I1e, r"\operatorname{{i1e}}"),
    Row("stop", (1,), nodes.Stop, nodes.Stop, r"\operatorname{{stop}}", UnitRule.KEEP),
)

ELEMENTWISE: dict[str, Row] = {row.name: row for row in _ROWS}

REDUCTIONS: dict[str, type[reductions.Reduction]] = {
    "sum": reductions.Sum,
    "prod": reductions.Product,
    "logsumexp": reductions.LogSumExp,
    "max": reductions.Largest,
    "min": reductions.Smallest,
    "argmax": reductions.ArgLargest,
    "argmin": reductions.ArgSmallest,
    "kth": reductions.KthLargest,
    "norm": reductions.Norm,
    "count": reductions.Count,
    "softmax": reductions.Softmax,
}

# Words over letters that are built from the reductions above.
COMPOSED = ("mean", "any", "all")

# What the words over letters do with units; all others take and give plain numbers.
REDUCTION_UNITS = {
    **dict.fromkeys(("sum", "mean", "norm", "max", "min", "kth"), UnitRule.KEEP),
    **dict.fromkeys(("argmax", "argmin", "count", "any", "all"), UnitRule.FLAG),
}

# Functions of whole matrices of parameters.
MATRICES = (*matrices.SQUARE, matrices.Basis.word)

RESERVED = frozenset({*ELEMENTWISE, *REDUCTIONS, *COMPOSED, *MATRICES, "rank", "where", "ddt", "pi", "t", "dt"})
