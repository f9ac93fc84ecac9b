"""`simulate`, end to end: from a model in text to labelled results that can be repeated."""

import numpy as np
import pytest
import xarray as xr
from scipy.linalg import expm

from neurodyn.errors import InputError, RunFailed
from neurodyn.model.model import Model
from neurodyn.results import load_result
from neurodyn.simulation import simulate
from neurodyn.system.build import build
from neurodyn.system.signals import Step
from neurodyn.system.system import System

LINEAR = """
summary   = "Linear network"
equations = \"\"\"
dx[i]/dt = sum(A[i,j]*x[j], j) + B[i]*u
r        = sum(x[i]**2, i)            # squared length
\"\"\"
[indices]
N = { letters = "i j", size = 3 }
[states]
"x[i]" = { start = "normal(0, 1)", about = "activity" }
[parameters]
"A[i,j]" = {}
"B[i]" = 1.0
[inputs]
u = { value = "window(1, 2, 3)", about = "drive" }
[bench]
until = 4
rtol = 1e-9
atol = 1e-9
record = ["x", "r", "u"]
"""
A = np.array([[-1.0, 5.0, 0.0], [-5.0, -1.0, 0.0], [0.3, 0.0, -0.2]])
BOWL = """
equations = \"\"\"
E = sum(k[i]*x[i]**2, i)/2 - u*sum(x[i], i)
dx[i]/dt = -dE/dx[i]
inverse  = 1/sum(x[i], i)
\"\"\"
energy = "E"
[indices]
N = { letters = "i", size = 4 }
[states]
"x[i]" = "uniform(1, 2)"
[parameters]
"k[i]" = "1 + i"
[inputs]
u = "step(0.5, 2)"
[bench]
until = 2
"""
SQUARE = 'equations = "dx/dt = x**2"\n[states]\nx = 1\n[bench]\nuntil = 2'


def linear(**more):
    return build(Model.from_text(LINEAR, name="linear"), A=A, **more)


def bowl():
    return build(Model.from_text(BOWL, name="bowl"))


def driven(x, duration, level):
    """The exact state after the input has held a level."""
    rest = np.linalg.solve(A, -level * np.ones(3))
    return rest + expm(A * duration) @ (x - rest)


def test_values_against_the_closed_form_and_labels():
    result = simulate(linear(), start={"x": [1, 0, 1]})
    x = result["x"]
    assert x.dims == ("time", "N") and x["N"].values.tolist() == [0, 1, 2]
    assert x.attrs == {"role": "state", "about": "activity"}
    assert result["r"].attrs == {"role": "observable", "about": "squared length"}
    assert result["u"].attrs == {"role": "input", "about": "drive"}
    assert list(result.dataset.data_vars) == ["x", "r", "u"]
    assert result.dataset.attrs["title"] == "Linear network"
    at_1 = driven(np.array([1.0, 0, 1]), 1, 0)
    at_2 = driven(at_1, 1, 3)
    known = {0.8: driven(np.array([1.0, 0, 1]), 0.8, 0), 1: at_1, 2: at_2, 4: driven(at_2, 2, 0)}
    for t, expected in known.items():
        np.testing.assert_allclose(x.sel(time=t).values.reshape(-1, 3)[-1], expected, atol=1e-7)
    np.testing.assert_allclose(result["r"], (x**2).sum("N"), rtol=1e-12)


def test_without_times_an_edge_shows_both_of_its_sides():
    result = simulate(linear())
    assert len(result.time) == 2001 + 2 and result.counts["restarts"] == 2
    assert result["u"].sel(time=1).values.tolist() == [0, 3]
    assert result["u"].sel(time=2).values.tolist() == [3, 0]
    before, after = result["x"].sel(time=1).values
    np.testing.assert_array_equal(before, after)


def test_the_bench_is_used_and_what_is_given_wins():
    result = simulate(linear(), start={"x": 1.0})
    assert [result.recipe[name] for name in ("t0", "until", "rtol", "method")] == [0, 4, 1e-9, "DOP853"]
    result = simulate(linear(), until=1, t0=0.5, rtol=1e-4, method="Radau", record=["r"], save_at=[1.0])
    assert [result.recipe[name] for name in ("t0", "until", "rtol", "method")] == [0.5, 1, 1e-4, "Radau"]
    assert list(result.dataset.data_vars) == ["r"] and result.time.tolist() == [1.0]


def test_a_model_is_built_on_the_way():
    assert simulate(Model.from_text(BOWL)).status == "done"


@pytest.mark.parametrize("given", [2.5, "2.5", "step(-1, 2.5)", Step(-1.0, 2.5), np.array(2.5)])
def test_inputs_can_be_replaced(given):
    result = simulate(linear(), inputs={"u": given}, until=1, start={"x": 0.0}, record=["x", "u"])
    assert (result["u"] == 2.5).all()
    np.testing.assert_allclose(result["x"][-1], driven(np.zeros(3), 1, 2.5), atol=1e-7)


def test_trials_are_labelled_and_drawn_independently():
    result = simulate(linear(), trials=4, seed=1)
    assert result["x"].dims == ("time", "trial", "N") and result["r"].dims == ("time", "trial")
    assert result["u"].dims == ("time",)
    starts = result["x"][0].values
    assert len(np.unique(starts)) == 12
    for k in (0, 3):
        alone = simulate(linear(), start={"x": starts[k]})
        np.testing.assert_allclose(result["x"].isel(trial=k), alone["x"], atol=1e-6)
    np.testing.assert_array_equal(starts, simulate(linear(), trials=4, seed=1)["x"][0])
    assert not np.isin(starts, simulate(linear(), trials=4, seed=2)["x"][0]).any()


def test_energy_falls_between_edges_and_is_the_sum_of_its_terms():
    result = simulate(bowl(), trials=3)
    assert list(result.dataset.data_vars) == ["x", "E", "E_parts"]
    assert result.energy.attrs["role"] == "energy" and result.energy.dims == ("time", "trial")
    assert result.energy_parts["part"].values.tolist() == ["sum(k[i]*x[i]**2, i)/2", "-u*sum(x[i], i)"]
    np.testing.assert_allclose(result.energy_parts.sum("part"), result.energy, atol=1e-12)
    assert result.to_json()["energy"]["largest_rise"] == 0
    jump = np.diff(result.energy.sel(time=0.5), axis=0)[0]
    np.testing.assert_allclose(jump, -2 * result["x"].sel(time=0.5)[1].sum("N"), rtol=1e-12)
    assert list(simulate(bowl(), record=["x"]).dataset.data_vars) == ["x"]


def test_backwards_in_time():
    there = simulate(linear(), start={"x": [1, 0, 1]})
    back = simulate(linear(), start=there, until=0, rtol=1e-10)
    assert back.recipe["t0"] == 4 and back.time[0] == 4 and back.time[-1] == 0
    assert back["u"].sel(time=1).values.tolist() == [3, 0]
    np.testing.assert_allclose(back["x"][::-1], there["x"], atol=1e-5)


@pytest.mark.parametrize("trials", [None, 2])
def test_two_halves_are_one_run(trials, tmp_path):
    whole = simulate(linear(), trials=trials, save_at=[1.5, 4])
    half = simulate(linear(), trials=trials, until=1.5, record=["r"])
    again = load_result(half.save(tmp_path / "half.nc"))
    for first in (half, again):
        rest = simulate(linear(), start=first, save_at=[1.5, 4])
        assert rest.recipe["t0"] == 1.5 and rest.recipe["trials"] == trials
        np.testing.assert_allclose(rest["x"], whole["x"], atol=1e-7)


def test_a_saved_result_holds_all_that_a_rerun_needs(tmp_path):
    """Bit for bit, on one machine."""
    system = linear(sizes={"N": 3}, seed=5, B=[1.0, 2.0, 3.0])
    first = simulate(system, trials=2, inputs={"u": "pulses(1, period=0.7)"}, save_at=np.linspace(0, 3, 7), until=3)
    saved = load_result(first.save(tmp_path / "run.nc"))
    recipe, arrays = saved.recipe, saved.arrays
    values = {name: arrays["values"].get(name, value) for name, value in recipe["values"].items()}
    model = Model.from_text(recipe["model"]["text"], name=recipe["model"]["name"])
    rebuilt = build(model, sizes=recipe["sizes"], values=values, seed=recipe["build_seed"])
    told = ("t0", "until", "record", "backend", "method", "rtol", "atol", "seed", "trials", "inputs")
    second = simulate(rebuilt, save_at=arrays["save_at"]["t"], **{name: recipe[name] for name in told})
    xr.testing.assert_identical(first.dataset, second.dataset)
    assert second.recipe == recipe
    np.testing.assert_array_equal(second.arrays["start"]["x"], arrays["start"]["x"])


def test_the_recipe_says_where_and_with_what():
    recipe = simulate(linear()).recipe
    loaded = set(recipe["versions"]) - {"brian2"}  # which is told where it is loaded
    assert loaded == {"neurodyn", "numpy", "scipy", "sympy", "xarray", "python"}
    assert recipe["machine"]["cores"] >= 1 and all(count >= 1 for count in recipe["threads"].values())
    assert recipe["model"]["sha256"] and recipe["sizes"] == {"N": 3}
    assert recipe["values"]["A"]["shape"] == [3, 3]
    assert recipe["counts"]["steps"] > 0


def test_a_failed_run_raises_and_carries_what_it_computed():
    model = Model.from_text(SQUARE)
    with pytest.raises(RunFailed, match="x grows without bound") as caught:
        simulate(model)
    assert caught.value.code == "blow-up"
    result = simulate(model, on_failure="return")
    for partial in (caught.value.result, result):
        assert (partial.status, partial.code) == ("failed", "blow-up")
        early = partial["x"].sel(time=slice(0, 0.9))
        np.testing.assert_allclose(early, 1 / (1 - early["time"]), rtol=1e-4)
        assert 0.99 < partial.time[-1] <= 1.0001
        assert "failed: t = 0 to 2" in partial.summary()


def test_an_observable_that_is_not_finite_does_not_pass_in_silence():
    model = Model.from_text(BOWL.replace("uniform(1, 2)", "where(i == 0, 1, 0)").replace("step(0.5, 2)", "-2"))
    assert simulate(model).status == "done"
    with pytest.raises(RunFailed, match="inverse is not finite at t = 0, though every state is") as caught:
        simulate(model, record=["inverse", "x"], start={"x": 0.0})
    assert caught.value.result["x"].shape == (2001, 4)


def test_ctrl_c_while_observables_are_read(monkeypatch):
    observe = System.observe

    def pressed(self, names, trials=False):
        read = observe(self, names, trials)

        def once(t, y, u):
            if t > 1:
                raise KeyboardInterrupt
            return read(t, y, u)

        return once

    monkeypatch.setattr(System, "observe", pressed)
    result = simulate(bowl())
    assert (result.status, result.message) == (
        "interrupted",
        "Interrupted at t = 1; what was computed until then is kept.",
    )
    assert result.time[-1] == 1 and len(result["x"]) == len(result["E"]) == len(result.time)


def test_changing_the_unit_of_a_state_changes_nothing_else():
    def ran(unit):
        text = f"""
equations = "dv/dt = w/{unit} - v*v*v\\ndw/dt = -{unit}*v - w/5"
[states]
v = 1
w = {{ start = 0, scale = {unit} }}
[bench]
until = 10
"""
        result = simulate(Model.from_text(text))
        return np.stack([result["v"].values, result["w"].values / unit])

    assert np.abs(ran(1.0) - ran(1e-12)).max() < 1e-9


@pytest.mark.parametrize(("t0", "until"), [(0, 4), (4, 0)])
def test_a_grid_with_a_step_has_its_end_and_both_sides_of_every_edge(t0, until):
    result = simulate(linear(), every=0.35, t0=t0, until=until)
    grid = t0 + np.sign(until - t0) * 0.35 * np.arange(12)
    expected = np.sort([*grid, until, 1, 1, 2, 2])
    np.testing.assert_allclose(result.time, expected if until > t0 else expected[::-1], atol=1e-12)
    assert result["u"].sel(time=1).values.tolist() == ([0, 3] if until > t0 else [3, 0])
    assert result.recipe["every"] == 0.35


def test_an_edge_on_the_grid_is_there_twice_not_thrice():
    result = simulate(linear(), every=0.1)
    assert len(result.time) == 41 + 2 and (np.diff(result.time) == 0).sum() == 2


def test_the_bench_may_say_the_step_and_what_is_asked_for_wins():
    model = Model.from_text(BOWL + "every = 0.5")
    assert simulate(model).time.tolist() == [0, 0.5, 0.5, 1, 1.5, 2]
    assert simulate(model, every=1).time.tolist() == [0, 0.5, 0.5, 1, 2]
    assert simulate(model, save_at=[0.3]).time.tolist() == [0.3]
    assert simulate(model, save_at="steps").recipe["save_at"] == "steps"


REFUSED = [
    ({"every": 0}, "bad-step", "Saving every 0 from 0 to 4 is not possible."),
    ({"every": -1.0}, "bad-step", "Saving every -1 from 0 to 4 is not possible."),
    ({"every": "often"}, "unknown-name", "often is not declared."),
    ({"every": 1e-9}, "bad-step", "Saving every 1e-09 from 0 to 4 is not possible."),
    ({"every": 0.1, "save_at": [1]}, "bad-save-points", "save_at and every both say when to save."),
    ({"until": 0}, "empty-span", "The span is empty: the run begins and ends at t = 0."),
    ({"until": "soon"}, "unknown-name", "soon is not declared."),
    ({"until": float("nan")}, "not-finite-time", "until is nan."),
    ({"rtol": [1e-3, 1e-4]}, "not-a-number", "rtol is [0.001, 0.0001], not a number."),
    ({"rtol": 0}, "bad-tolerance", "rtol is 0."),
    ({"trials": 0}, "not-a-number", "trials is 0."),
    ({"trials": 2.5}, "not-a-number", "trials is 2.5."),
    ({"seed": -1}, "not-a-number", "seed is -1."),
    ({"save_at": "often"}, "bad-save-points", "save_at is not a list of times."),
    ({"save_at": [0, 5]}, "bad-save-points", "save_at asks for t = 5, outside the run from 0 to 4."),
    ({"record": ["xx"]}, "unknown-record", "xx cannot be recorded."),
    ({"record": "A"}, "unknown-record", "A cannot be recorded."),
    ({"inputs": {"v": 1}}, "unknown-input", "linear has no input v."),
    ({"inputs": {"u": [1, 2]}}, "shape", None),
    ({"inputs": {"u": float("nan")}}, "not-finite", None),
    ({"inputs": {"u": "pulses(1, period=1e-9)"}}, "too-many-edges", None),
    ({"start": {"z": 1}}, "unknown-quantity", None),
    ({"start": 3}, "bad-start", "A int is no start."),
    ({"backend": "brian"}, "unknown-backend", "There is no backend called brian."),
    ({"method": "RK4"}, "unknown-method", "The scipy backend has no method RK4."),
    ({"on_failure": "ignore"}, "unknown-option", "on_failure is 'ignore'."),
]


@pytest.mark.parametrize(("options", "code", "sentence"), REFUSED)
def test_refused(options, code, sentence):
    with pytest.raises(InputError) as caught:
        simulate(linear(), **options)
    assert caught.value.code == code
    assert sentence in (None, caught.value.sentence)


def test_the_end_must_be_said():
    with pytest.raises(InputError) as caught:
        simulate(Model.from_text(SQUARE.replace("[bench]\nuntil = 2", "")))
    assert (caught.value.sentence, caught.value.code) == ("until is missing.", "missing-option")


def test_a_grid_that_passes_the_end_by_rounding_is_meant_to_end_there():
    times = np.arange(0, 0.7, 0.1)
    assert times[-1] > 0.6
    assert simulate(linear(), until=0.6, save_at=times).time[-1] == 0.6


def test_a_result_draws_itself():
    figure = simulate(bowl()).plot()
    assert len(figure.axes) >= 2


def test_a_run_that_fails_before_anything_was_saved_is_told_as_such() -> None:
    model = Model(["dx[i]/dt = x[i]**2"], indices={"N": {"letters": "i", "size": 2}}, states={"x[i]": 1.0})
    for backend, step in (("scipy", {}), ("fixed", {"dt": 0.01})):
        result = simulate(model, until=2, save_at=[2.0], backend=backend, on_failure="return", **step)
        assert (result.status, result.time.size) == ("failed", 0)
