"""Quantities on a support are read at its edges alone, so that no array over all pairs is ever needed."""

from __future__ import annotations

from collections.abc import Mapping

from neurodyn.calculus.letters import names_in, quantity
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.supports import edges_size
from neurodyn.errors import InputError
from neurodyn.program.context import NotAtEdges
from neurodyn.program.lower import Output, lower
from neurodyn.system.edges import off_support
from neurodyn.system.structure import Structure


def check_supports(structure: Structure, sizes: Mapping[str, int]) -> None:
    """Refuse an equation that reads a quantity on a support where it is not at an edge; each is lowered once."""
    model = structure.model
    if not structure.on:
        return
    if structure.residuals:
        name = next(iter(structure.on))
        raise InputError(
            f"{name} is on a support, which models with constraints cannot have yet.",
            code="support",
            remedy="Write its value as an array over all pairs, without `on`.",
            place=model.source_of(name).place(0),
        )
    for past in structure.pasts.values():
        if past.index_set is not None and past.state in structure.on:
            raise InputError(
                f"{past.state} lives on a support, so its past cannot be read along a letter.",
                code="support",
                remedy="Write out the lags, w[i,j](t - 1) + w[i,j](t - 2).",
                place=model.source_of(past.state).place(0),
            )
    known = {**sizes, **{edges_size(support): 1 for support in structure.on.values()}}
    varying = [name for name in model.definitions if name in structure.dynamic]  # others are computed at once
    for name in (*varying, *model.states):
        right = structure.flows.get(name) or structure.maps.get(name)
        if right is None:
            letters = structure.letters(name)
            right = Definition(letters, quantity(name, letters))
        letters = () if structure.asynchronous and name in model.states else structure.placed(name, right.letters)
        try:
            lower(
                [Output(name, letters, right.expr)],
                definitions=structure.definitions,
                sizes=known,
                constant=[],
                states=[*model.states, *structure.by_trial],
                on=structure.on,
            )
        except NotAtEdges as error:
            raise off_support(error, model.source_of(_culprit(structure, name, error))) from None


def _culprit(structure: Structure, name: str, error: NotAtEdges) -> str:
    """The equation that reads it: this one, or a definition that it follows from."""
    reads = {n for n, d in structure.model.definitions.items() if error.name in names_in(d.expr)}
    own = structure.model.equation(name)
    if own is not None and error.name in names_in(own.expr):
        return name
    return min(reads, default=name)
