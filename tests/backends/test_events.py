"""Events on the SciPy backend: closed forms, hand-made sequences and plain loops."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn import Model, build, simulate

LIF = {"rtol": 1e-11, "atol": 1e-13}


def interval(tau: float, drive: float, reset: float, threshold: float, refractory: float) -> float:
    """The time from reset to threshold of dv/dt = (drive - v)/tau, after the refractory period."""
    return refractory + tau * math.log((drive - reset) / (drive - threshold))


@pytest.mark.parametrize("refractory", [0.0, 2e-3, 7e-3])
@pytest.mark.parametrize("method", ["DOP853", "RK45", "LSODA", "Radau"])
def test_interval_of_a_leaky_neuron(refractory: float, method: str) -> None:
    system = build("lif", I=0.3e-9, t_ref=refractory)
    result = simulate(system, until=0.3, method=method, record=["spike"], rtol=1e-10, atol=1e-12)
    found = np.diff(result.events("spike").time)
    expected = interval(20e-3, -70e-3 + 100e6 * 0.3e-9, -65e-3, -50e-3, refractory)
    assert len(found) > 5
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_a_held_state_stands_still() -> None:
    result = simulate(build("lif", I=0.3e-9, t_ref=5e-3), until=0.1, save_at=np.linspace(0, 0.1, 2001), **LIF)
    first = result.events("spike").time[0]
    inside = (result.time > first) & (result.time < first + 5e-3)
    assert inside.sum() > 90
    np.testing.assert_array_equal(result["v"].values[inside, 0], -65e-3)


def test_jumps_are_saved_on_both_sides() -> None:
    result = simulate(build("lif", I=0.3e-9), until=0.1, **LIF)
    twice = np.flatnonzero(np.diff(result.time) == 0)
    np.testing.assert_array_equal(result.time[twice], result.events("spike").time)
    np.testing.assert_allclose(result["v"].values[twice, 0], -50e-3, rtol=1e-12)
    np.testing.assert_allclose(result["v"].values[twice + 1, 0], -65e-3, rtol=1e-15)


def ball(**event: Any) -> Model:
    return Model(
        ["dx/dt = v", "dv/dt = -g"],
        states={"x": 0.0, "v": 10.0},
        parameters={"g": 9.81, "r": 0.8},
        events={"bounce": {"when": "x < 0", "set": "x = 0\nv = -r*v"} | event},
    )


def test_a_bouncing_ball() -> None:
    """The n-th bounce comes at (2 v0/g)(1 + r + ... + r^(n-1))."""
    result = simulate(ball(), until=9.0, rtol=1e-11, atol=1e-13)
    found = result.events("bounce").time
    flights = 2 * 10 / 9.81 * 0.8 ** np.arange(len(found))
    assert len(found) == 9
    np.testing.assert_allclose(found, np.cumsum(flights), rtol=1e-10)


def test_bounces_that_accumulate_are_a_typed_outcome() -> None:
    end = 2 * 10 / 9.81 / (1 - 0.8)
    result = simulate(ball(), until=end + 1, on_failure="return")
    assert (result.status, result.code) == ("failed", "accumulating-events")
    assert "bounce" in result.message and abs(float(result.arrays["end"]["t"]) - end) < 1e-6


def test_two_crossings_in_one_step() -> None:
    """A flow that any method crosses in a few steps, and a bump above the threshold that is narrow beside them."""
    model = Model(
        ["dx/dt = 1", "y = 1 - 100*(x - 5.03)**2"],
        states={"x": 0.0, "n": 0, "m": 0},
        events={"up": {"when": "y > 0.999", "set": "n = n + 1"}, "down": {"when": "y < 0.999", "set": "m = m + 1"}},
    )
    result = simulate(model, until=10, method="DOP853")
    half = math.sqrt(0.001 / 100)
    np.testing.assert_allclose(result.events("up").time, [5.03 - half], rtol=1e-12)
    np.testing.assert_allclose(result.events("down").time, [0.0, 5.03 + half], rtol=1e-12)
    assert (result["n"].values[-1], result["m"].values[-1]) == (1, 2)


@pytest.mark.parametrize("excess", [1e-6, 1e-10])
def test_a_crossing_that_barely_reaches(excess: float) -> None:
    model = Model(
        ["dx/dt = cos(t)"], states={"x": 0.0}, events={"top": {"when": f"x > {1 - excess!r}"}}, bench={"until": 8}
    )
    found = simulate(model, rtol=1e-13, atol=1e-14).events("top").time
    np.testing.assert_allclose(found, np.array([0.5, 2.5]) * math.pi, atol=2 * math.sqrt(2 * excess))


def test_conditions_joined_by_words() -> None:
    """x rises through 0.3, 0.6, 0.9 at those times; the last comparison that becomes true decides."""
    model = Model(
        ["dx/dt = 1"],
        states={"x": 0.0},
        events={
            "both": {"when": "x > 0.3 and t > 0.6"},
            "either": {"when": "x > 0.3 or t > 0.6"},
            "between": {"when": "0.3 < x < 0.6"},
            "neither": {"when": "not (x < 0.9)"},
        },
    )
    result = simulate(model, until=2)
    found = {name: result.events(name).time.tolist() for name in model.events}
    assert found == {
        "both": [pytest.approx(0.6, rel=1e-12)],
        "either": [pytest.approx(0.3, rel=1e-12)],
        "between": [pytest.approx(0.3, rel=1e-12)],
        "neither": [pytest.approx(0.9, rel=1e-12)],
    }


def test_an_event_without_effect_stops_no_solver() -> None:
    plain = simulate(Model(["dx/dt = y", "dy/dt = -x"], states={"x": 1, "y": 0}), until=100)
    watched = Model(["dx/dt = y", "dy/dt = -x"], states={"x": 1, "y": 0}, events={"up": {"when": "x > 0.5"}})
    result = simulate(watched, until=100)
    assert result.counts["steps"] == plain.counts["steps"]
    rising = 2 * np.pi * np.arange(1, 17) - np.pi / 3  # and true at the start
    np.testing.assert_allclose(result.events("up").time, [0, *rising], atol=1e-4)


def test_deliveries_with_delays_are_those_of_hand() -> None:
    """Two units send at given times; each pair has its own delay; a filtered trace adds them up."""
    delays, weights = np.array([[0.5, 0.25], [1.0, 0.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    times = [[1.0, 2.0], [1.5]]
    model = Model(
        ["dg[i]/dt = -g[i]/2 + sum(w[i,j]*spike[j](t - d[i,j]), j)"],
        indices={"N": {"letters": "i j", "size": 2}},
        states={"g[i]": 0.0},
        parameters={"w[i,j]": weights.tolist(), "d[i,j]": delays.tolist()},
        events={"spike[i]": {"at": times}},
    )
    at = np.array([0.9, 1.26, 1.75, 2.4, 3.0, 4.0])
    found = simulate(model, until=4, save_at=at, rtol=1e-11, atol=1e-13)["g"].values
    expected = np.zeros((len(at), 2))
    for i in range(2):
        for j in range(2):
            for sent in times[j]:
                age = at - (sent + delays[i, j])
                expected[:, i] += np.where(age >= 0, weights[i, j] * np.exp(-age / 2), 0)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_a_window_of_spike_timing() -> None:
    """The weight changes by A_plus exp(-dt/tau) after a pair pre-post, by -A_minus exp(-dt/tau) the other way."""
    for dt in (-30.0, -5.0, 5.0, 30.0):
        model = Model(
            [
                "dp/dt = -p/20 + pre",
                "dq/dt = -q/20 + post",
                "dw/dt = 0.01*p*post - 0.012*q*pre",
            ],
            states={"p": 0.0, "q": 0.0, "w": 0.5},
            events={"pre": {"at": [50]}, "post": {"at": [50 + dt]}},
        )
        change = float(simulate(model, until=100, rtol=1e-10, atol=1e-12)["w"].values[-1]) - 0.5
        expected = 0.01 * math.exp(-dt / 20) if dt > 0 else -0.012 * math.exp(dt / 20)
        assert change == pytest.approx(expected, rel=1e-8)


def test_factors_are_read_just_before_the_impulses() -> None:
    """Trace and weight jump at the same instant: the weight sees the trace as it was."""
    model = Model(
        ["dp/dt = 3*s", "dw/dt = p*s"], states={"p": 2.0, "w": 0.0}, events={"s": {"at": [1, 2]}}, bench={"until": 3}
    )
    result = simulate(model)
    assert (result["p"].values[-1], result["w"].values[-1]) == (8.0, 2.0 + 5.0)


def test_short_term_plasticity_is_its_recursion() -> None:
    """Between spikes u and x relax; at a spike u rises first, and x loses the share that the new u releases."""
    system = build("tsodyks_markram")
    result = simulate(system, until=0.52, rtol=1e-11, atol=1e-13)
    u, x, peaks = 0.0, 1.0, []
    for _ in range(11):
        u = u + 0.15 * (1 - u)
        peaks.append((u, x - u * x))
        u, x = u * math.exp(-0.05 / 1.5), 1 - (1 - (x - u * x)) * math.exp(-0.05 / 0.2)
    twice = np.flatnonzero(np.diff(result.time) == 0)
    found = np.stack([result[name].values[twice + 1] for name in ("u", "x")], axis=1)
    np.testing.assert_allclose(found, peaks, rtol=1e-9)


def test_a_sandpile_topples_as_in_plain_loops() -> None:
    """All that stands above 1 topples together, again and again at one instant; the order of operations in one case.

    Impulses come first, factors read before them; then what is set, reading what they left; then the bounds.
    """
    rng = np.random.default_rng(3)
    n, ticks = 6, 40
    weights = rng.uniform(0, 0.3, (n, n)) * (1 - np.eye(n))
    x0, kicks = rng.uniform(0, 1, n), rng.integers(0, n, ticks)
    times = [[float(t + 1) for t in np.flatnonzero(kicks == i)] for i in range(n)]
    model = Model(
        ["dx[i]/dt = sum(w[i,j]*top[j], j) + 0.4*kick[i]", "dload/dt = sum(x[i]*top[i], i)"],
        indices={"N": {"letters": "i j", "size": n}},
        states={"x[i]": {"start": x0.tolist(), "clip": [0, 1.8]}, "load": 0.0},
        parameters={"w[i,j]": weights.tolist()},
        events={"kick[i]": {"at": times}, "top[i]": {"when": "x[i] >= 1", "set": "x[i] = 0.9*x[i] - 0.5"}},
    )
    result = simulate(model, until=ticks + 0.5, save_at=[ticks + 0.5])
    x, load, armed, count = x0.copy(), 0.0, np.ones(n, bool), 0
    for t in range(ticks):
        arrived = np.zeros(n)
        arrived[kicks[t]] = 1
        while True:
            armed |= ~(x >= 1)
            top = (x >= 1) & armed
            if not top.any() and not arrived.any():
                break
            armed &= ~top
            count += int(top.sum())
            new = x + np.array([sum(weights[i, j] * top[j] for j in range(n)) for i in range(n)]) + 0.4 * arrived
            load += sum(x[i] for i in range(n) if top[i])
            new = np.where(top, 0.9 * new - 0.5, new)
            x, arrived = np.clip(new, 0, 1.8), np.zeros(n)
    assert count > 30
    assert len(result.events("top")) == count
    np.testing.assert_allclose(result["x"].values[-1], x, rtol=1e-12)
    assert float(result["load"].values[-1]) == pytest.approx(load, rel=1e-12)


def test_events_that_set_off_one_another_for_ever_are_a_typed_outcome() -> None:
    model = Model(
        ["dx[i]/dt = 1 - 0.2*x[i]"],
        indices={"N": {"letters": "i", "size": 2}},
        states={"x[i]": [0.5, 0.9]},
        events={
            "a[i]": {"when": "x[i] > 1", "set": "x[i] = 0"},
            "b[i]": {"when": "x[i] <= 0", "set": "x[i] = 2"},
        },
    )
    result = simulate(model, until=3, on_failure="return")
    assert (result.status, result.code) == ("failed", "endless-events")
    assert "100 rounds" in result.message and "a[1]" in result.message


def cost(until: float) -> tuple[int, float]:
    """How often a neuron spikes, and how many evaluations of the flow each spike takes."""
    counts = simulate(build("lif", I=0.3e-9), until=until, record=["spike"], every=0.1).counts
    return counts["events"], counts["rhs"] / counts["events"]


def test_resets_cost_a_fixed_number_of_evaluations() -> None:
    (few, first), (many, last) = cost(1.0), cost(10.0)
    assert many > 9 * few and max(first, last) < 60 and last == pytest.approx(first, rel=0.05)


@pytest.mark.slow
def test_ten_thousand_resets_cost_no_more_each() -> None:
    many, each = cost(205.0)
    assert many > 10_000 and each == pytest.approx(cost(1.0)[1], rel=0.05)


NETWORK: dict[str, Any] = {
    "equations": [
        "exc[i] = sum(w[i,j]*spike[j](t - d[i,j]), j) + 0.5*drive[i]",
        "dv[i]/dt = (1.2 - v[i])/10 + exc[i]",
        "dpre[j]/dt = -pre[j]/10 + spike[j](t - 1)",
        "dw[i,j]/dt = 0.1*pre[j]*spike[i] - 0.2*w[i,j]*spike[j](t - d[i,j])",
    ],
    "indices": {"N": {"letters": "i j", "size": 3}},
    "states": {"v[i]": "uniform(0, 0.9)", "pre[j]": 0, "w[i,j]": {"start": 0.1, "clip": [0, 1]}},
    "parameters": {"d[i,j]": "uniform(0.5, 1)"},
    "events": {
        "spike[i]": {"when": "v[i] > 1", "set": "v[i] = 0", "refractory": 1, "hold": "v[i]"},
        "drive[i]": {"rate": 0.1},
    },
}


def same_events(one: Any, *others: Any) -> None:
    for name in ("spike", "drive"):
        found = one.events(name)
        time = np.concatenate([r.events(name).time for r in others])
        unit = np.concatenate([r.events(name).unit for r in others])
        np.testing.assert_allclose(found.time, time, rtol=1e-9)
        np.testing.assert_array_equal(found.unit, unit)


@pytest.mark.parametrize("cut", [17.0, 30.25])
def test_two_halves_are_one_run(cut: float) -> None:
    """Impulses on their way, refractory units and the trains of the drive go on."""
    system = build(Model(**NETWORK))
    options: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-12}
    whole = simulate(system, until=50, save_at=[50.0], **options)
    first = simulate(system, until=cut, save_at=[cut], **options)
    second = simulate(system, start=first, until=50, save_at=[50.0], **options)
    same_events(whole, first, second)
    for name in ("v", "w", "pre"):
        np.testing.assert_allclose(second[name].values[-1], whole[name].values[-1], rtol=1e-7, atol=1e-9)


def test_halves_that_meet_at_an_event() -> None:
    model = Model(["dx/dt = tick"], states={"x": 0.0}, events={"tick": {"every": 1}})
    first = simulate(model, until=3)
    second = simulate(model, start=first, until=5)
    assert first["x"].values[-1] == 4.0 and second["x"].values[-1] == 6.0
    np.testing.assert_array_equal(second.events("tick").time, [4.0, 5.0])


def test_a_rerun_is_equal_to_the_last_bit(tmp_path: Path) -> None:
    system = build(Model(**NETWORK))
    first = simulate(system, until=20)
    second = simulate(system, start=first, until=40)
    for result in (first, second):
        again = neurodyn.rerun(result.save(tmp_path / "run.nc"))
        assert again.same, again.summary()
    assert len(neurodyn.load_result(tmp_path / "run.nc").events("spike")) == len(second.events("spike")) > 5


def test_each_trial_has_events_of_its_own(tmp_path: Path) -> None:
    system = build(Model(**NETWORK))
    many = simulate(system, until=20, trials=3, save_at=[0, 10, 20], seed=4)
    events = neurodyn.load_result(many.save(tmp_path / "trials.nc")).events("spike")
    assert events.trial is not None and set(events.trial) == {0, 1, 2}
    assert many["v"].dims == ("time", "trial", "N")
    assert [int(k) for k in many.dataset["spike.offset"]] == [int(np.argmax(events.trial == k)) for k in range(3)]
    drives = [many.events("drive").of(trial=k).tolist() for k in range(3)]
    assert drives[0] != drives[1] != drives[2]
    alone = simulate(system, until=20, save_at=[0, 10, 20], start={"v": many["v"].values[0, 1]}, seed=4)
    assert alone.events("drive").time.tolist() not in drives  # a run without trials is a run of its own
    assert neurodyn.rerun(many).same


def test_poisson_trains_have_their_rate_and_no_memory() -> None:
    model = Model(
        ["dx/dt = 0*sum(k[i], i)"],
        indices={"N": {"letters": "i", "size": 200}},
        states={"x": 0.0},
        events={"k[i]": {"rate": "2 + 4*i/N"}},
    )
    events = simulate(model, until=10, save_at=[10.0]).events("k")
    expected = 10 * (2 + 4 * np.arange(200) / 200)
    counts = np.bincount(events.unit[:, 0], minlength=200)
    score = (counts - expected) / np.sqrt(expected)
    assert abs(score.mean()) < 4 / math.sqrt(200) and 0.7 < score.var() < 1.4
    gaps = np.concatenate([np.diff(events.of(i)) * (2 + 4 * i / 200) for i in range(200)])
    assert abs(gaps.mean() - 1) < 0.05 and abs(gaps.std() - 1) < 0.05


def test_events_run_forwards_only() -> None:
    with pytest.raises(neurodyn.InputError, match="forwards"):
        simulate(build("lif"), t0=1, until=0)
    with pytest.raises(neurodyn.InputError, match="steps of their own"):
        simulate(build("lif"), until=0.1, trials=2, save_at="steps")


def test_a_bound_holds_a_flow() -> None:
    """x' = cos t within [0, 0.5]: it stands still at the bound until the flow turns."""
    model = Model(["dx/dt = cos(t)"], states={"x": {"start": 0.0, "clip": [0, 0.5]}})
    times = np.array([0.3, 1.0, 1.5, 2.0, 2.5])
    found = simulate(model, until=2.5, save_at=times, rtol=1e-9, atol=1e-11)["x"].values
    expected = np.where(times < np.pi / 6, np.sin(times), np.where(times < np.pi / 2, 0.5, np.sin(times) - 0.5))
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_jumps_of_a_flow_with_a_delay() -> None:
    """x' = -x(t - 1), 1 before; up by 1 where x comes to 3/4, which the flow hears one unit later."""
    model = Model(
        ["dx/dt = -x(t - 1)"],
        states={"x": {"start": 1.0, "before": 1}},
        events={"up": {"when": "x < 0.75", "set": "x = x + 1", "refractory": 10}},
    )
    result = simulate(model, until=2, save_at=[0.2, 0.5, 1, 1.25, 2], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(result.events("up").time, [0.25], rtol=1e-12)
    np.testing.assert_allclose(result["x"].values, [0.8, 1.5, 1.0, 1 - 0.25 + 0.25**2 / 2, -0.25], atol=1e-10)
    kicked = Model(
        ["dx/dt = -x(t - 1) + x(t - 1)*kick"],
        states={"x": {"start": 1.0, "before": 1}},
        events={"kick": {"at": [0.5]}},
    )
    assert simulate(kicked, until=2, save_at=[1.0, 2.0], rtol=1e-10, atol=1e-12)["x"].values == pytest.approx([1, 0])


NOISY: dict[str, Any] = {
    "equations": ["dv[i]/dt = 1.1 - v[i] + 0.3*eta[i]"],
    "indices": {"N": {"letters": "i", "size": 3}},
    "states": {"v[i]": 0.0},
    "noise": {"eta[i]": "white"},
    "events": {"spike[i]": {"when": "v[i] > 1", "set": "v[i] = 0", "refractory": 0.33, "hold": "v[i]"}},
    "bench": {"until": 20, "dt": 0.01},
}


def test_noisy_neurons_spike_and_rest() -> None:
    model = Model(**NOISY)
    whole = simulate(model, seed=3)
    spikes = whole.events("spike")
    assert len(spikes) > 20
    assert min(np.diff(spikes.of(k)).min() for k in range(3)) > 0.33
    after = (whole.time[:, None] > spikes.of(0)) & (whole.time[:, None] < spikes.of(0) + 0.33)
    np.testing.assert_array_equal(whole["v"].values[after.any(axis=1), 0], 0.0)
    first = simulate(model, seed=3, until=7.77)
    second = simulate(model, start=first)
    times = [*first.events("spike").time, *second.events("spike").time]
    np.testing.assert_array_equal(times, spikes.time)
    np.testing.assert_array_equal(second["v"].values[-1], whole["v"].values[-1])


def test_noisy_passages_take_their_mean_time() -> None:
    """Noise of strength s with drift m goes through a threshold after 1/m on average."""
    model = Model(
        ["dx[i]/dt = 1 + 0.2*eta[i]"],
        indices={"N": {"letters": "i", "size": 20}},
        states={"x[i]": 0.0},
        noise={"eta[i]": "white"},
        events={"pass[i]": {"when": "x[i] >= 1", "set": "x[i] = 0"}},
    )
    events = simulate(model, until=12, dt=0.004, every=4, seed=1).events("pass")
    gaps = np.concatenate([np.diff(events.of(i)) for i in range(20)])
    # A path may cross and come back between two steps, which makes the passage late by 0.58 s sqrt(dt) or less.
    assert abs(gaps.mean() - 1) < 0.01 + 4 * 0.2 / math.sqrt(gaps.size)
    assert gaps.std() == pytest.approx(0.2, rel=0.15)
