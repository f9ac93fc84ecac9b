"""What a model reads of its past: the states before the start, and, in a map, views of those that a run has kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Idx

from neurodyn.model.declarations import value_source
from neurodyn.model.measures import declared_unit
from neurodyn.system.filling import filled
from neurodyn.system.formulas import Formula
from neurodyn.system.layout import Layout
from neurodyn.system.steps import Past
from neurodyn.system.structure import TIME
from neurodyn.system.values import Values

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]


class PastReader:
    """Reads the hidden variables of past values out of a window (steps back, flat states).

    A window has the states now in row 0 and those d steps ago in row d; with trials, a leading axis of them.
    """

    def __init__(self, layout: Layout, pasts: Mapping[str, Past], sizes: Mapping[str, int]) -> None:
        self.depth = 1 + max((past.reach(sizes) for past in pasts.values()), default=0)
        self._slots = []
        for name, past in pasts.items():
            k = layout.names.index(past.state)
            shape, at = layout.shapes[k], layout.offsets[k]
            rows: int | slice = past.offset
            if past.index_set is not None:
                rows = slice(past.offset, past.reach(sizes) + 1)
                shape = (sizes[past.index_set], *shape)
            self._slots.append((name, rows, slice(at, at + math.prod(layout.shapes[k])), shape))

    def __call__(self, window: Array) -> dict[str, Array]:
        """The values by name, views where that is possible."""
        lead = window.shape[:-2]
        return {name: window[..., rows, at].reshape((*lead, *shape)) for name, rows, at, shape in self._slots}


def history_before(system: System, y: Array, t0: int, trials: int | None, seed: int) -> Array | None:
    """The states before the start, those one step back first; None where nothing looks back.

    Args:
        y: the states at the start, which a state without `before` has had always.
    """
    depth = system.past.depth
    if depth == 1:
        return None
    found = np.repeat(y[..., None, :], depth - 1, axis=-2)
    values = replace(system.bound(), seed=seed)
    slots = system.layout.unpack(found)  # views, so what is written there is written in `found`
    for name, declared in system.model.states.items():
        if declared.before is None:
            continue
        by_step = np.moveaxis(slots[name], y.ndim - 1, 0)
        for back in range(depth - 1):
            by_step[back] = before(values, name, t0 - 1 - back, trials)
    return found


def function_of_time(
    values: Values, expr: Expr, letters: tuple[Idx, ...], shape: tuple[int, ...], like: Mapping[str, str]
) -> Callable[[Mapping[str, Array], float], Array]:
    """An expression of parameters, time and hidden names, as a function of the hidden ones and of time.

    Args:
        like: for each hidden name a quantity that has its letters.
    """
    values.wire_all([expr], ())
    on = values.structure.on
    on = {**on, **{name: on[other] for name, other in like.items() if other in on}}
    formula = values.formulas.get(
        ("of time", expr, letters), lambda: Formula.of((expr,), letters, shape, values.all_sizes, {}, on)
    )
    edges = values.formulas.edges
    known = {n: edges[n] if n in edges else values.of(n) for n in formula.needs if n != TIME and n not in like}
    return lambda given, t: np.broadcast_to(formula({**known, **given}, t)[0], shape)


def before(values: Values, name: str, t: int, trials: int | None) -> Array:
    """What a state was at a time before the start; what is drawn is drawn once for each trial."""
    declared = values.structure.model.states[name]
    letters, source, text = values.structure.letters(name), declared.source, declared.before
    if not isinstance(text, str):
        value = declared_unit(declared).to_si(np.asarray(text)) if declared.unit else text
        return filled(f"{name} before the start", value, values.shape(letters, source), source)
    placed = value_source(source, text)
    expr, calls = values.read(f"{name} before", placed, letters)

    drawn = [c.name for c in calls]
    values.check_constant(expr, placed, [TIME, *drawn])
    shape = values.shape(letters, placed)
    told = function_of_time(values, expr, letters, shape, dict.fromkeys(drawn, name))

    def once(trial: int | None) -> Array:
        draws = {c.name: values.draw(c, letters, k, (), trial, values.seed) for k, c in enumerate(calls)}
        return filled(f"{name} before the start", told(draws, float(t)), shape, placed)

    if trials is None or not any(c.random for c in calls):
        return once(None)
    return np.stack([once(trial) for trial in range(trials)])
