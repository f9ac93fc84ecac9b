"""The large circuits: small sizes of each, and hand-written scripts of Brian2 with the same wiring and start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import brian2
import numpy as np

# Sizes at which laws that hold for every shipped model are tested.
SIZES = {"cuba": {"N": 20}}

DT = 1e-4
Spikes = tuple[np.ndarray, np.ndarray]


@contextmanager
def brian() -> Iterator[Any]:
    """Brian2 on its NumPy target, and its settings as they were afterwards."""
    b2: Any = brian2
    target, dt = b2.prefs["codegen.target"], b2.defaultclock.dt
    b2.prefs["codegen.target"] = "numpy"
    try:
        yield b2
    finally:
        b2.prefs["codegen.target"], b2.defaultclock.dt = target, dt


def cuba(size: int, until: float, method: str, wire: Callable[[Any, Any], None], v: Any) -> Spikes:
    """CUBA as a user of Brian2 would write it.

    Args:
        wire: connects the excitatory and the inhibitory synapses.
        v: the potentials at the start, in volts or as text.
    """
    with brian() as b2:
        b2.defaultclock.dt = DT * b2.second
        ms, mV = b2.ms, b2.mV
        neurons = b2.NeuronGroup(
            size,
            """dv/dt = (E_L - v + g_e + g_i)/(20*ms) : volt (unless refractory)
            dg_e/dt = -g_e/(5*ms) : volt
            dg_i/dt = -g_i/(10*ms) : volt""",
            threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms, method=method, namespace={"E_L": -49 * mV},
        )  # fmt: skip
        neurons.v = v if isinstance(v, str) else v * b2.volt
        excitatory = b2.Synapses(neurons, neurons, on_pre="g_e += 1.62*mV")
        inhibitory = b2.Synapses(neurons, neurons, on_pre="g_i -= 9*mV")
        wire(excitatory, inhibitory)
        return run(b2, [neurons, excitatory, inhibitory], until, neurons)


def wired_as(system: Any) -> Callable[[Any, Any], None]:
    """Connections as our system has drawn them."""

    def wire(*synapses: Any) -> None:
        for one, name in zip(synapses, ("exc", "inh"), strict=True):
            edges = system.wirings[name]
            one.connect(i=edges.second, j=edges.first)

    return wire


def wired_by_brian2(size: int, p: float, seed: int) -> Callable[[Any, Any], None]:
    """Connections that Brian2 draws."""

    def wire(excitatory: Any, inhibitory: Any) -> None:
        brian2.seed(seed)
        excitatory.connect(f"i < {size}*4//5", p=p)
        inhibitory.connect(f"i >= {size}*4//5", p=p)

    return wire


def run(b2: Any, things: list[Any], until: float, neurons: Any) -> Spikes:
    """The spikes of some neurons of a network."""
    monitor = b2.SpikeMonitor(neurons)
    b2.Network(*things, monitor).run(until * b2.second, namespace={})
    steps, units = np.rint(np.asarray(monitor.t_) / DT).astype(int), np.asarray(monitor.i)
    order = np.lexsort((units, steps))
    return steps[order], units[order]
