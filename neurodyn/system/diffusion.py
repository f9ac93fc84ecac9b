"""White noise in flows: the factor with which each noise enters each state, apart from the flow without it.

dx[i]/dt = f[i] + sum(G[i,k]*eta[k], k): f stays the flow, and every G is kept by itself, in symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, MutableMapping
from dataclasses import dataclass, replace

import sympy as sp
from sympy import Expr, Idx, Indexed, S, Symbol

from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.graphs import in_order, reaching, uses
from neurodyn.calculus.letters import fresh, name_of, names_in, quantity
from neurodyn.calculus.reductions import Sum
from neurodyn.calculus.rewrite import Definition, inline, names_reached, transform
from neurodyn.calculus.through import Through
from neurodyn.errors import InputError
from neurodyn.model.model import Model


@dataclass(frozen=True)
class Factor:
    """What stands before `noise[at]` in the flow of `state[letters]`.

    Attributes:
        expr: in the names of the model and of hidden definitions; noise that is diagonal has a delta in it.
    """

    state: str
    noise: str
    letters: tuple[Idx, ...]
    at: tuple[Idx, ...]
    expr: Expr

    @property
    def term(self) -> Expr:
        """The factor times its noise, summed over the letters of the noise: linear in it."""
        return sum_over(self.expr * quantity(self.noise, self.at), self.at)


@dataclass(frozen=True)
class Diffusion:
    """The noise of a model with flows.

    Attributes:
        factors: those that are not 0.
        holders: the definitions that hold noise, and so have no value at a time.
        readings: how each noise is read, `ito` or `stratonovich`; "" where both are the same.
    """

    factors: tuple[Factor, ...]
    holders: frozenset[str]
    readings: Mapping[str, str]

    @property
    def kind(self) -> str:
        """The ability that it asks of a backend."""
        return "noise:multiplicative" if any(self.readings.values()) else "noise:additive"

    def rewritten(self, change: Callable[[Expr], Expr]) -> Diffusion:
        """The same with the expressions of factors changed."""
        return replace(self, factors=tuple(replace(f, expr=change(f.expr)) for f in self.factors))


def take_noise(
    model: Model, definitions: MutableMapping[str, Definition], flows: MutableMapping[str, Definition]
) -> Diffusion:
    """The noise of resolved flows, which are left without it, as are the definitions.

    Raises:
        InputError: for a factor that holds a state where it is not said how the noise is read.
    """
    noisy = reaching(uses(definitions), model.noise)
    holders = noisy & definitions.keys()
    factors, hidden = _factors(model, {name: definitions[name] for name in sorted(holders)}, flows)
    gone = set(model.noise)
    for name in in_order(uses(definitions), sorted(holders)):
        if name in holders:
            definitions[name] = Definition(definitions[name].letters, without(definitions[name].expr, gone))
            gone |= {name} if definitions[name].expr == 0 else set()
    flows.update({name: Definition(d.letters, without(d.expr, gone)) for name, d in flows.items()})
    definitions.update(hidden)
    return Diffusion(factors, holders, _readings(model, factors, definitions))


def without(expr: Expr, gone: Collection[str]) -> Expr:
    """The expression with 0 for some names that stand in it linearly."""

    def change(node: sp.Basic) -> sp.Basic:
        if isinstance(node, (Indexed, Symbol)) and not isinstance(node, Idx) and name_of(node) in gone:
            return S.Zero
        return S.Zero if isinstance(node, Sum) and node.body == 0 else node

    return expr if names_in(expr).isdisjoint(gone) else transform(expr, change)


def _factors(
    model: Model, holders: Mapping[str, Definition], flows: Mapping[str, Definition]
) -> tuple[tuple[Factor, ...], dict[str, Definition]]:
    through, found = Through(holders), []
    for state, flow in flows.items():
        full = inline(flow.expr, holders, through.stop)
        for noise in model.noise:
            at = tuple(fresh(x) for x in model.names.letters_of(noise))
            expr = through.derivative(full, quantity(noise, at))
            if expr != 0:
                found.append(Factor(state, noise, flow.letters, at, expr))
    return tuple(found), through.hidden


def _readings(model: Model, factors: tuple[Factor, ...], definitions: Mapping[str, Definition]) -> dict[str, str]:
    """How each noise is read whose factor holds a state."""
    found = dict.fromkeys(model.noise, "")
    for factor in factors:
        reached = frozenset[str]().union(*(names_reached(n, definitions) for n in names_in(factor.expr)))
        held = [state for state in model.states if state in reached]
        if not held:
            continue
        declared = model.noise[factor.noise]
        if not declared.reading:
            raise InputError(
                f"The factor of {factor.noise} in the flow of {factor.state} holds the state {held[0]}, so it matters "
                f"how the noise is read.",
                code="noise-reading",
                remedy='Say reading = "ito" (factors as they were before each jolt) or reading = "stratonovich" (the '
                "limit of noise with a short memory).",
                place=declared.source.place(0),
            )
        found[factor.noise] = declared.reading
    return found
