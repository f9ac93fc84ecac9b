"""What has no form in a circuit simulator is refused by name."""

from __future__ import annotations

from neurodyn.errors import InputError
from neurodyn.system.system import System

MOST_STATES = 300


def check(system: System, form: str, events: bool = False) -> None:
    """Refuse a system that circuit simulators cannot run.

    Args:
        form: what was to be written.
        events: whether it may have events.

    Raises:
        InputError: for maps, noise, delays, events, and large systems.
    """
    structure, model = system.structure, system.model
    clipped = any(declared.clip for declared in model.states.values())
    reasons = {
        "it is a map, and circuits move in continuous time": model.discrete,
        "it has white noise, of which a transient analysis has none": structure.noisy,
        "it has delays": bool(structure.delayed),
        f"it has events ({', '.join(model.events)}), and a circuit does not jump": bool(model.events) and not events,
        "its states are clipped, and a circuit does not jump": clipped,
        f"it has {system.layout.size:,} states, and at most {MOST_STATES} are written": system.layout.size
        > MOST_STATES,
        "it stands in no time: it has neither states nor unknowns": not system.layout.size and not model.pins,
    }
    for reason, applies in reasons.items():
        if applies:
            raise InputError(
                f"{system.name} cannot be written as {form}: {reason}.",
                code="not-exported",
                remedy="Run it on one of our own engines: neurodyn run.",
            )
