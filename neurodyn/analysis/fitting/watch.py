"""Observables along many runs: all times and trials in one call, where they follow from states, inputs and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fitting.observed import Observed
from neurodyn.backends.varied import varied
from neurodyn.calculus.chain import TIME
from neurodyn.calculus.rewrite import names_reached
from neurodyn.system.signals import Signal
from neurodyn.system.system import System

Floats = NDArray[np.float64]


class Watch:
    """Observables of a flow at fixed times, for trials of other values.

    Args:
        signals: the inputs, which are the same in all trials.
        seen: the times, and the edges of inputs.
    """

    def __init__(self, system: System, signals: Mapping[str, Signal], seen: Observed, names: Sequence[str]) -> None:
        self.system, self.names, self.count = system, tuple(names), len(seen.looks)
        edges = np.zeros(0) if seen.edges is None else seen.edges
        cuts = np.unique([seen.begin, *edges, max(seen.until, seen.begin + 1e-300)])
        self.inputs = {name: np.stack(_along(signal, seen.looks, cuts)) for name, signal in signals.items()}

    @staticmethod
    def able(system: System, names: Sequence[str]) -> bool:
        """Whether what is watched does not read the time itself, and the flow reads nothing but states and inputs."""
        structure = system.structure
        reached = frozenset[str]().union(*(names_reached(n, structure.definitions) for n in names))
        own = [d.expr for n, d in structure.definitions.items() if n in reached]
        timed = any(str(symbol) == TIME for expr in own for symbol in expr.free_symbols)
        return not (timed or system.model.discrete or structure.residuals or structure.remembered)

    def at(self, states: Mapping[str, Floats], values: Mapping[str, Floats], trials: int) -> dict[str, Floats]:
        """Each observable, (times, trials, *shape), from states of the same form and values, (trials,) each."""
        own: dict[str, Any] = {}
        system = self.system
        if values:
            found = varied(system, values, {}, trials)[1]
            rows = {} if found is None else {name: signal.on(0, 1)(0.0) for name, signal in found.signals.items()}
            own = {n: np.tile(x, (self.count, *[1] * (np.ndim(x) - 1))) for n, x in rows.items()}
        inputs = {n: np.repeat(x, trials, axis=0) for n, x in self.inputs.items()}
        system = replace(system, by_trial=(*own, *inputs))
        flat = {n: x.reshape(-1, *x.shape[2:]) for n, x in states.items()}
        with np.errstate(all="ignore"):
            read = system.observe(self.names, trials=True)(0.0, system.layout.pack(flat, True), {**inputs, **own})
        return {n: _shaped(np.asarray(x, dtype=float), self.count, trials) for n, x in read.items()}


def _along(signal: Signal, looks: Floats, cuts: Floats) -> list[Floats]:
    """An input at each look, on the right side of its edges; at the end of the run on the left."""
    places = np.clip(np.searchsorted(cuts, looks, side="right") - 1, 0, len(cuts) - 2)
    pieces = {k: signal.on(float(cuts[k]), float(cuts[k + 1])) for k in np.unique(places).tolist()}
    return [np.asarray(pieces[k](t), dtype=float) for k, t in zip(places.tolist(), looks.tolist(), strict=True)]


def _shaped(numbers: Floats, count: int, trials: int) -> Floats:
    """With axes of times and trials; what is the same in all has an axis of length 1."""
    whole = np.broadcast_to(numbers, (count * trials, *numbers.shape[1:]))
    return whole.reshape(count, trials, *numbers.shape[1:])
