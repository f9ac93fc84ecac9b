"""Delays of flows: what they may be, and of what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import numpy as np
import sympy as sp
from sympy.logic.boolalg import Boolean

from neurodyn.calculus.graphs import reaching, uses
from neurodyn.calculus.letters import free_letters, name_of, names_in
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.reductions import Reduction
from neurodyn.calculus.rewrite import TRUE
from neurodyn.calculus.supports import Pair, placed
from neurodyn.calculus.times import Lag
from neurodyn.errors import InputError, Place
from neurodyn.model.equations import Equation
from neurodyn.model.model import Model
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.values import Values


def check_delays(model: Model) -> None:
    """Refuse delays that vary in a run, and delays of what does not."""
    lags = [] if model.discrete else [(e, lag) for e in model.equations for lag, _ in _lags(e.expr)]
    if not lags:
        return
    kinds = ("state", "input", "noise", "event")
    sources = {n for n, q in model.names.quantities.items() if q.kind in kinds}
    varying = reaching(uses(model.definitions), {"t", *sources})
    for equation, lag in lags:
        name, found = name_of(lag.args[0]), sorted(names_in(lag.args[1]) & varying)
        if found:
            raise InputError(
                f"A delay is the same at all times, but {found[0]} varies in a run.",
                code="delay",
                remedy="Write t - d, with a number or a parameter d.",
                place=_place(equation, name),
            )
        if name not in varying:
            raise InputError(
                f"{name} follows from parameters alone: it is the same at all times.",
                code="no-history",
                remedy="Leave the time out.",
                place=_place(equation, name),
            )


def delay_rules(model: Model) -> tuple[ValueRule, ...]:
    """Refuse delays that are not above 0, where they count; a train of impulses may arrive at once."""
    if model.discrete:
        return ()
    found = [(e, lag, where) for e in model.equations for lag, where in _lags(e.expr)]
    return tuple(ValueRule(_parameters(model, lag, where), partial(_check, e, lag, where)) for e, lag, where in found)


def _lags(expr: sp.Basic, where: Boolean = TRUE) -> Iterator[tuple[Lag, Boolean]]:
    """The earlier values that an expression reads, with all their letters free, and where they count."""
    if not expr.has(Lag):
        return
    if isinstance(expr, Lag):
        yield expr, where
    elif isinstance(expr, Where):
        condition, a, b = expr.args
        yield from _lags(a, sp.And(where, condition))
        yield from _lags(b, sp.And(where, sp.Not(condition)))
    elif isinstance(expr, Reduction):
        body, mask, _ = expr.open()
        yield from _lags(body, sp.And(where, mask))
    else:
        for part in expr.args:
            yield from _lags(part, where)


def _parameters(model: Model, lag: Lag, where: Boolean) -> frozenset[str]:
    """The parameters that say how long a delay is, and where it counts."""
    said = names_in(lag.args[1]).union(*(names_in(c) for c in sp.And.make_args(where)))
    known = model.names.quantities
    return frozenset(n for n in said if n in known and known[n].kind in ("parameter", "definition"))


def _check(equation: Equation, lag: Lag, where: Boolean, values: Values) -> None:
    of, delay = lag.args
    letters = placed(values.structure.on, [delay], tuple(sorted(free_letters(delay), key=str)))
    found = values.evaluate(delay, letters, (), equation.source)
    for condition in sp.And.make_args(where):
        # What varies, or depends on more than the delay does, can hold anywhere.
        if free_letters(condition) <= set(letters) and names_in(condition).isdisjoint(values.structure.dynamic):
            counts = values.evaluate(Where(condition, 1, 0), letters, (), equation.source)
            found = np.where(counts, found, np.inf)
    is_event = values.structure.model.names.quantities[name_of(of)].kind == "event"
    wrong = np.argwhere(found < 0 if is_event else found <= 0)
    if not len(wrong):
        return
    at, shown = tuple(wrong[0]), list(map(int, wrong[0]))
    if isinstance(letters, Pair):
        shown = [int(end[at[0]]) for end in values.wiring(letters.support).ends]
    raise InputError(
        f"A delay of {name_of(of)} is {found[at]:g}{f' at {shown}' if at else ''}.",
        code="delay-sign",
        remedy=f"A delay is {'at least' if is_event else 'above'} 0; a value of the present is written without a time.",
        place=_place(equation, name_of(of)),
    )


def _place(equation: Equation, name: str) -> Place:
    text = equation.source.text
    found = re.compile(rf"(?<![\w.]){re.escape(name)}\s*(\[[^\]]*\])?\s*\(").search(text, equation.equals)
    return equation.source.place(found.start() if found else equation.equals)
