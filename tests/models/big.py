"""The large circuits: small sizes of each, and networks as a user of Brian2 would write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import brian2
import numpy as np

# Sizes at which laws that hold for every shipped model are tested.
SIZES = {"brunel": {"N_E": 40}, **{name: {"N": 20} for name in ("cuba", "coba", "cobahh")}}

DT = 1e-4
# The number of the step and of the unit of each spike.
Spikes = tuple[np.ndarray, np.ndarray]
Wire = Callable[[Any, Any], None]


@dataclass(frozen=True)
class Script:
    """A network of Brian2 of excitatory and inhibitory neurons.

    Attributes:
        cell: equations, threshold and so on of the neurons.
        on_pre: what a spike of each kind does.
        values: what the equations speak of.
        part: the part of our circuit that holds the neurons.
    """

    cell: dict[str, Any]
    on_pre: tuple[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    part: str = "cell."

    def network(self, size: int, start: dict[str, Any], method: str, wire: Wire) -> tuple[Any, Any]:
        """The network, and the monitor of its spikes.

        Args:
            start: numbers in SI units, or text.
            wire: connects the excitatory and the inhibitory synapses.
        """
        brian2.defaultclock.dt = DT * brian2.second
        neurons = brian2.NeuronGroup(size, method=method, namespace=self.values, **self.cell)
        for name, value in start.items():
            getattr(neurons, name if isinstance(value, str) else f"{name}_")[:] = value
        synapses = [brian2.Synapses(neurons, neurons, on_pre=x, namespace=self.values) for x in self.on_pre]
        wire(*synapses)
        monitor = brian2.SpikeMonitor(neurons)
        return brian2.Network(neurons, *synapses, monitor), monitor

    def twin(self, system: Any, method: str) -> tuple[Any, Any]:
        """The network with the wiring and start of a system of ours, those of one sender side by side as in Brian2."""

        def wire(*synapses: Any) -> None:
            for one, name in zip(synapses, ("exc", "inh"), strict=True):
                edges = system.wirings[name]
                order = np.argsort(edges.second, kind="stable")
                one.connect(i=edges.second[order], j=edges.first[order])

        start = {name.removeprefix(self.part): x for name, x in system.layout.unpack(system.start()).items()}
        return self.network(system.sizes["N"], start, method, wire)

    def same(self, system: Any, until: float, method: str) -> Spikes:
        """The spikes with the wiring and start of a system of ours."""
        with settings():
            return _spikes(*self.twin(system, method), until)

    def drawn(self, size: int, p: float, seed: int, start: dict[str, Any], until: float, method: str) -> Spikes:
        """The spikes with a wiring and start that Brian2 draws."""

        def wire(excitatory: Any, inhibitory: Any) -> None:
            excitatory.connect(f"i < {size}*4//5", p=p)
            inhibitory.connect(f"i >= {size}*4//5", p=p)

        brian2.seed(seed)
        with settings():
            return _spikes(*self.network(size, start, method, wire), until)


def _spikes(network: Any, monitor: Any, until: float) -> Spikes:
    network.run(until * brian2.second, namespace={})
    steps, units = np.rint(np.asarray(monitor.t_) / DT).astype(int), np.asarray(monitor.i)
    order = np.lexsort((units, steps))
    return steps[order], units[order]


@contextmanager
def settings() -> Iterator[None]:
    """Brian2 on its NumPy target, and its settings as they were afterwards."""
    target, dt = brian2.prefs["codegen.target"], brian2.defaultclock.dt
    brian2.prefs["codegen.target"] = "numpy"
    try:
        yield
    finally:
        brian2.prefs["codegen.target"], brian2.defaultclock.dt = target, dt


CUBA = Script(
    {
        "model": """dv/dt = (-49*mV - v + g_e + g_i)/(20*ms) : volt (unless refractory)
            dg_e/dt = -g_e/(5*ms) : volt
            dg_i/dt = -g_i/(10*ms) : volt""",
        "threshold": "v > -50*mV",
        "reset": "v = -60*mV",
        "refractory": 5 * brian2.ms,
    },
    ("g_e += 1.62*mV", "g_i -= 9*mV"),
    part="",
)
COBA = Script(
    {
        "model": """dv/dt = (-60*mV - v + g_e*(0*mV - v) + g_i*(-80*mV - v) + drive)/(20*ms) : volt (unless refractory)
            drive = 20*mV*int(t_in_timesteps < 500) : volt
            dg_e/dt = -g_e/(5*ms) : 1
            dg_i/dt = -g_i/(10*ms) : 1""",
        "threshold": "v > -50*mV",
        "reset": "v = -60*mV",
        "refractory": 5 * brian2.ms,
    },
    ("g_e += 0.6", "g_i += 6.7"),
)
COBAHH = Script(
    {
        "model": """dv/dt = (10*nS*(-60*mV - v) + g_e*(0*mV - v) + g_i*(-80*mV - v)
                - 20*uS*m**3*h*(v - 50*mV) - 6*uS*n**4*(v + 90*mV))/(200*pF) : volt
            dm/dt = alpha_m*(1 - m) - beta_m*m : 1
            dn/dt = alpha_n*(1 - n) - beta_n*n : 1
            dh/dt = alpha_h*(1 - h) - beta_h*h : 1
            dg_e/dt = -g_e/(5*ms) : siemens
            dg_i/dt = -g_i/(10*ms) : siemens
            alpha_m = 0.32/mV*4*mV/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
            beta_m = 0.28/mV*5*mV/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
            alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
            beta_h = 4/(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
            alpha_n = 0.032/mV*5*mV/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
            beta_n = 0.5*exp((10*mV - v + VT)/(40*mV))/ms : Hz""",
        "threshold": "v > -20*mV",
        "refractory": "v > -20*mV",
    },
    ("g_e += 6*nS", "g_i += 67*nS"),
    {"VT": -63 * brian2.mV},
)
SCRIPTS = {"cuba": CUBA, "coba": COBA, "cobahh": COBAHH}
