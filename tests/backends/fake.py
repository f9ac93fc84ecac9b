"""Just enough of a system to run a backend: a flow and a Jacobian in Python, and inputs."""

import numpy as np

from neurodyn.backends.check import check
from neurodyn.backends.compiled_choice import PYTHON
from neurodyn.backends.plan import Plan
from neurodyn.backends.scipy_backend import SciPy
from neurodyn.system.layout import Layout


class System:
    """A flow f(t, y, u) over states of the given shapes, as `neurodyn.system.System` offers it."""

    name = "fake"

    def __init__(self, flow, jacobian=None, shapes=None, scales=None, signals=None):
        self.calls, self.values = 0, {}
        self.layout = Layout.of(shapes or {"x": ()}, scales or {})
        self.signals = signals or {}
        self._flow, self._jacobian = flow, jacobian

    def flow(self, trials=False, products=None):
        def counted(t, y, u):
            self.calls += 1
            return np.asarray(self._flow(t, y, u), dtype=float)

        return counted

    def jacobian(self):
        return lambda t, y, u: np.asarray(self._jacobian(t, y, u), dtype=float)


def linear(matrix, **more):
    """x' = A x."""
    matrix = np.asarray(matrix, dtype=float)
    return System(lambda t, y, u: y @ matrix.T, lambda t, y, u: matrix, {"x": (len(matrix),)}, **more)


def plan(system, until, start, save_at=None, t0=0.0, **more):
    start = np.asarray(start, dtype=float)
    save_at = np.linspace(t0, until, 11) if save_at is None else np.asarray(save_at, dtype=float)
    trials = len(start) if start.ndim == 2 else None
    return Plan(system, float(t0), float(until), start, system.signals, save_at, trials=trials, **more)


def run(system, until, start, save_at=None, t0=0.0, **more):
    made = plan(system, until, start, save_at, t0, **{"target": PYTHON, **more})
    check(made)
    return SciPy().run(made)
