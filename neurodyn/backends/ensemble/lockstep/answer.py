"""From what the loop of fixed steps has found of each trial to a trajectory."""

from __future__ import annotations

import numpy as np

from neurodyn.backends import outcome
from neurodyn.backends.ensemble.answer import Reached, assembled
from neurodyn.backends.ensemble.frame import DONE, TOO_SMALL
from neurodyn.backends.ensemble.lockstep.driver import Found
from neurodyn.backends.plan import Plan
from neurodyn.backends.trajectory import Outcome, Trajectory


def trajectory(plan: Plan, method: str, found: Found, scheme: dict[str, object]) -> Trajectory:
    """What was found, trial by trial."""
    done = found.told[:, 0] == DONE
    ends = {k: _ending(plan, k, found) for k in np.flatnonzero(~done).tolist()}
    ended = np.where(done, plan.until, found.ended)
    work = {"steps": int(found.told[:, 1].sum())}
    return assembled(plan, method, Reached(found.saved, found.final, done, found.told[:, 2], ended), ends, work, scheme)


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
