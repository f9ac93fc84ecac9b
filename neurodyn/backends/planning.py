"""The plan of a run, by the kind of its time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neurodyn.backends.check import check
from neurodyn.backends.plan import Plan
from neurodyn.backends.prepare import prepare
from neurodyn.backends.stepwise import prepare_map
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.system.system import System


def planned(system: System, names: Sequence[str], *, steps: Any, **asked: Any) -> Plan:
    """The plan of a run of a flow or a map; `asked` are the arguments of `simulate`, `names` what will be recorded."""
    if system.model.discrete:
        plan = prepare_map(system, names, steps=steps, **asked)
    elif steps is not None:
        raise InputError(f"{system.name} is a flow, which has no steps.", code="not-a-map", remedy="Give until.")
    else:
        plan = prepare(system, **asked)
    check(plan)
    return plan
