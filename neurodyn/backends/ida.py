"""IDA of SUNDIALS, through scikit-sundae: backward differences of variable order on 0 = F(t, y, rate) as it stands.

It has the face of SciPy's solvers. What moves is what the mass matrix sees of y, as for the other methods: all else
follows from it at the times that are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.reduced import Reduced
from neurodyn.errors import InputError

NAME = "IDA"
MOST_STEPS = 100_000  # to one time that is asked for, where others would stop at 500


def check_ida() -> None:
    """Refuse the method where its package is not installed."""
    if find_spec("sksundae") is None:
        raise InputError(
            "The method IDA needs the package scikit-sundae, which is not installed.",
            code="no-sundials",
            remedy="Install it, pip install 'neurodyn[dae]', or take Radau, which needs nothing.",
        )


class IDA:
    """A run through one piece, step by step.

    Attributes:
        t, y: where it is, and what the mass matrix sees there.
        status: `running`, `finished` or `failed`.
    """

    def __init__(self, plan: Plan, reduced: Reduced, piece: Piece, t: float, z: Floats) -> None:
        from sksundae.ida import IDA as Solver

        self.t, self.y, self.status = t, z, "running"
        self._end, self._seen, self._scale = piece.end, reduced.seen, reduced.scale
        residual, jacobian = plan.system.residual(), plan.system.residual_jacobian()
        scale = self._scale

        def off(t: float, y: Floats, rate: Floats, found: Floats) -> None:
            reduced.counts["rhs"] += 1
            found[:] = residual(t, y * scale, rate * scale, piece.inputs(t))

        def slope(t: float, y: Floats, rate: Floats, _: Floats, per_rate: float, found: Floats) -> None:
            reduced.counts["jacobian"] += 1
            by_y, by_rate = jacobian(t, y * scale, rate * scale, piece.inputs(t))
            found[:] = (by_y + per_rate * by_rate) * scale

        still = np.flatnonzero(np.abs(self._seen).max(axis=0, initial=0.0) == 0)
        options: dict[str, Any] = {"rtol": plan.rtol, "atol": plan.atol, "max_num_steps": MOST_STEPS}
        self._solver = Solver(off, jacfn=slope, algebraic_idx=still if still.size else None, **options)
        start, rate = reduced.consistent(t, z)
        self._solver.init_step(t, start, rate)

    def step(self) -> None:
        """One step, of the length that the tolerances allow."""
        found = self._solver.step(self._end, method="onestep", tstop=self._end)
        state = np.asarray(found.y, dtype=float).reshape(-1)
        if not found.success or not np.isfinite(state).all():
            self.status = "failed"
            return
        self.t, self.y = float(np.ravel(found.t)[0]), self._seen @ state
        if self.t == self._end:
            self.status = "finished"

    def dense_output(self) -> Callable[[Floats], Floats]:
        """What is moving at times in the last step, one column each; to be asked before the next step."""

        def at(times: Floats) -> Floats:
            columns = [self._seen @ np.ravel(self._solver.step(t, method="normal").y) for t in times.tolist()]
            return np.stack(columns, axis=-1)

        return at
