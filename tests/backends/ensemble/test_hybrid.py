"""Events in lanes: closed forms, the events of the backend scipy one by one, and the same bits in any lane."""

from __future__ import annotations

import _thread
import math
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, Model, Result, System, build, simulate
from neurodyn.backends.ensemble.hybrid import run as hybrid
from neurodyn.backends.ensemble.hybrid import tables
from neurodyn.backends.ensemble.machine import Machine, host

TIGHT = {"rtol": 1e-11, "atol": 1e-13}
each_method = pytest.mark.parametrize("method", ["Tsit5", "DOP853"])


def ran(system: System | Model, **asked: Any) -> Result:
    return simulate(system, **{"backend": "ensemble", "on_failure": "return", **asked})


def assert_same_events(system: System, within: float, method: str, **asked: Any) -> None:
    """Counts, order, units and trials are those of scipy, and times and saved states to within so much."""
    names = list(system.model.events)
    asked = {"record": [*names, *system.model.states], **asked}
    found, other = ran(system, method=method, **asked), ran(system, **{**asked, "backend": "scipy"})
    assert found.status == other.status == "done", found.message
    for name in names:
        ours, theirs = found.events(name), other.events(name)
        np.testing.assert_array_equal(ours.unit, theirs.unit)
        np.testing.assert_array_equal(ours.trial, theirs.trial)
        np.testing.assert_allclose(ours.time, theirs.time, rtol=0, atol=within)
    assert found.counts["events"] == other.counts["events"] > 0
    for name in system.model.states:
        np.testing.assert_allclose(found[name].values, other[name].values, rtol=0, atol=within)


def bits(result: Result) -> bytes:
    """All states, and all events with their trials."""
    data = result.dataset
    names = [*data.data_vars, *(n for n in ("stop_time", "valid") if n in data.coords)]
    return b"".join(np.ascontiguousarray(data[name].values).tobytes() for name in names)


def lif_interval(drive: float, refractory: float) -> float:
    """The time from reset to threshold of the shipped neuron at a drive in volts, with its refractory period."""
    aim = -70e-3 + drive
    return refractory + 20e-3 * math.log((aim + 65e-3) / (aim + 50e-3))


@each_method
@pytest.mark.parametrize("refractory", [0.0, 2e-3, 7e-3])
def test_intervals_of_a_leaky_neuron(refractory: float, method: str) -> None:
    drives = np.linspace(25e-3, 80e-3, 37)
    asked = {"values": {"R": drives / 1e-9}, "record": ["spike"], "method": method, **TIGHT}
    result = ran(build("lif", I=1e-9, t_ref=refractory), until=0.5, save_at=[0.5], **asked)
    events = result.events("spike")
    for k, drive in enumerate(drives.tolist()):
        gaps = np.diff(events.time[events.trial == k])
        assert len(gaps) > 5
        np.testing.assert_allclose(gaps, lif_interval(drive, refractory), rtol=1e-9)


@each_method
def test_intervals_of_a_quadratic_neuron(method: str) -> None:
    """dv/dt = v**2 + a from -c to c takes 2*atan(c/sqrt(a))/sqrt(a)."""
    model = Model(
        "dv/dt = v**2 + a",
        states={"v": -20.0},
        parameters={"a": 1.0},
        events={"spike": {"when": "v > 20", "set": "v = -20"}},
    )
    rates = np.geomspace(0.3, 30, 19)
    result = ran(model, until=40, save_at=[40.0], values={"a": rates}, record=["spike"], method=method, **TIGHT)
    events = result.events("spike")
    for k, a in enumerate(rates.tolist()):
        gaps = np.diff([0.0, *events.time[events.trial == k]])
        np.testing.assert_allclose(gaps, 2 * math.atan(20 / math.sqrt(a)) / math.sqrt(a), rtol=1e-8)


@each_method
def test_turns_of_a_theta_neuron(method: str) -> None:
    """dtheta/dt = 1 - cos(theta) + (1 + cos(theta))*a goes round in pi/sqrt(a); nothing is reset but the angle."""
    model = Model(
        "dx/dt = 1 - cos(x) + (1 + cos(x))*a",
        states={"x": -3.141592653589793},
        parameters={"a": 0.25},
        events={"turn": {"when": "x > 3.141592653589793", "set": "x = x - 6.283185307179586"}},
    )
    result = ran(
        model, until=40, save_at=[40.0], values={"a": [0.04, 0.25, 1.0]}, record=["turn"], method=method, **TIGHT
    )
    events = result.events("turn")
    for k, a in enumerate((0.04, 0.25, 1.0)):
        np.testing.assert_allclose(np.diff(events.time[events.trial == k]), math.pi / math.sqrt(a), rtol=1e-9)


def ball() -> Model:
    return Model(
        ["dx/dt = v", "dv/dt = -g"],
        states={"x": 0.0, "v": 10.0},
        parameters={"g": 9.81, "r": 0.8},
        events={"bounce": {"when": "x < 0", "set": "x = 0\nv = -r*v"}},
    )


@each_method
def test_bounces_are_a_geometric_series_and_a_heap_of_them_is_told(method: str) -> None:
    kept = np.array([0.3, 0.8, 0.95])
    result = ran(ball(), until=9.0, save_at=[9.0], values={"r": kept}, record=["bounce", "x"], method=method, **TIGHT)
    events, limits = result.events("bounce"), 2 * 10 / 9.81 / (1 - kept)
    for k, r in enumerate(kept.tolist()):
        times = events.time[events.trial == k]
        np.testing.assert_allclose(times, np.cumsum(2 * 10 / 9.81 * r ** np.arange(len(times))), rtol=1e-9)
    assert result.dataset["status"].values.tolist() == ["failed", "done", "done"]
    assert result.code == "accumulating-events" and "Trial 0: bounce happened 100 times" in result.message
    assert abs(float(result.dataset["stop_time"][0]) - limits[0]) < 1e-6
    alone = ran(ball(), until=9.0, save_at=[9.0], record=["bounce"], backend="scipy", **TIGHT)
    np.testing.assert_allclose(events.time[events.trial == 1], alone.events("bounce").time, rtol=1e-10)


def test_two_crossings_in_one_step() -> None:
    model = Model(
        ["dx/dt = 1", "y = 1 - 100*(x - 5.03)**2"],
        states={"x": 0.0, "n": 0, "m": 0},
        events={"up": {"when": "y > 0.999", "set": "n = n + 1"}, "down": {"when": "y < 0.999", "set": "m = m + 1"}},
    )
    result = ran(model, until=10, method="DOP853", record=["n", "m", "up", "down"])
    half = math.sqrt(0.001 / 100)
    np.testing.assert_allclose(result.events("up").time, [5.03 - half], rtol=1e-12)
    np.testing.assert_allclose(result.events("down").time, [0.0, 5.03 + half], rtol=1e-12)
    assert (result["n"].values[-1], result["m"].values[-1]) == (1, 2)


@pytest.mark.parametrize("excess", [1e-6, 1e-10])
def test_a_crossing_that_barely_reaches(excess: float) -> None:
    model = Model("dx/dt = cos(t)", states={"x": 0.0}, events={"top": {"when": f"x > {1 - excess!r}"}})
    result = ran(model, until=8, rtol=1e-13, atol=1e-14, record=["top"])
    found = result.events("top").time
    np.testing.assert_allclose(found, np.array([0.5, 2.5]) * math.pi, atol=2 * math.sqrt(2 * excess))


@each_method
def test_extrema_are_seen_wherever_steps_end(method: str) -> None:
    """A sine reaches over a level by a millionth, at 100 phases; it stays there for 2*acos(1 - 1e-6)."""
    model = Model(
        ["dx/dt = cos(t + p)", "dn/dt = 0"],
        states={"x": "sin(p)", "n": 0},
        parameters={"p": 0.0},
        events={"top": {"when": "x > 0.999999", "set": "n = n + 1"}, "back": {"when": "x < 0.999999"}},
    )
    phases = np.linspace(-1.5, 1.5, 100)
    asked = {"values": {"p": phases}, "method": method, "record": ["top", "back", "n"], **TIGHT}
    result = ran(model, until=8 * math.pi, save_at=[8 * math.pi], **asked)
    assert np.array_equal(result["n"].values[-1], np.full(100, 4))
    top, back = (result.events(name) for name in ("top", "back"))
    half = math.acos(1 - 1e-6)
    for k, phase in enumerate(phases.tolist()):
        tops = math.pi * np.array([0.5, 2.5, 4.5, 6.5]) - phase
        np.testing.assert_allclose(top.time[top.trial == k], tops - half, atol=1e-6)
        np.testing.assert_allclose(back.time[back.trial == k][1:], tops + half, atol=1e-6)


@each_method
def test_states_stay_within_their_bounds(method: str) -> None:
    """A flow that pushes out stands still at a bound; impulses and resets end there; bounds differ by trial."""
    model = Model(
        ["dx/dt = cos(t) + 2*kick", "dy/dt = 1"],
        states={"x": {"start": 0.0, "clip": [-0.5, "top"]}, "y": 0.0},
        parameters={"top": 0.5},
        events={"kick": {"at": [2.0]}, "low": {"when": "x <= -0.4", "set": "y = 0"}},
    )
    tops, times = np.array([0.25, 0.5, 0.75]), np.linspace(0, 2 * math.pi, 61)
    asked = {"values": {"top": tops}, "method": method, "record": ["x", "y", "low"], "save_at": times, **TIGHT}
    result = ran(model, until=2 * math.pi, **asked)
    for k, top in enumerate(tops.tolist()):
        before = np.minimum(np.sin(times), top)
        before = np.where(times > math.pi / 2, top + np.sin(times) - 1, before)
        after = np.maximum(top + np.sin(times) - math.sin(2.0), -0.5)
        after = np.where(times > 1.5 * math.pi, after.min() + np.sin(times) + 1, after)
        wanted = np.where(times < 2.0, before, np.minimum(after, top))
        np.testing.assert_allclose(result["x"].values[:, k], wanted, atol=1e-8)
    events = result.events("low")
    assert events.trial.tolist() == [0, 1, 2]
    lows = math.pi - np.arcsin(math.sin(2.0) - tops - 0.4)
    np.testing.assert_allclose(events.time, lows, atol=1e-8)
    np.testing.assert_allclose(result["y"].values[-1], 2 * math.pi - lows, atol=1e-8)


def test_bounds_without_events() -> None:
    model = Model("dx/dt = cos(t)", states={"x": {"start": 0.0, "clip": [0, 0.5]}})
    times = np.array([0.3, 1.0, 1.5, 2.0, 2.5])
    found = ran(model, until=2.5, save_at=times, **TIGHT)["x"].values
    expected = np.where(times < np.pi / 6, np.sin(times), np.where(times < np.pi / 2, 0.5, np.sin(times) - 0.5))
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_conditions_joined_by_words() -> None:
    model = Model(
        "dx/dt = 1",
        states={"x": 0.0},
        events={
            "both": {"when": "x > 0.3 and t > 0.6"},
            "either": {"when": "x >= 0.3 or t > 0.6"},
            "between": {"when": "0.3 < x < 0.6"},
            "neither": {"when": "not (x <= 0.9)"},
        },
    )
    result = ran(model, until=2, record=list(model.events))
    found = [result.events(name).time.tolist() for name in model.events]
    assert found == [[pytest.approx(t, rel=1e-12)] for t in (0.6, 0.3, 0.3, 0.9)]


def test_events_that_set_off_one_another_for_ever_are_told_of_their_trial_only() -> None:
    model = Model(
        "dx/dt = a",
        states={"x": 0.0},
        parameters={"a": 1.0},
        events={"up": {"when": "x > 1", "set": "x = -1"}, "down": {"when": "x < -0.5", "set": "x = 1.5"}},
    )
    result = ran(model, until=2, values={"a": [0.1, 1.0, 0.2]}, record=["up", "down", "x"], save_at=[1.0, 2.0])
    assert result.dataset["status"].values.tolist() == ["done", "failed", "done"]
    assert result.code == "endless-events" and "Trial 1: At t = 1 events set off one another" in result.message
    np.testing.assert_allclose(result["x"].values[-1, [0, 2]], [0.2, 0.4], rtol=1e-9)


PULSES = """
format = 1
equations = '''
tau*dv[i]/dt = u - v[i] + tau*w*kick[i]
dg/dt = -g/0.3 + sum(spike[j], j) - h*tick
dh/dt = -h
'''
[indices]
N = { letters = "i j", size = 3 }
[states]
"v[i]" = [0.1, 0.2, 0.3]
g = 0.0
h = 1.0
[parameters]
tau = 0.7
w = 0.4
rest = 0.2
[inputs]
u = { value = "1.2 + pulses(1.5, 2, 0.25)" }
[events."spike[i]"]
when = "v[i] > 1"
set = "v[i] = 0.1*g"
refractory = "rest"
hold = "v[i]"
[events."kick[i]"]
rate = 3.0
[events.tick]
every = 0.9
phase = 0.2
set = "h = h + 0.5"
[events.seen]
when = "g > 0.5 and h < 1.2"
[events."list[i]"]
at = [[0.5, 1.1], [0.5], [2.0]]
set = "v[i] = 0"
"""


def made(text: str = PULSES) -> System:
    return build(Model.from_text(text, name="pulses"))


@each_method
def test_clocks_trains_lists_rests_and_edges_are_those_of_scipy(method: str) -> None:
    """Poisson trains, a common clock, a list for each unit, a jumping input, and impulses from all units to one."""
    rows = {"w": np.linspace(0.1, 0.6, 3), "rest": np.linspace(0.05, 0.4, 3)}
    asked = {"until": 4.0, "seed": 5, "save_at": [0.5, 1.1, 1.5, 1.75, 3.3, 4.0], "values": rows, **TIGHT}
    assert_same_events(made(), 1e-8, method, **asked)


@pytest.mark.parametrize("width", [1, *(pytest.param(w, marks=pytest.mark.slow) for w in (2, 4, 8, 16))])
def test_bits_are_the_same_at_any_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"w": np.linspace(0.1, 0.6, 21), "rest": np.linspace(0.05, 0.4, 21)}
    asked = {"until": 4.0, "values": rows, "save_at": np.linspace(0, 4, 9), "seed": 5}
    record = [*made().model.events, *made().model.states]
    wide = ran(made(), record=record, **asked)
    own: Machine = host()
    monkeypatch.setattr(hybrid, "host", lambda: replace(own, width=width))
    assert bits(ran(made(), record=record, **asked)) == bits(wide)


def test_bits_are_the_same_alone_on_any_threads_and_with_a_short_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials have very different numbers of events, from none to some thousands."""
    drives = np.concatenate([np.geomspace(10e-3, 5.0, 1500), [30e-3] * 600]) / 1e-9
    system, asked = build("lif", I=1e-9, t_ref=0.0), {"until": 0.1, "save_at": [0.05, 0.1], "record": ["v", "spike"]}
    monkeypatch.setattr(hybrid, "cores", lambda: 1)
    one = ran(system, values={"R": drives}, **asked)
    monkeypatch.setattr(hybrid, "cores", lambda: 2)
    monkeypatch.setattr(tables, "CHUNK", 1)
    assert bits(ran(system, values={"R": drives}, **asked)) == bits(one)
    events = one.events("spike")
    counts = np.bincount(events.trial, minlength=len(drives))
    assert counts[0] == 0 and counts.max() > 400
    for k in (0, 700, 1499, 2000):
        alone = ran(system, values={"R": drives[k : k + 1]}, **asked)
        assert np.array_equal(alone.events("spike").time, events.time[events.trial == k])
        assert np.array_equal(alone["v"].values[:, 0], one["v"].values[:, k])


def test_what_is_no_number_stops_its_own_trial_only() -> None:
    model = Model(
        "dx/dt = 1 + sqrt(c - x)",
        states={"x": 0.0},
        parameters={"c": 2.0},
        events={"spike": {"when": "x > 1", "set": "x = 0.1"}},
    )
    limits = np.array([2.0, 0.5, 3.0, -1.0])
    asked = {"until": 5.0, "save_at": [2.5, 5.0], "record": ["x", "spike"]}
    result = ran(model, values={"c": limits}, **asked)
    assert result.dataset["status"].values.tolist() == ["done", "failed", "done", "failed"]
    for k in (0, 2):
        alone = ran(model, values={"c": limits[k : k + 1]}, **asked)
        assert np.array_equal(alone["x"].values[:, 0], result["x"].values[:, k])


@pytest.mark.parametrize("backends", [("ensemble",) * 2, ("scipy", "ensemble"), ("ensemble", "scipy")])
@pytest.mark.parametrize("cut", [1.0, 2.9])
def test_two_halves_are_one_run(backends: tuple[str, str], cut: float) -> None:
    """Also where a unit rests, and where a clock ticks, as one ends."""
    record = [*made().model.events, "v"]
    asked = {"record": record, "seed": 5, "trials": 3, **TIGHT}
    whole = ran(made(), until=4.0, save_at=[4.0], **asked)
    first = ran(made(), until=cut, save_at=[cut], **{**asked, "backend": backends[0]})
    second = ran(made(), until=4.0, save_at=[4.0], start=first, record=record, backend=backends[1], **TIGHT)
    for name in made().model.events:
        for trial in range(3):
            parts = [one.events(name).time[one.events(name).trial == trial] for one in (first, second)]
            events = whole.events(name)
            np.testing.assert_allclose(np.concatenate(parts), events.time[events.trial == trial], atol=1e-8)
    np.testing.assert_allclose(second["v"].values[-1], whole["v"].values[-1], atol=1e-8)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("stdp_pair", {}, "cannot run stdp_pair in lanes: its impulses arrive later. Give dt, for fixed steps"),
    (
        "coba",
        {"target": "lanes"},
        "take more than 6,000 operations. Give dt, for fixed steps, or take",
    ),
    ("lif", {"method": "Rodas4"}, "Rodas4 has no events"),
    ("lif", {"target": "lanes", "dt": 1e-4}, "Lanes choose their own steps where there are events, and dt is given"),
    ("lif", {"target": "arrays"}, "The target arrays is one of flows without events"),
    ("lif", {"save_at": "steps"}, "saves at given times"),
    ("lif", {"reduce": {"top": "max(v)"}}, "reduces flows without events"),
]


@pytest.mark.parametrize(("name", "asked", "message"), REFUSED)
def test_what_it_cannot_do_is_told(name: str, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ran(build(name), **{"until": 0.1, **asked})


def test_impulses_that_are_counted_have_no_times_for_lanes() -> None:
    model = Model("dx/dt = -x + hit", states={"x": 0.0}, events={"hit": {"rate": 1000, "counted": True}})
    with pytest.raises(InputError, match="in lanes: impulses are counted in each step"):
        ran(model, until=1.0, save_at=[1.0])


def random_system(seed: int) -> System:
    """Two or three states, each near the next one's, and events with conditions, rests, holds and impulses."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 4))
    equations = []
    for i in range(count):
        a, b, c, w = rng.normal(size=4).round(3).tolist()
        impulse = " + 0.2*e0" if i == 0 else ""
        equations.append(f"dx{i}/dt = p*tanh({a}*x{(i + 1) % count} + {b}) - 0.3*x{i} + {c}*sin({3 * w}*t){impulse}")

    def compared() -> str:
        return f"x{rng.integers(count)} {rng.choice(['>', '<', '>=', '<='])} {rng.normal():.3f}"

    events: dict[str, dict[str, Any]] = {}
    for k in range(3):
        event: dict[str, Any] = {"when": compared()}
        if rng.random() < 0.4:
            event["when"] += f" {rng.choice(['and', 'or'])} {'not ' if k else ''}({compared()})"
        if rng.random() < 0.7:
            event["set"] = f"x{rng.integers(count)} = {rng.choice(['-0.5*x0', 'x1 + 0.3', '0.1'])}"
        if rng.random() < 0.5:
            event |= {"refractory": round(float(rng.uniform(0.05, 0.5)), 3), "hold": f"x{rng.integers(count)}"}
        events[f"e{k}"] = event
    states = {f"x{i}": round(float(rng.normal()), 2) for i in range(count)}
    return build(Model(equations, states=states, parameters={"p": 1.0}, events=events))


@pytest.mark.parametrize("seed", [2, *(pytest.param(k, marks=pytest.mark.slow) for k in (1, *range(3, 13)))])
def test_random_systems_have_the_events_of_scipy(seed: int) -> None:
    """With a parameter of its own for each trial; also where one fails, which then both do at the same event."""
    system = random_system(seed)
    rows = {"p": np.random.default_rng(seed).uniform(0.5, 2, 3)}
    asked = {"until": 4.0, "save_at": [4.0], "values": rows, "record": list(system.model.events), **TIGHT}
    found, other = ran(system, method="DOP853", **asked), ran(system, backend="scipy", **asked)
    assert found.dataset["status"].values.tolist() == other.dataset["status"].values.tolist()
    for name in system.model.events:
        ours, theirs = found.events(name), other.events(name)
        np.testing.assert_array_equal(ours.trial, theirs.trial)
        np.testing.assert_allclose(ours.time, theirs.time, rtol=0, atol=1e-7)
    assert found.counts["events"] == other.counts["events"] > 0


def test_the_user_ends_a_run_early() -> None:
    """Lanes stop between two steps, and what happened until then is kept."""
    system, drives = build("lif", I=1e-9, t_ref=0.0), np.full(3, 30e6)
    ran(system, until=1.0, values={"R": drives}, save_at=[1.0], record=["spike"])  # so that it is compiled
    timer = threading.Timer(0.5, _thread.interrupt_main)
    timer.start()
    result = ran(system, until=2e4, values={"R": drives}, save_at=[2e4], record=["spike"])
    timer.join()
    assert result.status == "interrupted"
    events, stops = result.events("spike"), result["stop_time"].values
    for k in range(3):
        times = events.time[events.trial == k]
        gap = lif_interval(30e-3, 0.0)
        assert len(times) > 100 and 0 <= stops[k] - times[-1] < gap * 1.01
        np.testing.assert_allclose(np.diff(times), gap, rtol=1e-4)
