"""Elementary functions as LLVM text: on vectors of doubles, to stated errors (`table.py`).

They have no branches, but that angles beyond 2**30 and quotients beyond 2**50 are left to a function of their own.
Every lane has the bits that it would have alone, at any width and on any processor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from neurodyn.backends.ensemble.vector_math.circular import HUGE
from neurodyn.backends.ensemble.vector_math.huge_angles import constants, huge_angle
from neurodyn.backends.ensemble.vector_math.remainders import FAR, far_remainder
from neurodyn.backends.ensemble.vector_math.table import ROWS, Row
from neurodyn.backends.ensemble.vector_math.values import Real
from neurodyn.backends.ensemble.vector_math.writer import Value, Writer
from neurodyn.errors import InputError

__all__ = ["NAMES", "functions"]

NAMES = frozenset(ROWS)


def functions(names: Iterable[str], width: int) -> str:
    """LLVM definitions of elementary functions and of all that they call, each once.

    Args:
        names: as operations of a program are named; `@nd_NAME` is defined for each.
        width: the number of lanes: arguments and results are `<width x double>`.
    """
    wanted = sorted(set(names))
    for name in wanted:
        if name not in ROWS:
            raise InputError(
                f"The function {name} has no compiled form.",
                code="not-compiled",
                remedy="Take a backend that computes with NumPy, such as `fixed` or `scipy`.",
            )
    texts = [_definition(name, ROWS[name], width) for name in wanted]
    helpers = [HELPERS[name](width) for name in sorted({ROWS[name].needs for name in wanted} - {""})]
    return "\n\n".join([*helpers, *texts]) + "\n"


def _definition(name: str, row: Row, width: int) -> str:
    w = Writer(width)
    given = [Real(w, f"%x{k}") for k in range(row.arity)]
    found = row.write(*given)
    return _function(f"{w.reals} @nd_{name}", given, w, f"{w.reals} {found.name}", "alwaysinline")


def _huge_angle(width: int) -> str:
    w = Writer(width)
    x = Real(w, "%x0")
    return f"{constants()}\n\n{_helper(HUGE, [x], huge_angle(x))}"


def _far_remainder(width: int) -> str:
    w = Writer(width)
    given = [Real(w, "%x0"), Real(w, "%x1")]
    return _helper(FAR, given, [far_remainder(*given)])


def _helper(name: str, given: Sequence[Real], found: Sequence[Value]) -> str:
    w = given[0].w
    kinds, together = "{ " + ", ".join(map(w.kind, found)) + " }", "poison"
    for k, value in enumerate(found):
        together = w.put(f"insertvalue {kinds} {together}, {w.kind(value)} {value.name}, {k}")
    return _function(f"{kinds} @nd_{name}", given, w, f"{kinds} {together}", "noinline cold")


def _function(head: str, given: Sequence[Real], w: Writer, returned: str, how: str) -> str:
    arguments = ", ".join(f"{w.reals} {x.name}" for x in given)
    return "\n".join([f"define internal {head}({arguments}) {how} nounwind {{", *w.lines, f"  ret {returned}", "}"])


HELPERS: dict[str, Callable[[int], str]] = {HUGE: _huge_angle, FAR: _far_remainder}
