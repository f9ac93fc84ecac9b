"""What the methods of the `fixed` backend make of the state in one step, of length dt, between two instants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import exprel

from neurodyn.backends.fixed_exact import Propagator
from neurodyn.backends.noisy import BEND, EULER_MARUYAMA, Jolts
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.errors import InputError
from neurodyn.system.affine import constant_slopes, own_slopes, slopes_function

Held = NDArray[np.bool_] | None


class Euler:
    """One evaluation of the flow, at the begin of the step.

    Attributes:
        piece: whose inputs hold now.
        calls: how often the flow was evaluated.
    """

    def __init__(self, plan: Plan, dt: float) -> None:
        self.dt, self.calls = dt, 0
        self.piece: Piece
        self._flow = plan.system.flow()

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
    """The solution of a linear flow, its inputs standing still in the step as they are at its begin."""

    def __init__(self, plan: Plan, dt: float) -> None:
        super().__init__(plan, dt)
        self._propagator: Propagator | None = None
        self._system = plan.system

    def advance(self, number: int, y: Floats, held: Held) -> Floats:
        self.calls += 1
        t, inputs = self.time(number), self.inputs(number)
        if self._propagator is None:  # slopes do not vary, so those of the first step serve
            self._propagator = Propagator(self._system.jacobian()(t, y, inputs), self._system.layout.scales, self.dt)
        return self._propagator.moved(y, self._flow(t, np.zeros_like(y), inputs), held)


class EulerMaruyama(Euler):
    """Flow and factors of white noise at the begin of the step, corrected where it is read after Stratonovich."""

    def __init__(self, plan: Plan, dt: float) -> None:
        super().__init__(plan, dt)
        self._jolts = Jolts(plan, EULER_MARUYAMA)

    def advance(self, number: int, y: Floats, held: Held) -> Floats:
        self.calls += 1
        t, jolts = self.time(number), self._jolts
        given: Mapping[str, Any] = {**self.inputs(number), **jolts.increments(t, number, self.dt, [0])}
        drift, noise, *more = jolts.parts(t, y, given)
        change = self.dt * drift + noise
        for word, term in zip(jolts.words[1:], more, strict=True):
            change = change + (term if word == BEND else self.dt * term)
        return y + (change if held is None else np.where(held, 0.0, change))


METHODS: dict[str, type[Euler]] = {
    "exact": Exact, "exponential_euler": ExponentialEuler, "euler": Euler, "rk2": Midpoint, "rk4": RungeKutta,
}  # fmt: skip
# What a method asks of the flow: the first state that does not grant it.
ASKS: dict[str, tuple[Callable[[Any], str], str]] = {
    "exact": (constant_slopes, "in all states, with slopes that do not vary"),
    "exponential_euler": (own_slopes, "in itself"),
}


def method_name(plan: Plan) -> str:
    """The method that the plan names, else `exact` where the flow is linear so far, and `rk4` where it is not.

    With events it is `exponential_euler` or `euler` in place of `rk4`, and with white noise `euler`. With events no
    method has more than order 1, and one of several stages runs away where a flow explodes before its reset: a stage
    reads the flow far beyond the threshold, and makes a finite number of it that no later reset mends.
    """
    method, structure = plan.method, plan.system.structure
    if method is None:
        if plan.noisy:
            return "euler"
        wanted = ("exact", "exponential_euler") if "event:reset" in plan.needed else ("exact",)
        usual = "euler" if "event:reset" in plan.needed else "rk4"
        return next((name for name in wanted if not ASKS[name][0](structure)), usual)
    if method not in METHODS:
        raise InputError(
            f"The fixed backend has no method {method}.",
            code="unknown-method",
            remedy=f"It has: {', '.join(METHODS)}.",
        )
    if plan.noisy and method != "euler":
        raise InputError(
            f"{method} cannot run {plan.system.name}, whose flow holds white noise.",
            code="method-noise",
            remedy="Take euler, or leave the method out.",
        )
    if method in ASKS and (state := ASKS[method][0](structure)):
        raise InputError(
            f"{method} cannot run {plan.system.name}: the flow of {state} is not linear {ASKS[method][1]}.",
            code="method-linear",
            remedy="Take euler, rk2 or rk4, or leave the method out.",
        )
    return method


def method_of(plan: Plan, name: str, dt: float) -> Euler:
    """The method of a run."""
    return (EulerMaruyama if plan.noisy else METHODS[name])(plan, dt)
