"""Plans that cannot be run are refused in one sentence, and backends are found by name."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import neurodyn.backends as backends
from neurodyn.backends.check import check
from neurodyn.backends.plan import needs
from neurodyn.backends.scipy_backend import SciPy
from neurodyn.errors import InputError
from neurodyn.system.signals import Step
from tests.backends.fake import linear, plan

PLAN = plan(linear(-np.eye(2), signals={"u": Step(0.5)}), 1, [1.0, 2.0])
MANY = plan(linear(-np.eye(2)), 1, np.ones((4, 2)))

REFUSED = [
    ({"until": 0.0}, "empty-span", "The span is empty: the run begins and ends at t = 0."),
    ({"until": float("inf")}, "not-finite-time", "until is inf."),
    ({"t0": float("nan")}, "not-finite-time", "t0 is nan."),
    ({"rtol": 1e-15}, "bad-tolerance", "rtol is 1e-15."),
    ({"rtol": float("nan")}, "bad-tolerance", "rtol is nan."),
    ({"rtol": 1.0}, "bad-tolerance", "rtol is 1."),
    ({"atol": 0.0}, "bad-tolerance", "atol is 0."),
    ({"atol": float("inf")}, "bad-tolerance", "atol is inf."),
    ({"start": np.array([1.0, np.nan])}, "bad-start", "x[1] starts at nan."),
    ({"save_at": np.array([])}, "bad-save-points", "save_at holds no times."),
    ({"save_at": np.zeros((2, 2))}, "bad-save-points", "save_at is not a list of times."),
    ({"save_at": np.array([0, np.nan])}, "bad-save-points", "save_at holds a time that is not finite."),
    ({"save_at": np.array([0, 1.5])}, "bad-save-points", "save_at asks for t = 1.5, outside the run from 0 to 1."),
    ({"save_at": np.array([-1, 0.5])}, "bad-save-points", "save_at asks for t = -1, outside the run from 0 to 1."),
    ({"save_at": np.array([0, 0.9, 0.7])}, "bad-save-points", "save_at is out of order: 0.7 comes after 0.9."),
    ({"save_at": np.array([0, 0.7, 0.7])}, "bad-save-points", "save_at asks for t = 0.7 more than once."),
    ({"save_at": np.array([0.5, 0.5, 0.5])}, "bad-save-points", "save_at asks for t = 0.5 more than once."),
    ({"until": -1.0, "save_at": np.array([-1.0, 0])}, "bad-save-points", "save_at is out of order: 0 comes after -1."),
]


@pytest.mark.parametrize(("change", "code", "sentence"), REFUSED)
def test_refused(change, code, sentence):
    with pytest.raises(InputError) as caught:
        check(replace(PLAN, **change))
    assert (caught.value.code, caught.value.sentence) == (code, sentence)
    assert caught.value.remedy.endswith(".")


def test_a_record_beyond_the_memory_is_refused_before_it_is_made():
    """Views that hold one number: only their shape is large."""
    large = replace(PLAN, save_at=np.linspace(0, 1, 10**6), start=np.broadcast_to(1.0, (10**8,)))
    with pytest.raises(InputError, match="Saving 1000000 times takes 745058 GiB"):
        check(large)


def test_an_edge_may_be_saved_twice():
    check(replace(PLAN, save_at=np.array([0, 0.5, 0.5, 1])))


def test_trials_need_the_ability_and_leave_less_room_for_the_tolerance():
    assert (needs(PLAN), needs(MANY)) == ({"flow"}, {"flow", "trials"})
    check(replace(PLAN, rtol=3e-14))
    with pytest.raises(InputError, match=r"from 4\.4e-14"):
        check(replace(MANY, rtol=3e-14))


@pytest.mark.parametrize(
    ("method", "remedy"),
    [
        ("radau", "Did you mean Radau?"),
        ("DOP85", "Did you mean DOP853?"),
        ("RK4", "Did you mean RK45?"),
        ("euler", "It has: DOP853, RK45, LSODA, BDF, Radau, heun, euler-maruyama, milstein."),
    ],
)
def test_unknown_methods(method, remedy):
    with pytest.raises(InputError) as caught:
        SciPy().run(replace(PLAN, method=method))
    assert caught.value.sentence == f"The scipy backend has no method {method}."
    assert caught.value.remedy == remedy


def test_lsoda_refuses_trials():
    with pytest.raises(InputError) as caught:
        SciPy().run(replace(MANY, method="LSODA"))
    assert caught.value.code == "lsoda-trials"


def test_the_chosen_method_is_told():
    assert SciPy().run(replace(PLAN, target="python")).method == "DOP853"


def test_backends_by_name():
    assert backends.names()[0] == "scipy"
    assert backends.choose(PLAN).name == backends.choose(PLAN, "scipy").name == "scipy"
    with pytest.raises(InputError) as caught:
        backends.choose(PLAN, "scypi")
    assert (caught.value.code, caught.value.remedy) == ("unknown-backend", "Did you mean scipy?")


def test_a_backend_that_lacks_an_ability_is_refused_and_others_are_named(monkeypatch):
    """One that an entry point brings, which knows no trials."""
    small = SimpleNamespace(name="small", abilities=frozenset({"flow"}))
    point = SimpleNamespace(name="small", load=lambda: lambda: small)
    monkeypatch.setattr(backends, "_installed", lambda: {"small": point})
    assert backends.names() == ("scipy", "map", "dae", "fixed", "brian2", "ensemble", "small")
    assert backends.choose(PLAN, "small") is small
    with pytest.raises(InputError) as caught:
        backends.choose(MANY, "small")
    assert caught.value.code == "missing-ability"
    assert caught.value.sentence == "The backend small cannot run fake: it needs trials."
    assert caught.value.remedy == "Able to run it: scipy, fixed, brian2, ensemble."
