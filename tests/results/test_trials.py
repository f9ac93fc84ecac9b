"""Trials in results: what is valid, one by itself, own steps, and values at a time."""

import numpy as np
import pytest
import xarray as xr

from neurodyn.errors import InputError, RunFailed
from neurodyn.model.model import Model
from neurodyn.plots import KINDS
from neurodyn.results import load_result
from neurodyn.simulation import simulate
from neurodyn.system.build import build

SQUARES = """
summary   = "Squares: from x0 > 0 infinite at 1/x0"
equations = \"\"\"
dx[i]/dt = x[i]**2*v
dw[i]/dt = -w[i]
E        = sum(w[i]**2, i)/2 + u
top      = argmax(w[i], i)
\"\"\"
energy = "E"
[indices]
N = { letters = "i", size = 2 }
[states]
"x[i]" = 0.0
"w[i]" = "1 + i"
[parameters]
v = 1.0
[inputs]
u = "window(0.25, 0.75)"
[bench]
until = 1
every = 0.1
record = ["x", "w", "E", "top", "u"]
"""
X = np.array([[0.0, 0.1], [0.0, 2.0], [-1.0, 0.0], [4.0, 0.0], [0.5, 0.5]])
TIMES = [0, 0.1, 0.2, 0.25, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.75, 0.8, 0.9, 1]


def squares():
    return build(Model.from_text(SQUARES, name="squares"))


def ran(**more):
    return simulate(squares(), start={"x": X}, trials=5, on_failure="return", **more)


def test_every_trial_has_its_own_end():
    result = ran()
    assert result["status"].values.tolist() == ["done", "failed", "done", "failed", "done"]
    assert result["stop_time"].values == pytest.approx([1, 0.5, 1, 0.25, 1], abs=1e-3)
    assert result["message"].values[1].startswith("x[1] in trial 1 grows without bound")
    assert result["message"].values[[0, 2, 4]].tolist() == ["", "", ""]
    assert (result.status, result.code) == ("failed", "blow-up")
    np.testing.assert_allclose(result.time, TIMES, atol=1e-12)
    early = result["x"].sel(trial=1, N=1)[:5]
    np.testing.assert_allclose(early, 2 / (1 - 2 * early["time"]), rtol=1e-4)
    np.testing.assert_allclose(result["x"].sel(trial=[0, 2, 4])[-1], X[[0, 2, 4]] / (1 - X[[0, 2, 4]]), rtol=1e-4)


def test_by_default_a_failed_trial_raises_and_all_that_was_computed_is_there():
    with pytest.raises(RunFailed, match="So 2 of 5 trials failed") as caught:
        simulate(squares(), start={"x": X}, trials=5)
    assert caught.value.result["status"].values.tolist().count("done") == 3


def test_what_comes_after_a_stop_is_masked_and_nothing_else_is():
    result = ran()
    assert result.valid.dims == ("time", "trial")
    assert result.valid.sum("time").values.tolist() == result["valid"].values.tolist()
    assert result["valid"].values[[0, 2, 4]].tolist() == [15] * 3
    for name in ("x", "w", "E", "E_parts", "top"):
        data = result[name]
        inner = [dim for dim in data.dims if dim not in ("time", "trial")]
        assert (np.isfinite(data).all(inner) == result.valid).all() and (
            np.isnan(data).all(inner) == ~result.valid
        ).all()
    assert np.isfinite(result["u"]).all()
    good = result["w"].where(result["status"] == "done", drop=True)
    assert good.sizes["trial"] == 3 and np.isfinite(good).all()


def test_without_trials_all_that_is_there_is_valid():
    result = simulate(squares(), start={"x": [0.0, 2.0]}, on_failure="return")
    assert result.valid.dims == ("time",) and result.valid.all() and result.valid.size == result.time.size == 8
    with pytest.raises(InputError, match="The run has no trials"):
        result.trial(0)


def test_one_trial_is_the_run_by_itself():
    result = ran()
    for k in range(5):
        alone = simulate(squares(), start={"x": X[k]}, on_failure="return")
        one = result.trial(k)
        assert one.sizes["time"] == int(result["valid"][k])
        n = min(one.sizes["time"], alone.time.size)
        np.testing.assert_array_equal(one["time"][:n], alone.time[:n])
        np.testing.assert_allclose(one["w"][:n], alone["w"][:n], rtol=1e-5)
        np.testing.assert_array_equal(one["top"][:n], alone["top"][:n])
    with pytest.raises(InputError, match="The run has trials 0 to 4"):
        result.trial(5)


def test_own_steps_stand_one_trial_after_the_other():
    result = ran(save_at="steps")
    assert result["x"].dims == ("sample", "N") and result["u"].dims == ("sample",)
    assert result["time"].dims == ("sample",) and result.valid.all()
    assert result["offset"].values.tolist() == [0, *np.cumsum(result["valid"].values)[:-1]]
    assert result["x"].sizes["sample"] == result["valid"].sum()
    assert np.isfinite(result["x"]).all()
    for k in range(5):
        one = result.trial(k)
        assert one["time"][0] == 0 and one["time"][-1] == result["stop_time"][k]
        np.testing.assert_allclose(one["w"], [1, 2] * np.exp(-one["time"].values[:, None]), rtol=1e-4)
        assert k == 3 or one["u"].sel(time=0.25).values.tolist() == [0, 1]


def test_own_steps_without_trials_are_its_times():
    result = simulate(squares(), save_at="steps")
    assert result["w"].dims == ("time", "N") and result["u"].sel(time=0.25).values.tolist() == [0, 1]
    assert result.time.size == result.counts["steps"] + 3
    np.testing.assert_allclose(result["w"], [1, 2] * np.exp(-result.time[:, None]), rtol=1e-5)


@pytest.mark.parametrize("save_at", [None, "steps"])
def test_both_forms_come_back_from_a_file(tmp_path, save_at):
    result = ran(save_at=save_at)
    again = load_result(result.save(tmp_path / "run.nc"))
    xr.testing.assert_identical(result.dataset, again.dataset)
    xr.testing.assert_identical(result.trial(1), again.trial(1))


@pytest.mark.parametrize("save_at", [None, "steps"])
def test_both_forms_are_told_and_drawn(save_at):
    result = ran(save_at=save_at)
    told = result.to_json()
    assert [row["trial"] for row in told["stopped"]] == [1, 3] and told["variables"]["w"]["max"] == 2.0
    assert told["variables"]["w"]["end"][0] == pytest.approx(np.exp(-1), rel=1e-4)
    assert told["energy"]["start"] == [2.5] * 5 and None not in told["energy"]["end"]
    assert told["energy"]["largest_rise"] == 0.0
    assert "2 of the trials ended early" in result.summary()
    for kind in ("time", "heat", "energy"):
        assert kind in KINDS and result.plot(kind, trial=1).axes


def test_an_observable_that_is_not_finite_fails_its_trial_alone():
    model = Model("dx/dt = -x\ny = 1/(x - 1)", states={"x": 0}, bench={"until": 1, "record": ["x", "y"]})
    result = simulate(model, trials=3, start={"x": [2.0, 1.0, -1.0]}, on_failure="return", save_at=[0, 1])
    assert result["status"].values.tolist() == ["done", "failed", "done"]
    assert result.message.startswith("y in trial 1 is not finite at t = 0, though every state is.")


def test_trials_that_ended_apart_cannot_go_on_together():
    with pytest.raises(InputError, match=r"Trial 1 of that run ended at t = 0\.5"):
        simulate(squares(), start=ran(), until=2)
    assert simulate(squares(), start=ran(until=0.2), until=0.24).status == "done"


@pytest.mark.parametrize(("t0", "until"), [(0, 1), (1, 0)])
def test_values_at_a_time(t0, until):
    result = simulate(squares(), t0=t0, until=until, trials=2)
    assert float(result.at(0.25, "left")["u"]) == 0 and float(result.at(0.25)["u"]) == 1
    assert float(result.at(0.75, "left")["u"]) == 1 and float(result.at(0.75)["u"]) == 0
    assert float(result.at(0.44)["time"]) == pytest.approx(0.4) and result.at(0.44)["w"].dims == ("trial", "N")
    several = result.at([0.0, 0.26, 1.0, 0.51])
    assert several["time"].values == pytest.approx([0, 0.25, 1, 0.5]) and several["w"].dims == ("time", "trial", "N")
    assert result.at(0.3, trial=1)["w"].dims == ("N",)
    for t in (-0.1, 1.1, np.nan, [0.5, 2]):
        with pytest.raises(InputError, match="It was saved from 0 to 1"):
            result.at(t)
    with pytest.raises(InputError, match="Give 'left' or 'right'"):
        result.at(0.5, "middle")


def test_values_at_a_time_of_own_steps_need_the_trial():
    result = ran(save_at="steps")
    assert float(result.at(0.25, "left", trial=2)["u"]) == 0
    with pytest.raises(InputError, match="Say which one: trial=0"):
        result.at(0.25)
