"""What the flow reads beside the states where each run has a time of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.array_products import ArrayProducts
from neurodyn.backends.ensemble.segments import degree
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.products.choice import SHORT, no_use

TIME = "t"
Numbers = NDArray[np.intp]


class Readings:
    """The flow of a plan, for any of its trials, each at a time of its own; inside, time runs forward.

    Inputs that are constant on every piece, and the same for all trials, have no axis of trials.

    Attributes:
        products: what multiplies by large matrices.
    """

    def __init__(self, plan: Plan, observed: Sequence[str] = ()) -> None:
        own = plan.own_signals
        self._sign = 1.0 if plan.forward else -1.0
        self._moving = tuple(name for name, signal in plan.signals.items() if name not in own and degree(signal))
        self._own, self._shared = own, tuple(n for n in plan.signals if n not in own and n not in self._moving)
        self._still = frozenset(name for name in own if not _moves(plan.signals[name]))
        system = replace(plan.system, by_trial=(*plan.system.by_trial, *self._moving, TIME))
        self.products = ArrayProducts(plan.storage == SHORT)
        self._flow = system.flow(trials=True, products=self.products)
        if plan.storage is not None and not self.products.has_large:
            raise no_use(plan)
        self._observe = system.observe(observed, trials=True) if observed else None
        self._piece: Piece
        self._fixed: Mapping[str, Any] = {}

    def enter(self, piece: Piece) -> None:
        """Read inputs on this piece from now on."""
        self._piece = piece
        self._fixed = {name: piece.signals[name](piece.begin) for name in (*self._shared, *self._still)}

    def rates(self, t: Floats, y: Floats, trials: Numbers) -> Floats:
        """The rates of some trials, one row for each: at times `t`, inside, in states `y`.

        They may be overwritten by the next call.
        """
        self.products.begin()
        now = self._sign * t
        rates = self._flow(0.0, y, self._given(now, trials))
        return rates if self._sign > 0 else -rates

    def observed(self, now: Floats, y: Floats, trials: Numbers) -> Mapping[str, Any]:
        """The observables of some trials, at their times."""
        assert self._observe is not None
        return self._observe(0.0, y, self._given(now, trials))

    def _given(self, now: Floats, trials: Numbers) -> dict[str, Any]:
        """What is read beside the states."""
        given = {name: self._fixed[name] for name in self._shared}
        given |= {name: self._fixed[name][trials] for name in self._still}
        given |= {name: _each(self._piece.signals[name], now) for name in self._moving}
        for name in self._own - self._still:
            given[name] = _each_of(self._piece.signals[name], now, trials)
        return {**given, TIME: now}


def _moves(signal: Any) -> bool:
    """Whether a signal with a row for each trial changes on a piece."""
    return any(degree(one) for one in getattr(signal, "each", (signal,)))


def _each(value: Callable[[float], Any], times: Floats) -> Floats:
    """A signal at several times."""
    return np.stack([np.asarray(value(t), dtype=float) for t in times.tolist()])


def _each_of(value: Callable[[float], Any], times: Floats, trials: Numbers) -> Floats:
    """A signal with a row for each trial, for some of them, each at its time."""
    return np.stack(
        [np.asarray(value(t)[k], dtype=float) for t, k in zip(times.tolist(), trials.tolist(), strict=True)]
    )
