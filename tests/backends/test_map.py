"""The backend that takes steps: recording, history, continuation, draws, endings, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn import InputError
from neurodyn.backends.map_backend import Buffer
from neurodyn.system.noise import NUMBERS_TOGETHER, Draws

RANDOM_MODEL = neurodyn.Model(
    """
    x[i](t+1) = x[i]/2 + mean(x[j](t - r), j, r)/4 + u*a[i] + z
    y(t+1)    = y + a[0] - x[0](t - 3)
    m         = mean(x[i](t - r), i, r)
    p         = z + a[1] + u
    """,
    indices={"N": {"letters": "i j", "size": 4}, "R": {"letters": "r", "size": 6}},
    states={"x[i]": {"start": "normal(0, 1)", "before": "sin(t) + i"}, "y": 0.0},
    inputs={"u": "1 + step(7, 2)"},
    noise={"a[i]": "normal", "z": "uniform"},
    bench={"steps": 40, "record": ["x", "y", "m", "p"]},
)
RANDOM, SPINS = neurodyn.build(RANDOM_MODEL), neurodyn.build("hopfield_binary")


def same(a: neurodyn.Result, b: neurodyn.Result) -> None:
    for name in a.dataset.data_vars:
        np.testing.assert_array_equal(a[name], b[name].sel(time=a.time), err_msg=str(name))


def test_a_window_is_always_the_last_states() -> None:
    for depth in (1, 2, 5):
        history = None if depth == 1 else -np.arange(1.0, depth)[:, None] * np.ones(3)
        buffer = Buffer(np.zeros(3), history, 0)
        for step in range(1, 100):
            buffer.add(np.full(3, float(step)))
            np.testing.assert_array_equal(buffer.window[:, 1], step - np.arange(depth))
            assert buffer.step == step


@pytest.mark.parametrize("trials", [None, 3])
@pytest.mark.parametrize("cut", [1, 13, 39])
def test_two_parts_are_one_run_bit_for_bit(trials: int | None, cut: int, tmp_path) -> None:
    whole = neurodyn.simulate(RANDOM, trials=trials, seed=4)
    first = neurodyn.simulate(RANDOM, trials=trials, seed=4, steps=cut)
    loaded = neurodyn.load_result(first.save(tmp_path / "first.nc"))
    second = neurodyn.simulate(RANDOM, start=loaded, steps=40 - cut)
    assert (second.recipe["t0"], second.time[-1], second.recipe["seed"]) == (cut, 40, 4)
    for part in (first, second):
        same(part, whole)


def test_two_parts_of_an_asynchronous_run() -> None:
    whole = neurodyn.simulate(SPINS, trials=2, steps=6, record=["S"])
    second = neurodyn.simulate(SPINS, start=neurodyn.simulate(SPINS, trials=2, steps=2), steps=4, record=["S"])
    same(second, whole)


@pytest.mark.parametrize("trials", [None, 2])
def test_thinned_records_are_those_of_the_whole(trials: int | None) -> None:
    """Also of what looks back at steps that are not recorded, and of what reads draws."""
    whole = neurodyn.simulate(RANDOM, trials=trials)
    thinned = neurodyn.simulate(RANDOM, trials=trials, every=7)
    assert thinned.time.tolist() == [0, 7, 14, 21, 28, 35, 40]
    same(thinned, whole)
    chosen = neurodyn.simulate(RANDOM, trials=trials, save_at=[3, 38])
    assert chosen.time.tolist() == [3, 38]
    same(chosen, whole)
    mean = [whole["x"].sel(time=slice(t - 5, t)).mean(["time", "N"]) for t in range(5, 41)]
    np.testing.assert_allclose(whole["m"][5:], mean, rtol=1e-12)


def test_long_runs_are_thinned_on_their_own() -> None:
    model = neurodyn.Model("x(t+1) = 1 - x", states={"x": 0.25})
    assert np.diff(neurodyn.simulate(model, steps=4001).time).tolist() == [3.0] * 1333 + [2.0]
    assert len(neurodyn.simulate(model, steps=2000).time) == 2001


def test_trials_do_not_know_of_each_other() -> None:
    two, five = (neurodyn.simulate(RANDOM, trials=n) for n in (2, 5))
    np.testing.assert_array_equal(two["x"], five["x"][:, :2])
    assert len(np.unique(five["x"][-1])) == 20
    other = neurodyn.simulate(RANDOM, trials=2, seed=9)
    assert not np.isin(other["x"][1:], two["x"][1:]).any()


def test_draws_are_told_apart_by_name_and_step() -> None:
    """Equal whenever they are asked for, of the moments of their kind, and independent."""
    size = 3 * NUMBERS_TOGETHER // 2  # too many for several steps at a time
    model = neurodyn.Model(
        "x[k](t+1) = a[k] + b[k] + c",
        indices={"M": {"letters": "k", "size": size}},
        states={"x[k]": 0},
        noise={"a[k]": "normal", "b[k]": "uniform", "c": "normal"},
    )
    system = neurodyn.build(model)
    draws, again = (Draws(system.structure, system.sizes, 3, None) for _ in range(2))
    forwards = [draws.at(step) for step in range(130)]
    for step in reversed(range(130)):
        for name, value in again.at(step).items():
            np.testing.assert_array_equal(value, forwards[step][name])
    a, b = np.concatenate([f["a"] for f in forwards]), np.concatenate([f["b"] for f in forwards])
    error = 5 / np.sqrt(len(a))
    assert abs(a.mean()) < error and abs(a.var() - 1) < 1.5 * error
    assert abs(b.mean() - 0.5) < 0.3 * error and abs(b.var() - 1 / 12) < 0.1 * error
    assert b.min() >= 0 and b.max() < 1
    for other in (b, np.roll(a, 1), np.roll(a, size)):
        assert abs(np.corrcoef(a, other)[0, 1]) < error
    assert len({float(f["c"]) for f in forwards}) == 130


def test_ctrl_c_keeps_whole_steps(monkeypatch) -> None:
    whole = neurodyn.simulate(RANDOM)
    add = Buffer.add

    def pressed(self, state):
        if self.step == 20:
            raise KeyboardInterrupt
        add(self, state)

    monkeypatch.setattr(Buffer, "add", pressed)
    half = neurodyn.simulate(RANDOM)
    monkeypatch.setattr(Buffer, "add", add)
    assert (half.status, half.time[-1], half.counts["steps"]) == ("interrupted", 20, 20)
    same(half, whole)
    same(neurodyn.simulate(RANDOM, start=half, steps=20), whole)


def test_a_number_that_is_not_finite_ends_the_run() -> None:
    model = neurodyn.Model("x(t+1) = 1/(x - 1)\ny(t+1) = y", states={"x": 3, "y": 1})
    result = neurodyn.simulate(model, steps=9, start={"x": 2.0}, on_failure="return")
    assert (result.status, result.code, result.time.tolist()) == ("failed", "non-finite", [0, 1])
    assert result.message.startswith("x became infinite in the step from t = 1.")
    with pytest.raises(neurodyn.RunFailed, match="x in trial 1 became infinite"):
        neurodyn.simulate(model, steps=9, start={"x": np.array([3.0, 2.0])}, trials=2)


COUNT = neurodyn.Model(
    "x(t+1) = x - 1\nw(t+1) = w/x + a + v(t - 2)/8\nv(t+1) = w/2 + a\ny = w(t - 1) + a + x",
    states={"x": 4, "w": 1, "v": "normal(0, 1)"},
    noise={"a": "normal"},
    bench={"steps": 12, "record": ["x", "w", "v", "y"]},
)


@pytest.mark.parametrize("every", [1, 4])
def test_each_trial_ends_by_itself(every: int) -> None:
    """The others take the same steps as if nothing had happened; each keeps what it came to."""
    starts = np.array([3.0, 50.0, 5.0, 60.0])
    result = neurodyn.simulate(COUNT, trials=4, start={"x": starts}, on_failure="return", every=every)
    fine = neurodyn.simulate(COUNT, trials=4, start={"x": starts + 40.5}, every=every)
    assert (result.status, result.code) == ("failed", "non-finite")
    assert result.message.startswith("w in trial 0 became infinite in the step from t = 3.")
    assert result.message.endswith("So 2 of 4 trials failed.")
    assert result["status"].values.tolist() == ["failed", "done", "failed", "done"]
    assert result["stop_time"].values.tolist() == [3, 12, 5, 12]
    assert result["valid"].values.tolist() == [
        4 if every == 1 else 1,
        fine.time.size,
        6 if every == 1 else 2,
        fine.time.size,
    ]
    for name in ("x", "w", "v", "y"):
        np.testing.assert_array_equal(np.isfinite(result[name]), result.valid)
    assert np.array_equal(result["x"][:, 1], 50 - result.time) and np.array_equal(fine["x"][:, 0], 43.5 - fine.time)
    np.testing.assert_array_equal(result.arrays["end"]["x"], [0, 38, 0, 48])
    alone = neurodyn.simulate(COUNT, trials=2, start={"x": starts[:2]}, on_failure="return", every=every)
    for k in (0, 1):
        np.testing.assert_array_equal(alone.trial(k).to_dataarray(), result.trial(k).to_dataarray())
    with pytest.raises(InputError, match="Trial 0 of that run ended at t = 3"):
        neurodyn.simulate(COUNT, start=result)


def test_where_all_trials_end_the_run_ends() -> None:
    result = neurodyn.simulate(COUNT, trials=2, start={"x": [3, 5]}, on_failure="return")
    assert result.time.tolist() == [0, 1, 2, 3, 4, 5] and result.counts == {"steps": 5}
    assert result["valid"].values.tolist() == [4, 6]


def test_own_steps_are_all_steps() -> None:
    model = neurodyn.Model("x(t+1) = 1 - x", states={"x": 0.25})
    assert len(neurodyn.simulate(model, steps=4001, save_at="steps").time) == 4002
    result = neurodyn.simulate(RANDOM, trials=2, save_at="steps")
    assert result["x"].dims == ("time", "trial", "N") and result.recipe["save_at"] == "steps"
    same(result, neurodyn.simulate(RANDOM, trials=2))


def test_new_values_change_the_past_before_the_start() -> None:
    model = neurodyn.Model("x(t+1) = x(t - 2)", states={"x": {"start": 0, "before": "c*t + 1"}}, parameters={"c": 2.0})
    system = neurodyn.build(model)
    for c in (2.0, -1.0, 0.5):
        run = neurodyn.simulate(system.with_values(c=c), steps=3)
        assert run["x"].values.tolist() == [0, 1 - 2 * c, 1 - c, 0]
    with pytest.raises(InputError, match="before the start is -inf"):
        neurodyn.build(
            neurodyn.Model("x(t+1) = x(t - 2)", states={"x": {"start": 0, "before": "t/c"}}, parameters={"c": 2.0})
        ).with_values(c=0.0)


def test_time_is_the_number_of_the_step() -> None:
    model = neurodyn.Model("x(t+1) = t", states={"x": -1}, bench={"steps": 3, "from": 10})
    result = neurodyn.simulate(model)
    assert result.time.tolist() == [10, 11, 12, 13] and result["x"].values.tolist() == [-1, 10, 11, 12]
    assert result.recipe["backend"] == "map" and result.recipe["method"] == "synchronous"
    assert result.recipe["steps"] == 3 and result.counts == {"steps": 3}
    assert "map synchronous: 3 steps" in result.summary()


def test_every_thins_flows_too() -> None:
    model = neurodyn.Model("dx/dt = -x", states={"x": 1}, bench={"until": 1, "every": 0.4})
    np.testing.assert_allclose(neurodyn.simulate(model).time, [0, 0.4, 0.8, 1])


FLOW = neurodyn.Model("dx/dt = -x", name="decay", states={"x": 1})
MAP = neurodyn.Model("x(t+1) = x/2", name="halves", states={"x": 1})
REFUSED = [
    (MAP, {}, "missing-option", "steps is missing."),
    (MAP, {"steps": 0}, "not-a-number", "steps is 0."),
    (MAP, {"steps": 2.5}, "not-a-number", "steps is 2.5."),
    (MAP, {"until": 5}, "not-a-flow", "halves is a map, which has no until."),
    (MAP, {"steps": 5, "rtol": 1e-3}, "not-a-flow", "halves is a map, which has no rtol."),
    (MAP, {"steps": 5, "t0": 0.5}, "not-whole", "t0 is 0.5, but a map goes in whole steps."),
    (MAP, {"steps": 5, "every": 0.5}, "not-whole", "every is 0.5, but a map goes in whole steps."),
    (MAP, {"steps": 5, "every": 0}, "bad-step", "every is 0."),
    (MAP, {"steps": 5, "save_at": [0, 1.5]}, "not-whole", "A time in save_at is 1.5, but a map goes in whole steps."),
    (MAP, {"steps": 5, "save_at": [6]}, "bad-save-points", "save_at asks for t = 6, outside the run from 0 to 5."),
    (MAP, {"steps": 5, "save_at": "all"}, "bad-save-points", "save_at is not a list of times."),
    (MAP, {"steps": 5, "save_at": [1], "every": 2}, "bad-save-points", "save_at and every both say when to save."),
    (MAP, {"steps": 10**12, "every": 1}, "bad-step", "Saving every 1 from 0 to 1e+12 is not possible."),
    (MAP, {"steps": 5, "method": "RK45"}, "unknown-method", "The map backend has no method RK45."),
    (MAP, {"steps": 5, "backend": "scipy"}, "missing-ability", "The backend scipy cannot run halves: it needs map."),
    (FLOW, {"until": 5, "backend": "map"}, "missing-ability", "The backend map cannot run decay: it needs flow."),
    (FLOW, {"steps": 5}, "not-a-map", "decay is a flow, which has no steps."),
]


@pytest.mark.parametrize(("model", "options", "code", "sentence"), REFUSED)
def test_refused(model: neurodyn.Model, options: dict, code: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        neurodyn.simulate(model, **options)
    assert (caught.value.code, caught.value.sentence) == (code, sentence)


def test_a_refusal_lists_the_backends_that_can() -> None:
    with pytest.raises(InputError, match=r"it needs map, map:async\. Able to run it: map\."):
        neurodyn.simulate(SPINS, backend="scipy")
    with pytest.raises(InputError, match=r"it needs flow\. Able to run it: scipy, fixed, brian2, ensemble\."):
        neurodyn.simulate(FLOW, until=1, backend="map")


def test_flow_and_step_belong_to_their_kind() -> None:
    for ask, code in ((neurodyn.build(FLOW).step, "not-a-map"), (neurodyn.build(MAP).flow, "not-a-flow")):
        with pytest.raises(InputError) as caught:
            ask()
        assert caught.value.code == code
    for system in (RANDOM, SPINS):
        with pytest.raises(InputError) as caught:
            system.jacobian()
        assert caught.value.code == "no-jacobian"


def test_a_run_of_another_system_is_no_history() -> None:
    short = neurodyn.Model("x(t+1) = x(t - 1)", states={"x": 1})
    long = neurodyn.Model("x(t+1) = x(t - 5)", states={"x": 1})
    with pytest.raises(InputError, match="has not kept the 5 earlier values of x"):
        neurodyn.simulate(long, start=neurodyn.simulate(short, steps=3), steps=3)
