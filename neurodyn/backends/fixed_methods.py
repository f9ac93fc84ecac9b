"""What the methods of the `fixed` backend make of the state in one step, of length dt, between two instants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import exprel

from neurodyn.backends.fixed_choice import EULER, EXACT, EXPONENTIAL, Methods
from neurodyn.backends.fixed_exact import Propagator
from neurodyn.backends.noisy import BEND, EULER_MARUYAMA, HEUN, MILSTEIN, Jolts
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.products.choice import flow_of
from neurodyn.system.affine import constant_slopes, own_slopes, slopes_function

Held = NDArray[np.bool_] | None


class Euler:
    """One evaluation of the flow, at the begin of the step.

    Attributes:
        piece: whose inputs hold now.
        calls: how often the flow was evaluated.
        products: what multiplies large matrices.
    """

    def __init__(self, plan: Plan, dt: float) -> None:
        self.dt, self.calls = dt, 0
        self.piece: Piece
        self.products, self._flow = flow_of(plan)

    def advance(self, number: int, y: Floats, held: Held) -> Floats:
        """The state one step after that of step `number`; what is held stands still."""
        return y + self.dt * self.rate(number, y, held)

    def rate(self, number: float, y: Floats, held: Held) -> Floats:
        """The flow at a time counted in steps, with the inputs on this side of an edge."""
        self.calls += 1
        rate = self._flow(self.time(number), y, self.inputs(number))
        return rate if held is None else np.where(held, 0.0, rate)

    def time(self, number: float) -> float:
        return min(max(number * self.dt, self.piece.begin), self.piece.end)

    def inputs(self, number: float) -> dict[str, Any]:
        return self.piece.inputs(self.time(number))


class Midpoint(Euler):
    """The flow half a step on, of order 2."""

    def advance(self, number: int, y: Floats, held: Held) -> Floats:
        middle = y + self.dt / 2 * self.rate(number, y, held)
        return y + self.dt * self.rate(number + 0.5, middle, held)


class RungeKutta(Euler):
    """The classical method of order 4."""

    def advance(self, number: int, y: Floats, held: Held) -> Floats:
        dt = self.dt
        a = self.rate(number, y, held)
        b = self.rate(number + 0.5, y + dt / 2 * a, held)
        c = self.rate(number + 0.5, y + dt / 2 * b, held)
        d = self.rate(number + 1, y + dt * c, held)
        return y + dt / 6 * (a + 2 * b + 2 * c + d)


class ExponentialEuler(Euler):
    """Each element as if all others and the inputs stood still in the step: exact where they do."""

    def __init__(self, plan: Plan, dt: float) -> None:
        super().__init__(plan, dt)
        self._slopes = slopes_function(plan.system)

    def advance(self, number: int, y: Floats, held: Held) -> Floats:
        self.calls += 1
        rate, slope = self._slopes(self.time(number), y, self.inputs(number))
        change: Floats = self.dt * rate * exprel(self.dt * slope)
        return y + (change if held is None else np.where(held, 0.0, change))


class Exact(Euler):
    """The solution of a linear flow, its inputs standing still in the step as they are in its middle."""

    def __init__(self, plan: Plan, dt: float) -> None:
        super().__init__(plan, dt)
        self._propagator: Propagator | None = None
        self._system = plan.system

    def advance(self, number: int, y: Floats, held: Held) -> Floats:
        self.calls += 1
        t, inputs = self.time(number + 0.5), self.inputs(number + 0.5)
        if self._propagator is None:  # slopes do not vary, so those of the first step serve
            self._propagator = Propagator(self._system.jacobian()(t, y, inputs), self._system.layout.scales, self.dt)
        return self._propagator.moved(y, self._flow(t, np.zeros_like(y), inputs), held)


class EulerMaruyama(Euler):
    """Flow and factors of white noise at the begin of the step, corrected where the noise is read otherwise.

    So is the method of Milstein, which adds the bend of the factors.
    """

    scheme = EULER_MARUYAMA

    def __init__(self, plan: Plan, dt: float) -> None:
        super().__init__(plan, dt)
        self._jolts = Jolts(plan, self.scheme, self.products)

    def advance(self, number: int, y: Floats, held: Held) -> Floats:
        return y + self.change(number, y, held, self.increments(number))

    def increments(self, number: int) -> dict[str, Any]:
        return self._jolts.increments(self.time(number), number, self.dt, [0])

    def change(self, number: float, y: Floats, held: Held, increments: Mapping[str, Any]) -> Floats:
        """By how much the state changes in a step, all read at one time."""
        self.calls += 1
        drift, noise, *more = self._jolts.parts(self.time(number), y, {**self.inputs(number), **increments})
        change = self.dt * drift + noise
        for word, term in zip(self._jolts.words[1:], more, strict=True):
            change = change + (term if word == BEND else self.dt * term)
        return change if held is None else np.where(held, 0.0, change)


class Milstein(EulerMaruyama):
    """Of strong order 1, for noise that commutes."""

    scheme = MILSTEIN


class Heun(EulerMaruyama):
    """The mean of the changes read at both ends of a step."""

    scheme = HEUN

    def advance(self, number: int, y: Floats, held: Held) -> Floats:
        increments = self.increments(number)
        first = self.change(number, y, held, increments)
        return y + (first + self.change(number + 1, y + first, held, increments)) / 2


FLOWS: dict[str, type[Euler]] = {
    EXACT: Exact, EXPONENTIAL: ExponentialEuler, "rk4": RungeKutta, "rk2": Midpoint, EULER: Euler,
}  # fmt: skip
NOISY: dict[str, type[Euler]] = {HEUN: Heun, EULER: EulerMaruyama, MILSTEIN: Milstein}
METHODS = Methods(
    "fixed",
    tuple(FLOWS),
    {
        EXACT: (constant_slopes, "in all states, with slopes that do not vary"),
        EXPONENTIAL: (own_slopes, "in itself"),
    },
)


def method_of(plan: Plan, name: str, dt: float) -> Euler:
    """The method of a run."""
    return (NOISY if plan.noisy else FLOWS)[name](plan, dt)
