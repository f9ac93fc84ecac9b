"""The brian2 backend against SciPy's, closed forms and a plain loop."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from neurodyn import Model, build, rerun, simulate

Array = Any


def both(system: Any, names: list[str], dt: float, **more: Any) -> dict[str, float]:
    """The largest difference of each state between the backends, over its largest value."""
    found = simulate(system, backend="brian2", dt=dt, record=names, **more)
    more = {name: value for name, value in more.items() if name not in ("method", "coupling")}
    other = simulate(system, backend="scipy", record=names, rtol=1e-10, atol=1e-12, **more)
    apart = {name: np.abs(found[name].values - other[name].values) for name in names}
    return {name: float(np.max(apart[name]) / np.max(np.abs(other[name].values))) for name in names}


@pytest.mark.parametrize(
    ("method", "order", "dt"),
    [
        ("rk4", 4, 5e-5),
        pytest.param("rk2", 2, 2e-5, marks=pytest.mark.slow),
        pytest.param("euler", 1, 1e-5, marks=pytest.mark.slow),
    ],
)
def test_a_smooth_flow_has_the_order_of_its_method(method: str, order: int, dt: float) -> None:
    """Membrane and gates of Hodgkin and Huxley, without an event that acts."""
    system, times = build("hodgkin_huxley", I=0.1), np.linspace(0, 0.003, 4)
    coarse, fine = (both(system, ["v"], h, until=0.003, save_at=times, method=method)["v"] for h in (dt, dt / 2))
    assert math.log2(coarse / fine) == pytest.approx(order, abs=0.35)


@pytest.mark.parametrize("coupling", ["function", "summed"])
def test_sums_over_edges_and_over_a_mask(coupling: str) -> None:
    graph, bound = build("kuramoto_graph", sizes={"N": 15}), {"function": 1e-6, "summed": 3e-3}[coupling]
    assert both(graph, ["theta"], 1e-3, until=0.5, every=0.25, coupling=coupling)["theta"] < bound
    masked = build(
        Model(
            ["dx[i]/dt = -x[i] + sum(W[i,j]*tanh(x[j] - c[i,j]*t), j != i)/sqrt(N)"],
            indices={"N": {"letters": "i j", "size": 5}},
            states={"x[i]": "i - 2"},
            parameters={"W[i,j]": "normal(0, 2)", "c[i,j]": "i + 2*j"},
        )
    )
    assert both(masked, ["x"], 1e-3, until=1, every=0.5, coupling=coupling)["x"] < bound


@pytest.mark.parametrize("refractory", [2e-3, pytest.param(0.0, marks=pytest.mark.slow)])
def test_the_interval_of_a_leaky_neuron_is_exact_to_the_step(refractory: float) -> None:
    system, dt = build("lif", I=0.3e-9, t_ref=refractory), 1e-4
    found = simulate(system, backend="brian2", dt=dt, until=0.15, record=["spike"])
    climb = 20e-3 * math.log((-70e-3 + 100e6 * 0.3e-9 + 65e-3) / (-70e-3 + 100e6 * 0.3e-9 + 50e-3))
    steps = np.rint(np.diff(found.events("spike").time) / dt)
    np.testing.assert_array_equal(steps, max(0, round(refractory / dt) - 1) + math.ceil(climb / dt))
    assert len(steps) > 4


@pytest.mark.slow
def test_an_adaptive_exponential_neuron() -> None:
    """The upstroke is steeper than stages can follow: the method is that of Euler; times come closer with dt."""
    system = build("adex")
    exact = simulate(system, until=0.06, record=["spike"], rtol=1e-10, atol=1e-12).events("spike").time
    errors = []
    for dt in (2e-5, 1e-5):
        found = simulate(system, backend="brian2", dt=dt, until=0.06, record=["spike"])
        assert found.recipe["method"] == "euler"
        assert len(found.events("spike")) == len(exact)
        errors.append(np.max(np.abs(found.events("spike").time - exact)))
    assert errors[1] < errors[0] < 4e-4


FIXED = {
    "lif": (["v"], {"sizes": {"N": 2}, "I": 0.4e-9}, {}),
    "lif_cond": (["v"], {}, {}),
    "adex": (["v", "w"], {}, {"method": "euler"}),
    "tsodyks_markram": (["u", "x", "g"], {}, {}),
    "stdp_pair": (["w", "p", "q", "post.v"], {"w_max": 0.31, "tau_p": 0.01}, {"method": "rk4"}),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == "stdp_pair" else name for name in FIXED]
)
def test_all_is_as_in_fixed_steps_of_our_own(name: str) -> None:
    """Spikes are those of the reference, whose code is another; so are states, but for rounding."""
    names, values, more = FIXED[name]
    system = build(name, **values)
    asked = {
        "dt": 1e-4,
        "until": 0.13,
        "save_at": 1e-4 * np.arange(1301),
        "record": [*names, *system.model.events],
        **more,
    }
    found, other = (simulate(system, backend=backend, **asked) for backend in ("brian2", "fixed"))
    for event in system.model.events:
        np.testing.assert_array_equal(found.events(event).time, other.events(event).time)
        assert len(found.events(event)) > 1
    for state in names:
        largest = float(np.abs(other[state].values).max())
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=0, atol=1e-11 * largest)


RATE = """dx[i,a]/dt = sigmoid(x[i,a]) - x[i,a] + relu(sin(t + i)) + where(x[i,a] > 0, erf(x[i,a]), max(x[i,a], -1))
+ clip(x[i,a], -1, 0.5) + softplus(-x[i,a]) + log1p(abs(x[i,a])) + floor(3*x[i,a])/5
+ sign(x[i,a] - c[a]) + atan2(x[i,a], 1) + exprel(-x[i,a])/9
- x[i,a]**3/(1 + x[i,a]**4) + heaviside(x[i,a] - 0.3) + (1 + x[i,a]**2)**(-1/2) - logcosh(x[i,a])"""


def test_functions_letters_and_sets_mean_what_they_do_elsewhere() -> None:
    """A state of two letters, all functions; two sets that exchange; impulses onto what an event holds from now on."""
    model = Model(
        [RATE.replace("\n", " "), "dv[i]/dt = sum(0.1*up[j], j)", "du[i]/dt = 1 + i", "dp/dt = 1", "dq/dt = 0"],
        indices={"N": {"letters": "i j", "size": 3}, "A": {"letters": "a", "size": 2}},
        states={"x[i,a]": "(i - 1)/2 + a/7", "v[i]": 0.0, "u[i]": 0.0, "p": 0.0, "q": 0.25},
        parameters={"c[a]": "a/3"},
        events={
            "up[i]": {"when": "u[i] > 0.305", "set": "u[i] = 0", "refractory": 0.1, "hold": ["v[i]"]},
            "swap": {"when": "p > 0.505", "set": "p = q\nq = p"},
        },
    )
    asked = {"dt": 1e-2, "until": 1.2, "method": "rk4", "save_at": np.linspace(0, 1.2, 121)}
    found, other = (simulate(build(model), backend=name, **asked) for name in ("brian2", "fixed"))
    for state in model.states:
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=1e-11, atol=1e-13)
    assert len(found.events("up")) == len(other.events("up")) > 6
    assert float(found["q"].values[-1]) > 0.5


def conductances(p: dict[str, Array], part: str, y: list[Array], free: Array) -> list[Array]:
    """The flow of v, g_e and g_i of one population."""
    v, g_e, g_i = y
    pull = g_e * (p[f"{part}.E_e"] - v) + g_i * (p[f"{part}.E_i"] - v)
    rate = (p[f"{part}.E_L"] - v + pull + 0.013) / p[f"{part}.tau_m"]
    return [np.where(free, rate, 0.0), -g_e / p[f"{part}.tau_e"], -g_i / p[f"{part}.tau_i"]]


def step(p: dict[str, Array], part: str, y: list[Array], free: Array, dt: float) -> list[Array]:
    """The classical Runge-Kutta step."""
    stages = [conductances(p, part, y, free)]
    for share in (0.5, 0.5, 1.0):
        stages.append(conductances(p, part, [a + share * dt * b for a, b in zip(y, stages[-1], strict=True)], free))
    return [a + dt / 6 * (k + 2 * m + 2 * n + o) for a, k, m, n, o in zip(y, *stages, strict=True)]


def test_a_network_has_the_spikes_of_a_plain_loop() -> None:
    """The flow, then conditions, then deliveries, then resets."""
    system, dt, steps, delay = build("ei_network"), 1e-4, 600, 15
    run = simulate(system, backend="brian2", dt=dt, method="rk4", until=steps * dt, save_at="steps")
    p, weight = system.values, {"EE": "w_ee", "EI": "w_ei", "IE": "w_ie", "II": "w_ii"}
    first = system.layout.unpack(system.start())
    y = {part: [first[f"{part}.{name}"].copy() for name in ("v", "g_e", "g_i")] for part in "EI"}
    free = {part: np.zeros(y[part][0].size, int) for part in "EI"}
    fired: dict[str, list[Array]] = {"E": [], "I": []}
    for k in range(steps):
        for part in "EI":
            y[part] = step(p, part, y[part], k >= free[part], dt)
            fired[part].append((y[part][0] > p[f"{part}.v_th"]) & (k >= free[part]))
        for ends, name in weight.items() if k >= delay else ():
            y[ends[0]]["EI".index(ends[1]) + 1] += p[name] @ fired[ends[1]][k - delay].astype(float)
        for part in "EI":
            y[part][0][fired[part][-1]] = p[f"{part}.v_r"]
            free[part][fired[part][-1]] = k + round(float(p[f"{part}.t_ref"]) / dt)
    for part in "EI":
        events = run.events(f"{part}.spike")
        assert list(zip(np.rint(events.time / dt), events.unit[:, 0], strict=True)) == [
            (k, u) for k, now in enumerate(fired[part]) for u in np.flatnonzero(now)
        ]
    assert len(run.events("E.spike")) > 20


POISSON = Model(
    ["dx[i]/dt = arrival[i]", "dy/dt = sum(w[i]*arrival[i](t - d[i]), i)"],
    indices={"N": {"letters": "i", "size": 3}},
    states={"x[i]": 0.0, "y": 0.0},
    parameters={"w[i]": "1 + i", "d[i]": "0.01*(1 + i)"},
    events={"arrival[i]": {"rate": "50*(1 + i)"}},
)


def test_trains_are_those_of_every_backend() -> None:
    """Also where a unit happens twice within a step, and with delays of their own."""
    system, asked = build(POISSON), {"until": 1, "save_at": [0, 1], "seed": 3}
    found, fixed = (simulate(system, backend=name, dt=0.01, **asked) for name in ("brian2", "fixed"))
    trains = [one.events("arrival") for one in (found, fixed)]
    np.testing.assert_array_equal(trains[0].time, trains[1].time)
    np.testing.assert_array_equal(trains[0].unit, trains[1].unit)
    steps, units = np.rint(trains[0].time / 0.01), trains[0].unit[:, 0]
    exact = simulate(system, **asked).events("arrival")
    told = {(int(t), int(u)) for t, u in zip(exact.time / 0.01, exact.unit[:, 0], strict=True)}
    # A time next to the end of a step belongs to the next one.
    assert len(told ^ {(int(t), int(u)) for t, u in zip(steps, units, strict=True)}) <= 2
    np.testing.assert_array_equal(found["x"].values[-1], np.bincount(units, minlength=3))
    assert found["y"].values[-1] == np.sum((1 + units)[steps + 1 + units < 100]) == fixed["y"].values[-1]
    assert np.unique(np.stack([steps, units]), axis=1).shape[1] < steps.size


def test_a_condition_happens_where_it_becomes_true() -> None:
    system = build(
        Model(
            ["dx/dt = 2*pi*cos(2*pi*t)", "dn/dt = up"],
            states={"x": 0.0, "n": 0.0},
            events={"up": {"when": "x > 0.5"}},
        )
    )
    found = simulate(system, backend="brian2", dt=1e-3, until=3, record=["up", "n"])
    np.testing.assert_allclose(found.events("up").time, [1 / 12, 13 / 12, 25 / 12], atol=1.01e-3)
    assert found["n"].values[-1] == 3
    first = simulate(system, backend="brian2", dt=1e-3, until=0.2, record=["up"])
    second = simulate(system, backend="fixed", dt=1e-3, until=1.5, record=["up"], start=first)
    np.testing.assert_allclose(first.events("up").time, [1 / 12], atol=1.01e-3)
    np.testing.assert_allclose(second.events("up").time, [13 / 12], atol=1.01e-3)  # it was true all the while


def test_inputs_count_by_their_mean_over_each_step() -> None:
    """An edge within a step is met exactly, an input that bends to second order."""
    model = Model(["dx/dt = u", "dy[i]/dt = s[i]"], indices={"N": {"letters": "i", "size": 2}},
                  states={"x": 0.0, "y[i]": 0.0}, inputs={"u": "step(0.333, 2)", "s[i]": "sin(t + i)"})  # fmt: skip
    system = build(model)
    found = [simulate(system, backend="brian2", dt=dt, until=1, save_at=[1]) for dt in (0.1, 0.05)]
    assert found[0]["x"].values[-1] == pytest.approx(2 * (1 - 0.333), rel=1e-14)
    exact = np.cos([0, 1]) - np.cos([1, 2])
    coarse, fine = (np.max(np.abs(one["y"].values[-1] - exact)) for one in found)
    assert math.log2(coarse / fine) == pytest.approx(2, abs=0.1)
    assert found[0].recipe["scheme"]["accuracy"] == "order 2"


def test_a_run_can_be_repeated() -> None:
    first = simulate(build("lif", sizes={"N": 3}), backend="brian2", dt=1e-4, until=0.05)
    again = rerun(first)
    assert again.second.recipe["backend"] == "brian2"
    np.testing.assert_array_equal(first["v"].values, again.second["v"].values)


def test_fixed_steps_go_on_where_impulses_are_on_their_way() -> None:
    system = build(POISSON)
    first = simulate(system, backend="brian2", dt=1e-3, until=0.5, save_at=[0.5], seed=3)
    second = simulate(system, backend="fixed", dt=1e-3, start=first, until=1, save_at=[1])
    whole = simulate(system, backend="fixed", dt=1e-3, until=1, save_at=[1], seed=3)
    for name in ("x", "y"):
        np.testing.assert_array_equal(second[name].values, whole[name].values)


def test_names_of_brian2_mean_nothing_here() -> None:
    """Units, clocks, sides of synapses and Brian2's own variables are ordinary names."""
    names = ["xi", "x_pre", "x_post", "x_", "second", "lastspike", "volt", "inf"]
    system = build(
        Model(
            [f"d{name}[k]/dt = dt_own - {name}[k]*N + sum(i_own[k,l]*{name}[l], l)" for name in names],
            indices={"size": {"letters": "k l", "size": 2}},
            states={f"{name}[k]": 1.0 for name in names},
            parameters={"N": 2.0, "dt_own": 0.5, "i_own[k,l]": "0.1*(k - l)"},
        )
    )
    found = simulate(system, backend="brian2", dt=0.01, until=0.5, record=names)
    for name in names[1:]:
        np.testing.assert_array_equal(found[name].values, found["xi"].values)
