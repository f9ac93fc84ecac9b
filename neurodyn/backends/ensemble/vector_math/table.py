"""The elementary functions: how each is written, and how far from the truth it was ever found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neurodyn.backends.ensemble.vector_math import (
    arcs,
    circular,
    exponentials,
    hyperbolic,
    logarithms,
    powers,
    remainders,
    special,
)
from neurodyn.backends.ensemble.vector_math.values import Real


@dataclass(frozen=True)
class Row:
    """One function.

    Attributes:
        write: writes it, given its arguments.
        ulps: no error beyond it was found in 10**6 points over all its exponents, in units of the last place.
        arity: the number of its arguments.
        needs: the helper that it calls.
    """

    write: Callable[..., Real]
    ulps: float
    arity: int = 1
    needs: str = ""


ROWS: dict[str, Row] = {
    "exp": Row(exponentials.exp, 1.2),
    "expm1": Row(exponentials.expm1, 1.8),
    "sigmoid": Row(exponentials.sigmoid, 2.2),
    "exprel": Row(exponentials.exprel, 1.8),
    "exprel_slope": Row(exponentials.exprel_slope, 2.9),
    "log": Row(logarithms.log, 0.9),
    "log1p": Row(logarithms.log1p, 0.9),
    "sin": Row(circular.sin, 1.6, needs=circular.HUGE),
    "cos": Row(circular.cos, 1.6, needs=circular.HUGE),
    "tan": Row(circular.tan, 2.8, needs=circular.HUGE),
    "asin": Row(arcs.asin, 0.7),
    "acos": Row(arcs.acos, 0.8),
    "atan": Row(arcs.atan, 1.6),
    "atan2": Row(arcs.atan2, 1.5, arity=2),
    "sinh": Row(hyperbolic.sinh, 2.1),
    "cosh": Row(hyperbolic.cosh, 1.5),
    "tanh": Row(hyperbolic.tanh, 2.3),
    "asinh": Row(hyperbolic.asinh, 1.7),
    "acosh": Row(hyperbolic.acosh, 1.8),
    "atanh": Row(hyperbolic.atanh, 1.9),
    "softplus": Row(hyperbolic.softplus, 1.9),
    "logcosh": Row(hyperbolic.logcosh, 1.6),
    "erf": Row(special.erf, 1.2),
    "i0e": Row(special.i0e, 3.2),
    "i1e": Row(special.i1e, 3.2),
    "modulo": Row(remainders.modulo, 0.5, arity=2, needs=remainders.FAR),
    "power": Row(powers.power, 1.0, arity=2),
}
