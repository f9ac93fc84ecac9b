"""From a structure with constraints to one that is a flow."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sympy import Add, Expr, S

from neurodyn.calculus.letters import quantity
from neurodyn.calculus.nodes import Rate
from neurodyn.calculus.rewrite import inline, substitute
from neurodyn.calculus.roots import Root
from neurodyn.calculus.times import Ddt
from neurodyn.language.names import Name
from neurodyn.language.source import Source
from neurodyn.language.spell import spell
from neurodyn.model.declarations import Declaration
from neurodyn.model.equations import Equation
from neurodyn.model.model import Model
from neurodyn.system.checks.given import given_statements
from neurodyn.system.explicit.forms import Forms, Unequal
from neurodyn.system.explicit.signs import Signs
from neurodyn.system.explicit.solving import Solution, Unsolved, solution
from neurodyn.system.resolve import resolve
from neurodyn.system.structure import Structure, rate_name
from neurodyn.system.units import Units

LONGEST = 100  # operations of an equation that is written out as text


def explicit(structure: Structure) -> Structure:
    """The same model as a flow of what it has rates of, all else in terms of that; or as it is, where that fails.

    What was solved for keeps its name. `constrained` holds the structure that was given, and `unsolved` says why it is
    returned as it is.
    """
    model = structure.model
    if not structure.residuals:
        return structure
    if any(d.letters for d in structure.residuals.values()) or any(d.letters for d in model.variables.values()):
        return replace(structure, unsolved="its constraints have letters")
    try:
        signs = Signs((claim for claim, _ in given_statements(model)), dict(structure.definitions))
        found = solution(structure, signs)
        flowing = _Flowing(structure, found).model()
    except Unsolved as reason:
        return replace(structure, unsolved=str(reason))
    solved = resolve(flowing, frozenset(found.values))
    solved.compiled["units"] = _units(flowing, Units.of_model(model))
    return replace(solved, constrained=structure, charges=found.charges.states, assumed=found.assumed)


def _units(flowing: Model, declared: Units) -> Units:
    """The units of the flow's names: those of the variables, also for combinations of them."""
    known = declared.model.variables
    names = {
        n: n if n in known else next(k for k in known if k in n)
        for n in (*flowing.states, *flowing.definitions)
        if n in known or n.startswith("(")
    }
    return Units(flowing, declared.active, {n: declared.measure(first) for n, first in names.items()})


class _Flowing:
    """The declaration of a flow that a solution gives."""

    def __init__(self, structure: Structure, found: Solution) -> None:
        self._structure, self._model, self._found = structure, structure.model, found
        self._forms = Forms({rate_name(n) for n in structure.model.variables}, Unequal())

    def model(self) -> Model:
        model, found = self._model, self._found
        states = {n: self._state(n, weights) for n, weights in found.charges.states.items()}
        values = {n: self._value(n) for n in found.values}
        kinds = {**dict.fromkeys(states, "state"), **dict.fromkeys(values, "definition")}
        quantities = {**model.names.quantities, **{n: Name(kind, (), ()) for n, kind in kinds.items()}}
        changed: dict[str, Any] = {
            "states": states,
            "unknowns": {},
            "observables": {**values, **model.observables},
            "equations": tuple(self._equations()),
            "names": replace(model.names, quantities=quantities),
        }
        flowing = copy.copy(model)
        for key, value in changed.items():
            object.__setattr__(flowing, key, value)
        return flowing

    def _state(self, name: str, weights: Mapping[str, Any]) -> Declaration:
        declared = self._model.variables.get(name)
        if declared is None:
            first = self._model.variables[next(iter(weights))]
            return replace(first, name=name, value=0.0, about="what moves between these")
        return declared if declared.value is not None else replace(declared, value=0.0)

    def _value(self, name: str) -> Declaration:
        known = self._model.variables
        declared = known.get(name) or known[next(n for n in known if n in name)]
        return Declaration(name, (), unit=declared.unit, about=declared.about, source=declared.source)

    def _equations(self) -> Iterator[Equation]:
        structure, found = self._structure, self._found
        for equation in self._model.equations:
            if equation.kind == "definition" and equation.expr.has(Ddt):
                told = inline(structure.definitions[equation.name].expr, structure.definitions)
                yield replace(equation, expr=self._without_rates(told, equation.name))
            elif equation.kind not in ("constraint", "flow"):
                yield equation
        rates = {rate_name(n): Rate(quantity(n)) for n in found.charges.states}
        for kind, told in (("definition", found.values), ("flow", found.flows)):
            for name, expr in told.items():
                expr = substitute(expr, lambda reference: rates.get(reference.name))
                head = f"d{name}/dt" if kind == "flow" else name
                text = "..." if expr.has(Root) or expr.count_ops() > LONGEST else spell(expr)
                source = Source(f"{head} = {text}", file=self._model.file)
                yield Equation(kind, name, (), S.One, expr, source, len(head) + 2)

    def _without_rates(self, expr: Expr, name: str) -> Expr:
        """An expression of rates, by the rates of states."""
        form = self._forms.put(self._forms.of(expr), self._found.charges.rates)
        states = {rate_name(n): n for n in self._found.charges.states}
        if not form.slopes.keys() <= states.keys():
            raise Unsolved(f"{name} is made of rates of what is no state")
        slopes = {states[n]: slope for n, slope in form.slopes.items()}
        return Add(form.rest, *(slope * Rate(quantity(n)) for n, slope in slopes.items()))
