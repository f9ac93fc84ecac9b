"""Runs in stages: as if each had been run by hand, as one result that can be saved, repeated and continued."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

import neurodyn
from neurodyn import InputError
from neurodyn.cli.show import command

TEXT = """
equations = "tau*dx[i]/dt = -x[i] + W[i]*u"

[indices]
N = { letters = "i", size = 3 }

[states]
"x[i]" = { start = 1.0 }

[parameters]
"W[i]" = "i + 1"
tau    = { value = 2.0, given = "tau > 0" }
long   = 4

[inputs]
u = "step(1, 1)"

[bench]
record = ["x", "u"]

[[bench.stage]]
until  = 2

[[bench.stage]]
until  = "long"                # the values of a stage hold from here on
values = { tau = 1.0 }
inputs = { u = "pulses(2, period=1)" }

[[bench.stage]]
until = 5
start = { x = "W[i]/2" }
"""
MODEL = neurodyn.Model.from_text(TEXT)


def by_hand(**options) -> list[neurodyn.Result]:
    one = neurodyn.build(MODEL)
    two = one.with_values(tau=1.0, u="pulses(2, period=1)")
    a = neurodyn.simulate(one, until=2, **options)
    b = neurodyn.simulate(two, until=4, start=a, **options)
    half = np.broadcast_to([0.5, 1.0, 1.5], b["x"].values[-1].shape)
    return [a, b, neurodyn.simulate(two, t0=4, until=5, start={"x": half}, **options)]


@pytest.mark.parametrize("options", [{}, {"trials": 2}, {"every": 0.3}, {"save_at": "steps"}])
def test_stages_are_the_runs_one_after_the_other(options: dict, tmp_path) -> None:
    whole = neurodyn.simulate(MODEL, **options)
    parts = by_hand(**options)
    np.testing.assert_array_equal(whole.time, np.concatenate([p.time for p in parts]))
    for name in ("x", "u"):
        np.testing.assert_array_equal(whole[name], np.concatenate([p[name].values for p in parts]))
    assert whole.status == "done" and whole.counts["steps"] == sum(p.counts["steps"] for p in parts)
    assert [s["until"] for s in whole.recipe["stages"]] == [2, "long", 5]
    loaded = neurodyn.load_result(whole.save(tmp_path / "whole.nc"))
    again = neurodyn.rerun(loaded)
    assert again.same, again.summary()
    if "trials" in options:
        assert whole.dataset["valid"].values.tolist() == [len(whole.time)] * 2


def test_a_continued_run_goes_on_from_the_last_stage() -> None:
    whole = neurodyn.simulate(MODEL)
    more = neurodyn.simulate(neurodyn.build(MODEL, tau=1.0), start=whole, until=6)
    np.testing.assert_array_equal(more["x"][0], whole["x"][-1])
    assert more.time[0] == 5


def test_chosen_times_are_shared_out() -> None:
    wanted = [0.5, 2.0, 4.0, 4.0, 5.0]
    whole = neurodyn.simulate(MODEL, save_at=wanted)
    assert whole.time.tolist() == wanted
    np.testing.assert_array_equal(whole["x"][3], [0.5, 1.0, 1.5])
    late = neurodyn.simulate(MODEL, save_at=[4.5], trials=2)
    assert late.time.tolist() == [4.5] and late.dataset["valid"].values.tolist() == [1, 1]
    np.testing.assert_allclose(late["x"][0], neurodyn.simulate(MODEL, save_at=[4.5, 5.0])["x"][[0, 0]], rtol=1e-12)
    assert neurodyn.rerun(late).same
    with pytest.raises(InputError, match="steps of their own"):
        neurodyn.simulate(MODEL, save_at="steps", trials=2)


def test_an_end_takes_the_place_of_the_stages() -> None:
    assert neurodyn.simulate(MODEL, until=1).time[-1] == 1
    with pytest.raises(InputError, match="both given"):
        neurodyn.simulate(MODEL, until=1, stages=[{"until": 2}])


def test_stages_from_python_with_arrays(tmp_path) -> None:
    stages = [{"until": 1}, {"until": 2, "values": {"W": np.array([3.0, 2.0, 1.0])}, "start": {"x": np.ones(3)}}]
    run = neurodyn.simulate(MODEL, stages=stages)
    assert run.recipe["stages"][1]["values"]["W"]["shape"] == [3]
    assert neurodyn.rerun(run.save(tmp_path / "run.nc")).same
    np.testing.assert_array_equal(run["x"][run.time == 1][1], np.ones(3))


def test_stages_of_maps() -> None:
    text = "[states]\nx = 1\n[bench]\n[[bench.stage]]\nsteps = 3\n[[bench.stage]]\nsteps = 2\nvalues = { a = 3 }\n"
    model = neurodyn.Model.from_text('equations = "x(t+1) = a*x + x(t - 1)"\n' + text + "[parameters]\na = 2\n")
    run = neurodyn.simulate(model)
    assert run.time.tolist() == [0, 1, 2, 3, 3, 4, 5]
    assert run["x"].values.tolist() == [1, 3, 7, 17, 17, 58, 191]
    assert run.recipe["steps"] == 5 and neurodyn.rerun(run).same


def test_a_stage_that_fails_is_the_last() -> None:
    model = neurodyn.Model("dx/dt = a*x**2", states={"x": 1.0}, parameters={"a": 0.0})
    stages = [{"until": 1}, {"until": 3, "values": {"a": 1}}, {"until": 4}]
    run = neurodyn.simulate(model, stages=stages, on_failure="return")
    assert (run.status, run.code) == ("failed", "blow-up") and 1.5 < run.time[-1] <= 2
    assert neurodyn.rerun(run).same


def test_noise_goes_on_through_stages() -> None:
    """Stages that change nothing are one run bit for bit."""
    system = neurodyn.build("double_well")
    whole = neurodyn.simulate(system, until=2, dt=0.1, trials=2)
    parts = neurodyn.simulate(system, stages=[{"until": 0.7}, {"until": 2}], dt=0.1, trials=2)
    keep = np.append(np.diff(parts.time) > 0, True)
    np.testing.assert_array_equal(parts["x"].values[keep], whole["x"].values)


def test_stages_are_kept_in_text_shown_and_drawn(tmp_path) -> None:
    again = neurodyn.Model.from_text(MODEL.to_toml())
    assert again == MODEL and again.to_toml() == MODEL.to_toml()
    neurodyn.simulate(MODEL).plot()
    model = tmp_path / "stages.toml"
    model.write_text(TEXT)
    shown = CliRunner().invoke(command, [str(model)]).output
    assert "stage 2: until = long, tau = 1.0, u = pulses(2, period=1)" in shown
    with pytest.raises(InputError, match=r"A stage has no entry untill\. Did you mean until\?"):
        neurodyn.simulate(MODEL, stages=[{"untill": 3}])
    for stages in ([{"until": 2}, {"until": 1}], [{"until": 2}, {"until": 2}]):
        with pytest.raises(InputError, match="Stages follow one another"):
            neurodyn.simulate(MODEL, stages=stages)
    with pytest.raises(InputError, match="Stage 2 changes v, which is no parameter or input"):
        neurodyn.simulate(MODEL, stages=[{"until": 2}, {"until": 3, "inputs": {"v": 1}}])
