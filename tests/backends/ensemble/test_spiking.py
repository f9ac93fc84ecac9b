"""Networks with events in compiled fixed steps: the spikes of the oracle `fixed`, whatever else is asked for."""

from __future__ import annotations

import _thread
import threading
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn import InputError, Model, Result, System, build, simulate
from neurodyn.backends.ensemble.machine import Machine, host
from neurodyn.backends.ensemble.spiking import fixed_steps, records
from neurodyn.backends.progress import Progress
from tests.backends.fixed_reference import network
from tests.models.big import DT, SCRIPTS

# Units that rest and are driven through a delay; what they do is bounded, and is read by what follows.
CHAIN = Model(
    ["dx[i]/dt = 3*u - x[i] + 0.4*tick + 0.3*sum(w[i,j]*kick[j](t - 0.07), j)", "dn[i]/dt = x[i]*kick[i]"],
    indices={"N": {"letters": "i j", "size": 5}},
    states={"x[i]": {"start": "0.1*i", "clip": [0, 2]}, "n[i]": 0.0},
    parameters={"w[i,j]": "(i == j + 1) - (i == j)/2"},
    inputs={"u": "pulses(1, period=0.5, duty=0.5)"},
    events={
        "kick[i]": {"when": "x[i] > 1", "set": "x[i] = x[i] - 1", "refractory": 0.05, "hold": "x[i]"},
        "tick": {"every": 0.2, "phase": 0.1},
    },
)
NAMES = ["x", "n", "kick", "tick"]


def chain(until: float, backend: str = "ensemble", **more: Any) -> Result:
    return simulate(build(CHAIN), until=until, **{"backend": backend, "dt": 0.01, "record": NAMES, **more})


def assert_same(one: Result, other: Result) -> None:
    """The same events, and states but for rounding."""
    assert (one.status, one.code) == (other.status, other.code)
    np.testing.assert_array_equal(one.time, other.time)
    for name in other.recipe["record"]:
        if name in other.arrays["start"]:
            np.testing.assert_allclose(one[name].values, other[name].values, rtol=1e-11, atol=1e-13)
    for name in other.recipe["record"]:
        if name not in other.arrays["start"]:
            np.testing.assert_array_equal(one.events(name).time, other.events(name).time)
            np.testing.assert_array_equal(one.events(name).unit, other.events(name).unit)


@pytest.mark.parametrize("method", ["exact", "exponential_euler", "rk4", "rk2", "euler"])
def test_events_are_those_of_the_oracle(method: str) -> None:
    found = chain(2, method=method, save_at="steps")
    assert_same(found, chain(2, "fixed", method=method, save_at="steps"))
    assert found.counts["events"] == len(found.events("kick").time) + len(found.events("tick").time) > 30


@pytest.mark.parametrize("more", [{}, {"every": 0.1}, {"save_at": [0.3, 0.31, 1.0]}])
def test_times_that_are_saved(more: dict[str, Any]) -> None:
    assert_same(chain(1, **more), chain(1, "fixed", **more))


@pytest.mark.parametrize("backends", [("ensemble", "ensemble"), ("fixed", "ensemble"), ("ensemble", "fixed")])
@pytest.mark.parametrize("cut", [0.5, 0.62])
def test_two_halves_are_one_run(backends: tuple[str, str], cut: float) -> None:
    """What is on its way, who rests and who waits goes on, also from one backend to the other."""
    whole, first = chain(2, every=0.01), chain(cut, backends[0], every=0.01)
    second = simulate(build(CHAIN), start=first, until=2, dt=0.01, backend=backends[1], record=NAMES, every=0.01)
    np.testing.assert_allclose(second["x"].values, whole["x"].values[-len(second.time) :], rtol=1e-11, atol=1e-13)
    for name in NAMES[2:]:
        times = np.concatenate([run.events(name).time for run in (first, second)])
        np.testing.assert_array_equal(times, whole.events(name).time)


def test_any_width_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit has the bits that it would have alone."""
    system, found, own = network(37), [], host()
    for width in (1, 4, own.width):
        monkeypatch.setattr(fixed_steps, "host", lambda w=width: Machine(own.cpu, own.features, w))
        found.append(simulate(system, until=0.1, dt=1e-4, backend="ensemble", record=["v", "g", "spike"]))
    for other in found[1:]:
        for name in ("v", "g"):
            np.testing.assert_array_equal(found[0][name].values, other[name].values)
        np.testing.assert_array_equal(found[0].events("spike").unit, other.events("spike").unit)
    assert len(found[0].events("spike").time) > 50


def test_many_events_and_short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written down is taken away before there is no more room."""
    whole = chain(2, method="rk4")
    monkeypatch.setattr(records, "LEAST_ROOM", 1)
    assert_same(chain(2, method="rk4"), whole)


def test_a_run_of_many_pieces() -> None:
    """An input with more edges than a chunk could double its length."""
    assert chain(600, save_at=[600.0]).counts["steps"] == 60_000


def test_trials_and_values_of_their_own() -> None:
    asked: dict[str, Any] = {"trials": 2, "save_at": [0.5, 1.0], "start": {"x": np.arange(10.0).reshape(2, 5) / 10}}
    assert_same(chain(1, **asked), chain(1, "fixed", **asked))


def test_rerun() -> None:
    assert neurodyn.rerun(chain(1)).same


def test_ctrl_c_keeps_what_was_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(self: Progress, t: float) -> None:
        if t > 1:
            raise KeyboardInterrupt

    whole = chain(20, every=0.01)
    monkeypatch.setattr(Progress, "at", stop)
    found = chain(20, every=0.01, on_failure="return")
    assert found.status == "interrupted" and 1 < found.time[-1] < 20
    np.testing.assert_array_equal(found["x"].values, whole["x"].values[: len(found.time)])


@pytest.mark.parametrize("wait", [0.02, 0.1])
def test_ctrl_c_at_any_time(wait: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end that is told is the state at the time that is told."""
    timer = threading.Timer(wait, _thread.interrupt_main)
    monkeypatch.setattr(Progress, "at", lambda self, t: None if timer.ident else timer.start())
    found = chain(4000, save_at=[4000], on_failure="return")
    timer.join()
    monkeypatch.undo()
    t = float(found.arrays["end"]["t"])
    assert found.status == "interrupted" and 0 < t < 4000
    whole = chain(t, save_at=[t])
    np.testing.assert_array_equal(found.arrays["end"]["x"], whole["x"].values[-1])
    np.testing.assert_array_equal(found.events("kick").time, whole.events("kick").time)


@pytest.mark.parametrize("far", ["1e9", "1e308*x"])
def test_a_run_away_ends_as_the_oracle_says(far: str) -> None:
    """A step that leads beyond all measure, after some that do not; the last state before it is kept."""
    model = Model(
        f"dx/dt = 1 + ({far})*up", states={"x": 0.0, "n": 0.0}, events={"up": {"when": "x > 0.45", "set": "n = n + 1"}}
    )
    one, other = (
        simulate(build(model), until=1, dt=0.1, backend=b, every=0.1, on_failure="return")
        for b in ("ensemble", "fixed")
    )
    assert (one.status, one.code, one.message) == (other.status, other.code, other.message)
    assert one.status == "failed" and one.arrays["end"]["t"] == other.arrays["end"]["t"]
    np.testing.assert_array_equal(one["x"].values, other["x"].values)


def test_an_upstroke_beyond_all_measure_that_is_reset_is_no_failure() -> None:
    """The step itself overflows; what it leaves is the reset."""
    model = Model("dx/dt = exp(80*x)", states={"x": 0.5}, events={"spike": {"when": "x > 1", "set": "x = 0.3"}})
    runs = [simulate(build(model), until=1, dt=0.01, backend=b, record=["x", "spike"]) for b in ("ensemble", "fixed")]
    assert_same(*runs)
    assert len(runs[0].events("spike").time) > 50


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("lif", {"method": "DOP853"}, "The ensemble backend has no method DOP853"),
    ("lif_cond", {"method": "exact"}, "the flow of v is not linear in all states"),
    ("lif", {"until": 0.10005}, "until, t = 0.10005, lies between two steps"),
    ("camelot_hybrid", {}, "arrival sets or holds several elements of K. Take the backend fixed"),
    ("digit_recall_spiking", {}, "joins units"),
]


@pytest.mark.parametrize(("name", "asked", "message"), REFUSED)
def test_refusals(name: str, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate(build(name), **{"until": 0.1, "dt": 1e-4, "backend": "ensemble", **asked})


FULL = [("cuba", 1.0, "exact"), ("coba", 0.3, "exponential_euler"), ("brunel", 0.1, "exact")]


def spikes(system: System, backend: str, until: float, method: str) -> Result:
    events = [name for name, said in system.model.events.items() if not said.counted]
    return simulate(system, until=until, dt=DT, method=method, backend=backend, record=events, save_at=[until])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "until", "method"), FULL)
def test_whole_networks_give_every_spike_of_the_oracle(name: str, until: float, method: str) -> None:
    system = build(name)
    assert_same(spikes(system, "ensemble", until, method), spikes(system, "fixed", until, method))


@pytest.mark.slow
def test_the_whole_network_gives_every_spike_of_a_script_of_brian2() -> None:
    system = build("cuba", seed=1)
    found = spikes(system, "ensemble", 1.0, "exact").events("spike")
    steps, units = SCRIPTS["cuba"].same(system, 1.0, "exact")
    np.testing.assert_array_equal(np.rint(found.time / DT).astype(int), steps)
    np.testing.assert_array_equal(found.unit[:, 0], units)
    assert len(steps) > 20_000
