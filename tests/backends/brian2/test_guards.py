"""What could go wrong without a word, and what Brian2 cannot run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from neurodyn import Model, build, simulate
from neurodyn.backends.brian2.couplings import FUNCTION
from neurodyn.backends.brian2.device import settings
from neurodyn.backends.brian2.network import network
from neurodyn.backends.planning import planned
from neurodyn.backends.progress import Progress
from neurodyn.errors import InputError, RunFailed

DECAY = Model(["dx/dt = -x/tau"], states={"x": 1.0}, parameters={"tau": 0.5})
N = {"N": {"letters": "i j k", "size": 3}}


def spec(system: Any, **more: Any) -> Any:
    """The text of a network."""
    asked = dict(until=0.1, t0=None, start=None, inputs={}, save_at=None, every=None, method=None, dt=0.01)
    asked |= dict(rtol=None, atol=None, seed=None, trials=None, progress=False)
    return network(planned(system, ["x"], steps=None, **(asked | more)), 10, "rk4", FUNCTION)


def test_values_of_the_caller_are_not_read() -> None:
    """Brian2 looks for names in the frame that calls it, unless it is told where to look."""
    system = build(DECAY)
    wrong: dict[str, Any] = {name: 1e9 for name in (*spec(system).context.scalars, "second", "t_zero_1")}
    exec(
        "found = simulate(system, backend='brian2', dt=0.01, until=0.1)",
        {"simulate": simulate, "system": system, **wrong},
        wrong,
    )
    assert float(wrong["found"]["x"].values[-1]) == pytest.approx(np.exp(-0.2), rel=1e-8)


def test_a_value_is_no_part_of_the_code() -> None:
    """So nothing is compiled again where a value changes."""
    one, other = (spec(build(DECAY, tau=tau)) for tau in (0.5, 0.25))
    lines = [[g.lines for g in made.groups.by_sets.values()] for made in (one, other)]
    assert lines[0] == lines[1]
    assert [made.context.scalars[made.context.names.give("tau", "p")] for made in (one, other)] == [0.5, 0.25]


def test_brian2_is_left_as_it_was() -> None:
    import brian2 as b2

    b2.prefs["codegen.target"], hook = "cython", sys.excepthook
    own, clock = b2.NeuronGroup(1, "dx/dt = -x/(5*ms) : 1", method="euler"), b2.defaultclock.dt
    try:
        for _ in range(2):  # names of objects are not in each other's way
            simulate(build(DECAY), backend="brian2", dt=0.01, until=0.1)
        assert b2.prefs["codegen.target"] == "cython"
        assert sys.excepthook is hook
        assert b2.defaultclock.dt == clock
        assert float(own.x[0]) == 0
    finally:
        b2.prefs["codegen.target"] = "auto"
        b2.Network(own)  # it was never run


@pytest.mark.parametrize(("own", "wanted"), [(["-j"], [f"-j{os.cpu_count()}"]), (["-j3"], ["-j3"])])
def test_a_program_is_made_by_as_many_compilers_as_there_are_cores(own: list[str], wanted: list[str]) -> None:
    """Unless the user of Brian2 has said how many."""
    import brian2 as b2

    name = "devices.cpp_standalone.extra_make_args_unix"
    before, b2.prefs[name] = b2.prefs[name], own
    try:
        with settings("cpp_standalone"):
            assert b2.prefs[name] == wanted
        assert b2.prefs[name] == own
    finally:
        b2.prefs[name] = before


def test_a_standalone_device_is_refused() -> None:
    import brian2 as b2

    b2.set_device("cpp_standalone", build_on_run=False)
    try:
        with pytest.raises(InputError, match="standalone device"):
            simulate(build(DECAY), backend="brian2", dt=0.01, until=0.1)
    finally:
        b2.set_device("runtime")


def test_an_interrupted_run_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brian2 itself returns as if all had been done."""
    monkeypatch.setattr(Progress, "at", lambda self, t: signal.raise_signal(signal.SIGINT))
    found = simulate(build(DECAY), backend="brian2", dt=1e-3, until=10, save_at=np.linspace(0, 10, 101))
    assert found.status == "interrupted"
    assert len(found.time) < 101
    assert float(found.arrays["end"]["t"]) < 10


def test_numbers_that_are_not_finite_do_not_leave() -> None:
    model = Model(["dx/dt = -1 - sqrt(x)"], states={"x": 1.0})
    with pytest.raises(RunFailed, match=r"x became not a number .* Take a smaller step than dt = 0.01") as caught:
        simulate(build(model), backend="brian2", dt=0.01, until=3)
    assert np.isfinite(caught.value.result["x"].values).all()


@pytest.mark.parametrize("save_at", [None, [0, 0.3]])
def test_a_step_that_is_too_long_for_an_upstroke_is_told(save_at: Any) -> None:
    """Stages far beyond a threshold make finite numbers that mean nothing; the end before that step is kept."""
    model = Model(["dx/dt = exp(min(40*x, 60)) - y", "dy/dt = exp(min(40*x, 60))"], states={"x": 0.0, "y": 0.9},
                  events={"spike": {"when": "x > 1", "set": "x = 0"}})  # fmt: skip
    asked = {"dt": 0.01, "until": 0.3, "save_at": save_at, "on_failure": "return"}
    found, other = (simulate(build(model), backend=name, method="rk4", **asked) for name in ("brian2", "fixed"))
    assert (found.status, found.code) == (other.status, other.code) == ("failed", "unstable")
    assert found.message.split(",")[0] == other.message.split(",")[0]
    assert "changed by a million times its size: a step of dt = 0.01 is too long there" in found.message
    if save_at is None:
        np.testing.assert_allclose(found["x"].values, other["x"].values, rtol=1e-9)
    assert simulate(build(model), backend="brian2", method="euler", **asked).status == "done"


def test_nothing_is_loaded_before_a_run() -> None:
    code = "import sys, neurodyn, neurodyn.backends as b; b.find('brian2'); assert 'brian2' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def model(*equations: str, **more: Any) -> Model:
    more.setdefault("states", {"x[i]": 1.0})
    return Model(list(equations), indices=N, **more)


CANNOT = {
    "y is a recursion along an index": Model(
        ["dx[k]/dt = y[k] - x[k]", "y[k] = where(k == 0, x[k], y[k-1]/2)"],
        indices={"K": {"letters": "k", "size": 3, "ends": "zero"}},
        states={"x[k]": 1.0},
    ),
    "a condition or a statement of an event reads several units": model(
        "dx[i]/dt = -x[i]", events={"low": {"when": "sum(x[i], i) < 1"}}
    ),
    "low and high both set or read x": model(
        "dx[i]/dt = -x[i]",
        events={"low[i]": {"when": "x[i] < 0", "set": "x[i] = 1"}, "high[i]": {"when": "x[i] > 2", "set": "x[i] = 1"}},
    ),
}


@pytest.mark.parametrize("reason", CANNOT)
def test_what_brian2_cannot_run_is_refused(reason: str) -> None:
    with pytest.raises(InputError) as caught:
        simulate(build(CANNOT[reason]), backend="brian2", dt=0.01, until=1)
    assert reason in str(caught.value)
    assert "Take the scipy backend, which can." in str(caught.value)


def test_abilities_that_are_not_there_are_named() -> None:
    delayed = model("dx[i]/dt = -x[i](t - 1)")
    with pytest.raises(
        InputError, match=r"The backend brian2 cannot run .*: it needs delay:state.*Able to run it: scipy"
    ):
        simulate(build(delayed), backend="brian2", dt=0.01, until=1)


NO_SUM = {
    "an equation reads x of another unit outside of a sum": model("dx[i]/dt = x[0] - x[i]"),
    "largest over units is no sum": model("dx[i]/dt = max(x[j], j) - x[i]"),
    "softmax over units is no sum": model("dx[i]/dt = softmax(x[i], i) - x[i]"),
    "a sum over units stands within a sum over units": model("dx[i]/dt = sum(tanh(sum(x[k], k) + x[j]), j) - x[i]"),
    "a sum reads two other units at once": model(
        "dx[i]/dt = sum(x[j]*y[k], j, k) - x[i]", "dy[i]/dt = -y[i]", states={"x[i]": 1.0, "y[i]": 1.0}
    ),
}


@pytest.mark.parametrize("reason", NO_SUM)
def test_what_synapses_cannot_add_up_is_refused(reason: str) -> None:
    with pytest.raises(InputError) as caught:
        simulate(build(NO_SUM[reason]), backend="brian2", coupling="summed", dt=0.01, until=1)
    assert reason in str(caught.value)
    assert "Take the coupling function, or the scipy backend" in str(caught.value)


ASKED = {
    "dt is missing: the brian2 backend goes in fixed steps.": {"until": 1},
    "until is 0.105, which is no whole number of steps of dt = 0.01.": {"until": 0.105, "dt": 0.01},
    "The brian2 backend has no method DOP853.": {"until": 1, "dt": 0.01, "method": "DOP853"},
    "time runs backwards": {"until": -1, "dt": 0.01},
}


@pytest.mark.parametrize("sentence", ASKED)
def test_what_is_asked_for_in_vain(sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        simulate(build(DECAY), backend="brian2", **ASKED[sentence])
    assert sentence in str(caught.value)


def test_sizes_that_no_memory_holds() -> None:
    system = build(model("dx[i]/dt = sum(x[j], j != i) - x[i]"), sizes={"N": 1_000_000})
    with pytest.raises(InputError, match=r"For synapses the brian2 backend would need .* GiB"):
        simulate(system, backend="brian2", dt=0.01, until=1, save_at=[0, 1], coupling="summed")
