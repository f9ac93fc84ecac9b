"""Noise is of a kind that the model can take; white noise enters flows linearly."""

from __future__ import annotations

from collections.abc import Collection

import sympy as sp
from sympy import Add, Idx, Indexed, Mul, Symbol

from neurodyn.calculus.graphs import reaching, uses
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.nodes import Partial, Rate, Where
from neurodyn.calculus.reductions import Sum
from neurodyn.calculus.rewrite import names_reached
from neurodyn.errors import InputError
from neurodyn.model.declarations import Declaration
from neurodyn.model.equations import Equation
from neurodyn.model.model import Model
from neurodyn.system.noise import KINDS, WHITE

READINGS = ("ito", "stratonovich")


def check_noise(model: Model) -> None:
    """Refuse kinds and readings that do not exist, and white noise that does not enter linearly."""
    for declared in model.noise.values():
        _check_kind(model, declared)
        _check_reading(model, declared)
    if model.noise and model.names.implicit:
        raise InputError(
            "A model with constraints has noise, which is read in flows and maps only in this version.",
            code="noise-implicit",
            remedy="Solve the constraints by hand, or drive the circuit with an input.",
            place=next(iter(model.noise.values())).source.place(0),
        )
    if model.noise and not model.discrete:
        _check_linear(model)
        _check_rates(model)


def _check_kind(model: Model, declared: Declaration) -> None:
    name, value, place = declared.name, declared.value, declared.source.place(0)
    if model.discrete and value not in KINDS:
        raise InputError(
            f"{name} is {value!r}, which is no noise that a map can draw.",
            code="noise",
            remedy=f"It may be {' or '.join(KINDS)}, drawn afresh at each step.",
            place=place,
        )
    if not model.discrete and value != WHITE:
        raise InputError(
            f"{name} is {value!r}, and this model has flows, which white noise alone can drive.",
            code="noise",
            remedy=f'Write "{WHITE}" and a factor, or write the model as a map.',
            place=place,
        )


def _check_reading(model: Model, declared: Declaration) -> None:
    reading, place = declared.reading, declared.source.place(0)
    if reading and model.discrete:
        raise InputError(
            f"{declared.name} has a reading, but only white noise in flows can be read in two ways.",
            code="reading",
            remedy="Leave it out.",
            place=place,
        )
    if reading and reading not in READINGS:
        raise InputError(
            f"{declared.name} has the reading {reading!r}, which does not exist.",
            code="reading",
            remedy=f"It may be {' or '.join(READINGS)}.",
            place=place,
        )


def _check_linear(model: Model) -> None:
    """Each equation must be linear in noise, and in what holds noise: then all of them together are."""
    noisy = reaching(uses(model.definitions), model.noise)
    for equation in model.equations:
        if equation.kind in ("definition", "flow") and not is_linear(equation.expr, noisy):
            held = min(names_in(equation.expr) & noisy)
            what = held if held in model.noise else f"{held}, which holds white noise,"
            raise InputError(
                f"{what} does not enter linearly here, and white noise has no powers, products or functions.",
                code="noise-linear",
                remedy="Let it be added, times a factor without noise.",
                place=equation.source.place(equation.equals),
            )


def is_linear(expr: sp.Basic, names: Collection[str]) -> bool:
    """Whether an expression is surely linear, with a constant, in the named quantities."""
    if names_in(expr).isdisjoint(names) or (isinstance(expr, Symbol) and not isinstance(expr, Idx)):
        return True
    if isinstance(expr, (Partial, Rate)):
        return True  # of what is linear in noise, by what is not noise
    if isinstance(expr, Indexed):
        return all(names_in(x).isdisjoint(names) for x in expr.indices)
    if isinstance(expr, Sum):
        body, mask, _ = expr.open()
        return names_in(mask).isdisjoint(names) and is_linear(body, names)
    if isinstance(expr, Where):
        return names_in(expr.args[0]).isdisjoint(names) and all(is_linear(a, names) for a in expr.args[1:])
    if isinstance(expr, Mul):
        held = [a for a in expr.args if not names_in(a).isdisjoint(names)]
        return len(held) == 1 and is_linear(held[0], names)
    return isinstance(expr, Add) and all(is_linear(a, names) for a in expr.args)


def _check_rates(model: Model) -> None:
    """The rate of what noise drives holds noise, which no chain rule carries on."""
    definitions = model.definitions
    noisy = reaching(uses(definitions), model.noise)
    driven = {n for n, e in model.flows.items() if not names_in(e.expr).isdisjoint(noisy)}
    asked = frozenset[str]().union(*(names_in(e.expr) for e in model.flows.values()))
    read = frozenset[str]().union(*(names_reached(name, definitions) for name in asked))
    for equation in model.equations:
        if equation.kind == "flow" or (equation.kind == "definition" and equation.name in read):
            _check_rate(model, equation, noisy | driven)


def _check_rate(model: Model, equation: Equation, noisy: frozenset[str]) -> None:
    for rate in equation.expr.atoms(Rate):
        [name] = names_in(rate)
        held = names_reached(name, model.definitions) & noisy
        if held:
            raise InputError(
                f"The rate of {name} is asked for by a flow, but {min(held)} is driven by white noise and has no rate.",
                code="noise-rate",
                remedy="Write out what the flow should read.",
                place=equation.source.place(equation.equals),
            )
