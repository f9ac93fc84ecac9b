"""A device is a part of circuits, and laws take rates of what has one."""

from __future__ import annotations

from neurodyn.calculus.letters import names_in
from neurodyn.calculus.rewrite import names_reached
from neurodyn.calculus.times import Ddt
from neurodyn.errors import InputError
from neurodyn.model.model import Model


def check_rates(model: Model) -> None:
    """Refuse `ddt` of what depends on an input: it may jump, and has no rate."""
    definitions = model.definitions
    for equation in model.equations:
        for call in equation.expr.atoms(Ddt):
            reached = frozenset[str]().union(*(names_reached(n, definitions) for n in names_in(call)))
            for name in sorted(reached & model.inputs.keys()):
                raise InputError(
                    f"ddt asks for the rate of the input {name}, which may jump.",
                    code="ddt-input",
                    remedy=f"Make {name} the potential of a node or an unknown, by a constraint 0 = ...",
                    place=equation.source.place(max(0, equation.source.text.find("ddt"))),
                )


def check_device(model: Model) -> None:
    """Refuse to build a device by itself."""
    if model.pins:
        pins = ", ".join(f'{pin} = "..."' for pin in model.pins)
        raise InputError(
            f"{model.name} is a device with pins, which needs a circuit.",
            code="device",
            remedy=f'Make it a part: D1 = {{ model = "{model.name}", {pins} }}.',
            place=next(iter(model.pins.values())).source.place(0),
        )
