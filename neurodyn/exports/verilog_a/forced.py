"""Branches whose voltage a device says: an unknown that is the current of a branch, and the constraint that is its law.

`0 = p.v - n.v - L*ddt(i)`, `p.i = i` and `n.i = -i` are `V(p, n) <+ L*ddt(I(p, n))`. Other unknowns get a node.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S

from neurodyn.calculus.letters import names_in, quantity
from neurodyn.model.circuits import current, potential
from neurodyn.model.model import Model


@dataclass(frozen=True)
class Forced:
    """A branch from `pins`, one to the ground or two, with its current, the constraint used up, and the voltage."""

    pins: tuple[str, ...]
    unknown: str
    constraint: str
    voltage: Expr


def forced_branches(model: Model) -> list[Forced]:
    """The branches of a device whose voltage is said."""
    found: list[Forced] = []
    for name in model.unknowns:
        pins = _pins(model, name)
        used = {f.constraint for f in found}
        laws = [law for law in model.constraints if law.name not in used] if pins else []
        told = ((law.name, _voltage(law.expr, pins)) for law in laws)
        first = next(((law, voltage) for law, voltage in told if voltage is not None), None)
        if first is not None:
            found.append(Forced(pins, name, *first))
    return found


def _pins(model: Model, unknown: str) -> tuple[str, ...]:
    """Where the unknown enters, and where it leaves; nothing if it does anything else at a pin."""
    own = quantity(unknown)
    currents = {pin: model.definitions[current(pin)].expr for pin in model.pins}
    into = [pin for pin, expr in currents.items() if expr == own]
    out = [pin for pin, expr in currents.items() if expr == -own]
    others = [pin for pin, expr in currents.items() if pin not in (*into, *out) and unknown in names_in(expr)]
    return (*into, *out) if len(into) == 1 and len(out) <= 1 and not others else ()


def _voltage(law: Expr, pins: tuple[str, ...]) -> Expr | None:
    """What `law == 0` says the voltage of the branch to be, if it is the voltage less something else."""
    across = quantity(potential(pins[0])) - (quantity(potential(pins[1])) if len(pins) > 1 else S.Zero)
    own = {potential(pin) for pin in pins}
    for sign in (1, -1):
        rest = sign * (sign * across - law)
        if own.isdisjoint(names_in(rest)):
            return rest
    return None
