"""Roots as steps: Newton's method within a bracket, a fixed number of rounds written out, so that no loop is needed.

The bracket follows from the least slope. A step of Newton's method is taken where it stays inside and is at most half
of the step before; else the bracket is halved. What has not converged after the rounds is infinite, and ends its run.
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr, S

from neurodyn.calculus.letters import quantity
from neurodyn.calculus.nodes import Absolute, Larger, Smaller, Where
from neurodyn.calculus.rewrite import Definition
from neurodyn.program.builder import Ref
from neurodyn.program.context import Context

ROUNDS = 26
# A step so small, relative to the root and to a part of the bracket, ends the rounds: it is taken, and the error then
# is of the order of its square. Where no step is below the second bound, there is no answer.
LAST, ENOUGH, BESIDE = 1e-8, 1e-6, 1e-3


def root(ctx: Context, expr: sp.Basic) -> Ref:
    """The rule for `Root`."""
    return ctx.lower(_Rounds(ctx, expr).last())


class _Rounds:
    """The definitions of one root, each computed once."""

    def __init__(self, ctx: Context, expr: sp.Basic) -> None:
        self._ctx, self._begin = ctx, f"~root {len(ctx.definitions)} "
        self._law, slope, guess, *values = expr.args
        self._values = [self._named(f"value {k}", value) for k, value in enumerate(values)]
        self._slope = self._law.slope
        self._guess = self._named("guess", guess)
        self._far = self._named("far", -self._of(self._law.expr, self._guess) / slope)
        self._size = self._named("size", Absolute(self._far))

    def last(self) -> Expr:
        """The root after all rounds."""
        x = self._guess
        low = self._named("low", x + Smaller(self._far, S.Zero))
        high = self._named("high", x + Larger(self._far, S.Zero))
        before = self._size
        for k in range(ROUNDS):
            low, high, x, before = self._round(str(k), low, high, x, before)
        step = self._named("step", self._of(self._law.expr, x) / self._of(self._slope, x))
        return (x - step) / Where(self._is_small(step, x, ENOUGH), S.One, S.Zero)

    def _is_small(self, step: Expr, x: Expr, part: float) -> sp.Basic:
        return Absolute(step) <= sp.Float(part) * (Absolute(x) + sp.Float(BESIDE) * self._size)

    def _round(self, k: str, low: Expr, high: Expr, x: Expr, before: Expr) -> tuple[Expr, Expr, Expr, Expr]:
        off = self._named(f"off {k}", self._of(self._law.expr, x))
        low, high = (
            self._named(f"low {k}", Where(off < 0, x, low)),
            self._named(f"high {k}", Where(off < 0, high, x)),
        )
        step = self._named(f"step {k}", off / self._of(self._slope, x))
        there = self._named(f"there {k}", x - step)
        good = sp.And(there >= low, there <= high, 2 * Absolute(step) <= before)
        moved = Where(good, there, (low + high) / 2)
        new = self._named(f"x {k}", Where(self._is_small(step, x, LAST), x, moved))
        return low, high, new, self._named(f"moved {k}", Absolute(new - x))

    def _of(self, expr: Expr, x: Expr) -> Expr:
        return self._law.at(expr, x, self._values)

    def _named(self, word: str, expr: Expr) -> Expr:
        name = self._begin + word
        self._ctx.define(name, Definition((), expr))
        return quantity(name)
