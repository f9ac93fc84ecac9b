"""Every state has exactly one flow or map, or is set by events; a flow's factor holds neither states nor noise."""

from __future__ import annotations

from neurodyn.calculus.letters import names_in
from neurodyn.errors import InputError, Place
from neurodyn.model.equations import Equation
from neurodyn.model.model import Model


def _missing(model: Model, key: str) -> str:
    return f"map, {key}(t+1)" if model.discrete else f"flow, d{key}/dt"


def check_flows(model: Model) -> None:
    """Refuse a model without states, a state without an equation, or with two."""
    if not model.states and not model.names.implicit:
        raise InputError(
            f"{model.name} has no states, so there is nothing to simulate.",
            code="no-states",
            remedy="Declare them in [states].",
            place=Place(model.file) if model.file else None,
        )
    seen: set[str] = set()
    for equation in model.equations:
        if equation.kind not in ("flow", "map"):
            continue
        if equation.name in seen:
            raise InputError(
                f"{equation.name} has two {equation.kind}s.",
                code="two-flows",
                remedy="Keep one equation for each state.",
                place=equation.source.place(0),
            )
        seen.add(equation.name)
        _check_factor(model, equation)
    seen.update(equation.name for rule in model.rules.values() for equation in rule.sets)
    for name, declared in model.states.items():
        if name not in seen:
            raise InputError(
                f"The state {name} has no equation.",
                code="missing-equation",
                remedy=f"Write its {_missing(model, declared.key)} = ..., or declare it as a parameter.",
                place=declared.source.place(0),
            )


def _check_factor(model: Model, equation: Equation) -> None:
    if equation.factor == 0:
        raise InputError(
            f"What stands before d{equation.name}/dt is 0, so this is no flow.",
            code="flow-factor-zero",
            remedy="Give it a value above 0; or write 0 = ... for a name in [unknowns].",
            place=equation.source.place(0),
        )
    for name in sorted(names_in(equation.factor)):
        if model.names.quantities[name].kind in ("state", "unknown", "noise"):
            raise InputError(
                f"{name} varies in a run, so it cannot stand before d{equation.name}/dt.",
                code="flow-factor",
                remedy="Divide the right side by it instead.",
                place=equation.source.place(0),
            )
