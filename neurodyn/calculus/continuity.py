"""Whether an expression is continuous in some quantities, wherever it has a value.

Sums, products, powers and continuous functions of continuous expressions are. A step, as in `u*heaviside(u)`, is looked
at from both sides of the place where it is. That an expression is not shown to be continuous does not show that it is
not.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy import Add, Expr, Mul, Pow, S

from neurodyn.calculus import nodes, reductions
from neurodyn.calculus.letters import Reference, indices_of, name_of, names_in, references
from neurodyn.calculus.normal import equal
from neurodyn.calculus.positions import Position
from neurodyn.calculus.rewrite import substitute

_FUNCTIONS = (
    sp.exp, sp.log, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.erf, sp.Abs, nodes.Absolute, nodes.Relu,
    nodes.Larger, nodes.Smaller, nodes.Sigmoid, nodes.Softplus, nodes.LogCosh, nodes.Expm1, nodes.Log1p, nodes.Exprel,
    nodes.ExprelSlope, nodes.I0e, nodes.I1e,
)  # fmt: skip
_REDUCTIONS = (
    reductions.Sum, reductions.Product, reductions.LogSumExp, reductions.Softmax, reductions.Largest,
    reductions.Smallest, reductions.KthLargest, reductions.Norm,
)  # fmt: skip
_STEPS = (nodes.Heaviside, nodes.Sign, nodes.Where)


@dataclass(frozen=True)
class Step:
    """A jump: what a node is on both sides of the place where `at` is 0."""

    node: Expr
    at: Expr
    above: Expr
    below: Expr


def is_continuous(expr: sp.Basic, names: frozenset[str]) -> bool:
    """Whether an expression is shown to be continuous in the quantities that are named."""
    if names_in(expr).isdisjoint(names):
        return True
    if isinstance(expr, reductions.Reduction):
        body, mask, _ = expr.open()
        still = all(names_in(x).isdisjoint(names) for x in (mask, *expr.at))
        return isinstance(expr, _REDUCTIONS) and still and is_continuous(body, names)
    if not isinstance(expr, (Add, Mul, Pow, sp.Function)):
        return all(names_in(x).isdisjoint(names) for x in indices_of(expr))  # a reference
    step = _step_in(expr, names)
    if step is not None:
        return _closes(expr, step, names)
    if isinstance(expr, nodes.Where) and names_in(expr.args[0]).isdisjoint(names):
        return is_continuous(expr.args[1], names) and is_continuous(expr.args[2], names)
    if isinstance(expr, sp.Function) and not isinstance(expr, _FUNCTIONS):
        return False
    return all(is_continuous(a, names) for a in expr.args)


def _step_in(expr: sp.Basic, names: frozenset[str]) -> Step | None:
    """A step in an expression, not looked for inside reductions and other steps."""
    if names_in(expr).isdisjoint(names) or isinstance(expr, (reductions.Reduction, Position)):
        return None
    if isinstance(expr, _STEPS):
        found = _step(expr)
        return found if found is None or not names_in(found.at).isdisjoint(names) else None
    steps = (_step_in(a, names) for a in expr.args)
    return next((s for s in steps if s is not None), None)


def _step(node: Expr) -> Step | None:
    if isinstance(node, nodes.Heaviside):
        return Step(node, node.args[0], S.One, S.Zero)
    if isinstance(node, nodes.Sign):
        return Step(node, node.args[0], S.One, S.NegativeOne)
    condition, a, b = node.args
    if isinstance(condition, (sp.Gt, sp.Ge, sp.Lt, sp.Le)):
        first, second = condition.args
        above, below = (a, b) if isinstance(condition, (sp.Gt, sp.Ge)) else (b, a)
        return Step(node, first - second, above, below)
    return None


def _closes(expr: Expr, step: Step, names: frozenset[str]) -> bool:
    """Whether an expression is continuous on both sides of a step, and the same where they meet."""
    above, below = (expr.xreplace({step.node: value}) for value in (step.above, step.below))
    if not (is_continuous(above, names) and is_continuous(below, names)):
        return False
    place = _solved(step.at, names)
    if place is None:
        return False
    reference, value = place
    off = above - below
    if any(name_of(r) == name_of(reference) and r != reference for r in references(off)):
        return False
    return equal(substitute(off, lambda r: value if r == reference else None), S.Zero)


def _solved(at: Expr, names: frozenset[str]) -> tuple[Reference, Expr] | None:
    """A reference and the value at which an expression, a multiple of it and a number apart, is 0."""
    terms = Add.make_args(sp.expand(at))
    own = [t for t in terms if not names_in(t).isdisjoint(names)]
    if len(own) != 1:
        return None
    number, reference = own[0].as_coeff_Mul()
    if not isinstance(reference, (sp.Indexed, sp.Symbol)):
        return None
    return reference, -Add(*(t for t in terms if t is not own[0])) / number
