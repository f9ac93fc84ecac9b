"""The vocabulary in Verilog-A: operators, its own functions, and a few that a module brings itself.

`ln` is the logarithm; powers are `pow`. Nothing is limited: an exponential overflows where ours does.
"""

from __future__ import annotations

from neurodyn.exports.expressions import Dialect, bare, called

NAME = "Verilog-A"
PREFIX = "nd_"  # of functions that a module brings

# Accurate where the plain formula loses digits. exp(x) - 1 = 2 exp(x/2) sinh(x/2), ln(1 + x) = 2 atanh(x/(2 + x)).
BODIES: dict[str, str] = {
    "sign": "x > 0.0 ? 1.0 : (x < 0.0 ? -1.0 : 0.0)",
    "sigmoid": "x > 0.0 ? 1.0/(1.0 + exp(-x)) : exp(x)/(1.0 + exp(x))",
    "softplus": "x > 0.0 ? x + 2.0*atanh(exp(-x)/(2.0 + exp(-x))) : 2.0*atanh(exp(x)/(2.0 + exp(x)))",
    "logcosh": (
        "abs(x) < 1.0 ? atanh(sinh(x)*sinh(x)/(2.0 + sinh(x)*sinh(x))) : abs(x) + ln(0.5*(1.0 + exp(-2.0*abs(x))))"
    ),
    "expm1": "x > -1.0 ? 2.0*exp(0.5*x)*sinh(0.5*x) : exp(x) - 1.0",
    "log1p": "abs(x) < 0.5 ? 2.0*atanh(x/(2.0 + x)) : ln(1.0 + x)",
    "exprel": ("abs(x) < 1e-5 ? 1.0 + x*(0.5 + x/6.0) : (x > -1.0 ? 2.0*exp(0.5*x)*sinh(0.5*x)/x : (exp(x) - 1.0)/x)"),
    "exprel_slope": (
        "abs(x) < 0.02 ? 0.5 + x*(1.0/3.0 + x*(0.125 + x*(1.0/30.0 + x*(1.0/144.0 + x/840.0)))) : "
        "(exp(x)*(x - 1.0) + 1.0)/(x*x)"
    ),
}


_SAME = (
    *("exp", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sqrt", "floor"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)

FUNCTIONS = Dialect(
    NAME,
    {
        **{op: called(op) for op in _SAME},
        **{op: called(f"{PREFIX}{op}") for op in BODIES},
        "log": called("ln"),
        "absolute": called("abs"),
        "larger": called("max"),
        "smaller": called("min"),
        "relu": lambda x: f"max({bare(x)}, 0.0)",
        "heaviside": lambda x: f"({x} > 0.0 ? 1.0 : 0.0)",
        "as_number": lambda c: f"({c} ? 1.0 : 0.0)",
        "select": lambda c, a, b: f"({c} ? {a} : {b})",
        "not": lambda c: f"!{c}",
        "modulo": lambda x, y: f"({x} - {y}*floor({x}/{y}))",
        "one_if_zero": lambda x: f"({x} == 0.0 ? 1.0 : {x})",
        "finite_or_zero": lambda x: f"(abs({bare(x)}) < 1e308 ? {x} : 0.0)",
    },
    "$abstime",
    reals=True,
)


def brought(text: str) -> list[str]:
    """The functions that a text calls and that its module must bring."""
    lines = []
    for op, body in BODIES.items():
        name = f"{PREFIX}{op}"
        if f"{name}(" in text:
            lines += [
                f"  analog function real {name};",
                "    input x;",
                "    real x;",
                f"    {name} = {body};",
                "  endfunction",
            ]
    return lines
