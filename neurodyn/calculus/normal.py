"""A normal form: expressions that mean the same become the same object, at any size of the index sets.

It sees through the names of bound letters, the order of sums, linearity, products of sums, deltas and masks, the
whole of a softmax (1) and its logarithm, and a few identities between functions. That two expressions differ in
normal form does not show that they differ.
"""

from __future__ import annotations

from functools import reduce

import sympy as sp
from sympy import Add, Expr, Function, Idx, Indexed, Mul, Pow, Rational, S
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from neurodyn.calculus.conditions import ordered
from neurodyn.calculus.letters import free_letters, quantity, size_of
from neurodyn.calculus.nodes import Absolute, LogCosh, Softplus, Where
from neurodyn.calculus.positions import Inside, Open, Padded
from neurodyn.calculus.reductions import Count, Largest, LogSumExp, Norm, Reduction, Smallest, Softmax, Sum
from neurodyn.calculus.rules import RULES, Bit, Entry, log_softmax, marked
from neurodyn.calculus.terms import MOST_TERMS, Term, TooLarge, simple, times, whole

MOST_PASSES = 4

Names = frozenset[str]
NONE: Names = frozenset()


def normal(expr: Expr, *, symmetric: Names = NONE, bits: Names = NONE) -> Expr:
    """The normal form of the expression.

    Args:
        symmetric: names of two-index quantities with `W[i, j] == W[j, i]`.
        bits: names of quantities whose values are 0 and 1.

    Raises:
        TooLarge: when too many terms arise.
    """
    expr = marked(expr, symmetric, bits)
    for _ in range(MOST_PASSES):
        before, expr = expr, _normal(expr)
        if expr == before:
            break
    return expr.xreplace({e: quantity(str(e.args[0]), e.args[1:]) for e in expr.atoms(Entry, Bit)})


def equal(a: Expr, b: Expr, *, symmetric: Names = NONE, bits: Names = NONE) -> bool:
    """Whether the two are proved equal (where no denominator is 0)."""
    try:
        rest = _normal(marked(a - b, symmetric, bits))
        # Sums in denominators are cleared at once: that is most often what is missing, and another pass takes long.
        if rest is S.Zero or normal(_cleared(rest)) is S.Zero:
            return True
        rest = normal(rest, symmetric=symmetric, bits=bits)
        return rest is S.Zero or normal(_cleared(rest), symmetric=symmetric, bits=bits) is S.Zero
    except TooLarge:
        return False


def _cleared(expr: Expr) -> Expr:
    """The expression times the sums in its denominators."""
    common = _denominators(expr)
    return Add(*(term * common for term in Add.make_args(expr)))


def _denominators(expr: Expr) -> Expr:
    """What clears the sums in denominators."""
    powers: dict[Expr, Expr] = {}
    for term in Add.make_args(expr):
        for f in Mul.make_args(term):
            if isinstance(f, Pow) and f.exp.is_Rational and f.exp < 0 and isinstance(f.base, (Add, Sum)):
                powers[f.base] = max(powers.get(f.base, S.Zero), -f.exp)
    return Mul(*(Pow(base, power) for base, power in powers.items()))


# --- terms of an expression -----------------------------------------------------------------------------------


def _normal(expr: sp.Basic) -> Expr:
    return whole(_terms(expr))


def _terms(expr: sp.Basic) -> list[Term]:
    """The simplified terms of an expression."""
    kept: list[Term] = []
    for term in _raw_terms(expr):
        found = simple(term)
        if found is None:
            continue
        if any(_is_compound(f) for f in Mul.make_args(found.product)):
            again = (t.over(found.letters).where(found.condition) for t in _terms(found.product))
            kept.extend(t for t in map(simple, again) if t is not None)
        else:
            kept.append(found)
    return kept


def _is_compound(factor: Expr) -> bool:
    """Whether a factor, which cancelling powers may leave behind, has terms of its own."""
    base = factor.base if isinstance(factor, Pow) and factor.exp.is_Integer and factor.exp > 0 else factor
    return isinstance(base, (Add, Sum, Where))


def _raw_terms(expr: sp.Basic) -> list[Term]:
    if isinstance(expr, Add):
        return [t for a in expr.args for t in _terms(a)]
    if isinstance(expr, Mul):
        return reduce(times, (_terms(a) for a in expr.args))
    if isinstance(expr, Pow):
        return _power(expr)
    if isinstance(expr, Sum):
        body, mask, letters = expr.open()
        return [t.over(letters).where(_condition(mask)) for t in _terms(body)]
    if isinstance(expr, Where):
        condition = _condition(expr.args[0])
        yes = [t.where(condition) for t in _terms(expr.args[1])]
        return yes + [t.where(ordered(sp.Not(condition))) for t in _terms(expr.args[2])]
    if isinstance(expr, Reduction):
        return _reduction(expr)
    if isinstance(expr, (Padded, Open)):
        return _terms(expr.raw)
    if isinstance(expr, Function):
        return _function(expr)
    return [Term(_positions(expr))]


def _power(expr: Pow) -> list[Term]:
    terms, exponent = _terms(expr.base), _normal(expr.exp)
    base = whole(terms)
    if exponent.is_Integer and exponent > 0:
        if isinstance(base, Absolute) and exponent % 2 == 0:
            return _terms(base.args[0] ** exponent)
        if isinstance(base, sp.sin) and exponent > 1:
            return _terms(base ** (exponent - 2) * (1 - sp.cos(base.args[0]) ** 2))
        if exponent > MOST_TERMS or len(terms) ** int(exponent) > MOST_TERMS:
            raise TooLarge(f"more than {MOST_TERMS} terms when multiplied out")
        return reduce(times, [terms] * int(exponent))
    content, base = base.primitive() if isinstance(base, Add) else (S.One, base)
    if exponent.is_Integer and base.could_extract_minus_sign():
        content, base = -content, -base
    power = Pow(content, exponent) * Pow(base, exponent)
    return [Term(power)]


def _reduction(expr: Reduction) -> list[Term]:
    body, mask, letters = expr.open()
    if isinstance(expr, Norm):
        return _terms(Pow(Sum(body**2, mask, letters), Rational(1, 2)))
    mask = _condition(mask)
    if isinstance(expr, Count):
        return [Term(S.One, letters, mask).where(_condition(body))]
    if isinstance(expr, (LogSumExp, Softmax, Largest, Smallest)):
        return _shifted(expr, _terms(body), mask, letters)
    return [Term(expr.rebuild(_normal(body), mask, letters, [_position(a) for a in expr.at]))]


def _shifted(expr: Reduction, terms: list[Term], mask: sp.Basic, letters: tuple[Idx, ...]) -> list[Term]:
    """A reduction of `terms` with what does not depend on its letters taken out, and letters that nothing uses."""

    def is_common(term: Term) -> bool:
        return (free_letters(term.product) | free_letters(term.condition)).isdisjoint(letters)

    common, body = [t for t in terms if is_common(t)], whole(t for t in terms if not is_common(t))
    used = [x for x in letters if x in free_letters(body) | free_letters(mask)]
    size = Mul(*(size_of(x) for x in letters if x not in used))
    if not used and mask is not S.true:  # all terms take part, or none
        is_softmax = isinstance(expr, Softmax)
        return [Term(1 / size).where(mask)] if is_softmax else [Term(type(expr)(S.Zero, mask, letters)), *common]
    if isinstance(expr, Softmax):
        at = [_normal(a) for a, x in zip(expr.at, letters, strict=True) if x in used]
        return [Term(Softmax(body, mask, used, at) / size if used else 1 / size)]
    core = [Term(type(expr)(body, mask, used))] if used else []
    return core + common + (_log(size) if isinstance(expr, LogSumExp) else [])


def _function(expr: Function) -> list[Term]:
    new = expr.func(*(_normal(a) for a in expr.args))
    if not isinstance(new, Function):
        return _raw_terms(new)
    if isinstance(new, sp.log):
        return _log(new.args[0])
    rule = RULES.get(type(new))
    other = None if rule is None else rule(*new.args)
    return [Term(new)] if other is None else _terms(other)


def _log(inside: Expr) -> list[Term]:
    """The logarithm of a product as a sum, as far as its factors are positive."""
    if isinstance(inside, sp.cosh):
        return _terms(LogCosh(inside.args[0]))
    exponent = inside - 1
    if isinstance(exponent, sp.exp):
        return _terms(Softplus(exponent.args[0]))
    terms, rest = [], []
    for f in Mul.make_args(inside):
        base, power = f.as_base_exp() if isinstance(f, Pow) else (f, S.One)
        if isinstance(base, Softmax) and base.mask is S.true:
            terms += times([Term(power)], _terms(log_softmax(base)))
        elif isinstance(f, sp.exp):
            terms += _terms(f.args[0])
        elif base.is_positive and power.is_real:
            terms.append(Term(power * sp.log(base)))
        else:
            rest.append(f)
    product = Mul(*rest)
    return terms if product is S.One else [*terms, Term(sp.log(product))]


def _condition(condition: sp.Basic) -> sp.Basic:
    """A condition with normal sides: letters compared as they are, values by their difference with 0."""
    if isinstance(condition, Relational):
        a, b = ordered(condition).args
        if isinstance(a, Idx) and isinstance(b, Idx):
            return ordered(condition)
        _, difference = _normal(b - a).primitive()
        if isinstance(condition, (sp.Eq, sp.Ne)) and difference.could_extract_minus_sign():
            difference = -difference
        return ordered(ordered(condition).func(S.Zero, difference))
    if isinstance(condition, Inside):
        return Inside(_normal(condition.args[0]), condition.args[1])
    if isinstance(condition, Boolean) and condition.args:
        return ordered(condition.func(*(_condition(c) for c in condition.args)))
    return condition


def _positions(expr: sp.Basic) -> sp.Basic:
    """A reference with its positions in normal form."""
    if isinstance(expr, Indexed):
        return expr.base[tuple(_position(i) for i in expr.indices)]
    return expr


def _position(index: Expr) -> Expr:
    """A position in normal form; one that is promised to be inside keeps its size."""
    if isinstance(index, (Padded, Open)):
        return Padded(_normal(index.raw), index.size)
    return index if isinstance(index, Idx) else _normal(index)
