"""Reductions in lanes: those of whole arrays to rounding, and the same bits in any lane, on any number of threads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neurodyn import FirstCrossing, Max, Mean, Min, Result, SettledAt, build, load, simulate
from neurodyn.backends.ensemble import lanes
from neurodyn.backends.ensemble.machine import host
from neurodyn.errors import InputError
from tests.backends.ensemble.cases import DRIVEN, POLE, made

KEPT: dict[str, Any] = {
    "top": Max("z"), "low": Min("x", after=0.37), "mean": Mean("z"), "late": Mean("y", after=0.61),
    "up": FirstCrossing("x", 5.0, "up"), "down": FirstCrossing("z", 20.0, "down", after=0.2), "rest": SettledAt(500.0),
}  # fmt: skip
each_method = pytest.mark.parametrize("method", ["Tsit5", "DOP853", "Rodas4"])


def lorenz(trials: int, **asked: Any) -> Result:
    starts = np.random.default_rng(5).uniform(-8, 8, (3, trials))
    start = {"x": starts[0], "y": starts[1], "z": 20 + starts[2]}
    return simulate(load("lorenz"), backend="ensemble", until=1.5, trials=trials, start=start, reduce=KEPT, **asked)


def bits(result: Result) -> bytes:
    return b"".join(result[name].values.tobytes() for name in (*KEPT, "x", "stop_time"))


@pytest.mark.parametrize("method", ["Tsit5", "DOP853"])
def test_lanes_keep_what_arrays_keep(method: str) -> None:
    found, wanted = (lorenz(21, target=target, method=method, rtol=1e-8) for target in ("lanes", "arrays"))
    assert found.recipe["scheme"]["mode"] == "lanes" and wanted.recipe["scheme"]["mode"] == "arrays"
    for name in KEPT:  # steps are not the same, which settling, between two points of a step, feels most
        off = 2e-3 if name == "rest" else 2e-6
        np.testing.assert_allclose(found[name].values, wanted[name].values, atol=off, err_msg=name)
    assert 0 < np.isnan(found["up"].values).sum() < 21


@each_method
@pytest.mark.parametrize("width", [1, 8, 16])
def test_bits_are_the_same_at_any_width(width: int, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own, wide = host(), lorenz(11, method=method)
    monkeypatch.setattr(lanes, "host", lambda: replace(own, width=width))
    assert bits(lorenz(11, method=method)) == bits(wide)


def test_bits_are_the_same_on_any_number_of_threads_and_with_whatever_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for threads in (1, 2):
        monkeypatch.setattr(lanes, "cores", lambda count=threads: count)
        found.append(bits(lorenz(2100)))
    assert found[0] == found[1]
    often = lorenz(2100, save_at=np.linspace(0, 1.5, 4))
    assert all(np.array_equal(often[name].values, lorenz(2100)[name].values, equal_nan=True) for name in KEPT)
    bare = simulate(load("lorenz"), backend="ensemble", until=1.5, save_at="end")
    kept = simulate(load("lorenz"), backend="ensemble", until=1.5, reduce=KEPT)
    assert bare["z"].values.tobytes() == kept["z"].values.tobytes()


def test_lanes_that_fail_do_not_touch_others() -> None:
    starts = np.full(40, 0.1)
    starts[::3] = 3.0
    asked: dict[str, Any] = {"until": 2, "reduce": {"top": Max("x"), "mean": Mean("x")}, "on_failure": "return"}
    found = simulate(made(POLE), backend="ensemble", trials=40, start={"x": starts}, **asked)
    alone = simulate(made(POLE), backend="ensemble", start={"x": 0.1}, **asked)
    good = starts < 1
    assert (found["status"].values == np.where(good, "done", "failed")).all()
    for name in ("top", "mean"):
        assert (found[name].values[good] == alone[name].values).all()
    assert (found["top"].values[~good] > 1e3).all()


def test_long_states_and_observables_over_an_index_are_kept_number_by_number() -> None:
    system = build(load("hopfield"), sizes={"N": 20, "P": 2})
    kept: dict[str, Any] = {"top": "max(x)", "mean": "mean(v)", "cross": "first_crossing(v, 0.1)"}
    start = {"x": np.random.default_rng(1).normal(size=(5, 20))}
    found, wanted = (
        simulate(system, backend="ensemble", target=target, until=3, trials=5, start=start, reduce=kept, rtol=1e-8)
        for target in ("lanes", "arrays")
    )
    for name in kept:
        assert found[name].dims == ("trial", "N")
        np.testing.assert_allclose(found[name].values, wanted[name].values, atol=1e-6, err_msg=name)


def test_parameters_of_their_own_and_times_backwards() -> None:
    kept: dict[str, Any] = {"mean": Mean("x", after=-0.5), "cross": FirstCrossing("x", 1.0)}
    found, wanted = (
        simulate(made(DRIVEN), backend=backend, until=-1, values={"tau": [0.5, 0.7, 0.9]}, reduce=kept, rtol=1e-9)
        for backend in ("ensemble", "scipy")
    )
    for name in kept:
        np.testing.assert_allclose(found[name].values, wanted[name].values, rtol=1e-7, err_msg=name)


def test_what_the_engine_does_not_reduce_is_refused() -> None:
    with pytest.raises(InputError, match="The backend ensemble reduces flows without noise"):
        simulate(load("ornstein_uhlenbeck"), until=1, backend="ensemble", reduce={"top": "max(V)"})
    with pytest.raises(InputError, match="The backend ensemble reduces flows without events"):
        simulate(load("lif"), until=0.1, dt=1e-4, backend="ensemble", reduce={"top": "max(v)"})
