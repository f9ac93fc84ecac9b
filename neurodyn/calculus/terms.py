"""Expressions as lists of terms: products that are summed over letters where a condition holds.

This is the arithmetic under the normal form: everything is multiplied out, products of sums are one sum over all
their letters, deltas are solved, and a softmax that is summed over all its places is 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key

import sympy as sp
from sympy import Add, And, Eq, Expr, Idx, Mul, Pow, S

from neurodyn.calculus.conditions import ordered
from neurodyn.calculus.contract import full_softmax, letters_in, solve_delta
from neurodyn.calculus.letters import free_letters, fresh, same_range, size_of
from neurodyn.calculus.nodes import Delta, Where
from neurodyn.calculus.reductions import Softmax, Sum
from neurodyn.calculus.rewrite import TRUE

MOST_TERMS = 5000


class TooLarge(ValueError):
    """An expression has too many terms when multiplied out."""


@dataclass(frozen=True)
class Term:
    """`product` where `condition` holds, else 0, summed over `letters`."""

    product: Expr
    letters: tuple[Idx, ...] = ()
    condition: sp.Basic = TRUE

    def where(self, condition: sp.Basic) -> Term:
        """The term under one more condition."""
        return replace(self, condition=And(self.condition, condition))

    def over(self, letters: Sequence[Idx]) -> Term:
        """The term summed over more letters."""
        return replace(self, letters=(*self.letters, *letters))

    def put(self, letter: Idx, value: Expr) -> Term:
        """The term with another letter or position in place of one, which is no longer summed over."""
        rule = {letter: value}
        left = tuple(x for x in self.letters if x != letter)
        return Term(self.product.xreplace(rule), left, self.condition.xreplace(rule))

    def anew(self) -> Term:
        """The same term, summed over fresh letters."""
        new = tuple(fresh(x) for x in self.letters)
        rule = dict(zip(self.letters, new, strict=True))
        return Term(self.product.xreplace(rule), new, self.condition.xreplace(rule))


def times(a: Sequence[Term], b: Sequence[Term]) -> list[Term]:
    """The product of two sums of terms."""
    if len(a) * len(b) > MOST_TERMS:
        raise TooLarge(f"more than {MOST_TERMS} terms when multiplied out")
    pairs = ((x, y if set(x.letters).isdisjoint(y.letters) else y.anew()) for x in a for y in b)
    return [Term(x.product * y.product, x.letters + y.letters, And(x.condition, y.condition)) for x, y in pairs]


def simple(term: Term) -> Term | None:
    """The term with deltas solved, whole softmaxes and unused letters counted; None when it is 0."""
    term = _guarded(_conditions_of_deltas(term))
    while True:
        if term.product is S.Zero or term.condition is S.false:
            return None
        found = _solved(term) or _without_full_softmax(term)
        if found is None:
            break
        term = found
    used = letters_in((term.product, term.condition))
    sizes = Mul(*(size_of(x) for x in term.letters if x not in used))
    return Term(term.product * sizes, tuple(x for x in term.letters if x in used), term.condition)


def _conditions_of_deltas(term: Term) -> Term:
    """Deltas between letters of one range as conditions."""
    deltas = [f for f in Mul.make_args(term.product) if isinstance(f, Delta) and _between_letters(f)]
    if not deltas:
        return term
    rest = Mul(*(f for f in Mul.make_args(term.product) if f not in deltas))
    return Term(rest, term.letters, And(term.condition, *(Eq(*d.args) for d in deltas)))


def _between_letters(fact: sp.Basic) -> bool:
    a, b = fact.args
    return isinstance(a, Idx) and isinstance(b, Idx) and same_range(a, b)


def _guarded(term: Term) -> Term:
    """A masked softmax is 0 where its mask leaves its place out: said as a condition of the term; so is what a delta
    between positions says of the letter that it fixes."""
    for weight in _weights(term.product):
        term = term.where(implied(weight))
    for fact in Mul.make_args(term.product):
        fixed = solve_delta(fact, _later(fact)) if isinstance(fact, Delta) else None
        if fixed is not None:
            term = term.where(fixed.condition)
    return term


def _weights(product: Expr) -> list[Softmax]:
    bases = (f.base if isinstance(f, Pow) and f.exp.is_positive else f for f in Mul.make_args(product))
    return [f for f in bases if isinstance(f, Softmax) and f.mask is not S.true]


def implied(weight: Softmax) -> sp.Basic:
    """The mask of a softmax at its own place."""
    return ordered(weight.mask.xreplace(dict(zip(weight.letters, weight.at, strict=True))))


def _solved(term: Term) -> Term | None:
    """The term with one letter put in by `==` or a delta; the fact itself stays only if the letter is free."""
    factors, facts = Mul.make_args(term.product), And.make_args(term.condition)
    for fact in (*facts, *factors):
        if not isinstance(fact, (Eq, Delta)):
            continue
        rest = Term(
            Mul(*(f for f in factors if f is not fact)), term.letters, And(*(c for c in facts if c is not fact))
        )
        bound = solve_delta(fact, term.letters)
        if bound is not None:
            return rest.put(bound.letter, bound.value).where(bound.condition)
        free = solve_delta(fact, _later(fact))
        if free is not None and free.letter in letters_in((rest.product, rest.condition)):
            rest = rest.put(free.letter, free.value).where(free.condition)
            return rest.where(fact) if isinstance(fact, Eq) else replace(rest, product=rest.product * fact)
    return None


def _later(fact: sp.Basic) -> list[Idx]:
    """The letters of an equality to put a value in for: one that is a side of its own, and the later of two such."""
    sides = [x for x in fact.args if isinstance(x, Idx)]
    others = free_letters(fact) - set(sides)
    return [x for group in (sides, others) for x in sorted(group, key=cmp_to_key(_backwards))]


def _backwards(a: Idx, b: Idx) -> int:
    return int(b.compare(a))


def _without_full_softmax(term: Term) -> Term | None:
    factors = list(Mul.make_args(term.product))
    for weight in (f for f in factors if isinstance(f, Softmax)):
        own = And.make_args(implied(weight))
        left = And(*(c for c in And.make_args(term.condition) if c not in own))
        others = [f for f in factors if f is not weight]
        if full_softmax(term.letters, [weight, *others], left) is weight:
            return Term(Mul(*others), tuple(x for x in term.letters if x not in weight.at), left)
    return None


def whole(terms: Iterable[Term]) -> Expr:
    """The expression that the terms add up to; equal terms have become equal objects, and so are collected."""
    return Add(*(_built(t) for t in terms))


def _built(term: Term) -> Expr:
    number, product = term.product.as_coeff_Mul()
    bound = frozenset(term.letters)
    factors, facts = Mul.make_args(product), And.make_args(term.condition)
    outside = Mul(*(f for f in factors if not free_letters(f) & bound))
    inside = Mul(*(f for f in factors if free_letters(f) & bound))
    common = And(*(c for c in facts if not free_letters(c) & bound))
    own = And(*(c for c in facts if free_letters(c) & bound))
    if bound:
        sign, core = _signed_sum(inside, own, term.letters)
        number, outside = number * sign, outside * core
    return number * Where(common, outside, 0)


def _signed_sum(body: Expr, mask: sp.Basic, letters: tuple[Idx, ...]) -> tuple[Expr, Expr]:
    """A sum and the number in front of it: names decide on which side of an odd function SymPy puts a sign."""
    one = Sum(body, mask, letters)
    number, rest = one.body.as_coeff_Mul()
    if _may_be_odd(body, letters) and one == Sum(-body, mask, letters):
        return S.Zero, S.Zero  # exchanging letters changes the sign
    return number, one if number is S.One else one.func(rest, one.mask, one.letters)


def _may_be_odd(body: Expr, letters: Sequence[Idx]) -> bool:
    """Whether some function holds a difference between terms of several letters."""
    held = (a for f in body.atoms(sp.Function) for a in f.args if isinstance(a, Add))
    return len(letters) > 1 and any(len(free_letters(a).intersection(letters)) > 1 for a in held)
