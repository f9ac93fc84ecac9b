"""Spiking networks: what neurodyn generates beside a script for Brian2 written by hand, on the same target; and what
the backend `ensemble` compiles itself.

All have the same wiring and start, and must have the same spikes. What is compared is the time of the loop over steps;
making and compiling is printed apart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brian2
import numpy as np
import startup

import neurodyn
from neurodyn.backends.brian2.couplings import SUMMED
from neurodyn.backends.brian2.device import settings
from neurodyn.backends.brian2.engine import Engine
from neurodyn.backends.brian2.network import network
from neurodyn.backends.ensemble.machine import host
from neurodyn.backends.ensemble.spiking.walk import Walk
from neurodyn.backends.plan import Plan
from neurodyn.backends.planning import planned
from neurodyn.backends.progress import Progress
from neurodyn.bench.clock import CONTROL
from tests.models import big

CHUNK, LEAST, SECOND = 0.05, 6, brian2.second  # model time of a measurement; measurements at least
CACHE = "codegen.runtime.cython.cache_dir"
LONGEST = 50.0  # model time that short steps can count
HAND, OURS, COMPILED = "by hand", "generated", "ensemble"
COLD = """
import neurodyn
neurodyn.simulate(neurodyn.load({name!r}), until={until}, backend="ensemble", save_at=[{until}])
"""


@dataclass(frozen=True)
class Network:
    """A circuit of ours.

    Attributes:
        method: that of both.
        limit: what no program can do without, for so many neurons and impulses in a step: code, amount, unit.
    """

    name: str
    method: str
    limit: Callable[[int, int], tuple[str, Callable[[], object], float, str]]


def _passes(size: int, impulses: int) -> tuple[str, Callable[[], object], float, str]:
    """Reading and writing three states, and at each impulse one of them."""
    states = np.ones(3 * size + impulses)
    other = np.empty_like(states)
    return "passes alone", lambda: np.copyto(other, states), 2.0 * states.nbytes, "bytes"


def _exponentials(size: int, impulses: int) -> tuple[str, Callable[[], object], float, str]:
    """Six exponentials of rates, and four of the steps of a potential and three gates."""
    x, y = np.linspace(-1, 1, 10 * size), np.empty(10 * size)
    return "exponentials", lambda: np.exp(x, out=y), 10.0 * size, "exp"


NETWORKS = {"cuba": Network("cuba", "exact", _passes), "cobahh": Network("cobahh", "exponential_euler", _exponentials)}
TARGETS = ("numpy", "cython", "cpp_standalone")
NAMES = [name if target == "numpy" else f"{name}:{target}" for name in NETWORKS for target in TARGETS]


def run(word: str, seconds: float) -> None:
    """Measure and print one network on one target."""
    name, _, target = word.partition(":")
    one, system = NETWORKS[name], neurodyn.build(name, seed=1)
    print(f"\n{name} on {target or 'numpy'}, {system.sizes['N']:,} neurons, {one.method}")
    if target == "cpp_standalone":
        times, spikes = _programs(one, system, seconds)
    else:
        times, spikes = _in_turn(one, system, target or "numpy", seconds)
    steps, wires = CHUNK / big.DT, sum(len(edges) for edges in system.wirings.values())
    told, step, amount, unit = one.limit(system.sizes["N"], round(spikes / steps * wires / system.sizes["N"]))
    print(f"  {COMPILED}: {CHUNK:g} s from nothing compiled in {_cold(name):.1f} s of CPU, less the import of NumPy")
    times[told] = [_timed(step, round(steps)) for _ in times[HAND]]
    print(f"  {'':16}{'ratio':>7}  {'quartiles':>15}  {'a step':>11}   {spikes:.0f} spikes in {CHUNK:g} s")
    for key, found in times.items():
        low, median, high = np.percentile(np.array(found) / np.array(times[HAND]), [25, 50, 75])
        each = float(np.median(found)) / steps
        rate = f"  {amount / each / 1e9:7.2f} G{unit}/s" if key == told else ""
        print(f"  {key:16}{median:7.3f}  {low:7.3f} {high:7.3f}  {each * 1e6:8.1f} us{rate}")


def _timed(step: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        step()
    return time.perf_counter() - start


def _cold(name: str, rounds: int = 3) -> float:
    """CPU seconds of a new process that runs a chunk, with no code on disk, beyond those of one that imports NumPy."""
    found = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            own = {**os.environ, "NEURODYN_CACHE": cache, "PYTHONPATH": str(Path(neurodyn.__file__).parents[1])}
            texts = (COLD.format(name=name, until=CHUNK), "import numpy")
            whole, bare = (startup.cpu([sys.executable, "-c", text], own) for text in texts)
            found.append(whole - bare)
    return float(np.median(found))


def _compiled(one: Network, system: Any, until: float) -> Walk:
    """The loop of the backend `ensemble`, ready to run."""
    plan = _plan(one, system, None, until, [*system.model.events])
    return Walk(plan, one.method, big.DT, host(), Progress(plan))


def _reached(walk: Walk, step: int, clock: Callable[[], float]) -> float:
    """Seconds to a step."""
    start = clock()
    walk.reach(step)
    return clock() - start


def _plan(one: Network, system: Any, target: str | None, until: float, record: list[str]) -> Plan:
    rest = dict.fromkeys(("t0", "start", "every", "rtol", "atol", "seed", "trials", "progress"))
    asked = {"until": until, "save_at": [until], "dt": big.DT, "method": one.method, "target": target}
    return planned(system, record, steps=None, inputs={}, **asked, **rest)


def _ours(one: Network, system: Any, target: str, until: float, device: Any) -> Engine:
    steps = round(until / big.DT)
    plan = _plan(one, system, target, until, [])
    return Engine(network(plan, steps, one.method, SUMMED), steps, device)


def _in_turn(one: Network, system: Any, target: str, seconds: float) -> tuple[dict[str, list[float]], float]:
    """Times of the loop where Python steps, chunk by chunk; each chunk of the script is followed by one more of it."""
    out, steps = sys.stdout, round(CHUNK / big.DT)  # what compilers say is not heard
    with _fresh_cache() as cache, settings(target) as device:
        nets, events = dict[str, Any](), dict[str, list[Any]]()
        for name in (HAND, OURS):
            start, before = time.perf_counter(), len(list(cache.glob("*.so")))
            if name == HAND:
                nets[name], monitor = big.SCRIPTS[one.name].twin(system, one.method)
                events[name] = [monitor]
            else:
                engine = _ours(one, system, target, CHUNK, device)
                nets[name], (events[name],) = engine.net, engine.events.values()
            nets[name].run(CHUNK * SECOND, namespace={})
            compiled = len(list(cache.glob("*.so"))) - before
            took = time.perf_counter() - start
            print(
                f"  {name}: made, compiled ({compiled} pieces) and {CHUNK:g} s run in {took:.1f} s",
                file=out,
                flush=True,
            )
        first, walk = _count(events), _compiled(one, system, LONGEST)
        walk.reach(steps)
        times: dict[str, list[float]] = {HAND: [], CONTROL: [], OURS: [], COMPILED: []}
        end = time.perf_counter() + seconds
        while len(times[HAND]) < LEAST or time.perf_counter() < end:
            a, b = (HAND, OURS) if len(times[HAND]) % 4 else (OURS, HAND)
            pairs = [{name: _loop(nets[name]) for name in order} for order in ((a, b), (b, a))]
            times[HAND] += [pair[HAND] for pair in pairs]
            times[OURS] += [pair[OURS] for pair in pairs]
            times[CONTROL] += [pairs[1][HAND], pairs[0][HAND]]
            times[COMPILED] += [_reached(walk, walk.step + steps, time.perf_counter) for _ in pairs]
        assert walk.log.count == _count(events), (walk.log.count, _count(events))
        return times, (_count(events) - first) / len(times[HAND])


def _count(events: dict[str, list[Any]]) -> int:
    counts = {name: sum(int(one.num_events) for one in monitors) for name, monitors in events.items()}
    assert counts[HAND] == counts[OURS], counts
    return counts[HAND]


def _loop(net: Any) -> float:
    net.run(CHUNK * SECOND, namespace={})
    return float(brian2.device._last_run_time)


@contextmanager
def _fresh_cache() -> Iterator[Path]:
    """So that everything is compiled, once."""
    before = brian2.prefs[CACHE]
    with tempfile.TemporaryDirectory() as cache:
        brian2.prefs[CACHE] = cache
        try:
            yield Path(cache)
        finally:
            brian2.prefs[CACHE] = before


def _programs(one: Network, system: Any, seconds: float) -> tuple[dict[str, list[float]], float]:
    """Times of the loops of programs, which begin anew each time; per chunk."""
    chunks = 10
    with tempfile.TemporaryDirectory() as place:
        counts = {}
        for name in (HAND, OURS):
            start = time.perf_counter()
            with settings("cpp_standalone") as device:
                if name == HAND:
                    net, *events = big.SCRIPTS[one.name].twin(system, one.method)
                    device.run(net, round(chunks * CHUNK / big.DT), big.DT * SECOND, lambda share: None)
                else:
                    engine = _ours(one, system, "cpp_standalone", chunks * CHUNK, device)
                    engine.run(lambda share: None)
                    (events,) = engine.events.values()
                counts[name] = sum(int(monitor.num_events) for monitor in events)
                shutil.copytree(brian2.device.project_dir, Path(place) / name)
            print(f"  {name}: made, compiled and {chunks * CHUNK:g} s run in {time.perf_counter() - start:.1f} s")
        assert counts[HAND] == counts[OURS], counts
        times: dict[str, list[float]] = {HAND: [], CONTROL: [], OURS: [], COMPILED: []}
        end = time.perf_counter() + seconds
        while len(times[HAND]) < LEAST or time.perf_counter() < end:
            turn = len(times[HAND]) % 3
            for key in [*times][turn:] + [*times][:turn]:
                if key == COMPILED:
                    walk = _compiled(one, system, chunks * CHUNK)
                    # On a busy machine a process that has run for long waits for others where a new one does not.
                    times[key].append(_reached(walk, round(chunks * CHUNK / big.DT), time.process_time) / chunks)
                    assert walk.log.count == counts[HAND], (walk.log.count, counts)
                else:
                    times[key].append(_program(Path(place) / (HAND if key == CONTROL else key)) / chunks)
        return times, counts[HAND] / chunks


def _program(folder: Path) -> float:
    subprocess.run(
        ["./main", "--results_dir", "results/"],
        cwd=folder,
        check=True,
        stdout=-3,
        env={**os.environ, "LD_BIND_NOW": "1"},
    )
    return float((folder / "results" / "last_run_info.txt").read_text().split()[0])
