"""Polynomial equations solved by symbols, as far as that goes in some seconds, in a process that can be ended.

Of equations whose solutions are finitely many, also among complex numbers, bases of Groebner give a polynomial in each
unknown alone; its real roots bound that unknown. Closed forms are told beside.

As a program it reads equations as JSON from its input, and writes an answer on a line of its own for each thing found.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

SECONDS = 2.0
READY = "ready"
# Longer closed forms say nothing to a reader.
LONGEST = 60
LARGE = re.compile(r"\d{6}")  # numbers of so many digits come from binary fractions


@dataclass(frozen=True)
class Solved:
    """What symbols say of some equations.

    Attributes:
        ends: bounds (low, high) of each unknown at all real solutions; empty where there is none; None where the
            equations are no polynomials, or have infinitely many solutions, or took too long.
        forms: closed forms of solutions, with their values.
    """

    ends: tuple[tuple[float, float], ...] | None = None
    forms: tuple[tuple[tuple[str, ...], tuple[float, ...]], ...] = ()


def solved(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol], seconds: float = SECONDS) -> Solved:
    """What can be said of the common zeros of some expressions within a time."""
    text = json.dumps({"equations": [sp.srepr(e) for e in equations], "unknowns": [sp.srepr(u) for u in unknowns]})
    child = subprocess.Popen(
        [sys.executable, "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdout.readline()  # loading takes longer than solving
        out = _told(child, text, seconds)
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
    found: dict[str, Any] = {}
    for line in out.splitlines():
        found |= json.loads(line) if line.endswith("}") else {}
    ends = None if found.get("ends") is None else tuple((float(a), float(b)) for a, b in found["ends"])
    forms = tuple((tuple(texts), tuple(map(float, values))) for texts, values in found.get("forms", []))
    return Solved(ends, forms)


def _told(child: subprocess.Popen[str], text: str, seconds: float) -> str:
    """What it writes before it ends, or before it must."""
    try:
        return child.communicate(text, timeout=seconds)[0] or ""
    except subprocess.TimeoutExpired as late:
        child.kill()
        rest = child.communicate()[0]
        before = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
        return rest or before
    except OSError:  # it has ended by itself
        return ""


def main() -> None:
    """Answer one question."""
    print(READY, flush=True)
    asked = json.loads(sys.stdin.read())
    equations = [sp.sympify(e) for e in asked["equations"]]
    unknowns = [sp.sympify(u) for u in asked["unknowns"]]
    print(json.dumps({"ends": ends_of(equations, unknowns)}), flush=True)
    print(json.dumps({"forms": forms_of(equations, unknowns)}), flush=True)


def ends_of(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]) -> list[tuple[float, float]] | None:
    """Bounds of each unknown at all real solutions of polynomial equations; an empty list where there is none."""
    numerators = [sp.fraction(sp.together(e))[0] for e in equations]
    if not all(e.is_polynomial(*unknowns) for e in numerators):
        return None
    basis = sp.groebner(numerators, *unknowns, order="grevlex")
    if basis.exprs == [1]:
        return []
    if not basis.is_zero_dimensional:
        return None
    found = []
    for unknown in unknowns:
        others = [u for u in unknowns if u != unknown]
        alone = sp.groebner(basis.exprs, *others, unknown, order="lex").exprs[-1]
        intervals = sp.Poly(alone, unknown).sqf_part().intervals()
        if not intervals:
            return []
        low, high = (min(a for (a, _), _ in intervals), max(b for (_, b), _ in intervals))
        found.append((float(low), float(high)))
    return found


def forms_of(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]) -> list[tuple[list[str], list[float]]]:
    """Closed forms of real solutions, those that are short."""
    found = []
    try:
        solutions = sp.solve(equations, unknowns, dict=True)
    except NotImplementedError:
        return []
    for solution in solutions:
        values = [complex(solution.get(u, sp.nan).evalf()) for u in unknowns if u in solution]
        texts = [str(solution[u]) for u in unknowns if u in solution]
        real = len(values) == len(unknowns) and all(abs(v.imag) <= 1e-12 * (1 + abs(v)) for v in values)
        if real and max(map(len, texts)) <= LONGEST and not any(map(LARGE.search, texts)):
            found.append((texts, [v.real for v in values]))
    return found


if __name__ == "__main__":
    main()
