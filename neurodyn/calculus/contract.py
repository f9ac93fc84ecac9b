"""Sums with their deltas removed: the smart constructor `sum_over` and the pass `contract`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy import Add, And, Eq, Expr, Idx, Mul, Pow, S

from neurodyn.calculus.letters import free_letters, same_range, size_of
from neurodyn.calculus.nodes import Delta, Where
from neurodyn.calculus.positions import Cyclic, Inside, Padded, bounds, solved
from neurodyn.calculus.reductions import Reduction, Softmax, Sum
from neurodyn.calculus.rewrite import TRUE, is_leaf, transform


def sum_over(body: Expr, letters: Sequence[Idx], mask: sp.Basic = TRUE) -> Expr:
    """The sum of `body` over `letters` where `mask` holds, with deltas contracted and constants outside.

    A sum of terms is split only where a term holds a delta: elsewhere the author's grouping stays.
    """
    letters = tuple(letters)
    if body is S.Zero or mask is S.false:
        return S.Zero
    if not letters:
        return keep(mask, body)
    body = expose_deltas(body)
    if isinstance(body, Add) and has_delta(body):
        return Add(*(sum_over(term, letters, mask) for term in body.args))
    return _sum_term(body, letters, mask)


def _sum_term(term: Expr, letters: tuple[Idx, ...], mask: sp.Basic) -> Expr:
    factors = list(Mul.make_args(term))
    for fact in (*factors, *And.make_args(mask)):
        solution = solve_delta(fact, letters)
        if solution is not None:
            put = {solution.letter: solution.value}
            rest = Mul(*(f for f in factors if f is not fact)).xreplace(put)
            left_mask = And(*(c for c in And.make_args(mask) if c is not fact)).xreplace(put)
            return sum_over(rest, [x for x in letters if x not in put], And(left_mask, solution.condition))
    bound = frozenset(letters)
    outside = Mul(*(f for f in factors if not free_letters(f) & bound))
    inside = [f for f in factors if free_letters(f) & bound]
    common = And(*(c for c in And.make_args(mask) if not free_letters(c) & bound))
    mask = And(*(c for c in And.make_args(mask) if free_letters(c) & bound))
    used = letters_in((mask, *inside))
    outside *= Mul(*(size_of(x) for x in letters if x not in used))
    left = [x for x in letters if x in used]
    full = full_softmax(left, inside, mask)
    if full is not None:
        inner = sum_over(Mul(*(f for f in inside if f is not full)), [x for x in left if x not in full.at], mask)
    else:
        inner = _flat(Mul(*inside), left, mask) if left else Mul(*inside)
    # What is outside may speak of places that are promised to be inside: it stays where that holds.
    promises = And(*(c for c in And.make_args(common) if isinstance(c, Inside)))
    others = And(*(c for c in And.make_args(common) if not isinstance(c, Inside)))
    return keep(promises, outside * keep(others, inner))


def letters_in(parts: Iterable[sp.Basic]) -> frozenset[Idx]:
    """The free letters of several expressions."""
    return frozenset[Idx]().union(*(free_letters(p) for p in parts))


def full_softmax(letters: Sequence[Idx], factors: Sequence[Expr], mask: sp.Basic) -> Softmax | None:
    """A factor that adds up to 1 over some of the letters: a softmax at all its positions.

    Its mask is taken to leave at least one term, without which a softmax has no meaning.
    """
    for weight in factors:
        if not isinstance(weight, Softmax) or not _ranges_over(weight, letters):
            continue
        # Nothing else may depend on the positions: no other factor, nor the weight's own terms.
        others = (f for f in factors if f is not weight)
        if letters_in((weight.body, weight.mask, mask, *others)).isdisjoint(weight.at):
            return weight
    return None


def _ranges_over(weight: Softmax, letters: Sequence[Idx]) -> bool:
    """Whether the weight stands at different letters of the sum, which take all its positions."""
    places = weight.at
    return len(set(places)) == len(places) and all(
        x in letters and same_range(x, own) for x, own in zip(places, weight.letters, strict=True)
    )


def _flat(core: Expr, letters: list[Idx], mask: sp.Basic) -> Expr:
    """One sum instead of a sum of a sum."""
    if isinstance(core, Sum):
        body, inner_mask, inner = core.open()
        return Sum(body, And(mask, inner_mask), (*inner, *letters))
    return Sum(core, mask, letters)


@dataclass(frozen=True)
class Solution:
    """The value of a letter that an equality fixes; there is one where the condition holds, else none."""

    letter: Idx
    value: Expr
    condition: sp.Basic = TRUE


def solve_delta(fact: sp.Basic, letters: Sequence[Idx]) -> Solution | None:
    """One of the letters that a delta (or `==` between letters) fixes, with its value."""
    if not isinstance(fact, (Delta, Eq)):
        return None
    for one in letters:
        if one not in free_letters(fact):
            continue
        a, b = fact.args
        found = _solve_equality(a, b, one) if isinstance(fact, Eq) else _solve_positions(a, b, one)
        if found is not None:
            return found
    return None


def _solve_equality(a: Expr, b: Expr, letter: Idx) -> Solution | None:
    other = b if a == letter else a
    between = letter in (a, b) and isinstance(other, Idx) and same_range(letter, other)
    return Solution(letter, other) if between else None


def _solve_positions(a: Expr, b: Expr, letter: Idx) -> Solution | None:
    if isinstance(b, Cyclic):
        a, b = b, a
    if isinstance(a, Cyclic) and letter in free_letters(a):
        value = solved(sp.expand(a.raw - b), letter) if size_of(letter) == a.size else None
        if value is None or letter in free_letters(b):
            return None
        return Solution(letter, Cyclic(value, a.size), Inside(b, a.size))
    if isinstance(a, Idx) and isinstance(b, Idx) and not same_range(a, b):
        return None
    value = solved(sp.expand(a - b), letter)
    if value is None:
        return None
    size = size_of(letter)
    is_looked_up = letter in (a, b) and not isinstance(value, Cyclic) and bounds(value) is None
    return Solution(letter, value) if is_looked_up else Solution(letter, Padded(value, size), Inside(value, size))


def keep(condition: sp.Basic, term: Expr) -> Expr:
    """`term` where the condition holds, else 0; deltas stay outside so that they can be contracted."""
    if condition is TRUE or term is S.Zero:
        return term
    parts, plain = [], []
    for one in Add.make_args(expose_deltas(term)):
        deltas = [f for f in Mul.make_args(one) if isinstance(f, Delta)]
        if deltas:
            rest = Mul(*(f for f in Mul.make_args(one) if not isinstance(f, Delta)))
            parts.append(Mul(*deltas) * Where(condition, rest, 0))
        else:
            plain.append(one)
    return Add(*parts, Where(condition, Add(*plain), 0))


def has_delta(expr: sp.Basic) -> bool:
    """Whether a delta is anywhere in the expression."""
    if isinstance(expr, Delta):
        return True
    if is_leaf(expr):
        return False
    parts = (expr.body, expr.mask, *expr.at) if isinstance(expr, Reduction) else expr.args
    return any(has_delta(a) for a in parts)


def expose_deltas(expr: Expr) -> Expr:
    """Multiply out just those brackets, and open those conditions, that hide a delta."""
    if not has_delta(expr):
        return expr
    return Add(*(_exposed(term) for term in Add.make_args(expr)))


def _exposed(term: Expr) -> Expr:
    factors = [_pull_from_where(f) for f in Mul.make_args(term)]
    for k, factor in enumerate(factors):
        base, power = factor.args if isinstance(factor, Pow) else (factor, S.One)
        if not isinstance(base, Add) or not (power.is_Integer and power > 0) or not has_delta(base):
            continue
        rest = Mul(*factors[:k], *factors[k + 1 :], Pow(base, power - 1))
        with_delta = [a for a in base.args if has_delta(a)]
        without = Add(*(a for a in base.args if not has_delta(a)))
        return Add(*(expose_deltas(Mul(rest, part)) for part in (*with_delta, without)))
    return Mul(*factors)


def _pull_from_where(factor: Expr) -> Expr:
    """A case distinction with a delta in a branch as a sum of one-sided ones, with the delta outside."""
    if not isinstance(factor, Where):
        return factor
    condition, a, b = factor.args
    if not has_delta(a) and not has_delta(b):
        return factor
    return keep(condition, a) + keep(sp.Not(condition), b)


def contract(expr: Expr) -> Expr:
    """Remove every delta under a sum over the same range, everywhere in the expression."""

    def change(node: sp.Basic) -> sp.Basic:
        if isinstance(node, Sum) and has_delta(node):
            body, mask, letters = node.open()
            return sum_over(body, letters, mask)
        return node

    return transform(expr, change)
