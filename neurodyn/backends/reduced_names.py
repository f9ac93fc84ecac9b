"""What can be reduced in a run, and under which names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.backends.observe import Observed, refuse_noise
from neurodyn.backends.outcome import joined
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.trajectory import Outcome
from neurodyn.calculus.rewrite import names_reached
from neurodyn.errors import InputError
from neurodyn.system.reductions import FirstCrossing, Reduction, SettledAt, resolved

if TYPE_CHECKING:
    from neurodyn.system.system import System

_HELD = frozenset({"attractor", "time", "trial", "sample", "offset", "part", "status", "message", "stop_time", "valid"})


def checked(system: System, names: Sequence[str], asked: Mapping[str, Any]) -> dict[str, Reduction]:
    """Reductions by name, with plain numbers; `names` are recorded."""
    if not asked:
        return {}
    taken = frozenset([*names, *system.layout.names, *system.model.names.quantities, *system.sizes]) | _HELD
    found = resolved(system, asked, taken)
    refuse_noise(system, [one.reads for one in found.values() if one.reads])
    structure = system.structure
    for name, one in found.items():
        if isinstance(one, SettledAt) and system.structure.noisy:
            raise InputError(
                f"reduce: {name} asks for a speed, and the states of {system.name} have none: noise drives them.",
                code="white-record",
                remedy="Leave it out.",
            )
        reached = names_reached(one.reads, structure.definitions) if one.reads else frozenset()
        if not reached.isdisjoint({*structure.remembered, *structure.pasts}):
            raise InputError(
                f"reduce: {name} is of {one.reads}, which reads earlier values; these are kept for saved times alone.",
                code="bad-reduction",
                remedy="Reduce a state, or record it.",
            )
    return found


def with_finite(plan: Plan, reduced: Mapping[str, Floats], seen: Observed) -> Observed:
    """What was seen of a run; trials fail whose extremes or means are no numbers although every state is one."""
    sign, bad = (1.0 if plan.forward else -1.0), dict[int, Outcome]()
    for name, one in plan.reduce.items():
        never = one.begin is not None and sign * one.begin >= sign * plan.until
        if isinstance(one, FirstCrossing | SettledAt) or never:
            continue
        rows = reduced[name].reshape(plan.trials or 1, -1)
        for k in np.flatnonzero(~np.isfinite(rows).all(axis=1)).tolist():
            where = "" if plan.trials is None else f" in trial {k}"
            text = f"{name}{where} is not finite: {one.reads} was not somewhere on the way, though every state was. "
            remedy = "Look in its definition for a division by 0, a root or logarithm of a negative number."
            bad.setdefault(k, Outcome("failed", "non-finite", text + remedy))
    if seen.outcome.status == "interrupted" or not bad:
        return seen
    good = {k: ended for k, ended in bad.items() if not seen.stops or seen.stops[k].outcome.status == "done"}
    outcome = joined(plan, good, seen.outcome) if seen.outcome.status == "done" else seen.outcome
    return replace(seen, stops=seen.stops.spoilt(good), outcome=outcome)
