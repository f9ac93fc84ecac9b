"""Elementary functions as LLVM text: on vectors of doubles, without branches, to stated errors.

Every lane of a function has the bits that it would have alone, at any width.
"""

from __future__ import annotations

from collections.abc import Iterable

from neurodyn.backends.ensemble.vector_math.huge_angles import constants, huge_angle
from neurodyn.backends.ensemble.vector_math.table import ROWS, Row
from neurodyn.backends.ensemble.vector_math.values import Real
from neurodyn.backends.ensemble.vector_math.writer import Writer
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
    if any(ROWS[name].needs for name in wanted):
        texts = [constants(), _huge_angle(width), *texts]
    return "\n\n".join(texts) + "\n"


def _definition(name: str, row: Row, width: int) -> str:
    w = Writer(width)
    given = [Real(w, f"%x{k}") for k in range(row.arity)]
    found = row.write(*given)
    head = ", ".join(f"{w.reals} {x.name}" for x in given)
    return "\n".join(
        [
            f"define internal {w.reals} @nd_{name}({head}) alwaysinline nounwind {{",
            *w.lines,
            f"  ret {w.reals} {found.name}",
            "}",
        ]
    )


def _huge_angle(width: int) -> str:
    w = Writer(width)
    r, quarter = huge_angle(Real(w, "%x"))
    pair = f"{{ {w.reals}, {w.wholes} }}"
    first = w.put(f"insertvalue {pair} poison, {w.reals} {r.name}, 0")
    both = w.put(f"insertvalue {pair} {first}, {w.wholes} {quarter.name}, 1")
    return "\n".join(
        [
            f"define internal {pair} @nd_huge_angle({w.reals} %x) noinline cold nounwind {{",
            *w.lines,
            f"  ret {pair} {both}",
            "}",
        ]
    )
