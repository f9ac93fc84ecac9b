"""Whether an energy falls for ever along a ray of states: then no run need settle, whatever its rate.

It is looked along rays to which the flow leads, up to a distance of 2**37. Where the fall of the energy from one
distance to the next does not get smaller, it goes on like a logarithm or faster. That is seen in numbers and not shown;
and that no such ray is found does not show that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.energy.search import NUDGE
from neurodyn.analysis.energy.warned import SHOWN, Warned, first_time
from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.system.system import System

Array = NDArray[np.float64]
# Distances along a ray, in scales of the states; how many rays, and how often one is turned to where the flow goes.
FAR = 2.0 ** (np.arange(-6, 75) / 2)
RAYS, TURNS = 6, 24
# How many of the last falls must not get smaller by more than a share, and how far above rounding the last must be.
LAST, SHRINKS, CLEAR = 8, 1e-3, 1e3
# Numbers of states that are looked at together: large networks have large arrays for each state.
MOST = 1_000_000


def bottomless(system: System, seed: int) -> Warned | None:
    """A ray along which the energy of a flow falls for ever, if one is found; parts that are held still stay so."""
    model, name = system.model, system.model.energy
    if name is None or model.discrete or system.structure.residuals or system.structure.delayed:
        return None
    t, rng = first_time(system), np.random.default_rng(seed)
    inputs, observe = inputs_at(system, t), system.observe([name], trials=True)
    start = system.start(seed=seed)

    def energy(states: Array) -> Array:
        parts = np.array_split(states, -(-states.size // MOST))
        return np.concatenate([np.broadcast_to(observe(t, part, inputs)[name], len(part)) for part in parts])

    with np.errstate(all="ignore"):
        for way in _ways(system, t, start, rng):
            along = system.layout.scales * way
            found = _fall(energy, start, along, rng)
            if found is not None:
                most = float(np.abs(along).max())
                text = f"{name} seems to have no bottom: from the start along {_told(system, along / most)} "
                text += f"it comes to {found[-1]:.3g}, and falls on."
                numbers = {"state": start, "direction": along / most, "distances": FAR[: len(found)] * most,
                           "values": found}  # fmt: skip
                return Warned("unbounded", text, model.source_of(name).place(0), numbers)
    return None


def _ways(system: System, t: float, start: Array, rng: np.random.Generator) -> Iterator[Array]:
    """Directions, in scales of the states: at first those to which the flow leads, then draws."""
    flow, inputs, scales = system.flow(), inputs_at(system, t), system.layout.scales
    drawn = rng.normal(size=(RAYS, start.size))
    free = np.any([_toward(flow(t, start + scales * way, inputs) / scales) for way in drawn], axis=0)
    clipped = [n for n in system.layout.names if system.model.states[n].clip]
    for shape, name, at in zip(system.layout.shapes, system.layout.names, system.layout.offsets, strict=True):
        free[at : at + int(np.prod(shape))] &= name not in clipped
    if not free.any():
        return
    for first in drawn:
        way, fastest = _toward(free * first), 0.0
        for far in 2.0 ** (np.arange(TURNS) / 2):
            rate = free * flow(t, start + far * scales * way, inputs) / (scales * far)
            fastest = max(fastest, float(np.linalg.norm(rate)))
            way = _toward(way + rate / fastest) if 0 < fastest < np.inf else way
        yield way
    yield from (_toward(free * way) for way in drawn)


def _toward(way: Array) -> Array:
    """A direction, of length 1; 0 where there is none."""
    size = float(np.linalg.norm(way))
    return way / size if np.isfinite(size) and size > 0 else np.zeros_like(way)


def _fall(energy: Callable[[Array], Array], start: Array, along: Array, rng: np.random.Generator) -> Array | None:
    """The energy along a ray, as far as it has a value, if it falls for ever."""
    values = np.asarray(energy(start + FAR[:, None] * along))
    good = np.isfinite(values)
    count = int(np.argmin(good)) if not good.all() else len(values)
    if count <= LAST or (count < len(values) and values[count] == np.inf):
        return None
    falls = -np.diff(values[:count])[-LAST:]
    if not ((falls > 0).all() and (falls[1:] >= (1 - SHRINKS) * falls[:-1]).all()):
        return None
    near = (start + FAR[count - 1] * along) * (1 + NUDGE * rng.uniform(-1, 1, (16, start.size)))
    return values[:count] if CLEAR * np.ptp(energy(near)) < falls[-1] else None


def _told(system: System, along: Array) -> str:
    """The largest parts of a direction, in words."""
    order = sorted(np.argsort(-np.abs(along), kind="stable")[:SHOWN])
    parts = [f"{system.layout.element(int(k))} += {along[k]:.3g}*s" for k in order if abs(along[k]) > 1e-3]
    return ", ".join(parts) + (f" and {along.size - SHOWN} more" if along.size > SHOWN else "")
