"""From what the loop of fixed steps has found of each trial to a trajectory."""

from __future__ import annotations

import numpy as np

from neurodyn.backends import outcome
from neurodyn.backends.ensemble.answer import ends_only
from neurodyn.backends.ensemble.frame import DONE, TOO_SMALL
from neurodyn.backends.ensemble.lockstep.driver import Found
from neurodyn.backends.plan import Plan
from neurodyn.backends.trajectory import DONE as WELL
from neurodyn.backends.trajectory import Outcome, Stop, Trajectory


def trajectory(plan: Plan, method: str, found: Found, interrupted: bool, scheme: dict[str, object]) -> Trajectory:
    """What was found, trial by trial."""
    codes, counts = found.told[:, 0], found.told[:, 2].copy()
    saved, times = found.saved, plan.save_at
    assert times is not None
    if ends_only(plan):
        counts[:] = codes == DONE
        saved = np.where((codes == DONE)[None, :, None], found.final[None], np.nan)
    ends = {k: _ending(plan, k, found) for k in np.flatnonzero(codes != DONE).tolist()}
    failed = {k: ended for k, ended in ends.items() if ended.status == "failed"}
    now = next((ended for ended in ends.values() if ended.status == "interrupted"), WELL)
    ended = np.where(codes == DONE, plan.until, found.ended)
    stops = [Stop(ends.get(k, WELL), t, int(counts[k])) for k, t in enumerate(ended.tolist())]
    reached, alone = int(counts.max()), plan.trials is None
    sign = 1.0 if plan.forward else -1.0
    return Trajectory(
        times[:reached],
        saved[:reached, 0] if alone else saved[:reached],
        outcome.joined(plan, failed, now),
        method,
        {"steps": int(found.told[:, 1].sum())},
        float(sign * ((sign * ended).max() if now is WELL else (sign * ended).min())),
        found.final[0] if alone else found.final,
        [] if alone else stops,
        scheme=scheme,
    )


def _ending(plan: Plan, trial: int, found: Found) -> Outcome:
    """Why a trial stopped early."""
    t, scales = float(found.ended[trial]), plan.system.layout.scales
    if found.told[trial, 0] != TOO_SMALL:
        return outcome.interrupted(t)
    if plan.discrete:
        return outcome.bad_step(plan, trial, t, found.wrong[trial])
    before, after = found.final[trial] / scales, found.wrong[trial] / scales
    if not np.isfinite(after).all():
        return outcome.bad_state(plan, trial, t, after)
    told = outcome.leap(plan, t, before, after, trial)
    assert told is not None
    return told
