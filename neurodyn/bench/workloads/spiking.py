"""W6: four thousand spiking neurons for a second: passes over their states, and an addition for each impulse.

Scripts of Brian2 are measured as it tells the time of its loop over steps; what it makes and compiles before is apart.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.bench.own import own, shipped
from neurodyn.bench.small import Array
from neurodyn.bench.workload import FULL, LIMIT, QUICK, TINY, Case, Column, Run
from neurodyn.simulation import simulate

if TYPE_CHECKING:
    from neurodyn.results.result import Result
    from neurodyn.system.system import System

DT, COMPARED = 1e-4, 0.1  # the step, and the seconds whose spikes are compared
EQUATIONS = """
dv/dt = (E_L - v + g_e + g_i)/tau_m : volt (unless refractory)
dg_e/dt = -g_e/tau_e : volt
dg_i/dt = -g_i/tau_i : volt
"""
TIMES = {"tau_m": 20, "tau_e": 5, "tau_i": 10, "t_ref": 5}  # ms
POTENTIALS = {"E_L": -49, "v_th": -50, "v_r": -60, "w_e": 1.62, "w_i": -9}  # mV
TARGETS = {FULL: ("numpy", "cython", "cpp_standalone"), QUICK: ("numpy", "cpp_standalone"), TINY: ("numpy",)}


def cases(scale: str) -> list[Case]:
    """One case."""
    neurons, until = {FULL: (4000, 1.0), QUICK: (4000, 0.2), TINY: (100, 0.02)}[scale]

    @cache
    def circuit() -> Circuit:
        return _circuit(neurons)

    @cache
    def system() -> System:
        exc, inh = (circuit().matrix(part) for part in circuit().parts)
        return shipped("cuba", sizes={"N": neurons}, values={"exc": exc, "inh": inh})

    @cache
    def reference() -> Any:
        return _spikes(system(), circuit(), min(until, COMPARED))

    def error(found: Any) -> float:
        """Share of the spikes that only one of both has."""
        one, other = (_early(*spikes) for spikes in (found, reference()))
        return len(one ^ other) / max(1, len(one | other))

    title = f"CUBA, {neurons:,} neurons, {until:g} s in steps of 0.1 ms"
    told = (
        f"share of the spikes of the first {min(until, COMPARED):g} s that differ from those of the same steps in NumPy"
    )
    columns = _columns(system, circuit, lambda: len(reference()[0]) / min(until, COMPARED), TARGETS[scale], until)
    return [Case("cuba", title, columns, until, until, error, told, cold=True)]


@dataclass(frozen=True, eq=False)
class Circuit:
    """Senders and receivers of all wires, in the order of senders, and potentials at the start in volts."""

    senders: Any
    receivers: Any
    start: Array

    @property
    def parts(self) -> tuple[slice, slice]:
        """The wires of the excitatory four fifths, and of the others."""
        border = int(np.searchsorted(self.senders, 4 * len(self.start) // 5))
        return slice(0, border), slice(border, None)

    def matrix(self, part: slice) -> Any:
        """A row for each receiver."""
        from scipy.sparse import csr_array

        wires = self.receivers[part], self.senders[part]
        return csr_array((np.ones(len(wires[0])), wires), shape=(len(self.start), len(self.start)))


def _circuit(neurons: int) -> Circuit:
    rng = np.random.default_rng(1)
    senders, receivers = np.nonzero(rng.random((neurons, neurons), dtype=np.float32) < 0.02)
    return Circuit(senders, receivers, rng.uniform(-0.06, -0.05, neurons))


def _spikes(system: System, circuit: Circuit, until: float) -> Any:
    asked: dict[str, Any] = {"backend": "fixed", "method": "exact", "dt": DT, "record": ["spike"]}
    return _read(simulate(system, until=until, start={"v": circuit.start}, progress=False, **asked))


def _read(found: Result) -> Any:
    """Times and units of all spikes."""
    spikes = found.events("spike")
    return spikes.time, spikes.unit[:, 0]


def _early(times: Any, units: Any) -> set[tuple[int, int]]:
    steps = np.rint(np.asarray(times) / DT).astype(int)
    early = steps < COMPARED / DT
    return set(zip(steps[early].tolist(), np.asarray(units)[early].tolist(), strict=True))


def _columns(
    system: Callable[[], System],
    circuit: Callable[[], Circuit],
    rate: Callable[[], float],
    targets: tuple[str, ...],
    until: float,
) -> tuple[Column, ...]:
    def ours(way: str, backend: str) -> Column:
        asked: dict[str, Any] = {"save_at": None, "record": ["spike"], "method": "exact", "dt": DT, "backend": backend}
        return own(way, system, _read, start=lambda: {"v": circuit().start}, **asked)

    def limit() -> Run:
        size, each = len(circuit().start), len(circuit().senders) // len(circuit().start)
        states = np.ones(3 * size)
        other, impulses = np.empty_like(states), np.zeros(size)
        steps, events = round(until / DT), round(rate() * until)
        reached = np.resize(circuit().receivers, events * each)

        def run(amount: float) -> None:
            for _ in range(steps):
                np.copyto(other, states)
            np.add.at(impulses, reached, 1.0)

        return run

    return (
        ours("ensemble", "ensemble"),
        *[_script(circuit, target, until) for target in targets],
        Column("limit: passes and additions", "numpy", limit, LIMIT),
    )


def _script(circuit: Callable[[], Circuit], target: str, until: float) -> Column:
    last: list[float] = [0.0]

    def prepare() -> Run:
        return _program(circuit(), until, last) if target == "cpp_standalone" else _loop(circuit(), target, last)

    return Column(f"Brian2, {target}", "brian2", prepare, loop=lambda: last[0])


def _network(brian2: Any, circuit: Circuit) -> tuple[Any, Any]:
    """As a user of Brian2 would write it, with our wiring and start."""
    brian2.defaultclock.dt = DT * brian2.second
    namespace = {name: number * brian2.ms for name, number in TIMES.items()}
    namespace |= {name: number * brian2.mV for name, number in POTENTIALS.items()}
    cells = brian2.NeuronGroup(
        len(circuit.start), EQUATIONS, threshold="v > v_th", reset="v = v_r", refractory=namespace["t_ref"],
        method="exact", namespace=namespace,
    )  # fmt: skip
    cells.v_[:] = circuit.start
    parts = [cells]
    for part, statement in zip(circuit.parts, ("g_e += w_e", "g_i += w_i"), strict=True):
        parts.append(brian2.Synapses(cells, cells, on_pre=statement, namespace=namespace))
        parts[-1].connect(i=circuit.senders[part], j=circuit.receivers[part])
    monitor = brian2.SpikeMonitor(cells)
    return brian2.Network(*parts, monitor), monitor


def _loop(circuit: Circuit, target: str, last: list[float]) -> Run:
    """Steps that Python takes, in code of the target."""
    import brian2

    brian2.prefs.codegen.target = target
    network, monitor = _network(brian2, circuit)
    network.store()

    def run(until: float) -> Any:
        network.restore()
        network.run(until * brian2.second, namespace={})
        last[0] = float(brian2.device._last_run_time)
        return np.array(monitor.t_), np.array(monitor.i)

    return run


def _program(circuit: Circuit, until: float, last: list[float]) -> Run:
    """A program in C++, compiled once and run each time."""
    import brian2

    place = TemporaryDirectory()
    brian2.set_device("cpp_standalone", build_on_run=False)
    try:
        network, _ = _network(brian2, circuit)
        network.run(until * brian2.second, namespace={})
        brian2.device.build(directory=place.name, compile=True, run=False)
    finally:
        brian2.set_device("runtime")

    def run(amount: float) -> Any:
        results = Path(place.name) / "results"
        environment = {**os.environ, "LD_BIND_NOW": "1"}
        subprocess.run(["./main"], cwd=place.name, check=True, stdout=subprocess.DEVNULL, env=environment)
        last[0] = float((results / "last_run_info.txt").read_text().split()[0])
        t, i = (next(results.glob(f"_dynamic_array_spikemonitor*_{part}_*")) for part in "ti")
        return np.fromfile(t), np.fromfile(i, dtype=np.int32)

    return run
