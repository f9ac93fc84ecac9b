"""From what a mode has found of each trial to a trajectory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.driver import Found
from neurodyn.backends.ensemble.endings import Endings
from neurodyn.backends.ensemble.frame import DONE
from neurodyn.backends.ensemble.frame import SETTLED as AT_REST
from neurodyn.backends.outcome import joined
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.stops import Stops
from neurodyn.backends.trajectory import DONE as WELL
from neurodyn.backends.trajectory import SETTLED, Outcome, Trajectory


def ends_only(plan: Plan) -> bool:
    """Whether nothing is saved but the states at the end."""
    return plan.save_at is not None and plan.save_at.size == 1 and float(plan.save_at[0]) == plan.until


def trajectory(plan: Plan, method: str, found: Found, scheme: dict[str, object]) -> Trajectory:
    """What was found, trial by trial."""
    sign, endings = (1.0 if plan.forward else -1.0), Endings(plan, method)
    codes, ended = found.told[:, 0], sign * found.ended
    settled = codes == AT_REST
    bad = ~(settled | (codes == DONE)) | ~np.isfinite(found.final).all(axis=1)
    numbers = np.flatnonzero(bad).tolist()
    ends = {k: endings.of(int(codes[k]), k, ended[k], found.final[k]) for k in numbers}
    work = {"steps": int(found.told[:, 1].sum()), "tried": int(found.told[:, 2].sum())}
    reached = Reached(found.saved, found.final, codes == DONE, found.told[:, 3], ended, settled)
    made = assembled(plan, method, reached, ends, work, scheme)
    return made if plan.stop_at is None else replace(made, attractor=found.goals.astype(np.intp))


@dataclass(frozen=True, eq=False)
class Reached:
    """How far trials came.

    Attributes:
        saved, final: the states at the times to save, (times, trials, states), and the last ones.
        done: the trials that came to the end.
        counts: how many of the times each has passed.
        ended: the last time of each.
        settled: those that came to a known attractor, if there are any.
    """

    saved: Floats
    final: Floats
    done: NDArray[np.bool_]
    counts: NDArray[np.int64]
    ended: Floats
    settled: NDArray[np.bool_] | None = None


def assembled(
    plan: Plan,
    method: str,
    reached: Reached,
    ends: Mapping[int, Outcome],
    work: dict[str, int],
    scheme: dict[str, object],
) -> Trajectory:
    """A trajectory of what trials came to.

    Args:
        ends: how those trials ended, by number, that did not come to their end in good order.
        work: what was done, by what it is.
    """
    saved, counts, ended = reached.saved, reached.counts, reached.ended
    assert plan.save_at is not None
    if ends_only(plan):
        counts = reached.done.astype(np.int64)
        saved = np.where(reached.done[None, :, None], reached.final[None], np.nan)
    most, alone = int(counts.max()), plan.trials is None
    failed = {k: one for k, one in ends.items() if one.status == "failed"}
    now = next((one for one in ends.values() if one.status == "interrupted"), WELL)
    if alone and reached.settled is not None and reached.settled[0]:
        now = SETTLED
    sign = 1.0 if plan.forward else -1.0
    return Trajectory(
        plan.save_at[:most],
        saved[:most, 0] if alone else saved[:most],
        joined(plan, failed, now),
        method,
        work,
        float(sign * ((sign * ended).max() if now is WELL else (sign * ended).min())),
        reached.final[0] if alone else reached.final,
        () if alone else Stops(ended, counts, ends, reached.settled),
        scheme=scheme,
    )
