"""Definitions may not go round in a circle."""

from __future__ import annotations

from neurodyn.calculus.letters import names_in
from neurodyn.errors import InputError
from neurodyn.model.model import Model


def check_cycles(model: Model) -> None:
    """Refuse definitions that need one another, naming the members of the circle."""
    definitions = model.definitions
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            ring = [*path[path.index(name) :], name]
            at = next((n for n in ring if n in model.wires), name)  # a wire closes it: that is what can be mended
            raise InputError(
                f"These definitions go round in a circle: {' -> '.join(ring)}.",
                code="cycle",
                remedy="Make one of them a state with a flow, or define it without the others.",
                place=model.source_of(at).place(0),
            )
        if name in done:
            return
        for other in sorted(names_in(definitions[name].expr) & definitions.keys()):
            visit(other, (*path, name))
        done.add(name)

    for name in definitions:
        visit(name, ())
