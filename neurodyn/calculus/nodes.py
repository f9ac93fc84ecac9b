"""Elementwise functions that SymPy lacks, or whose SymPy derivative or evaluation is not what we need."""

from __future__ import annotations

from typing import Any, ClassVar

import sympy as sp
from sympy import Eq, Expr, Function, Idx, Ne, Rational, S

from neurodyn.calculus.conditions import ordered
from neurodyn.calculus.positions import Clamped, bounds, compared, is_at_least_zero, promised


class Elementwise(Function):  # type: ignore[misc]  # SymPy carries no types
    """A real function of real arguments (one, unless a subclass says more), applied element by element."""

    nargs: int | tuple[int, ...] = 1
    is_real = True
    is_commutative = True
    unordered: ClassVar[bool] = False  # whether the order of the arguments means nothing

    def fdiff(self, argindex: int = 1) -> Expr:
        """Derivative with respect to argument `argindex`; zero (almost everywhere) unless a subclass says more."""
        return S.Zero


class Flag(Elementwise):
    """A function with the values 0 and 1 only."""

    def _eval_power(self, exponent: Expr) -> Expr | None:
        return self if exponent.is_positive else None


class Even(Elementwise):
    """A function of one argument with f(-x) = f(x)."""

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        return cls(-x) if x.could_extract_minus_sign() else None


class Delta(Flag):
    """1 where two index positions are equal, else 0."""

    nargs = 2
    unordered = True

    @classmethod
    def eval(cls, a: Expr, b: Expr) -> Expr | None:
        given_a, given_b = a, b
        a, b = promised(a), promised(b)
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Clamped):
                return cls._at_ends(one, other)
        found = compared(a, b)
        if isinstance(found, bool):
            return S.One if found else S.Zero
        one, other = found if found[0].compare(found[1]) <= 0 else reversed(found)
        return None if (one, other) == (given_a, given_b) else cls(one, other)

    @classmethod
    def _at_ends(cls, one: Clamped, other: Expr) -> Expr:
        """A clamped position is another one where it is that, or beyond the end that it is."""
        last, ends = one.size - 1, bounds(one.raw)
        below = S.Zero if ends and is_at_least_zero(ends[0]) else Where(one.raw < 0, 1, 0)
        above = S.Zero if ends and is_at_least_zero(last - ends[1]) else Where(one.raw > last, 1, 0)
        return cls(one.raw, other) + cls(other, 0) * below + cls(other, last) * above


class Where(Elementwise):
    """`Where(condition, a, b)`: a where the condition holds, else b; the other branch is never multiplied in."""

    nargs = 3

    @classmethod
    def eval(cls, condition: sp.Basic, a: Expr, b: Expr) -> Expr | None:
        if condition is S.true or a == b:
            return a
        if condition is S.false:
            return b
        between_letters = isinstance(condition, (Eq, Ne)) and all(isinstance(x, Idx) for x in condition.args)
        if between_letters and (a, b) == ((S.One, S.Zero) if isinstance(condition, Eq) else (S.Zero, S.One)):
            return Delta(*condition.args)
        standard = ordered(condition)
        return None if standard is condition else cls(standard, a, b)


class Heaviside(Flag):
    """1 for a positive argument, else 0."""

    @property
    def pargs(self) -> tuple[Expr, ...]:
        """What SymPy's printers, which know a function of this name, ask for."""
        return tuple(self.args)


class Sign(Elementwise):
    """`Sign(x)` in {-1, 0, 1}; `Sign(x, tie)` takes the value `tie` at 0."""

    nargs = (1, 2)

    @classmethod
    def eval(cls, x: Expr, tie: Expr = S.Zero) -> Expr | None:
        return -cls(-x) if tie == 0 and x.could_extract_minus_sign() else None


class Stop(Elementwise):
    """The argument itself, through which no derivative passes."""


class Floor(Elementwise):
    """The largest whole number not above the argument."""


class Absolute(Even):
    """|x|."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return Sign(self.args[0])


class Relu(Elementwise):
    """max(x, 0)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return Heaviside(self.args[0])


class Larger(Elementwise):
    """max(a, b) of two values; the derivative at a tie is that of the second."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Expr:
        a, b = self.args
        return Heaviside(a - b) if argindex == 1 else 1 - Heaviside(a - b)


class Smaller(Elementwise):
    """min(a, b) of two values; the derivative at a tie is that of the second."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Expr:
        a, b = self.args
        return Heaviside(b - a) if argindex == 1 else 1 - Heaviside(b - a)


class Sigmoid(Elementwise):
    """1/(1 + exp(-x))."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return self * Sigmoid(-self.args[0])


class Softplus(Elementwise):
    """log(1 + exp(x)) without overflow."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return Sigmoid(self.args[0])


class LogCosh(Even):
    """log(cosh(x)) without overflow."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return sp.tanh(self.args[0])


class Expm1(Elementwise):
    """exp(x) - 1, exact near 0."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return sp.exp(self.args[0])


class Log1p(Elementwise):
    """log(1 + x), exact near 0."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return 1 / (1 + self.args[0])


class Exprel(Elementwise):
    """(exp(x) - 1)/x, which is 1 at 0."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return ExprelSlope(self.args[0])


class ExprelSlope(Elementwise):
    """Derivative of `Exprel`: (exp(x)*(x - 1) + 1)/x**2, which is 1/2 at 0."""

    def fdiff(self, argindex: int = 1) -> Expr:
        x = self.args[0]  # next to 0 the closed form cancels: its series takes over
        series = sum((x**k / (sp.factorial(k) * (k + 3)) for k in range(9)), S.Zero)
        return Where(Absolute(x) < Rational(1, 5), series, (sp.exp(x) - 2 * self) / x)


class Atan2(Elementwise):
    """The angle of the point (x, y), written atan2(y, x)."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Expr:
        y, x = self.args
        return x / (x**2 + y**2) if argindex == 1 else -y / (x**2 + y**2)


class I0e(Even):
    """exp(-|x|) times the modified Bessel function I0(x)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        x = self.args[0]
        return I1e(x) - Sign(x) * self


class I1e(Elementwise):
    """exp(-|x|) times the modified Bessel function I1(x)."""

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        return -cls(-x) if x.could_extract_minus_sign() else None

    def fdiff(self, argindex: int = 1) -> Expr:
        x = self.args[0]
        ratio = Where(Eq(x, 0), Rational(1, 2), self / x)
        return I0e(x) - ratio - Sign(x) * self


class Rate(Elementwise):
    """`dA/dt` in an equation: resolved along the flow when a system is built."""

    def fdiff(self, argindex: int = 1) -> Any:
        raise TypeError("a rate must be resolved before it is differentiated")


class Partial(Elementwise):
    """`dA/dB` in an equation: resolved through the definitions when a system is built."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        raise TypeError("a partial derivative must be resolved before it is differentiated")
