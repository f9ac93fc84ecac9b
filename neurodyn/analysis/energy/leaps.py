"""Where the gradient of a layer's Lagrangian jumps: there the energy has no derivative, and its rate says nothing.

A Lagrangian that is shown to have a continuous gradient is not looked at. Of any other, lines between states are gone
along, and where its activation changes most the distance is made shorter, again and again.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.energy.bending import whole
from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.search import SPREADS, Hunt
from neurodyn.analysis.energy.warned import Warned, first_time, place_of, shown
from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.calculus.continuity import is_continuous
from neurodyn.calculus.letters import fresh
from neurodyn.model.layers import Layer
from neurodyn.system.system import System

Array = NDArray[np.float64]
Values = Callable[[Array], Array]
# Points between two states, and how often the distance between two of them is cut. No cut is a round number, for at 0
# itself there may be no value.
POINTS, CUTS, SHARE = 64, 120, 0.618
# What changes by more than this share of its size, over a distance of a few bits, jumps.
LEAP, NEAR = 1e-6, 1e-15
# Numbers of a state below this share of the others are 0.
SMALL = 1e-12


def leap(facts: Facts, layer: Layer, hunt: Hunt) -> Warned | None:
    """A state at which an activation, or the Lagrangian itself, jumps, if one is found."""
    system, state = facts.system, layer.state.name
    structure, t = system.structure, first_time(system)
    at = tuple(fresh(x) for x in structure.letters(state))
    looked = {f"L_{state}": (), layer.activation: at}
    looked = {n: a for n, a in looked.items() if not is_continuous(whole(structure, n, a), frozenset([state]))}
    if not looked:
        return None
    rng = np.random.default_rng(hunt.seed)
    ends = system.start(trials=hunt.starts, seed=hunt.seed)
    ends = ends + np.resize(SPREADS[1:], hunt.starts)[:, None] * system.layout.scales * rng.normal(size=ends.shape)
    with np.errstate(all="ignore"):
        for name in looked:
            values = _rows(system, name, t)
            for first, last in zip(ends, np.roll(ends, 1, axis=0), strict=True):
                for other in (last, -first):  # through 0 too, where roots and norms have their kinks
                    found = _jump(values, first, other)
                    if found is not None:
                        return _warned(facts, layer, name, *found)
    return None


def _rows(system: System, name: str, t: float) -> Values:
    """A quantity at many states, a row of numbers for each."""
    observe, inputs = system.observe([name], trials=True), inputs_at(system, t)

    def values(states: Array) -> Array:
        found = observe(t, states, inputs)[name]
        return np.broadcast_to(found, (len(states), *found.shape[1:])).reshape(len(states), -1)

    return values


def _jump(values: Values, first: Array, last: Array) -> tuple[Array, Array, Array] | None:
    """The state between two others at which values jump, and what they are on both sides."""
    shares = np.linspace(0, 1, POINTS) ** 1.01
    found = values(first + shares[:, None] * (last - first))
    off = np.abs(np.diff(found, axis=0)).max(axis=1)
    if not np.isfinite(off).any():
        return None
    k = int(np.nanargmax(np.where(np.isfinite(off), off, -1)))
    low, high = shares[k], shares[k + 1]
    for cut in range(CUTS):
        middle = low + (SHARE if cut % 2 else 1 - SHARE) * (high - low)
        a, b, c = values(first + np.array([low, middle, high])[:, None] * (last - first))
        if not np.isfinite(b).all() or middle in (low, high):
            break
        low, high = (low, middle) if np.abs(b - a).max() > np.abs(c - b).max() else (middle, high)
    a, c = values(first + np.array([low, high])[:, None] * (last - first))
    size = LEAP * (1 + max(np.abs(a).max(), np.abs(c).max()))
    is_jump = high - low < NEAR and float(np.abs(c - a).max()) > size
    return (first + high * (last - first), a, c) if is_jump else None


def _warned(facts: Facts, layer: Layer, name: str, y: Array, before: Array, after: Array) -> Warned:
    system, state = facts.system, layer.state.name
    at = system.layout.offsets[system.layout.names.index(state)]
    x, k = np.reshape(system.layout.unpack(y)[state], -1), int(np.abs(after - before).argmax())
    if name == layer.activation:
        unit = system.layout.element(at + k).replace(state, name, 1)
        what = f"is not differentiable: its gradient {unit}"
    else:
        what = "is not continuous: it"
    x = np.where(np.abs(x) < SMALL * np.abs(x).max(initial=1.0), 0.0, x)
    text = f"The Lagrangian of {layer.state.key} {what} jumps from {before[k]:.4g} to {after[k]:.4g} "
    text += f"at {shown(system, x, at, unit=k if name == layer.activation else None)}."
    return Warned("not differentiable", text, place_of(layer), {"state": x, "before": before[k], "after": after[k]})
