"""Which method takes steps of fixed length: one rule for all backends that do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from neurodyn.backends.noisy import EULER_MARUYAMA, HEUN, MILSTEIN, check_method, default_method
from neurodyn.backends.plan import Plan
from neurodyn.errors import InputError
from neurodyn.system.structure import Structure

EXACT, EXPONENTIAL, EULER = "exact", "exponential_euler", "euler"
# What these methods of white noise are called where flows without noise have methods too.
NOISE = {EULER: EULER_MARUYAMA, HEUN: HEUN, MILSTEIN: MILSTEIN}


@dataclass(frozen=True)
class Methods:
    """The methods of a backend.

    Attributes:
        backend: its name.
        flows: those for flows without noise.
        asks: what a method asks of the flow: the first state that does not grant it, and the words for it.
    """

    backend: str
    flows: tuple[str, ...]
    asks: Mapping[str, tuple[Callable[[Structure], str], str]]

    def of(self, plan: Plan) -> str:
        """The method that a plan names, else the one that suits.

        That is `exact` where the flow is linear so far, and else `rk4`. With events it is `exponential_euler` or
        `euler` in place of `rk4`: no method has more than order 1 there, and one of several stages runs away where a
        flow explodes before its reset: a stage reads the flow far beyond the threshold, and makes a finite number of it
        that no later reset mends. With white noise it is `heun` where there are no events and no noise is read after
        Ito, and else `euler`.
        """
        method = plan.method or self._usual(plan)
        self._check(plan, method)
        return method

    def _usual(self, plan: Plan) -> str:
        acts, structure = "event:reset" in plan.needed, plan.system.structure
        if plan.noisy:
            return EULER if acts or default_method(plan) == EULER_MARUYAMA else HEUN
        wanted = (EXACT, EXPONENTIAL) if acts else (EXACT,)
        return next((name for name in wanted if not self.asks[name][0](structure)), EULER if acts else "rk4")

    def _check(self, plan: Plan, method: str) -> None:
        if method not in self.flows and method not in NOISE:
            raise InputError(
                f"The {self.backend} backend has no method {method}.",
                code="unknown-method",
                remedy=f"It has: {_listed((*self.flows, *NOISE))}.",
            )
        if method not in (NOISE if plan.noisy else self.flows):
            able = _listed(NOISE if plan.noisy else self.flows)
            what = "whose flow holds white noise" if plan.noisy else "whose flow holds no white noise"
            raise InputError(
                f"{method} cannot run {plan.system.name}, {what}.",
                code="method-noise",
                remedy=f"Take one of {able}, or leave the method out.",
            )
        if plan.noisy:
            check_method(plan, NOISE[method])
        elif method in self.asks and (state := self.asks[method][0](plan.system.structure)):
            raise InputError(
                f"{method} cannot run {plan.system.name}: the flow of {state} is not linear {self.asks[method][1]}.",
                code="method-linear",
                remedy="Take euler, rk2 or rk4, or leave the method out.",
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
