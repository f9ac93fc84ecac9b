"""What has no exponents that are computed here, by name."""

from __future__ import annotations

from neurodyn.calculus.continuity import is_continuous
from neurodyn.calculus.rewrite import inline
from neurodyn.calculus.scans import find_scans
from neurodyn.errors import InputError
from neurodyn.system.system import System


def check_kind(system: System, what: str = "exponents") -> None:
    """Refuse systems whose linearisation is not a flow or map of vectors beside the state.

    Args:
        what: what was asked for, in words.
    """
    structure, model = system.structure, system.model
    noise = structure.noisy or (model.discrete and bool(model.noise))
    kinds = {
        "it has constraints": structure.residuals,
        "its rates read earlier states, so that a neighbour differs by a whole function of time": structure.remembered,
        "its step reads earlier states": structure.pasts,
        "its units are updated one after the other": structure.asynchronous,
        "noise drives it": noise,
        "some of its states are kept within bounds": any(d.clip for d in model.states.values()),
        "some of its quantities live on the edges of a support": system.wirings,
        "it has no states": not system.layout.size,
    }
    reason = next((text for text, holds in kinds.items() if holds), None)
    if reason is not None:
        raise InputError(
            f"There are no {what} of {system.name} here: {reason}.",
            code=f"no-{what}",
            remedy="They are computed of flows and synchronous maps whose next state follows from the present one.",
        )


def acting_events(system: System) -> list[str]:
    """The events from which something follows."""
    trains = system.structure.impulses.trains.values() if system.structure.impulses else ()
    driving = {train.event for train in trains}
    rules = system.model.rules.items()
    return [n for n, rule in rules if rule.sets or rule.event.refractory is not None or n in driving]


def jumps(system: System) -> list[str]:
    """The states whose rate is not shown to be continuous: where it jumps, directions have a jump that is left out."""
    structure = system.structure
    varying, states = structure.varying, frozenset(system.layout.names)
    stop = frozenset(find_scans(varying))
    found = []
    for name, flow in structure.flows.items():
        if not is_continuous(inline(flow.expr, varying, stop), states):
            found.append(name)
    return found
