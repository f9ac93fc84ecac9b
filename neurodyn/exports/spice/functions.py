"""The vocabulary in the expressions of ngspice's behavioural sources.

ngspice replaces an overflow by 1e99, divides by a small number where it should divide by 0, and takes sqrt and ln of
no negative number; what is written here goes round these places. It writes the numbers of an expression anew, with
11 digits.
"""

from __future__ import annotations

from neurodyn.exports.expressions import Dialect, bare, called

NAME = "ngspice"
_LEAST = "1e-300"  # in place of 0 under a logarithm


def _angle(y: str, x: str) -> str:
    """The angle of a point: atan alone knows half of the plane."""
    aside = f"({y} > 0 ? pi/2 : ({y} < 0 ? -pi/2 : 0))"
    behind = f"atan({y}/{x}) + ({y} >= 0 ? pi : -pi)"
    return f"({x} > 0 ? atan({y}/{x}) : ({x} < 0 ? {behind} : {aside}))"


FUNCTIONS = Dialect(
    NAME,
    {
        **{op: called(op) for op in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
        "asin": called("asin"),
        "acos": called("acos"),
        "atan": called("atan"),
        "floor": called("floor"),
        "absolute": called("abs"),
        "sign": called("sgn"),
        "larger": called("max"),
        "smaller": called("min"),
        "log": lambda x: f"ln(max({bare(x)}, {_LEAST}))",
        "sqrt": lambda x: f"sqrt(max({bare(x)}, 0))",
        "relu": lambda x: f"max({bare(x)}, 0)",
        "heaviside": lambda x: f"({x} > 0 ? 1 : 0)",
        "as_number": lambda c: f"({c} ? 1 : 0)",
        "select": lambda c, a, b: f"({c} ? {a} : {b})",
        "not": lambda c: f"({c} ? 0 : 1)",
        "sigmoid": lambda x: f"(1/(1 + exp(-{x})))",
        "softplus": lambda x: f"(max({bare(x)}, 0) + ln(1 + exp(-abs({bare(x)}))))",
        "logcosh": lambda x: f"(abs({bare(x)}) + ln((1 + exp(-2*abs({bare(x)})))/2))",
        "expm1": lambda x: f"(abs({bare(x)}) < 1e-6 ? {x}*(1 + {x}/2) : exp({bare(x)}) - 1)",
        "log1p": lambda x: f"(abs({bare(x)}) < 1e-6 ? {x}*(1 - {x}/2) : ln(max(1 + {x}, {_LEAST})))",
        "exprel": lambda x: f"(abs({bare(x)}) < 1e-6 ? 1 + {x}/2 : (exp({bare(x)}) - 1)/{x})",
        "exprel_slope": lambda x: (
            f"(abs({bare(x)}) < 1e-3 ? 0.5 + {x}/3 + {x}*{x}/8 : (exp({bare(x)})*({x} - 1) + 1)/({x}*{x}))"
        ),
        "atan2": _angle,
        "modulo": lambda x, y: f"({x} - {y}*floor({x}/{y}))",
        "finite_or_zero": lambda x: x,  # nothing is infinite there
        "one_if_zero": lambda x: f"({x} == 0 ? 1 : {x})",
    },
    "time",
)
