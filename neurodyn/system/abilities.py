"""What a backend must be able to do to run a system."""

from __future__ import annotations

from neurodyn.system.structure import Structure


def needed(structure: Structure, is_sparse: bool) -> frozenset[str]:
    """The abilities, in the words of backends; `is_sparse` where there are supports."""
    model, diffusion = structure.model, structure.diffusion
    acting = bool(model.events) or any(declared.clip for declared in model.states.values())
    trains = structure.impulses.trains.values() if structure.impulses else ()
    asked = {
        "map": model.discrete,
        "map:random": model.discrete and bool(model.noise),
        "map:async": structure.asynchronous,
        "dae": bool(structure.residuals),
        "flow": not (model.discrete or structure.residuals),
        "delay:state": bool(structure.remembered),
        "event:reset": acting,
        "event:counted": any(event.counted for event in model.events.values()),
        "event:delivery": any(train.delay is not None for train in trains),
        "sparse": is_sparse and not structure.residuals,
        diffusion.kind if diffusion else "": structure.noisy,
    }
    return frozenset(ability for ability, is_asked in asked.items() if is_asked)
