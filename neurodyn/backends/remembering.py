"""A solver of a flow with delays: one of SciPy's explicit solver objects, each of whose steps is remembered.

A step is not longer than the least delay, so all that it reads of the past has been solved; and it ends where a
breaking point is, so that no step crosses one. With this the methods keep their order: the dense output of DOP853 has
order 7 and that of RK45 order 4, and one order less than that of the method is what the past may have.
"""

from __future__ import annotations

from typing import Any

from neurodyn.backends.past import Past
from neurodyn.backends.plan import Floats


class Remembering:
    """Has the interface of SciPy's solver objects.

    Args:
        solver: an explicit Runge-Kutta method that reads `past` in its rate and has steps of at most `past.least`.
    """

    def __init__(self, solver: Any, past: Past) -> None:
        self._solver, self._past, self._end = solver, past, solver.t_bound
        self._path: Any = None
        self.direction: float = solver.direction

    @property
    def t(self) -> float:
        return float(self._solver.t)

    @property
    def t_old(self) -> float | None:
        found: float | None = self._solver.t_old
        return found

    @property
    def y(self) -> Floats:
        found: Floats = self._solver.y
        return found

    @property
    def status(self) -> str:
        return str(self._solver.status)

    def step(self) -> str | None:
        """Take one step."""
        solver, past, wanted = self._solver, self._past, self._solver.h_abs
        here = past.breaks.passed(solver.t)
        solver.t_bound = past.breaks.before(self._end)
        past.open(solver.t, solver.t_bound)
        if here:
            solver.f = solver.fun(solver.t, solver.y)  # as it is after the breaking point
        message: str | None = solver.step()
        if solver.status == "failed":
            return message
        if solver.status == "finished" and solver.t_bound != self._end:
            solver.status = "running"
            solver.h_abs = max(solver.h_abs, wanted)  # the last step was short for the breaking point alone
        solver.t_bound = self._end
        self._path = solver.dense_output()
        past.add(self._path)
        return message

    def dense_output(self) -> Any:
        """The path over the last step."""
        return self._path
