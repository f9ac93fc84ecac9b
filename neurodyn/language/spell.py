"""SymPy to the text of the language, for expressions that have no text of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp
from sympy import Add, Idx, Indexed, Mul, Pow, S, Symbol
from sympy.core.relational import Relational

from neurodyn.calculus.letters import free_letters, fresh
from neurodyn.calculus.matrices import Basis, MatrixFunction
from neurodyn.calculus.nodes import Delta, Floor, Larger, Partial, Rate, Smaller, Where
from neurodyn.calculus.positions import Clamped, Cyclic, Inside, Open, Padded, Position
from neurodyn.calculus.reductions import KthLargest, Reduction, Softmax
from neurodyn.calculus.rewrite import TRUE
from neurodyn.calculus.roots import Root
from neurodyn.calculus.times import Ddt, Lag, Next
from neurodyn.calculus.vocabulary import ELEMENTWISE, REDUCTIONS
from neurodyn.errors import InputError

OR, AND, NOT, COMPARE, ADD, MULTIPLY, SIGN, POWER, ATOM = range(9)
_WORDS: dict[type, str] = {row.node: row.name for row in ELEMENTWISE.values() if row.node is not None}
_OVER: dict[type, str] = {node: name for name, node in REDUCTIONS.items()}
# Functions of SymPy's own that a user may hand us.
_SYMPY: dict[type, str] = {sp.Abs: "abs", sp.Max: "max", sp.Min: "min", sp.sign: "sign", sp.floor: "floor"}


def spell(expr: Any, letters: Mapping[str, Sequence[str]] | None = None, scope: Sequence[str] = ()) -> str:
    """The expression as text of the language.

    Args:
        expr: a SymPy expression; SymPy's own `Sum` over an `Idx` is understood.
        letters: the letters of each index set, by the name of its size; bound letters take the first free ones.
        scope: letters of the left side, which no sum may bind.

    Raises:
        InputError: for a SymPy function that the language lacks.
    """
    return _Speller(dict(letters or {}), frozenset(scope)).show(sp.sympify(expr), OR, {})


class _Speller:
    def __init__(self, letters: Mapping[str, Sequence[str]], scope: frozenset[str]) -> None:
        self.letters, self.scope = letters, scope

    def show(self, expr: sp.Basic, level: int, names: Mapping[Idx, str]) -> str:
        text, own = self._node(expr, names)
        return text if own >= level else f"({text})"

    def _node(self, expr: sp.Basic, names: Mapping[Idx, str]) -> tuple[str, int]:
        if isinstance(expr, Idx):
            return names.get(expr, expr.label.name), ATOM
        if isinstance(expr, Indexed):
            places = (i.raw if isinstance(i, Position) else i for i in expr.indices)
            return f"{expr.base.label}[{','.join(self.show(i, OR, names) for i in places)}]", ATOM
        if isinstance(expr, Position):
            return self._node(_as_number(expr), names)
        if isinstance(expr, Symbol):
            return expr.name, ATOM
        if isinstance(expr, (Add, Mul, Pow)) or expr.is_Number or expr is sp.pi:
            return self._arithmetic(expr, names)
        if isinstance(expr, (Relational, sp.And, sp.Or, sp.Not, Inside)):
            return self._condition(expr, names)
        if isinstance(expr, (Reduction, sp.Sum)):
            return self._reduction(expr, names), ATOM
        return self._function(expr, names)

    def _arithmetic(self, expr: Any, names: Mapping[Idx, str]) -> tuple[str, int]:
        if isinstance(expr, Add):
            return self._sum(expr, names), ADD
        if isinstance(expr, Mul):
            return self._product(expr, names)
        return self._power(expr, names) if isinstance(expr, Pow) else _number(expr)

    def _sum(self, expr: Add, names: Mapping[Idx, str]) -> str:
        text = ""
        for term in expr.as_ordered_terms():
            negative = term.as_coeff_Mul()[0].is_negative
            sign = ("-" if not text else " - ") if negative else ("" if not text else " + ")
            text += sign + self.show(-term if negative else term, MULTIPLY, names)
        return text

    def _product(self, expr: Mul, names: Mapping[Idx, str]) -> tuple[str, int]:
        coefficient, rest = expr.as_coeff_Mul()
        if coefficient.is_negative:
            return "-" + self.show(-expr, MULTIPLY, names), ADD
        above, below = ([], []) if coefficient == 1 else ([sp.Integer(coefficient.p)], [sp.Integer(coefficient.q)])
        for factor in Mul.make_args(rest):
            under = isinstance(factor, Pow) and factor.exp.is_Number and factor.exp.is_negative
            (below if under else above).append(1 / factor if under else factor)
        above = [a for a in above if a != 1]
        below = [b for b in below if b != 1]
        alone = len(above) + len(below) == 1
        levels = (MULTIPLY if alone or not isinstance(a, (Partial, Rate)) else POWER for a in above)
        text = "*".join(self.show(a, level, names) for a, level in zip(above, levels, strict=True)) or "1"
        return text + "".join("/" + self.show(b, POWER, names) for b in below), MULTIPLY

    def _power(self, expr: Pow, names: Mapping[Idx, str]) -> tuple[str, int]:
        if expr.exp == S.Half:
            return f"sqrt({self.show(expr.base, OR, names)})", ATOM
        if expr.exp.is_Number and expr.exp.is_negative:
            return "1/" + self.show(1 / expr, POWER, names), MULTIPLY
        return f"{self.show(expr.base, ATOM, names)}**{self.show(expr.exp, POWER, names)}", POWER

    def _condition(self, expr: Any, names: Mapping[Idx, str]) -> tuple[str, int]:
        if isinstance(expr, Inside):
            raw, size = (self.show(a, ADD, names) for a in expr.args)
            return f"0 <= {raw} < {size}", COMPARE
        if isinstance(expr, Relational):
            return f"{self.show(expr.lhs, ADD, names)} {expr.rel_op} {self.show(expr.rhs, ADD, names)}", COMPARE
        if isinstance(expr, sp.Not):
            return f"not {self.show(expr.args[0], COMPARE, names)}", NOT
        level, word = (AND, " and ") if isinstance(expr, sp.And) else (OR, " or ")
        return word.join(self.show(a, level + 1, names) for a in expr.args), level

    def _reduction(self, expr: Any, names: Mapping[Idx, str]) -> str:
        if isinstance(expr, MatrixFunction):
            return self._matrix(expr, names)
        if isinstance(expr, sp.Sum):
            word, mask = "sum", TRUE
            opened = {x[0]: fresh(x[0]) for x in expr.limits if isinstance(x[0], Idx)}
            if len(opened) < len(expr.limits):
                raise InputError(
                    "A sum must run over a SymPy Idx.", code="sympy", remedy="Sum(f, i) with i = Idx('i', N)."
                )
            body, bound = expr.function.xreplace(opened), tuple(opened.values())
        else:
            word = _OVER[type(expr)]
            body, mask, bound = expr.open()
            mask = sp.And(*(c for c in sp.And.make_args(mask) if c not in _said_by_open(body)))
        inner = dict(names)
        used = {*self.scope, *names.values(), *(x.label.name for x in free_letters(body) - set(bound) - names.keys())}
        for k, x in enumerate(bound):
            inner[x] = self.show(expr.at[k], OR, names) if isinstance(expr, Softmax) else self._pick(x, used)
            used.add(inner[x])
        over, rest = _restricted(self, mask, bound, inner)
        if rest and word == "sum":  # what no letter can say by itself
            body, rest = Where(sp.And(*rest), body, S.Zero), []
        over += [self.show(c, OR, inner) for c in rest]
        if isinstance(expr, KthLargest):
            over.insert(0, self.show(expr.rank, OR, names))
        return f"{word}({self.show(body, OR, inner)}, {', '.join(over)})"

    def _matrix(self, expr: MatrixFunction, names: Mapping[Idx, str]) -> str:
        body, _, (row, column) = expr.open()
        rows, columns = (self.show(a, OR, names) for a in expr.at)
        inner, over = {**names, row: rows, column: columns}, [rows, columns]
        if isinstance(expr, Basis):
            used = {*self.scope, *names.values(), *(str(x.label) for x in free_letters(expr)), rows, columns}
            inner[column] = self._pick(column, used)
            over.insert(1, inner[column])
        return f"{expr.word}({self.show(body, OR, inner)}, {', '.join(over)})"

    def _pick(self, letter: Idx, used: set[str]) -> str:
        size = str(letter.upper + 1)
        candidates: tuple[str, ...] = (*self.letters.get(size, ()), letter.label.name)
        for name in candidates:
            if name not in used and "." not in name:
                return name
        raise InputError(f"The index set {size} has too few letters to write this.", code="letters")

    def _function(self, expr: Any, names: Mapping[Idx, str]) -> tuple[str, int]:
        if isinstance(expr, (Partial, Rate)):
            below = self.show(expr.args[1], OR, names) if isinstance(expr, Partial) else "t"
            return f"d{self.show(expr.args[0], OR, names)}/d{below}", MULTIPLY
        if isinstance(expr, (Next, Lag)):
            time = "t+1" if isinstance(expr, Next) else f"t - {self.show(expr.args[1], MULTIPLY, names)}"
            return f"{self.show(expr.args[0], ATOM, names)}({time})", ATOM
        if isinstance(expr, Ddt):
            return f"ddt({self.show(expr.args[0], OR, names)})", ATOM
        if isinstance(expr, Delta):
            a, b = (self.show(x, ADD, names) for x in expr.args)
            return f"where({a} == {b}, 1, 0)", ATOM
        if isinstance(expr, Root):  # to be read by people alone: of what it is a root stands elsewhere
            return f"root({', '.join(self.show(a, OR, names) for a in expr.args[3:])})", ATOM
        if isinstance(expr, Where) and _says_zero(*expr.args):
            return self._node(expr.args[1], names)
        word = "where" if isinstance(expr, Where) else _WORDS.get(type(expr)) or _SYMPY.get(type(expr))
        if word is None:
            raise InputError(
                f"{type(expr).__name__} of SymPy is not a function of the language.", code="unknown-function"
            )
        return f"{word}({', '.join(self.show(a, OR, names) for a in expr.args)})", ATOM


def _says_zero(condition: Any, a: Any, b: Any) -> bool:
    """Whether a case distinction is that of a reference with ends of zero, which says so by its positions."""
    inner = a.args if isinstance(a, (Partial, Rate, Next, Lag)) else [a]
    places = [p for r in inner if isinstance(r, Indexed) for p in r.indices if isinstance(p, Padded)]
    return bool(places) and b == 0 and condition == sp.And(*(Inside(p.raw, p.size) for p in places))


def _as_number(position: Position) -> Any:
    """A position outside of brackets, where nothing says what is beyond the ends."""
    if isinstance(position, Cyclic):
        return position.raw - position.size * Floor(position.raw / position.size)
    if isinstance(position, Clamped):
        return Smaller(Larger(position.raw, 0), position.size - 1)
    return position.raw


def _said_by_open(body: Any) -> set[Any]:
    """The conditions that positions with open ends put into the mask of a reduction."""
    return {Inside(p.raw, p.size) for p in body.atoms(Open)}


def _restricted(
    speller: _Speller, mask: Any, bound: Sequence[Idx], names: Mapping[Idx, str]
) -> tuple[list[str], list[Any]]:
    """Index arguments with their restrictions, `j != i`, and the conditions that are left."""
    left = [c for c in sp.And.make_args(mask) if c is not TRUE]
    over = []
    for x in bound:
        own = next((m for m in left if isinstance(m, Relational) and x in (m.lhs, m.rhs)), None)
        if own is not None:
            left.remove(own)
            own = own if own.lhs == x else own.reversed
        over.append(names[x] if own is None else speller.show(own, OR, names))
    return over, left


def _number(expr: Any) -> tuple[str, int]:
    if expr is sp.pi:
        return "pi", ATOM
    text = str(expr) if expr.is_Rational else repr(float(expr))
    if "/" in text:
        return text, MULTIPLY
    return text, ATOM if not text.startswith("-") else ADD
