"""A saved run is repeated to the last bit; where it is not, the report says what differs."""

import copy
import dataclasses
import json
import operator

import numpy as np
import pytest

import neurodyn
from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.results.rerun import Rerun
from neurodyn.simulation import rerun, simulate
from neurodyn.system.build import build
from neurodyn.system.signals import Combined, Constant, Pulses, Repeat, Smooth, Step, Window
from tests.models import big

NETWORK = """
summary   = "Driven network"
equations = \"\"\"
tau*dx[i]/dt = -x[i] + sum(W[i,j]*tanh(x[j]), j) + b[i] + u[i] + s
r = sum(x[i]**2, i)
\"\"\"
[indices]
N = { letters = "i j", size = 6 }
[states]
"x[i]" = { start = "normal(0, 1)" }
[parameters]
"W[i,j]" = "normal(0, g)/sqrt(N)"
g = 1.3
"b[i]" = [0.1, 0.2, 0.30000000000000004, 0.1, 0.7, 1e-3]
tau = "1/g"
[inputs]
"u[i]" = "b[i]*window(0.5, 1)"
s = 0.0
[bench]
until = 2
record = ["x", "r", "u", "s"]
"""
W = np.random.default_rng(4).normal(size=(6, 6))
MAP = """
summary   = "Noisy map that looks back"
equations = \"\"\"
x[i](t+1) = tanh(sum(W[i,j]*x[j], j) + mean(x[i](t - r), r) + a[i] + u*z)
m[i]      = mean(x[i](t - r), r) + a[i]
\"\"\"
[indices]
N = { letters = "i j", size = 5 }
R = { letters = "r", size = 4 }
[states]
"x[i]" = { start = "normal(0, 1)", before = "normal(0, g)*cos(g*t) + i" }
[parameters]
"W[i,j]" = "normal(0, g)/sqrt(N)"
g = 1.3
[inputs]
u = "step(7, 1/3)"
[noise]
"a[i]" = "normal"
z = "uniform"
[bench]
steps = 30
record = ["x", "m", "u"]
"""
COUNT = """
summary   = "A count down to 0, and what it divides"
equations = \"\"\"
x(t+1) = x - 1
w(t+1) = w/x + a + v(t - 2)/8
v(t+1) = w/2 + a
y      = w(t - 1) + a
\"\"\"
[states]
x = 4
w = 1
v = "normal(0, 1)"
[noise]
a = "normal"
[bench]
steps = 12
record = ["x", "w", "v", "y"]
"""
SQUARE = 'equations = "dx/dt = x**2"\n[states]\nx = "uniform(0.2, 1)"\n[bench]\nuntil = 2\nevery = 0.1'


def network(**build_options):
    return build(Model.from_text(NETWORK, name="network"), **build_options)


def noisy(**build_options):
    return build(Model.from_text(MAP, name="noisy"), **build_options)


def count():
    return Model.from_text(COUNT, name="count")


def nested():
    inner = Combined(operator.add, Constant(0.1), Pulses(0.7, 0.3, 0.4, 0.1))
    wave = build(Model("dx/dt = s", states={"x": 0}, inputs={"s": "cos(t)"})).signals["s"]
    return Combined(operator.mul, Repeat(inner, 0.9, 2), Combined(operator.sub, Step(0.2, 3.0), wave))


RUNS = {
    "as the bench says": lambda: simulate(network()),
    "arrays": lambda: simulate(network(W=W, b=W[0]), start={"x": W[1]}, inputs={"u": W[2], "s": 0.1}),
    "sizes and seeds": lambda: simulate(network(sizes={"N": 9}, b=0.1, seed=5), seed=11),
    "texts": lambda: simulate(network(values={"g": "2**0.5", "s": "sin(g*t)"}), inputs={"u": "b[i]*step(1/3)"}),
    "signals": lambda: simulate(network(s=Window(0.1, 0.7, 1 / 3)), inputs={"u": Step(1.0, 0.2)}),
    "a train": lambda: simulate(network(), inputs={"s": Pulses(0.1, 0.3)}),
    "a nest of signals": lambda: simulate(network(), inputs={"s": nested()}),
    "changed values": lambda: simulate(network().with_values(g=0.7).with_values(b=W[0])),
    "trials": lambda: simulate(network(), trials=4, seed=3),
    "stiff trials": lambda: simulate(network(), trials=3, method="BDF", rtol=1e-4),
    "LSODA": lambda: simulate(network(), method="LSODA", atol=1e-7),
    "times": lambda: simulate(network(), t0=0.25, until=1.5, save_at=[0.5, 0.5, 1.4], record=["r"]),
    "a step": lambda: simulate(network(), every=0.3),
    "own steps": lambda: simulate(network(), save_at="steps"),
    "own steps of trials": lambda: simulate(network(), save_at="steps", trials=3),
    "backwards": lambda: simulate(network(), t0=1, until=0),
    "continued": lambda: simulate(network(), start=simulate(network(), trials=2), until=3),
    "failed": lambda: simulate(Model.from_text(SQUARE), on_failure="return", start={"x": 0.9}),
    "failed trials": lambda: simulate(Model.from_text(SQUARE), on_failure="return", trials=5),
    "failed trials, own steps": lambda: simulate(
        Model.from_text(SQUARE), on_failure="return", trials=5, save_at="steps"),
    "map": lambda: simulate(noisy()),
    "map, trials": lambda: simulate(noisy(sizes={"N": 7}, g=0.8, seed=2), trials=3, seed=9),
    "map, every": lambda: simulate(noisy(), trials=2, every=7, t0=3, steps=25),
    "map, times": lambda: simulate(noisy(), save_at=[2, 3, 29], inputs={"u": "window(3, 9)"}),
    "map, own steps": lambda: simulate(noisy(), trials=2, save_at="steps"),
    "map, given start": lambda: simulate(noisy(W=W[:5, :5]), trials=2, start={"x": W[:2, :5]}),
    "map, changed values": lambda: simulate(noisy().with_values(g=0.7)),
    "map, continued": lambda: simulate(noisy(), start=simulate(noisy(), trials=3, seed=4, steps=2), steps=9),
    "map, asynchronous": lambda: simulate(neurodyn.load("hopfield_binary"), trials=3, steps=3),
    "map, failed": lambda: simulate(count(), on_failure="return"),
    "map, failed trials": lambda: simulate(count(), trials=3, start={"x": [3, 50, 5]}, on_failure="return"),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [name if k % 2 == 0 else pytest.param(name, marks=pytest.mark.slow) for k, name in enumerate(RUNS)]
)
def test_to_the_last_bit(name, tmp_path):
    first = RUNS[name]()
    path = first.save(tmp_path / "run.nc")
    report = rerun(path)
    assert report.same and not report.differences and report.ending is None and report.place == ()
    assert report.second.recipe == first.recipe
    assert (report.second.status, report.second.message) == (first.status, first.message)
    assert (first.status == "failed") == ("failed" in name)
    for kind in ("start", "end"):
        for variable, values in first.arrays[kind].items():
            np.testing.assert_array_equal(report.second.arrays[kind][variable], values)
    assert "repeated exactly" in report.summary()
    assert rerun(report.second).same


NAMES = [entry.name for entry in neurodyn.library() if not entry.device]


@pytest.mark.parametrize(
    "name", [name if k % 8 == 0 else pytest.param(name, marks=pytest.mark.slow) for k, name in enumerate(NAMES)]
)
def test_every_shipped_model(name):
    system = neurodyn.build(name, sizes=big.SIZES.get(name))
    bench = system.model.bench
    begin = system.time("from", bench.get("from", 0.0))
    end = system.time("until", bench.get("until", begin))
    span = {"steps": 2 + bench["steps"] // 10} if "steps" in bench else {"until": begin + (end - begin) / 10}
    alone = bench.get("method") == "LSODA" or "dae" in system.needs or bench.get("backend") == "brian2"
    trials = None if alone else 2
    assert rerun(simulate(system, **span, trials=trials)).same


def test_an_interrupted_run_is_compared_as_far_as_it_came(monkeypatch):
    whole = simulate(network(), trials=2)
    flow = type(network()).flow

    def pressed(self, trials=False, products=None):
        inner = flow(self, trials)

        def once(t, y, u):
            if t > 1.2:
                raise KeyboardInterrupt
            return inner(t, y, u)

        return once

    with monkeypatch.context() as patch:
        patch.setattr("neurodyn.system.system.System.flow", pressed)
        cut = simulate(network(), trials=2)
        own = simulate(network(), trials=2, save_at="steps")
    assert cut.status == "interrupted" and set(cut["status"].values.tolist()) == {"interrupted"}
    assert 10 < cut.time.size < whole.time.size
    for first in (cut, own):
        report = rerun(first)
        assert report.same and report.second.status == "done"
        assert "The first run was interrupted, so it is compared as far as it came." in report.summary()


def changed(result, **recipe):
    return dataclasses.replace(result, recipe={**copy.deepcopy(dict(result.recipe)), **recipe})


def test_a_difference_is_named_with_its_time_and_size():
    first = simulate(network())
    data = first.dataset.copy(deep=True)
    data["x"][700, 2] += 1e-9
    data["x"][900, 1] -= 3e-9
    data["r"][650] *= 1 + 1e-12
    report = rerun(dataclasses.replace(first, dataset=data))
    assert not report.same
    assert [d.variable for d in report.differences] == ["r", "x"]
    r, x = report.differences
    assert x.time == first.time[700] and x.size == pytest.approx(1e-9, rel=1e-5)
    assert x.largest == pytest.approx(3e-9, rel=1e-5) and x.magnitude == pytest.approx(np.abs(data["x"]).max())
    lines = report.summary().splitlines()
    assert lines[0] == "network: repeated, but not exactly."
    assert lines[1].startswith(f"r differs first, at t = {r.time:.6g}: by ")
    assert lines[2:] == ["So do later: x.", "Versions, machine, libraries and threads are the same."]
    assert json.loads(json.dumps(report.to_json(), allow_nan=False))["differences"][1]["variable"] == "x"


def test_what_differs_between_the_places_is_told():
    first = simulate(network())
    recipe = copy.deepcopy(dict(first.recipe))
    recipe["versions"]["numpy"] = "1.0"
    recipe["machine"]["model"] = "Abacus"
    recipe["libraries"]["libunknown"] = "not loaded here"
    place = rerun(changed(first, **recipe)).place
    assert place == (
        f"numpy: 1.0, here {first.recipe['versions']['numpy']}",
        f"model: Abacus, here {first.recipe['machine']['model']}",
    )


def test_the_number_of_threads_is_what_it_was():
    from threadpoolctl import threadpool_info

    before = threadpool_info()
    first = simulate(network())
    for count in (1, 2):
        threads = dict.fromkeys(first.recipe["threads"], count)
        second = rerun(changed(first, threads=threads)).second
        assert second.recipe["threads"] == threads
    assert [pool["num_threads"] for pool in threadpool_info()] == [pool["num_threads"] for pool in before]


def test_another_end_is_told():
    first = simulate(network())
    told = dataclasses.replace(first, status="failed", code="blow-up", message="It blew up.")
    report = Rerun(told, first)
    assert not report.same and report.ending == "It was failed (It blew up), and is done now."


def test_own_steps_that_differ_are_a_difference():
    first = simulate(network(), save_at="steps")
    report = Rerun(first, dataclasses.replace(first, dataset=first.dataset.isel(time=slice(9))))
    assert not report.same and report.differences[0].time == first.time[9]


class Custom:
    """A signal in code: no text can hold it."""

    def edges(self, t0, t1):
        return np.empty(0)

    def on(self, a, b):
        return lambda t: 0.5


@pytest.mark.parametrize(
    "make",
    [
        lambda: simulate(network(), inputs={"s": Custom()}),
        lambda: simulate(network(s=Smooth(np.sin))),
        lambda: simulate(network(), inputs={"u": Combined(operator.mul, Constant(W[0]), Step(1.0))}),
    ],
)
def test_what_no_text_can_hold_runs_and_is_saved_but_not_repeated(make, tmp_path):
    path = make().save(tmp_path / "run.nc")
    with pytest.raises(InputError, match="was given in a form that no text can hold") as caught:
        rerun(path)
    assert caught.value.code == "untold"


def test_a_result_without_a_whole_recipe_is_refused():
    first = simulate(network())
    with pytest.raises(InputError, match="its recipe lacks backend, method"):
        rerun(
            dataclasses.replace(first, recipe={k: v for k, v in first.recipe.items() if k not in ("backend", "method")})
        )
    with pytest.raises(InputError, match="its recipe lacks start"):
        rerun(dataclasses.replace(first, arrays={}))
    model = {**first.recipe["model"], "text": first.recipe["model"]["text"].replace("tanh", "sin")}
    with pytest.raises(InputError, match="not the one that was run"):
        rerun(changed(first, model=model))
    with pytest.raises(InputError, match="There is no file"):
        rerun("missing.nc")
