"""What a result records has a name that the result does not need itself."""

from __future__ import annotations

from neurodyn.errors import InputError
from neurodyn.model.model import Model

_KEPT = {
    "time": "times",
    "trial": "numbers of the trials",
    "part": "terms of the energy",
    "sample": "steps of all trials",
    "status": "status of each trial",
    "message": "reason why each trial ended",
    "stop_time": "time at which each trial ended",
    "valid": "count of valid samples of each trial",
    "offset": "number of the first sample of each trial",
}


def check_result_names(model: Model) -> None:
    """Refuse states, inputs and definitions under whose name results keep something else."""
    for name, known in model.names.quantities.items():
        if name in _KEPT and known.kind != "parameter":
            raise InputError(
                f"{name} is the name under which results keep the {_KEPT[name]}.",
                code="name-taken",
                remedy="Rename it.",
                place=model.source_of(name).place(0),
            )
