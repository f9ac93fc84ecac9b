"""From what a mode has found of each trial to a trajectory."""

from __future__ import annotations

import numpy as np

from neurodyn.backends.ensemble.driver import Found
from neurodyn.backends.ensemble.endings import Endings
from neurodyn.backends.ensemble.frame import DONE
from neurodyn.backends.outcome import joined
from neurodyn.backends.plan import Plan
from neurodyn.backends.trajectory import DONE as WELL
from neurodyn.backends.trajectory import Stop, Trajectory


def ends_only(plan: Plan) -> bool:
    """Whether nothing is saved but the states at the end."""
    return plan.save_at is not None and plan.save_at.size == 1 and float(plan.save_at[0]) == plan.until


def trajectory(plan: Plan, method: str, found: Found, interrupted: bool, scheme: dict[str, object]) -> Trajectory:
    """What was found, trial by trial."""
    sign, endings = (1.0 if plan.forward else -1.0), Endings(plan, method)
    codes, counts = found.told[:, 0], found.told[:, 3].copy()
    saved, times = found.saved, plan.save_at
    assert times is not None
    if ends_only(plan):
        counts[:] = codes == DONE
        saved = np.where((codes == DONE)[None, :, None], found.final[None], np.nan)
    bad = (codes != DONE) | ~np.isfinite(found.final).all(axis=1)
    numbers = np.flatnonzero(bad).tolist()
    ends = {k: endings.of(int(codes[k]), k, sign * found.ended[k], found.final[k]) for k in numbers}
    failed = {k: ended for k, ended in ends.items() if ended.status == "failed"}
    now = next((ended for ended in ends.values() if ended.status == "interrupted"), WELL)
    stops = [Stop(ends.get(k, WELL), float(sign * t), int(counts[k])) for k, t in enumerate(found.ended)]
    reached = int(counts.max())
    alone = plan.trials is None
    y = saved[:reached, 0] if alone else saved[:reached]
    return Trajectory(
        times[:reached],
        y,
        joined(plan, failed, now),
        method,
        {"steps": int(found.told[:, 1].sum()), "tried": int(found.told[:, 2].sum())},
        float(sign * (found.ended.max() if now is WELL else found.ended.min())),
        found.final[0] if alone else found.final,
        [] if alone else stops,
        scheme=scheme,
    )
