"""Fixed steps: plain loops, closed forms, orders, and agreement with the backend that finds instants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn import InputError, Model, build, simulate
from tests.backends.fixed_reference import REST, TAU, TAU_G, THRESHOLD, loop, network


def fixed(system: Any, until: float, dt: float, **more: Any) -> neurodyn.Result:
    return simulate(system, until=until, dt=dt, **{"backend": "fixed", **more})


each_backend = pytest.mark.parametrize("backend", ["fixed", "ensemble"])


@pytest.mark.parametrize("method", ["exact", "exponential_euler"])
@pytest.mark.parametrize("refractory", [0.0, 2e-3, 7e-3])
@each_backend
def test_interval_of_a_leaky_neuron_to_the_step(refractory: float, method: str, backend: str) -> None:
    """The path from the reset takes ceil(T/dt) steps; the first of them is step n after the spike (1 without rest)."""
    system = build("lif", I=0.3e-9, t_ref=refractory)
    result = fixed(system, 0.3, 1e-4, method=method, record=["spike"], backend=backend)
    found = np.diff(np.rint(result.events("spike").time / 1e-4))
    way = 20e-3 * math.log((-40 + 65) / (-40 + 50))
    assert len(found) > 5
    assert (found == max(round(refractory / 1e-4), 1) + math.ceil(way / 1e-4) - 1).all()


@pytest.mark.parametrize("method", ["euler", "exponential_euler"])
@pytest.mark.parametrize("delays", ["list", "one"])
@each_backend
def test_a_network_equals_a_plain_loop(method: str, delays: str, backend: str) -> None:
    system = network(60, delays=delays)
    result = fixed(system, 0.2, 1e-4, method=method, record=["spike"], backend=backend)
    start = system.layout.unpack(system.start())
    steps, units = loop(system, start, 1e-4, 2000, method)
    found = result.events("spike")
    assert len(steps) > 200 and len(set(units)) > 40
    np.testing.assert_array_equal(np.rint(found.time / 1e-4), steps)
    np.testing.assert_array_equal(found.unit[:, 0], units)
    assert result.recipe["scheme"]["rounding"] == pytest.approx(0.5e-4, rel=0.1) or delays == "one"


def test_spike_times_come_to_those_of_exact_instants() -> None:
    """The error is of order 1 in dt."""
    system = network(12, seed=3)
    exact = simulate(system, until=0.06, record=["spike"], rtol=1e-10, atol=1e-12).events("spike")

    def error(dt: float) -> float:
        found = fixed(system, 0.06, dt, record=["spike"]).events("spike")
        here, there = (np.lexsort((e.time, e.unit[:, 0])) for e in (found, exact))
        np.testing.assert_array_equal(found.unit[here, 0], exact.unit[there, 0])
        return float(np.abs(found.time[here] - exact.time[there]).mean())

    coarse, fine = error(4e-5), error(5e-6)
    assert len(exact.time) > 20 and 4 < coarse / fine < 16
    assert fine < 3 * 5e-6


@pytest.mark.parametrize("name", ["adex", "tsodyks_markram", "stdp_pair"])
def test_shipped_neurons_spike_as_with_exact_instants(name: str) -> None:
    """What is late adds up from spike to spike: a few steps for each, at most."""
    system, dt, until = build(name), 2e-5, 0.0999
    names = list(system.model.events)
    one, other = fixed(system, until, dt, record=names), simulate(system, until=until, record=names)
    counts = []
    for event in names:
        found, exact = one.events(event).time, other.events(event).time
        assert len(found) == len(exact)
        assert (np.abs(found - exact) < 5 * dt * np.arange(1, len(exact) + 1)).all()
        counts.append(len(exact))
    assert max(counts) > 1


def test_edges_of_inputs_keep_the_order() -> None:
    """Stages read an input on their own side of an edge; what is saved there stands twice."""
    model = Model("dx/dt = -x**2 + u", states={"x": 0.0}, inputs={"u": "pulses(2, period=1, duty=0.5)"})
    exact = simulate(build(model), until=3, save_at=[3.0], rtol=1e-12, atol=1e-13)["x"].values[0]
    errors = [abs(fixed(build(model), 3, dt, method="rk4")["x"].values[-1] - exact) for dt in (1 / 16, 1 / 32)]
    assert math.log2(errors[0] / errors[1]) > 3.5
    result = fixed(build(model), 3, 1 / 16, record=["u"])
    twice = np.flatnonzero(np.diff(result.time) == 0)
    np.testing.assert_allclose(result.time[twice], [0.5, 1.0, 1.5, 2.0, 2.5])
    np.testing.assert_array_equal(result["u"].values[twice], [2, 0, 2, 0, 2])


def test_a_thousand_units() -> None:
    """The work is one evaluation of the flow a step, whatever happens."""
    result = fixed(network(1000), 0.05, 1e-4, record=["spike"])
    assert result.counts["steps"] == result.counts["rhs"] == 500
    assert result.counts["events"] == len(result.events("spike").time) > 1000


@each_backend
def test_the_order_in_a_step(backend: str) -> None:
    """State update, then conditions, deliveries and resets; delays are rounded to the nearest step."""
    model = Model(
        "dx/dt = -x + tick + 10*tick(t - 0.26)\ndn/dt = 0",
        states={"x": 0.0, "n": 0.0, "seen": 0.0},
        events={
            "tick": {"at": [0.0, 0.55], "set": "seen = x"},
            "high": {"when": "x > 0.9", "set": "n = n + 1"},
        },
    )
    result = fixed(
        build(model), 0.8, 0.1, every=0.1, method="exact", record=["x", "n", "seen", "tick", "high"], backend=backend
    )
    e, x = math.exp(-0.1), [0.0, 1.0]
    for k in range(1, 8):
        x.append(x[-1] * e + {3: 10.0, 5: 1.0}.get(k, 0.0))
    np.testing.assert_allclose(result["x"].values, x, rtol=1e-12)
    np.testing.assert_allclose(result.events("tick").time, [0.0, 0.5])
    assert result["seen"].values[1] == 1.0 and result["seen"].values[6] == pytest.approx(x[6])  # after deliveries
    np.testing.assert_allclose(result.events("high").time, [0.1, 0.4])  # one step after what arrives
    assert result["n"].values[-1] == 2


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("exponential_euler", 1), ("rk2", 2), ("rk4", 4)])
def test_orders(method: str, order: int) -> None:
    model = Model(["dx/dt = y", "dy/dt = -x*(1 + 0.3*sin(t))"], states={"x": 1.0, "y": 0.0})
    exact = simulate(build(model), until=2, save_at=[2.0], rtol=1e-12, atol=1e-13)["x"].values[0]
    errors = [
        abs(fixed(build(model), 2, dt, method=method, save_at=[2.0])["x"].values[0] - exact) for dt in (1 / 16, 1 / 32)
    ]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.35)


@each_backend
def test_exact_solves_coupled_states_that_are_held(backend: str) -> None:
    """What depends on a held state sees it stand still; in SI units, whose slopes differ by ten powers of ten."""
    model = Model(
        ["dv[i]/dt = (I[i] - v[i])/0.01", "dw[i]/dt = 1e-9*v[i] - 200*w[i]"],
        indices={"N": {"letters": "i", "size": 3}},
        states={"v[i]": 0.0, "w[i]": {"start": 0.0, "scale": 1e-11}},
        parameters={"I[i]": [0.9, 1.5, 2.0]},
        events={"spike[i]": {"when": "v[i] > 1", "set": "v[i] = 0.4", "refractory": 4e-3, "hold": "v[i]"}},
    )
    one, other = (
        fixed(build(model), 0.1, 1e-4, method=m, record=["v", "w", "spike"], backend=backend) for m in ("exact", "rk4")
    )
    np.testing.assert_array_equal(one.events("spike").time, other.events("spike").time)
    assert len(one.events("spike").time) > 8
    np.testing.assert_allclose(one["v"].values, other["v"].values, rtol=1e-9)
    np.testing.assert_allclose(one["w"].values, other["w"].values, rtol=1e-8, atol=1e-20)


def test_the_default_method_is_what_the_flow_allows() -> None:
    for name, method in {
        "lif": "exact",
        "lif_cond": "exponential_euler",
        "adex": "euler",
        "lorenz": "rk4",
        "ornstein_uhlenbeck": "heun",
    }.items():
        assert fixed(build(name), 0.01, 1e-5).recipe["method"] == method


def test_the_method_of_a_bench_is_that_of_its_backend() -> None:
    system = build("ei_network")
    assert system.model.bench["method"] == "RK45"
    assert fixed(system, 0.001, 1e-4).recipe["method"] == "exponential_euler"
    assert simulate(system, until=0.001, backend="scipy").recipe["method"] == "RK45"


@pytest.mark.parametrize("method", ["euler", "heun", "milstein"])
@pytest.mark.parametrize("reading", ["ito", "stratonovich"])
def test_white_noise_is_that_of_chosen_steps(reading: str, method: str) -> None:
    """Increments are those of the other backend, so paths are equal."""
    model = Model("dx/dt = -x + u + 0.5*x*w", states={"x": 1.0}, inputs={"u": "ramp(0, 0.5, 0, 1)"},
                  noise={"w": {"kind": "white", "reading": reading}})  # fmt: skip
    runs = [
        simulate(build(model), until=1, dt=0.01, trials=3, backend=b, method=m)["x"].values
        for b, m in (("fixed", method), ("scipy", method.replace("euler", "euler-maruyama")))
    ]
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-12)


@pytest.mark.parametrize(("name", "method"), [("ornstein_uhlenbeck", "heun"), ("coherence_resonance", "heun")])
def test_the_method_of_noise_is_that_of_chosen_steps(name: str, method: str) -> None:
    found = [simulate(build(name), until=0.1, dt=1e-3, backend=b).recipe["method"] for b in ("fixed", "scipy")]
    assert found == [method, method]


NOISY = Model(
    "dx[i]/dt = 1 - x[i] + 0.3*w[i] + 0.2*kick[i](t - 0.07) + 0.1*poisson",
    indices={"N": {"letters": "i", "size": 3}},
    states={"x[i]": {"start": 0.0, "clip": [0, 2]}},
    noise={"w[i]": "white"},
    events={
        "kick[i]": {"when": "x[i] > 0.7", "set": "x[i] = 0", "refractory": 0.05, "hold": "x[i]"},
        "poisson": {"rate": 20},
    },
)


@pytest.mark.parametrize("backend", ["fixed", "scipy"])
def test_trials_with_events_and_noise_differ(backend: str) -> None:
    x = simulate(build(NOISY), until=1, dt=0.01, trials=2, backend=backend)["x"].values
    assert np.abs(x[:, 0] - x[:, 1]).max() > 0.1


@pytest.mark.parametrize("trials", [None, 2])
@pytest.mark.parametrize("cut", [0.5, 0.57])
def test_two_halves_are_one_run(trials: int | None, cut: float) -> None:
    names = ["x", "kick", "poisson"]
    whole = fixed(build(NOISY), 2, 0.01, trials=trials, record=names, every=0.01)
    first = fixed(build(NOISY), cut, 0.01, trials=trials, record=names, every=0.01)
    second = simulate(build(NOISY), start=first, until=2, dt=0.01, backend="fixed", record=names, every=0.01)
    np.testing.assert_array_equal(second["x"].values[-1], whole["x"].values[-1])
    np.testing.assert_array_equal(second["x"].values, whole["x"].values[round(cut / 0.01) :])
    for name in names[1:]:
        parts = [run.events(name) for run in (first, second)]
        assert sum(len(p.time) for p in parts) == len(whole.events(name).time) > 0


def test_rerun() -> None:
    assert neurodyn.rerun(fixed(build(NOISY), 1, 0.01, trials=2)).same


@each_backend
def test_poisson_trains_are_those_of_exact_instants(backend: str) -> None:
    """Each is counted in the step in which it lies, twice where it is there twice; its rate is not biased."""
    model = Model("dx/dt = p", states={"x": 0.0}, events={"p": {"rate": 30}})
    one, other = (
        fixed(build(model), 20, 0.05, record=["x", "p"], backend=backend),
        simulate(build(model), until=20, record=["x", "p"]),
    )
    times = other.events("p").time
    np.testing.assert_allclose(one.events("p").time, 0.05 * np.floor(times / 0.05), atol=1e-12)
    assert one["x"].values[-1] == len(times) > 500


@each_backend
def test_bounds_hold(backend: str) -> None:
    model = Model(
        "dx/dt = 1 + 3*tick", states={"x": {"start": 0.0, "clip": [0, 1.5]}}, events={"tick": {"every": 1, "phase": 1}}
    )
    x = fixed(build(model), 3, 0.1, every=0.1, backend=backend)["x"].values
    assert x.max() == 1.5 and x[10] == pytest.approx(1.0)


@each_backend
def test_a_condition_that_stays_true_is_one_event(backend: str) -> None:
    model = Model("dx/dt = 1", states={"x": 0.0}, events={"up": {"when": "x > 0.45"}})
    np.testing.assert_allclose(fixed(build(model), 1, 0.1, record=["up"], backend=backend).events("up").time, [0.4])


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("lif", {"dt": None}, "dt is missing: the fixed backend takes steps"),
    ("lif", {"method": "DOP853"}, "The fixed backend has no method DOP853"),
    ("lif_cond", {"method": "exact"}, "the flow of v is not linear in all states"),
    ("adex", {"method": "exponential_euler"}, "the flow of v is not linear in itself"),
    ("lif", {"until": 0.10005}, "until, t = 0.10005, lies between two steps"),
    ("lif", {"inputs": {"I": "step(10.03[ms], 1[nA])"}}, "An edge of an input, t = 0.01003, lies between two steps"),
    ("lif", {"rtol": 1e-8}, "lif is integrated in fixed steps, which have no rtol"),
    ("lif", {"save_at": [0.00005]}, "lies between two steps of dt = 0.0001."),
    ("ornstein_uhlenbeck", {"method": "rk4"}, "whose flow holds white noise. Take one of euler, heun, milstein"),
    ("lorenz", {"method": "heun"}, "whose flow holds no white noise"),
    ("lorenz", {"until": -0.1}, "goes forwards in time"),
    ("delayed_rates", {}, "it needs delay:state"),
    ("hopfield", {"method": "exact"}, "the flow of x is not linear"),
]


@pytest.mark.parametrize(("name", "asked", "message"), REFUSED)
def test_refusals(name: str, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        simulate(build(name), **{"until": 0.1, "dt": 1e-4, "backend": "fixed", **asked})


def test_a_run_of_another_kind_is_not_gone_on_from() -> None:
    system = build("lif", I=0.3e-9)
    one, other = fixed(system, 0.1, 1e-4), simulate(system, until=0.1)
    with pytest.raises(InputError, match="chosen steps is not gone on from with fixed ones"):
        fixed(system, 0.2, 1e-4, start=other)
    with pytest.raises(InputError, match="fixed steps is not gone on from with chosen ones"):
        simulate(system, until=0.2, start=one)


def test_a_run_away_is_told() -> None:
    model = build(Model("dx/dt = x**2", states={"x": 1.0}))
    result = fixed(model, 3, 0.01, method="rk4", on_failure="return")
    assert result.status == "failed" and result.code == "unstable" and "Take a smaller step" in result.message
    assert result.arrays["end"]["t"] < 1.1  # it grows without bound before t = 1


def test_a_step_that_is_too_long_for_an_upstroke_is_told() -> None:
    """The last stage of rk4 looks beyond the threshold, where the exponential of AdEx has grown out of all measure."""
    result = fixed(build("adex"), 0.3, 1e-5, method="rk4", on_failure="return")
    assert (result.status, result.code) == ("failed", "unstable")
    assert "went from" in result.message and "Take a smaller step than dt = 1e-05" in result.message
    assert fixed(build("adex"), 0.3, 1e-5, method="euler").status == "done"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["exact", "euler"])
@each_backend
def test_brian2_gives_the_same_spikes(method: str, backend: str) -> None:
    """A hand-written script for the same network of 200 units, on Brian2's own NumPy target."""
    brian2 = pytest.importorskip("brian2")
    system, dt, until = network(200), 1e-4, 0.3
    start, edges = system.layout.unpack(system.start()), system.wirings["C"]
    brian2.prefs.codegen.target = "numpy"
    group = brian2.NeuronGroup(
        200,
        "dv/dt = (drive - v + g)/tau : 1 (unless refractory)\ndg/dt = -g/tau_g : 1\ndrive : 1 (constant)",
        threshold="v > v_th", reset="v = 0", refractory=REST * brian2.second, method=method, dt=dt * brian2.second,
        namespace={"tau": TAU * brian2.second, "tau_g": TAU_G * brian2.second, "v_th": THRESHOLD},
    )  # fmt: skip
    group.v, group.g, group.drive = start["v"], start["g"], system.values["drive"]
    wires = brian2.Synapses(group, group, "w : 1", on_pre="g_post += w", dt=dt * brian2.second)
    wires.connect(i=edges.second, j=edges.first)
    wires.w, wires.delay = system.values["w"], system.values["d"] * brian2.second
    monitor = brian2.SpikeMonitor(group)
    brian2.Network(group, wires, monitor).run(until * brian2.second, namespace={})
    found = fixed(system, until, dt, method=method, record=["spike"], backend=backend).events("spike")
    there = np.lexsort((np.asarray(monitor.i), np.asarray(monitor.t)))
    assert len(found) > 1000
    np.testing.assert_array_equal(found.unit[:, 0], np.asarray(monitor.i)[there])
    np.testing.assert_array_equal(np.rint(found.time / dt), np.rint(np.asarray(monitor.t)[there] / dt))
