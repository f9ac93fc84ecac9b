"""Evaluation of indexed expressions by plain loops over letters: slow, and independent of the lowering.

A binder is evaluated as the textbooks say: its body for each position of its letters, in an environment where
these shadow all letters of the same name outside. No expression is rewritten.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import sympy as sp
from scipy import linalg, special
from sympy import Idx, Indexed, S, Symbol

from neurodyn.calculus import matrices, nodes, positions, reductions
from neurodyn.calculus.rewrite import Definition

Values = Mapping[str, "np.ndarray | float"]


def evaluate(expr: sp.Basic, values: Values, sizes: Mapping[str, int], position: Mapping[Idx, int]) -> float:
    """The number that `expr` stands for.

    Args:
        expr: an expression; its free letters must be in `position`.
        values: an array (or a number) for each quantity, `t` included.
        sizes: a whole number for the name of each size symbol.
        position: where each free letter stands.
    """
    return float(Evaluator(values, sizes, {}).value(expr, dict(position)))


def evaluate_array(
    expr: sp.Basic,
    letters: tuple[Idx, ...],
    values: Values,
    sizes: Mapping[str, int],
    definitions: Mapping[str, Definition] | None = None,
) -> tuple[np.ndarray, float]:
    """The values at all positions of `letters`, and the largest magnitude met on the way (for tolerances)."""
    evaluator = Evaluator(values, sizes, definitions or {})
    counts = [evaluator.count(x) for x in letters]
    result = np.empty(counts)
    for place in itertools.product(*map(range, counts)):
        result[place] = evaluator.value(expr, dict(zip(letters, place, strict=True)))
    return result, evaluator.largest


class Evaluator:
    """Evaluates expressions; remembers the largest finite magnitude of any intermediate value."""

    def __init__(self, values: Values, sizes: Mapping[str, int], definitions: Mapping[str, Definition]) -> None:
        self.values, self.sizes, self.definitions, self.largest = values, sizes, definitions, 0.0
        self._letters: dict[sp.Basic, list[Idx]] = {}
        self._known: dict[tuple[sp.Basic, tuple[int | None, ...]], float] = {}

    def count(self, letter: Idx) -> int:
        """How many positions a letter has."""
        return int(self.value(letter.upper, {})) + 1

    def value(self, expr: sp.Basic, at: dict[Idx, int]) -> float:
        """The value with letters at the positions `at`, remembered for all letters that occur in the expression."""
        if expr not in self._letters:
            self._letters[expr] = list(expr.atoms(Idx))
        key = (expr, tuple(at.get(x) for x in self._letters[expr]))
        if key not in self._known:
            result = self._known[key] = self._value(expr, at)
            if math.isfinite(result):
                self.largest = max(self.largest, abs(result))
        return self._known[key]

    def _value(self, expr: sp.Basic, at: dict[Idx, int]) -> float:
        if isinstance(expr, Idx):
            return at[expr]
        if isinstance(expr, (Indexed, Symbol)):
            return self.quantity(expr, at)
        if isinstance(expr, sp.Number) or expr in (sp.pi, sp.E):
            return float(expr)
        if expr in (S.true, S.false):
            return float(bool(expr))
        if isinstance(expr, reductions.Reduction):
            return REDUCE[type(expr)](self, expr, at)
        if isinstance(expr, nodes.Where):
            condition, a, b = expr.args
            return self.value(a if self.value(condition, at) else b, at)
        if isinstance(expr, (sp.And, sp.Or)):
            return float(self.connective(expr, at))
        arguments = [self.value(a, at) for a in expr.args]
        if isinstance(expr, sp.core.relational.Relational):
            return float(RELATION[expr.rel_op](*arguments))
        return float(FUNCTION[type(expr)](*arguments))

    def quantity(self, expr: Indexed | Symbol, at: dict[Idx, int]) -> float:
        """A size, a given value, or what a definition stands for."""
        if isinstance(expr, Symbol) and expr.is_integer:
            return float(self.sizes[expr.name])
        name = expr.base.label.name if isinstance(expr, Indexed) else expr.name
        place = tuple(self.whole(i, at) for i in getattr(expr, "indices", ()))
        if name in self.definitions:
            return self.defined(self.definitions[name], place)
        return float(np.asarray(self.values[name])[place])

    def defined(self, definition: Definition, place: tuple[int, ...]) -> float:
        """What a definition stands for at a place: asked for anew, so that a recursion goes down to its start."""
        counts = [self.count(x) for x in definition.letters]
        if any(p >= n for p, n in zip(place, counts, strict=True)):
            raise IndexError(f"{place} is no place")
        return self.value(definition.expr, dict(zip(definition.letters, place, strict=True)))

    def connective(self, expr: sp.Basic, at: dict[Idx, int]) -> bool:
        """`and`, `or`: one part that decides is enough, also where another speaks of a place that is not there."""
        decides, missing = isinstance(expr, sp.Or), None
        for part in expr.args:
            try:
                if bool(self.value(part, at)) == decides:
                    return decides
            except IndexError as error:
                missing = error
        if missing is not None:
            raise missing
        return not decides

    def whole(self, expr: sp.Basic, at: dict[Idx, int]) -> int:
        """A position: a whole number, not below 0."""
        result = self.value(expr, at)
        if result != int(result) or result < 0:
            raise IndexError(f"{result} is no position")
        return int(result)

    def places(self, expr: reductions.Reduction, at: dict[Idx, int]) -> Iterator[dict[Idx, int]]:
        """The environments of the terms that take part."""
        for place in itertools.product(*(range(self.count(x)) for x in expr.letters)):
            inside = {**at, **dict(zip(expr.letters, place, strict=True))}
            if self.value(expr.mask, inside):
                yield inside

    def terms(self, expr: reductions.Reduction, at: dict[Idx, int]) -> list[float]:
        """The values of the terms that take part."""
        return [self.value(expr.body, inside) for inside in self.places(expr, at)]

    def softmax(self, expr: reductions.Softmax, at: dict[Idx, int]) -> float:
        """The weight at the positions `expr.at`; 0 where the mask leaves them out."""
        here = tuple(self.whole(a, at) for a in expr.at)
        terms = {tuple(p[x] for x in expr.letters): self.value(expr.body, p) for p in self.places(expr, at)}
        if here not in terms or terms[here] == -math.inf:
            return 0.0
        top = max(terms.values())
        return math.exp(terms[here] - top) / math.fsum(math.exp(v - top) for v in terms.values())

    def position_of(self, expr: reductions.Reduction, at: dict[Idx, int], sign: int) -> float:
        """The first position of the best term; 0 when no term takes part."""
        best, found = -math.inf, 0
        for inside in self.places(expr, at):
            v = sign * self.value(expr.body, inside)
            if v > best:
                best, found = v, inside[expr.letters[0]]
        return found


def _entry(e: Evaluator, r: reductions.Reduction, at: dict[Idx, int], make: Callable[..., np.ndarray]) -> float:
    """An entry of a function of a matrix that is filled element by element."""
    rows, columns = (range(e.count(x)) for x in r.letters)
    matrix = [[e.value(r.body, {**at, **dict(zip(r.letters, (a, b), strict=True))}) for b in columns] for a in rows]
    return float(np.real(make(np.array(matrix)))[tuple(e.whole(x, at) for x in r.at)])


def _logsumexp(terms: list[float]) -> float:
    top = max(terms, default=-math.inf)
    if math.isinf(top):
        return top
    return top + math.log(math.fsum(math.exp(v - top) for v in terms))


def _sum(terms: list[float]) -> float:
    return math.fsum(terms) if all(map(math.isfinite, terms)) else sum(terms)


REDUCE: dict[type, Callable[[Evaluator, reductions.Reduction, dict[Idx, int]], float]] = {
    reductions.Sum: lambda e, r, at: _sum(e.terms(r, at)),
    reductions.Product: lambda e, r, at: math.prod(e.terms(r, at)),
    reductions.LogSumExp: lambda e, r, at: _logsumexp(e.terms(r, at)),
    reductions.Largest: lambda e, r, at: max(e.terms(r, at), default=-math.inf),
    reductions.Smallest: lambda e, r, at: min(e.terms(r, at), default=math.inf),
    reductions.KthLargest: lambda e, r, at: sorted(e.terms(r, at))[-e.whole(r.at[0], at)],
    reductions.Norm: lambda e, r, at: math.hypot(*e.terms(r, at)),
    reductions.Count: lambda e, r, at: math.fsum(bool(v) for v in e.terms(r, at)),
    reductions.ArgLargest: lambda e, r, at: e.position_of(r, at, 1),
    reductions.ArgSmallest: lambda e, r, at: e.position_of(r, at, -1),
    reductions.Softmax: lambda e, r, at: e.softmax(r, at),
    matrices.Inverse: lambda e, r, at: _entry(e, r, at, lambda x: np.linalg.solve(x, np.eye(len(x)))),
    matrices.PseudoInverse: lambda e, r, at: _entry(e, r, at, linalg.pinv),
    matrices.InverseRoot: lambda e, r, at: _entry(e, r, at, lambda x: linalg.inv(linalg.sqrtm(x))),
}

RELATION: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _exp(x: float) -> float:
    return math.exp(x) if x < 709 else math.inf


def _power(a: float, b: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(a) ** np.float64(b))


def _sign(x: float, tie: float = 0.0) -> float:
    return tie if x == 0 else math.copysign(1.0, x)


def _exprel(x: float) -> float:
    return 1.0 if x == 0 else math.expm1(x) / x


def _exprel_slope(x: float) -> float:
    if abs(x) < 0.5:
        return math.fsum((k + 1) * x**k / math.factorial(k + 2) for k in range(24))
    return (math.exp(x) * (x - 1) + 1) / x**2


FUNCTION: dict[type, Callable[..., float]] = {
    sp.Add: lambda *a: _sum(list(a)),
    sp.Mul: lambda *a: math.prod(a),
    sp.Pow: _power,
    sp.Not: lambda a: not a,
    sp.exp: _exp,
    sp.log: lambda x: math.log(x) if x > 0 else (-math.inf if x == 0 else math.nan),
    sp.sin: math.sin,
    sp.cos: math.cos,
    sp.tan: math.tan,
    sp.asin: math.asin,
    sp.acos: math.acos,
    sp.atan: math.atan,
    sp.sinh: math.sinh,
    sp.cosh: math.cosh,
    sp.tanh: math.tanh,
    sp.asinh: math.asinh,
    sp.acosh: math.acosh,
    sp.atanh: math.atanh,
    sp.erf: math.erf,
    positions.Cyclic: lambda raw, size: raw % size,
    positions.Clamped: lambda raw, size: min(max(raw, 0), size - 1),
    positions.Padded: lambda raw, size: raw,
    positions.Open: lambda raw, size: raw,
    positions.Inside: lambda raw, size: 0 <= raw < size,
    nodes.Delta: lambda a, b: a == b,
    nodes.Heaviside: lambda x: x > 0,
    nodes.Sign: _sign,
    nodes.Stop: lambda x: x,
    nodes.Floor: math.floor,
    nodes.Absolute: abs,
    sp.Abs: abs,
    sp.sign: _sign,
    nodes.Relu: lambda x: max(x, 0.0),
    nodes.Larger: max,
    nodes.Smaller: min,
    nodes.Sigmoid: lambda x: 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x)),
    nodes.Softplus: lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
    nodes.LogCosh: lambda x: abs(x) + math.log1p(math.exp(-2 * abs(x))) - math.log(2),
    nodes.Expm1: math.expm1,
    nodes.Log1p: math.log1p,
    nodes.Exprel: _exprel,
    nodes.ExprelSlope: _exprel_slope,
    nodes.Atan2: math.atan2,
    nodes.I0e: lambda x: special.i0e(x),
    nodes.I1e: lambda x: special.i1e(x),
}
