"""The elementwise functions: the one table of how each is named in a program and spelled by a printer."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from neurodyn.calculus import nodes


@dataclass(frozen=True)
class Spelling:
    """One elementwise operation.

    Attributes:
        op: its name in a program.
        numpy: the NumPy, SciPy or runtime function.
        after: further arguments in the source, after the operands.
        buffered: whether the function takes `out=`.
        infix: the Python operator, where there is one.
    """

    op: str
    numpy: str
    after: tuple[str, ...] = ()
    buffered: bool = True
    infix: str = ""


# What the data of an `exp` say where the operand is 0 at its largest, and small results do not count.
WEIGHT = "weight"

FUNCTIONS: dict[type, Spelling] = {
    sp.exp: Spelling("exp", "np.exp"),
    sp.log: Spelling("log", "np.log"),
    sp.sin: Spelling("sin", "np.sin"),
    sp.cos: Spelling("cos", "np.cos"),
    sp.tan: Spelling("tan", "np.tan"),
    sp.asin: Spelling("asin", "np.arcsin"),
    sp.acos: Spelling("acos", "np.arccos"),
    sp.atan: Spelling("atan", "np.arctan"),
    sp.sinh: Spelling("sinh", "np.sinh"),
    sp.cosh: Spelling("cosh", "np.cosh"),
    sp.tanh: Spelling("tanh", "np.tanh"),
    sp.asinh: Spelling("asinh", "np.arcsinh"),
    sp.acosh: Spelling("acosh", "np.arccosh"),
    sp.atanh: Spelling("atanh", "np.arctanh"),
    sp.erf: Spelling("erf", "special.erf"),
    nodes.Heaviside: Spelling("heaviside", "np.heaviside", after=("0.0",)),
    nodes.Floor: Spelling("floor", "np.floor"),
    nodes.Absolute: Spelling("absolute", "np.abs"),
    sp.Abs: Spelling("absolute", "np.abs"),  # SymPy's own name for sqrt(x**2)
    sp.sign: Spelling("sign", "np.sign"),
    nodes.Relu: Spelling("relu", "np.maximum", after=("0.0",)),
    nodes.Larger: Spelling("larger", "np.maximum"),
    nodes.Smaller: Spelling("smaller", "np.minimum"),
    nodes.Sigmoid: Spelling("sigmoid", "special.expit"),
    nodes.Softplus: Spelling("softplus", "runtime.softplus", buffered=False),
    nodes.LogCosh: Spelling("logcosh", "runtime.logcosh", buffered=False),
    nodes.Expm1: Spelling("expm1", "np.expm1"),
    nodes.Log1p: Spelling("log1p", "np.log1p"),
    nodes.Exprel: Spelling("exprel", "special.exprel"),
    nodes.ExprelSlope: Spelling("exprel_slope", "runtime.exprel_slope", buffered=False),
    nodes.Atan2: Spelling("atan2", "np.arctan2"),
    nodes.I0e: Spelling("i0e", "special.i0e"),
    nodes.I1e: Spelling("i1e", "special.i1e"),
    sp.Eq: Spelling("equal", "np.equal", infix="=="),
    sp.Ne: Spelling("not_equal", "np.not_equal", infix="!="),
    sp.Lt: Spelling("less", "np.less", infix="<"),
    sp.Le: Spelling("less_equal", "np.less_equal", infix="<="),
    sp.Gt: Spelling("greater", "np.greater", infix=">"),
    sp.Ge: Spelling("greater_equal", "np.greater_equal", infix=">="),
    sp.Not: Spelling("not", "np.logical_not"),
}

# Operations that no single class of the calculus stands for.
OTHERS: tuple[Spelling, ...] = (
    Spelling("add", "np.add", infix="+"),
    Spelling("subtract", "np.subtract", infix="-"),
    Spelling("multiply", "np.multiply", infix="*"),
    Spelling("divide", "np.divide", infix="/"),
    Spelling("modulo", "np.mod"),
    Spelling("negative", "np.negative"),
    Spelling("power", "runtime.power", buffered=False),
    Spelling("sqrt", "np.sqrt"),
    Spelling("and", "np.logical_and", infix="&"),
    Spelling("or", "np.logical_or", infix="|"),
    Spelling("finite_or_zero", "runtime.finite_or_zero", buffered=False),
    Spelling("one_if_zero", "runtime.one_if_zero", buffered=False),
)

BY_OP: dict[str, Spelling] = {s.op: s for s in (*FUNCTIONS.values(), *OTHERS)}

CONDITIONS = frozenset({"equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "not", "and", "or"})
COMMUTATIVE = frozenset({"add", "multiply", "equal", "not_equal", "and", "or", "larger", "smaller"})
