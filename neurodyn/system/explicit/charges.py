"""What moves in a model with constraints: the combinations of its variables of which equations hold the rates.

A capacitor between two nodes has the rate of the difference of their potentials. Each term of an equation that holds
rates gives such a combination, with rational weights; those that are independent are the states of the flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy import Add, Expr, Rational, S

from neurodyn.system.explicit.forms import Form
from neurodyn.system.structure import rate_name

Weights = Mapping[str, Rational]


@dataclass(frozen=True, eq=False)
class Charges:
    """The states of a flow as combinations of variables.

    Attributes:
        states: their weights, by name; a state that is a variable has the name of that.
        instead: the variables that follow from states and other variables, as forms in both.
        rates: the same of their rates.
    """

    states: Mapping[str, Weights]
    instead: Mapping[str, Form]
    rates: Mapping[str, Form]


def charges(rows: Sequence[Form], variables: Sequence[str]) -> Charges:
    """The states, from the forms of the equations in the rates of the variables."""
    names = {rate_name(n): n for n in variables}
    independent: list[tuple[Weights, dict[str, Rational]]] = []  # as they stand, and reduced
    for row in rows:
        for weights in _terms(row, names):
            left = dict(weights)
            for _, reduced in independent:
                pivot = next(iter(reduced))
                left = _less(left, reduced, left.get(pivot, S.Zero) / reduced[pivot])
            if left:
                independent.append((weights, left))
    order = {n: k for k, n in enumerate(variables)}
    found = [weights for weights, _ in independent]
    found.sort(key=lambda weights: min(order[n] for n in weights))
    states = {state_name(weights): weights for weights in found}
    return _solved(states, order)


def state_name(weights: Mapping[str, Expr]) -> str:
    """What a combination of variables is called: `(a.v - b.v)`, which no text can spell as a name."""
    text = ""
    for name, weight in weights.items():
        size = abs(weight)
        shown = name if size == 1 else f"{size}*{name}"
        text += (f" {'-' if weight < 0 else '+'} " if text else "-" if weight < 0 else "") + shown
    return text if len(weights) == 1 and text in weights else f"({text})"


def _terms(row: Form, names: Mapping[str, str]) -> list[Weights]:
    """The combinations whose rates a row holds: one for each product of quantities that multiplies rates."""
    found: dict[Expr, dict[str, Rational]] = {}
    for rate, slope in row.slopes.items():
        for term in Add.make_args(sp.expand(slope)):
            number, product = term.as_coeff_Mul()
            found.setdefault(product, {})[names[rate]] = number
    return [_standard(weights) for weights in found.values() if all(w.is_Rational for w in weights.values())]


def _standard(weights: Mapping[str, Rational]) -> Weights:
    """The same combination, its first weight 1."""
    first = next(iter(weights.values()))
    return {name: weight / first for name, weight in weights.items()}


def _less(row: dict[str, Rational], other: Mapping[str, Rational], factor: Rational) -> dict[str, Rational]:
    mixed = {n: row.get(n, S.Zero) - factor * other.get(n, S.Zero) for n in {**row, **other}}
    return {n: w for n, w in mixed.items() if w != 0}


def _solved(states: Mapping[str, Weights], order: Mapping[str, int]) -> Charges:
    """One variable of each state expressed by that state and the variables that are left."""
    instead: dict[str, Form] = {}
    rates: dict[str, Form] = {}
    rows = [({n: weight for n, weight in weights.items()}, {state: S.One}) for state, weights in states.items()]
    done: list[tuple[str, dict[str, Rational], dict[str, Rational]]] = []
    for row, right in rows:
        for pivot, above, beside in done:
            factor = row.get(pivot, S.Zero)
            row, right = _less(row, above, factor), _less(right, beside, factor)
        pivot = min(row, key=lambda n: order[n])
        scale = row[pivot]
        row, right = ({n: w / scale for n, w in part.items()} for part in (row, right))
        done = [(p, _less(a, row, a.get(pivot, S.Zero)), _less(b, right, a.get(pivot, S.Zero))) for p, a, b in done]
        done.append((pivot, row, right))
    for pivot, row, right in done:
        others = {n: -w for n, w in row.items() if n != pivot}
        if not (right == {pivot: 1} and not others):
            instead[pivot] = Form({**right, **others})
        rates[rate_name(pivot)] = Form({rate_name(n): w for n, w in {**right, **others}.items()})
    return Charges(states, instead, rates)
