"""The energy along one run: how far it rises, whether its rate is what the equations say, and which units are dead.

Where the derivative of a layer's activation by its state is singular, the energy is constant along the null space: it
then locates neither fixed points nor their stability (arXiv:2410.13866).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.energy.speeds import Speeds, speeds
from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.simulation import simulate
from neurodyn.system.observing import Observe
from neurodyn.system.system import System

Array = NDArray[np.float64]
RTOL, ATOL = 1e-9, 1e-12
# Eigenvalues below this share of the largest count as 0.
SINGULAR = 1e-10
SAMPLES = 200
# How far, in scales of the states, differences reach.
NEAR = 1e-5


@dataclass(frozen=True, eq=False)
class Layer:
    """The derivative of an activation by its state where a run ended.

    Attributes:
        least: its least eigenvalue.
        rank: how many are not 0, of `size`.
        dead: the units whose activation does not answer to anything.
    """

    activation: str
    least: float
    rank: int
    size: int
    dead: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Along:
    """What a run showed.

    Attributes:
        time, states: the samples, (times,) and (times, size).
        energy, terms: the energy and its additive terms, by text.
        rate: of the energy, as the equations give it.
        residual: how far differences of the energy along the flow are from that.
        tolerance: rises below it are errors of the integration.
        layers: the derivatives of activations where it ended.
        speeds: of the layers, where it started and where it ended.
    """

    time: Array
    states: Array
    energy: Array
    terms: Mapping[str, Array]
    rate: Array
    residual: Array
    tolerance: float
    layers: tuple[Layer, ...]
    speeds: tuple[Speeds, ...]

    @property
    def largest_rise(self) -> float:
        """From one sample to the next; 0 if there is none."""
        return max(0.0, float(np.diff(self.energy).max()))

    @property
    def mismatch(self) -> float:
        """The largest residual over the largest rate; NaN where there is no rate."""
        largest = float(np.abs(self.rate).max())
        return float(np.abs(self.residual).max()) / largest if largest else float("nan")


def is_watched(system: System) -> bool:
    """Whether a run of a system shows its energy along the flow alone."""
    model, structure = system.model, system.structure
    other = model.discrete or model.events or structure.noisy or structure.residuals or structure.delayed
    return bool(model.energy and "until" in model.bench and not other)


def along(system: System, *, until: float | None = None, seed: int | None = None) -> Along:
    """Run a system as its bench says, with tight tolerances, and watch its energy.

    Raises:
        InputError: where it cannot be run.
        RunFailed: where the run does not reach its end.
    """
    name = system.model.energy
    assert name is not None
    system.structure.claim(f"d{name}/dt <= 0")  # makes its rate known
    end = until if until is not None else system.time("until", system.model.bench["until"])
    start = system.time("from", system.model.bench.get("from", 0.0))
    times = np.linspace(start, end, SAMPLES)
    run = simulate(system, until=end, save_at=times, rtol=RTOL, atol=ATOL, seed=seed, record=[*system.layout.names])
    states = np.concatenate([run[n].values.reshape(len(times), -1) for n in system.layout.names], axis=1)
    rate = f"d{name}/dt"
    texts = {f"{name}:{k}": text for k, text in enumerate(system.energy_terms)}
    read = system.observe((name, rate, *texts))
    rows = [read(float(t), y, inputs_at(system, float(t))) for t, y in zip(times, states, strict=True)]
    found = {word: np.array([float(row[word]) for row in rows]) for word in (name, rate, *texts)}
    slopes = [_slope(system, read, name, float(t), y) for t, y in zip(times, states, strict=True)]
    tolerance = 100 * (RTOL * float(np.abs(found[name]).max()) + ATOL)
    terms = {text: found[word] for word, text in texts.items()}
    ends = (float(times[0]), states[0]), (float(times[-1]), states[-1])
    ended = tuple(layers(system, *ends[1]))
    moved = tuple(speeds(system, a.activation, a.state.name, ends) for a in system.model.layers.values())
    residual = np.array(slopes) - found[rate]
    return Along(times, states, found[name], terms, found[rate], residual, tolerance, ended, moved)


def _slope(system: System, read: Observe, name: str, t: float, y: Array) -> float:
    """The rate of the energy by differences along the flow."""
    inputs = inputs_at(system, t)
    way = system.flow()(t, y, inputs)
    step = NEAR / max(1.0, float(np.abs(way / system.layout.scales).max()))
    ends = [float(read(t + s, y + s * way, inputs)[name]) for s in (step, -step)]
    return (ends[0] - ends[1]) / (2 * step)


def layers(system: System, t: float, y: Array) -> list[Layer]:
    """The derivative of each layer's activation by its state, at a state."""
    return [_layer(system, layer.activation, layer.state.name, t, y) for layer in system.model.layers.values()]


def _layer(system: System, activation: str, state: str, t: float, y: Array) -> Layer:
    size = int(np.prod([system.sizes[n] for n in system.model.names.quantities[state].sets]))
    hessian = system.derivative(activation, state)(t, y, inputs_at(system, t)).reshape(size, size)
    eigenvalues = np.linalg.eigvalsh((hessian + hessian.T) / 2)
    largest = max(float(np.abs(eigenvalues).max()), float(np.finfo(float).tiny))
    still = np.flatnonzero(~hessian.any(axis=1))
    first = system.layout.offsets[system.layout.names.index(state)]
    dead = tuple(system.layout.element(first + int(k)) for k in still)
    return Layer(activation, float(eigenvalues[0]), int((np.abs(eigenvalues) > SINGULAR * largest).sum()), size, dead)


def told(found: Along) -> list[str]:
    """What a run showed, as lines of text."""
    rise = f"largest rise {found.largest_rise:.2g} (errors of the integration are below {found.tolerance:.2g})"
    lines = [f"from {found.energy[0]:.6g} to {found.energy[-1]:.6g}, {rise}"]
    if np.isfinite(found.mismatch):
        lines.append(f"its rate agrees with differences of the energy to {found.mismatch:.1g}")
    for one in found.layers:
        text = f"derivative of {one.activation} at the end: rank {one.rank} of {one.size}, "
        text += f"least eigenvalue {one.least:.2g}"
        shown = ", ".join(one.dead[:4]) + (f" and {len(one.dead) - 4} more" if len(one.dead) > 4 else "")
        lines.append(text + (f"; dead: {shown}" if one.dead else ""))
    return [*lines, *map(str, found.speeds)]
