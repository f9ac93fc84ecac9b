"""The plan of a run, by the kind of its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from neurodyn.backends import find
from neurodyn.backends.along import check_along
from neurodyn.backends.check import check
from neurodyn.backends.clock import check_times
from neurodyn.backends.delayed import kept_names
from neurodyn.backends.goals import stopped_at
from neurodyn.backends.grids import END
from neurodyn.backends.plan import FIXED_EVENTS, FIXED_STEPS, LANES, Plan
from neurodyn.backends.prepare import prepare
from neurodyn.backends.reduced_names import checked
from neurodyn.backends.stepwise import prepare_map
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.system.system import System


def chosen_step(save_at: Any, every: Any, bench: Mapping[str, Any]) -> Any:
    """The step of the grid: as asked for, else that of the bench where no times are given."""
    if save_at is not None and every is not None:
        raise InputError(
            "save_at and every both say when to save.", code="bad-save-points", remedy="Give one of the two."
        )
    return every if every is not None or save_at is not None else bench.get("every")


def chosen_times(system: System, save_at: Any, every: Any, reduce: Any = None) -> tuple[Any, Any]:
    """The times to record and the step of their grid as plain numbers; text that names no times stays as it is.

    A run that is reduced is saved at its end alone where nothing is said.
    """
    if reduce and save_at is None and every is None:
        return END, None
    every = system.time("every", chosen_step(save_at, every, system.model.bench))
    return save_at if isinstance(save_at, str) else system.time("save_at", save_at), every


def _is_stepped(system: System, backend: str | None, target: str | None) -> bool:
    """Whether the step that the bench says holds: not for another backend, or a target, that chooses its own."""
    own = system.model.bench.get("backend")
    if target == LANES and system.model.events and not system.structure.noisy:
        return False
    if backend in (None, own) or system.structure.noisy:
        return True
    able = find(backend).abilities
    return FIXED_STEPS in able or (FIXED_EVENTS in able and bool(system.model.events))


def planned(
    system: System, names: Sequence[str], *, steps: Any, target: str | None = None, coupling: str | None = None,
    storage: str | None = None, backend: str | None = None, reduce: Any = None, stop_at: Any = None, **asked: Any,
) -> Plan:  # fmt: skip
    """The plan of a run of a flow or a map; `asked` are the arguments of `simulate`, `names` what will be recorded.

    Args:
        backend: the one that is asked for by name.
        reduce, stop_at: what is kept beside states, and where runs may end, as they were asked for.
    """
    if system.model.discrete:
        plan = prepare_map(system, names, steps=steps, **asked)
    elif steps is not None:
        raise InputError(f"{system.name} is a flow, which has no steps.", code="not-a-map", remedy="Give until.")
    else:
        plan = prepare(system, names, stepped=_is_stepped(system, backend, target), **asked)
    kept, reduce = () if system.model.discrete else kept_names(system, names), checked(system, names, reduce or {})
    plan = replace(plan, kept=kept, target=target, coupling=coupling, storage=storage, reduce=reduce)
    plan = plan if stop_at is None else replace(plan, stop_at=stopped_at(plan, stop_at))
    check(plan)
    check_along(plan)
    check_times(plan)
    return plan
