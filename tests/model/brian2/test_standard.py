"""Models written for Brian2 come in as they are: right sides, spikes and the way back, against Brian2 itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from neurodyn import Model, build, simulate
from neurodyn.backends.brian2.couplings import FUNCTION
from neurodyn.backends.brian2.network import network
from neurodyn.backends.planning import planned
from tests.model.brian2.standard import MODELS, UNITS, Standard


def sorted_out(names: list[str], quick: set[str]) -> list[Any]:
    return [name if name in quick else pytest.param(name, marks=pytest.mark.slow) for name in names]


every = pytest.mark.parametrize("name", sorted_out(sorted(MODELS), {"adex", "hodgkin_huxley", "izhikevich", "odd"}))
spiking = [name for name in sorted(MODELS) if MODELS[name].threshold is not None]


@pytest.fixture(autouse=True)
def numpy_target() -> Any:
    """Brian2 on the target that needs no compiler, in a scope of its own."""
    before = b2.prefs.codegen.target
    b2.prefs.codegen.target = "numpy"
    yield
    b2.prefs.codegen.target = before


def group(one: Standard, count: int, **more: Any) -> Any:
    """The group as its author makes it."""
    said = dict(threshold=one.threshold, reset=one.reset, refractory=one.refractory or False)
    return b2.NeuronGroup(count, one.equations, namespace=dict(one.namespace), **{**said, "method": one.method, **more})


def model(one: Standard, **more: Any) -> Model:
    """The same brought in."""
    said = dict(threshold=one.threshold, reset=one.reset, refractory=one.refractory, method=one.method)
    return Model.from_brian2(one.equations, namespace=one.namespace, **said, dt=one.dt * b2.ms, **more)


def values(pairs: Any, fill: Callable[[float, float], Any], shared: Any) -> dict[str, Any]:
    """Brian2's quantities between two ends, by name; one value of what is shared."""
    found = {}
    for name, (low, high) in pairs.items():
        at = fill(float(low), float(high))
        unit = b2.get_unit(b2.get_dimensions(low))
        found[name] = (at[0] if name in shared else at) * unit
    return found


def shared_in(one: Standard) -> set[str]:
    return {line.split(":")[0].split("=")[0].strip() for line in one.equations.split("\n") if "(shared" in line}


def right_side(system: Any, states: dict[str, Any]) -> dict[str, Any]:
    """The compiled flow at some states."""
    y = system.layout.pack({name: np.asarray(states[name]) for name in system.layout.names})
    return dict(system.layout.unpack(system.flow()(0.0, y, {})))


@every
def test_right_side(name: str) -> None:
    """One step of Euler's method, long enough that the states drown in it, is the right side."""
    one, rng, count, step = MODELS[name], np.random.default_rng(len(name)), 40, 1000 * b2.second
    around = values(one.around, lambda low, high: rng.uniform(low, high, count), shared_in(one))
    theirs = group(one, count, method="euler", threshold=None, reset=None, refractory=False, dt=step)
    for key, value in around.items():
        setattr(theirs, key, value)
    b2.Network(theirs).run(step, namespace={})
    states = [key for key in around if key in theirs.user_equations.diff_eq_names]
    system = build(model(one, size=count, start=around))
    ours = right_side(system, around)
    assert set(ours) == set(states)
    for key in states:
        rate = (np.asarray(getattr(theirs, f"{key}_")) - np.asarray(around[key])) / float(step)
        np.testing.assert_allclose(ours[key], rate, rtol=1e-12, atol=1e-12 * np.abs(rate).max())


def trains(one: Standard) -> tuple[list[Any], dict[str, Any]]:
    """Brian2's own spikes, in steps, and where it started."""
    spread = values(one.spread, lambda low, high: np.linspace(low, high, UNITS), shared_in(one))
    theirs = group(one, UNITS, dt=one.dt * b2.ms)
    for key, value in spread.items():
        setattr(theirs, key, value)
    monitor = b2.SpikeMonitor(theirs)
    b2.Network(theirs, monitor).run(one.until * b2.ms, namespace={})
    return sorted(zip(np.rint(monitor.t / theirs.dt).astype(int), np.asarray(monitor.i), strict=True)), spread


def check_spikes(name: str, backend: str) -> None:
    one = MODELS[name]
    theirs, start = trains(one)
    assert len(theirs) > UNITS
    system = build(model(one, size=UNITS, start=start))
    found = simulate(system, until=f"{one.until} ms", backend=backend, method=one.method, record=["spike"]).events(
        "spike"
    )
    steps = np.rint(found.time * 1000 / one.dt).astype(int)
    assert sorted(zip(steps, found.unit[:, 0], strict=True)) == theirs


@pytest.mark.parametrize("name", sorted_out(spiking, {"lif", "izhikevich"}))
def test_spikes(name: str) -> None:
    """Brian2's method in fixed steps gives its spikes, step for step."""
    check_spikes(name, "fixed")


SMOOTH = [name for name in spiking if MODELS[name].method in ("euler", "rk2", "rk4") and name != "noisy_lif"]


@pytest.mark.parametrize("name", sorted_out(SMOOTH, {"exponential_if"}))
def test_spikes_of_the_generated_network(name: str) -> None:
    """Brian2's text, brought in and written out again for Brian2."""
    check_spikes(name, "brian2")


BACK = [name for name in sorted(MODELS) if name not in ("noisy_lif", "odd")]


@pytest.mark.parametrize("name", sorted_out(BACK, {"adex", "hodgkin_huxley"}))
def test_round_trip(name: str) -> None:
    """What we write for Brian2, brought in again, has the same right side."""
    one, rng = MODELS[name], np.random.default_rng(3)
    around = values(one.around, lambda low, high: rng.uniform(low, high, 30), shared_in(one))
    bare = Standard(one.equations, one.namespace, None)
    system = build(model(bare, size=30, start=around))
    (found,) = (made := written_out(system)).groups.by_sets.values()
    back, constants = made.context.names.back, found.site.constants
    text = "\n".join([*found.lines, *(f"{constant} : 1 (constant)" for constant in constants)])
    again = Model.from_brian2(text, namespace=made.context.scalars, start=constants, size=30)
    states = {key: np.asarray(around[back[key]]) for key in again.states}
    theirs = {back[key]: rate for key, rate in right_side(build(again), states).items()}
    for key, rate in right_side(system, around).items():
        np.testing.assert_allclose(theirs[key], rate, rtol=1e-12, atol=1e-12 * np.abs(rate).max())


@every
def test_text(name: str) -> None:
    """What comes in can be shown, and written as a file that gives it back."""
    found = model(MODELS[name], size=UNITS)
    assert Model.from_text(found.to_toml()) == found
    assert all(state in str(found) for state in found.states)


def written_out(system: Any) -> Any:
    """What Brian2 is given to run a system."""
    asked = dict(until="1 ms", t0=None, start=None, inputs={}, save_at=None, every=None, method="euler", dt="0.1 ms")
    asked |= dict(rtol=None, atol=None, seed=None, trials=None, progress=False, steps=None)
    return network(planned(system, list(system.layout.names), **asked), 1, "euler", FUNCTION)
