"""What several laws need: places, comparison, rewriting by other letters."""

from __future__ import annotations

import itertools
import math
import os
import random
from collections.abc import Callable
from typing import Any

import sympy as sp
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from sympy import Idx, Indexed, IndexedBase
from sympy.core.relational import Relational

from neurodyn.calculus.letters import is_bound_name
from neurodyn.calculus.reductions import Reduction
from tests.laws.cases import LETTERS, World
from tests.program.reference import evaluate

THOROUGH = bool(os.environ.get("NEURODYN_THOROUGH"))


def examples(number: int) -> settings:
    """Settings for half of `number` examples; twenty times the number, different each time, in a thorough run."""
    return settings(
        max_examples=number * 20 if THOROUGH else -(-number // 2),
        derandomize=not THOROUGH,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )


def places(data: st.DataObject, world: World) -> dict[Idx, int]:
    """A position for each letter."""
    return {x: data.draw(st.integers(0, world.count(x) - 1), label=str(x)) for x in LETTERS}


def number_of(expr: sp.Basic, world: World, at: dict[Idx, int]) -> float:
    """The value by plain loops."""
    return evaluate(expr, world.values, world.sizes, at)


def agree(result: sp.Basic, meant: float, world: World, at: dict[Idx, int]) -> bool:
    """Whether an expression has the value that is meant, where that is finite."""
    assume(math.isfinite(meant))
    found = number_of(result, world, at)
    # In a set of one, `j != i` leaves nothing; a factor that is infinite for it may have moved to one that is 0.
    assume(math.isfinite(found) or min(world.sizes.values()) > 1)
    return close(found, meant)


def close(a: float, b: float, rel: float = 1e-9) -> bool:
    """Equal up to rounding."""
    return math.isclose(a, b, rel_tol=rel, abs_tol=rel)


def slope(f: Callable[[float], float]) -> tuple[float, float]:
    """The derivative at 0 by Richardson's differences, and how far off it may be."""
    one = [(f(h) - f(-h)) / (2 * h) for h in (0.02, 0.01, 0.005)]
    two = [(4 * b - a) / 3 for a, b in itertools.pairwise(one)]
    three = (16 * two[1] - two[0]) / 15
    return three, abs(three - two[1])


def in_other_words(expr: Any, rng: random.Random) -> Any:
    """The same expression with other bound letters, in another order, and comparisons turned round."""
    if not expr.args or isinstance(expr, (Idx, IndexedBase)):
        return expr
    if isinstance(expr, Reduction):
        body, mask, letters = expr.open()
        order = rng.sample(range(len(letters)), len(letters))
        at = [in_other_words(expr.at[place], rng) for place in order] if expr.at else []
        parts = in_other_words(body, rng), in_other_words(mask, rng), [letters[place] for place in order]
        return type(expr)(*parts, *([at] if at else []))
    args = [in_other_words(a, rng) for a in expr.args]
    if isinstance(expr, Relational) and rng.random() < 0.5:
        return expr.reversed.func(*reversed(args))
    return expr.func(*args)


def reductions_in(expr: sp.Basic) -> list[Reduction]:
    """Every binder, at any depth."""
    return [r for r in sp.preorder_traversal(expr) if isinstance(r, Reduction)]


def leaks(expr: sp.Basic) -> bool:
    """Whether a reserved letter can be seen from outside."""
    seen = {str(s) for s in expr.free_symbols if isinstance(s, (Idx, Indexed, sp.Symbol))}
    inside = {str(x) for r in reductions_in(expr) for x in r.letters}
    return any(is_bound_name(s) for s in expr.free_symbols if isinstance(s, Idx)) or bool(seen & inside)
