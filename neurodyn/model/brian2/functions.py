"""The functions of Brian2's equations in the words of the language."""

from __future__ import annotations

# By name: how many arguments it takes, and what it is here. What is no atom stands in brackets.
FUNCTIONS: dict[str, tuple[int, str]] = {
    **{
        name: (1, f"{name}({{0}})")
        for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "abs", "floor", "sign")
    },
    **{name: (1, f"{name}({{0}})") for name in ("expm1", "log1p", "exprel")},
    "clip": (3, "clip({0}, {1}, {2})"),
    "arctan": (1, "atan({0})"),
    "arcsin": (1, "atan2({0}, sqrt(1 - ({0})**2))"),
    "arccos": (1, "atan2(sqrt(1 - ({0})**2), {0})"),
    "log10": (1, "(log({0})/log(10))"),
    "ceil": (1, "(-floor(-({0})))"),
    "int": (1, "(sign({0})*floor(abs({0})))"),  # of a number; of a condition see the translator
}
# In starts, which may draw.
DRAWS = {"rand": "uniform(0, 1)", "randn": "normal(0, 1)"}
RANDOM = ("rand", "randn", "poisson", "binomial")
