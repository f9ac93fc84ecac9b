"""Functions that Brian2's equations lack: for its target numpy, and in C for those that are compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from neurodyn.backends.brian2.text import function_name
from neurodyn.program.spellings import FUNCTIONS

# The mean growth in a step of exponential Euler; see `C`.
EXPREL = ("exprel_of_step", 1)

# Of a, b and c; what is no number stays so in each of them, as in NumPy.
C: dict[tuple[str, int], str] = {
    ("where", 3): "return a ? b : c;",
    ("sign", 1): "return a > 0.0 ? 1.0 : a < 0.0 ? -1.0 : a;",
    ("sign", 2): "return a > 0.0 ? 1.0 : a < 0.0 ? -1.0 : a == 0.0 ? b : a;",
    ("heaviside", 1): "return a > 0.0 ? 1.0 : a <= 0.0 ? 0.0 : a;",
    ("floor", 1): "return floor(a);",
    ("relu", 1): "return a > 0.0 ? a : a <= 0.0 ? 0.0 : a;",
    ("larger", 2): "return a > b || a != a ? a : b;",
    ("smaller", 2): "return a < b || a != a ? a : b;",
    ("sigmoid", 1): "return 1.0/(1.0 + exp(-a));",
    ("softplus", 1): "return (a > 0.0 ? a : 0.0) + log1p(exp(-fabs(a)));",
    ("logcosh", 1): "double size = fabs(a), near = size < 600.0 ? size : 600.0, half = sinh(0.5*near); "
    "return a != a ? a : log1p(2.0*half*half) + (size - near);",
    ("exprel_slope", 1): "if (a != a) return a; if (fabs(a) >= 1.0) return (exp(a)*(a - 1.0) + 1.0)/a/a; "
    "double sum = 0.0, part = 0.5; "
    "for (int k = 0; k < 18; k++) { sum += (k + 1)*part; part *= a/(k + 3); } return sum;",
    # By exp, which is faster than expm1: to 3e-14, of a change that is added to a state.
    EXPREL: "return fabs(a) < 0.0078125 ? "
    "1.0 + a/2.0*(1.0 + a/3.0*(1.0 + a/4.0*(1.0 + a/5.0*(1.0 + a/6.0)))) : (exp(a) - 1.0)/(a < 720.0 ? a : 1.0);",
    ("atan2", 2): "return atan2(a, b);",
    ("erf", 1): "return erf(a);",
    ("asinh", 1): "return asinh(a);",
    ("acosh", 1): "return acosh(a);",
    ("atanh", 1): "return atanh(a);",
}


@cache
def in_numpy() -> dict[str, Callable[..., Any]]:
    """NumPy's form of every function that may be used."""
    import numpy as np
    from scipy import special

    from neurodyn.program import runtime

    modules: dict[str, Any] = {"np": np, "special": special, "runtime": runtime}
    found: dict[str, Callable[..., Any]] = {}
    for spelling in FUNCTIONS.values():
        module, _, name = spelling.numpy.partition(".")
        found[spelling.op] = _with(getattr(modules[module], name), tuple(float(a) for a in spelling.after))
    found[EXPREL[0]] = found["exprel"]
    return found | {"where": np.where, "sign": _sign}  # the one of the table knows no value for 0


def _with(function: Callable[..., Any], after: tuple[float, ...]) -> Callable[..., Any]:
    return lambda *given: function(*given, *after)


def _sign(x: Any, tie: float = 0.0) -> Any:
    import numpy as np

    return np.where(np.equal(x, 0), tie, np.sign(x))


def in_python(b2: Any, code: Callable[..., Any], kinds: Sequence[str]) -> Any:
    """A function of arrays as Brian2 takes it, called as it is: Brian2 would wrap it in code that checks units."""
    units = [1] * len(kinds)
    found = b2.Function(code, arg_units=units, return_unit=1, arg_types=list(kinds), return_type="float")
    found.implementations.add_implementation("numpy", code)
    return found


def function(b2: Any, word: str, arity: int) -> Any:
    """A function as Brian2 takes it, for all targets that can have it; see `C`."""
    kinds = ["boolean" if word == "where" and k == 0 else "any" for k in range(arity)]
    found = in_python(b2, in_numpy()[word], kinds)
    if (word, arity) in C:
        name = function_name(word, arity)
        given = ", ".join(
            f"double {x}" if kind == "any" else f"bool {x}" for x, kind in zip("abc", kinds, strict=False)
        )
        text = f"static inline double {name}({given}) {{ {C[word, arity]} }}"
        # Cython takes C as it is, between the quotes, and is told what it declares.
        head = f"double {name}({given.replace('bool', 'bint')})"
        told = f'cdef extern from * nogil:\n    """\n    {text}\n    """\n    {head}'
        found.implementations.add_implementation("cython", told, name=name)
        found.implementations.add_implementation("cpp", text, name=name)
    return found
