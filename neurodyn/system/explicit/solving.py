"""Equations without letters, linear in rates, solved for rates and for all that is no state.

What is not linear (the current of a diode) counts as one more unknown, `~k`, and what it is a function of (a voltage)
as another, so that the rest is linear and elimination exact. What elimination leaves are the laws of such devices,
which are solved one after the other, where each holds a single unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, S

from neurodyn.calculus.letters import names_in, quantity
from neurodyn.calculus.rewrite import inline, substitute
from neurodyn.system.explicit.charges import Charges, charges, state_name
from neurodyn.system.explicit.elimination import Elimination
from neurodyn.system.explicit.forms import Form, Forms, Unequal, rewritten
from neurodyn.system.explicit.laws import Laws, Unsolved
from neurodyn.system.explicit.signs import Signs
from neurodyn.system.structure import Structure, rate_name


@dataclass(frozen=True, eq=False)
class Solution:
    """What equations are solved to.

    Attributes:
        charges: the states.
        flows: the rate of each state, in states, inputs and `values`; rates of other states by their hidden names.
        values: what each other variable is, and new names: voltages that laws which are not linear read.
        assumed: expressions of parameters that must not be 0, by what was solved for with them.
    """

    charges: Charges
    flows: Mapping[str, Expr]
    values: Mapping[str, Expr]
    assumed: Mapping[str, Expr]


def solution(structure: Structure, signs: Signs) -> Solution:
    """The equations of a model with constraints, solved.

    Raises:
        Unsolved: where symbols do not solve them.
    """
    return _Solver(structure, signs).solved()


@dataclass(eq=False)
class _Solver:
    """The steps of one solution.

    Attributes:
        forms: the open variables, and what is not linear in them.
        seen: unknowns of which laws that are not linear are functions, as forms in the open variables.
    """

    structure: Structure
    signs: Signs
    unequal: Unequal = field(default_factory=Unequal)
    seen: dict[str, Form] = field(default_factory=dict)

    def solved(self) -> Solution:
        variables = list(self.structure.model.variables)
        by_rates = self._by_rates(variables)
        found = charges(by_rates, variables)
        if not found.states:
            raise Unsolved("nothing in it has a rate")
        states = [rate_name(n) for n in found.states]
        free = [n for n in variables if n not in found.instead and n not in found.states]
        forms = Forms(free, self.unequal)
        rows = [self._row(row, found, forms) for row in by_rates]
        laws = {name: self._read(expr, free) for name, expr in forms.curved.items()}
        own = [n for n in free if n not in self.seen]
        seen = [Form({x: S.One, **form.times(S.NegativeOne).slopes}) for x, form in self.seen.items() if x not in free]
        done = Elimination([*rows, *seen], forms, self.signs, self.structure.dynamic)
        done.solve(states, len(rows))
        done.solve(own, len(done.rows) - len(seen))
        for names in (own, list(laws), list(self.seen)):
            done.solve(names)
        if done.rows or not {*states, *own} <= done.solved.keys():
            raise Unsolved("some of it follows from rates of inputs, or from no equation that is linear in it")
        values = Laws(self.structure, self.signs, self.unequal, done.solved, laws, tuple(self.seen)).values()
        flows = {n: values.pop(rate_name(n)) for n in found.states}
        values |= {name: form.whole() for name, form in found.instead.items()}
        return Solution(found, flows, values, {n: e for n, e in done.assumed.items() if n in done.solved})

    def _by_rates(self, variables: list[str]) -> list[Form]:
        """The equations as forms in the rates."""
        forms = Forms({*map(rate_name, variables)}, self.unequal)
        rows = [forms.of(inline(d.expr, self.structure.definitions)) for d in self.structure.residuals.values()]
        if forms.curved:
            raise Unsolved("a rate stands in a product or function")
        return rows

    def _row(self, row: Form, found: Charges, forms: Forms) -> Form:
        """An equation as a form in rates of states, open variables, and what is not linear in these."""
        put = {name: form.whole() for name, form in found.instead.items()}
        rates = forms.put(Form(row.slopes), found.rates)
        slopes = {n: substitute(s, lambda r: put.get(r.name)) for n, s in rates.slopes.items()}
        if any(not names_in(slope).isdisjoint(forms.names) for slope in slopes.values()):
            raise Unsolved("a rate is multiplied by what is no state")
        if not slopes.keys() <= {*map(rate_name, found.states)}:
            raise Unsolved("rates stand in combinations whose weights are no numbers")
        rest = forms.of(substitute(row.rest, lambda r: put.get(r.name)))
        return Form({**slopes, **rest.slopes}, rest.rest)

    def _read(self, expr: Expr, free: list[str]) -> Expr:
        """What is not linear, as a function of unknowns that are seen by it."""

        def change(form: Form) -> Expr:
            first = next(iter(form.slopes.values()))
            one = form.times(1 / first)
            weights = {n: one.slopes[n] for n in free if n in one.slopes}
            name = next(iter(weights)) if len(weights) == 1 else self._name(weights)
            self.seen[name] = Form(weights)
            return first * quantity(name) + form.rest

        return rewritten(expr, free, change, self.unequal)

    def _name(self, weights: Mapping[str, Expr]) -> str:
        if all(w.is_Rational for w in weights.values()):
            return state_name(weights)
        return f"({Form(weights).whole()})"


__all__ = ["Solution", "Unsolved", "solution"]
