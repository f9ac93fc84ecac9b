"""Equations solved by symbols, as far as that goes in some seconds, in a process that can be ended.

Of polynomial equations whose solutions are finitely many, also among complex numbers, bases of Groebner give a
polynomial in each unknown alone; its real roots bound that unknown. Of others, unknowns that stand linearly in an
equation are eliminated; if one is left, SymPy's `solveset` gives all its real values, or does not answer. Closed forms
are told beside; those of `solve` alone need not be all.

As a program it reads equations as JSON from its input, and writes an answer on a line of its own for each thing found.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

# Of the processor, so that a busy machine gets the same answers; it is ended in any case after some times as many.
SECONDS, PATIENCE = 2.0, 5.0
LATE = 3  # its exit code then
READY = "ready"
# Longer closed forms say nothing to a reader.
LONGEST = 60
LARGE = re.compile(r"\d{6}")  # numbers of so many digits come from binary fractions
Solution = dict[sp.Symbol, sp.Expr]


@dataclass(frozen=True)
class Solved:
    """What symbols say of some equations.

    Attributes:
        ends: bounds (low, high) of each unknown at all real solutions; empty where there is none; None where that is
            not known.
        forms: closed forms of real solutions, with their values; no text where it would be long.
        is_listed: whether these are all real solutions.
        is_late: whether there would have been more to say with more time.
    """

    ends: tuple[tuple[float, float], ...] | None = None
    forms: tuple[tuple[tuple[str, ...], tuple[float, ...]], ...] = ()
    is_listed: bool = False
    is_late: bool = False


def solved(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol], seconds: float = SECONDS) -> Solved:
    """What can be said of the common zeros of some expressions within a time."""
    text = json.dumps({"equations": [sp.srepr(e) for e in equations], "unknowns": [sp.srepr(u) for u in unknowns]})
    child = subprocess.Popen(
        [sys.executable, "-P", __file__, str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdout.readline()  # loading takes longer than solving
        out, is_late = _told(child, text, PATIENCE * seconds)
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
    return Solved(ends, forms, bool(found.get("listed")), is_late and "forms" not in found)


def _told(child: subprocess.Popen[str], text: str, seconds: float) -> tuple[str, bool]:
    """What it writes before it ends, or before it must; and whether it had to."""
    try:
        return child.communicate(text, timeout=seconds)[0] or "", child.returncode == LATE
    except subprocess.TimeoutExpired as late:
        child.kill()
        rest = child.communicate()[0]
        before = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
        return rest or before, True
    except OSError:  # it has ended by itself
        return "", False


def main() -> None:
    """Answer one question."""
    threading.Thread(target=end_after, args=(float(sys.argv[1]),), daemon=True).start()
    print(READY, flush=True)
    asked = json.loads(sys.stdin.read())
    equations = [sp.sympify(e) for e in asked["equations"]]
    unknowns = [sp.sympify(u) for u in asked["unknowns"]]
    ends, every = ends_of(equations, unknowns), None
    if ends is None:
        every = all_of(equations, unknowns)
        ends = None if every is None else hull_of(every, unknowns)
    print(json.dumps({"ends": ends, "listed": every is not None}), flush=True)
    print(json.dumps({"forms": told_of(some_of(equations, unknowns) if every is None else every, unknowns)}),
          flush=True)  # fmt: skip


def end_after(seconds: float) -> None:
    """End this process once it has worked for so long."""
    begin = time.process_time()
    while time.process_time() - begin < seconds:
        time.sleep(0.02)
    os._exit(LATE)


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


def all_of(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]) -> list[Solution] | None:
    """All real solutions, where equations linear in an unknown leave one of one unknown, which `solveset` solves."""
    rest, left, known = list(equations), list(unknowns), list[tuple[sp.Symbol, sp.Expr]]()
    while len(rest) > 1:
        slopes = ((k, u, sp.expand(e.diff(u))) for k, e in enumerate(rest) for u in left)
        linear = next(((k, u, c) for k, u, c in slopes if c.is_number and c.is_nonzero), None)
        if linear is None:
            return None
        k, u, slope = linear
        value = sp.expand(u - rest.pop(k) / slope)
        left.remove(u)
        known.append((u, value))
        rest = [e.subs(u, value) for e in rest]
    try:
        values = sp.solveset(rest[0], left[0], sp.S.Reals)
    except (NotImplementedError, ValueError):
        return None
    if not isinstance(values, (sp.FiniteSet, sp.sets.sets.EmptySet)):
        return None
    found = []
    for value in values:
        solution = {left[0]: value}
        for u, expr in reversed(known):
            solution[u] = expr.subs(solution)
        found.append(solution)
    return [s for s in found if numbers_of(s, unknowns) is not None]


def some_of(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]) -> list[Solution]:
    """Solutions that SymPy finds, maybe not all."""
    try:
        return list(sp.solve(equations, unknowns, dict=True))
    except NotImplementedError:
        return []


def numbers_of(solution: Solution, unknowns: Sequence[sp.Symbol]) -> list[float] | None:
    """The values of a real solution of all unknowns; None of another."""
    try:
        values = [complex(solution[u].evalf(30)) for u in unknowns]
    except (KeyError, TypeError):  # of a family of solutions
        return None
    is_real = all(abs(v.imag) <= 1e-12 * (1 + abs(v)) for v in values)
    return [v.real for v in values] if is_real else None


def hull_of(solutions: Sequence[Solution], unknowns: Sequence[sp.Symbol]) -> list[tuple[float, float]]:
    """Bounds of each unknown at real solutions; an empty list where there is none."""
    values = [v for s in solutions if (v := numbers_of(s, unknowns)) is not None]
    return [(min(column), max(column)) for column in zip(*values, strict=True)]


def told_of(solutions: Sequence[Solution], unknowns: Sequence[sp.Symbol]) -> list[tuple[list[str], list[float]]]:
    """Closed forms of real solutions with their values, without the text of long ones."""
    found = list[tuple[list[str], list[float]]]()
    for solution in solutions:
        values = numbers_of(solution, unknowns)
        if values is not None and not any(is_same(values, other) for _, other in found):
            texts = [str(solution[u]) for u in unknowns]
            is_short = max(map(len, texts)) <= LONGEST and not any(map(LARGE.search, texts))
            found.append((texts if is_short else [], values))
    return found


def is_same(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two solutions are one as far as numbers say."""
    return all(abs(x - y) <= 1e-9 * (1 + abs(x)) for x, y in zip(a, b, strict=True))


if __name__ == "__main__":
    main()
