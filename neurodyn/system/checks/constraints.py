"""Every unknown has a constraint, every constraint an unknown, and a map has neither."""

from __future__ import annotations

from collections.abc import Sequence

from neurodyn.calculus.letters import size_of
from neurodyn.calculus.times import Lag
from neurodyn.errors import InputError
from neurodyn.model.circuits import nodes_of
from neurodyn.model.declarations import Declaration
from neurodyn.model.equations import Equation
from neurodyn.model.model import Model


def check_constraints(model: Model) -> None:
    """Refuse constraints and unknowns that do not match, in the model and in each of its parts by itself."""
    for part in model.parts.values():
        check_constraints(part.model)
    constraints, unknowns = _own(model)
    if model.discrete:
        _refuse_in_map(model, constraints)
    if model.names.implicit:
        _refuse_delays(model)
        _refuse_supports(model)
    if len(constraints) != len(unknowns):
        more = len(constraints) > len(unknowns)
        last = constraints[-1].source if more else unknowns[-1].source
        has = f"{_count(unknowns, 'unknown')} and {_count(constraints, 'constraint')}"
        raise InputError(
            f"{model.name} has {has}, and needs as many of each.",
            code="constraint",
            remedy="Declare one more name in [unknowns], or leave this out." if more else "Write 0 = ... for it.",
            place=last.place(0),
        )
    left = [tuple(model.names.letters[x] for x in d.letters) for d in unknowns]
    for law in constraints:
        sets = tuple(str(size_of(x)) for x in law.letters)
        if sets not in left:
            raise InputError(
                f"This constraint holds {_each(sets)}, but no unknown that is left has that shape.",
                code="constraint",
                remedy="Sum over a letter, or declare the unknown with letters.",
                place=law.source.place(0),
            )
        left.remove(sets)


def _own(model: Model) -> tuple[Sequence[Equation], list[Declaration]]:
    """Constraints and unknowns of the model itself: those of parts, and of nodes, are written first."""
    nodes = sum(node not in model.pins for node in nodes_of(model.parts))
    foreign = nodes + sum(len(part.model.constraints) for part in model.parts.values())
    unknowns = [d for d in model.unknowns.values() if not (model.parts and "." in d.name)]
    return model.constraints[foreign:], unknowns


def _count(found: Sequence[object], word: str) -> str:
    return f"{len(found)} {word}{'s' * (len(found) != 1)}"


def _each(sets: Sequence[str]) -> str:
    return f"for each of {' x '.join(sets)}" if sets else "once"


def _refuse_in_map(model: Model, constraints: Sequence[Equation]) -> None:
    """A map says all that a step makes."""
    found: list[Declaration | Equation] = [*model.pins.values(), *model.unknowns.values(), *constraints]
    if found:
        word = "pins" if model.pins else "unknowns" if model.unknowns else "constraints"
        raise InputError(
            f"This model is a map, and maps have no {word}: laws of devices hold at all times.",
            code="constraint",
            remedy="Write the model as a flow, or leave them out.",
            place=found[0].source.place(0),
        )


def _refuse_delays(model: Model) -> None:
    """Residuals speak of one time."""
    for equation in model.equations:
        if equation.expr.has(Lag):
            raise InputError(
                "This model has constraints, and with them no delay is read in this version.",
                code="not-yet",
                remedy="Leave the delay out, or say by flows alone what the constraints say.",
                place=equation.source.place(equation.equals),
            )


def _refuse_supports(model: Model) -> None:
    """The derivatives of residuals are dense."""
    for declared in (*model.states.values(), *model.parameters.values()):
        if declared.on:
            raise InputError(
                "This model has constraints, and with them no support is read in this version.",
                code="not-yet",
                remedy=f"Leave the support of {declared.name} out.",
                place=declared.source.place(0),
            )
