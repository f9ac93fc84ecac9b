"""What Neo holds is what the result holds."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, Model, build, simulate
from neurodyn.exports import to_neo
from neurodyn.results import Result

neo = pytest.importorskip("neo")

NET = Model(
    ["tau*dv[i]/dt = 0.1[mV]*(12 + i) - v[i] + tau*sum(w[i,j]*spike[j], j)", "dw[i,j]/dt = -w[i,j]/(50[ms])*(1 + i)"],
    indices={"N": {"letters": "i j", "size": 4}},
    states={"v[i]": {"start": "uniform(0, 1)*1[mV]", "unit": "mV"}, "w[i,j]": {"start": "i*1[uV]", "on": "C[i,j]"}},
    parameters={"tau": "10 ms", "C[i,j]": "all_to_all(j != i)"},
    events={
        "spike[i]": {"when": "v[i] > 1[mV] and i > 0", "set": "v[i] = 0[mV]", "about": "spikes"},
        "tick": {"every": "7 ms"},
    },
    bench={"until": "60 ms", "record": ["v", "w", "spike", "tick"]},
)


@pytest.fixture(scope="module")
def trials() -> Result:
    return simulate(build(NET, seed=1), every=0.002, trials=2, seed=3)


def test_every_unit_of_every_event_is_a_train(trials: Result) -> None:
    block = to_neo(trials)
    assert (block.name, len(block.segments), block.annotations["backend"]) == ("model", 2, "scipy")
    trains = trials.trains("spike")
    for k, segment in enumerate(block.segments):
        assert (segment.index, len(segment.spiketrains)) == (k, 5)
        for i, train in enumerate(segment.spiketrains[:4]):
            np.testing.assert_array_equal(train.times.rescale("s").magnitude, trains.of(i, trial=k))
            assert (train.name, train.annotations) == (f"spike[{i}]", {"event": "spike", "N": i})
            assert (float(train.t_start.rescale("ms")), float(train.t_stop.rescale("ms"))) == (0, 60)
        assert len(segment.spiketrains[0]) == 0 and len(segment.spiketrains[3]) > 1
        tick = segment.spiketrains[4]
        np.testing.assert_allclose(tick.times.rescale("ms").magnitude, 7 * np.arange(9), atol=1e-9)
        assert tick.name == "tick"
    assert [(group.name, len(group.spiketrains)) for group in block.groups] == [("spike", 8), ("tick", 2)]


def test_regular_samples_are_analog_signals(trials: Result) -> None:
    for k, segment in enumerate(to_neo(trials).segments):
        assert not segment.irregularlysampledsignals
        v, w = segment.analogsignals
        assert (v.name, float(v.sampling_period.rescale("ms")), float(v.t_start)) == ("v", pytest.approx(2), 0)
        np.testing.assert_allclose(v.rescale("V").magnitude, trials["v"].isel(trial=k))
        np.testing.assert_allclose(v.times.rescale("s").magnitude, trials.time)
        assert v.array_annotations["N"].tolist() == [0, 1, 2, 3]
        np.testing.assert_allclose(w.rescale("V").magnitude, trials["w"].isel(trial=k))
        ends = [w.array_annotations[name].tolist() for name in ("C_i", "C_j")]
        assert list(zip(*ends, strict=True)) == [(i, j) for i in range(4) for j in range(4) if i != j]


def test_others_are_irregularly_sampled() -> None:
    result = simulate(build(NET, seed=1), save_at="steps")
    [segment] = to_neo(result).segments
    v = segment.irregularlysampledsignals[0]
    np.testing.assert_array_equal(v.times.rescale("s").magnitude, result.time)
    np.testing.assert_allclose(v.rescale("V").magnitude, result["v"])
    assert not segment.analogsignals and (np.diff(result.time) == 0).any(), "a jump is there twice"


def test_a_trial_that_ended_early_ends_early() -> None:
    model = Model(
        ["dx/dt = x**2", "dv/dt = 1"],
        states={"x": "uniform(0.1, 1)", "v": 0.0},
        events={"up": {"when": "v > 1", "set": "v = 0"}},
    )
    result = simulate(model, until=4, every=0.1, trials=3, seed=1, on_failure="return")
    block = to_neo(result, time_unit="ms")
    for k, segment in enumerate(block.segments):
        stop = float(result["stop_time"][k])
        [train] = segment.spiketrains
        assert float(train.t_stop.rescale("ms")) == pytest.approx(stop)
        assert len(segment.analogsignals[0]) == int(result["valid"][k])
        np.testing.assert_allclose(train.times.rescale("ms").magnitude, result.trains().of(trial=k))
        assert np.isfinite(segment.analogsignals[0].magnitude).all()


def test_it_survives_a_round_through_neo(trials: Result) -> None:
    """Cut, merge and rates as Neo does them agree with ours."""
    segment = to_neo(trials).segments[1]
    train = segment.spiketrains[3]
    ours = trials.trains("spike").isel(trial=1).between(0.01, 0.04)
    cut = train.time_slice(0.01 * train.t_stop.rescale("s").units, 0.04 * train.t_stop.rescale("s").units)
    np.testing.assert_array_equal(cut.times.rescale("s").magnitude, ours.of(3))
    merged = train.merge(segment.spiketrains[2])
    assert len(merged) == sum(len(trials.trains("spike").of(i, trial=1)) for i in (2, 3))


@pytest.mark.parametrize(
    ("model", "unit", "message"),
    [
        (Model(["dx/dt = -x"], states={"x": 1}, bench={"until": 1}), None, "Say it: time_unit='ms'."),
        (Model(["dx/dt = -x"], states={"x": 1}, bench={"until": 1}), "mV", "mV is not a unit of time."),
        (Model(["dx/dt = -x"], states={"x": 1}, bench={"until": 1}), "hop", "hop is not a unit of time."),
        (NET, "ms", "the run is in s, and time_unit is ms. Leave time_unit out."),
    ],
)
def test_the_unit_of_time_must_be_known(model: Model, unit: str | None, message: str) -> None:
    with pytest.raises(InputError) as caught:
        to_neo(simulate(model), time_unit=unit)
    assert message in str(caught.value)


def test_without_neo_one_sentence_says_how_to_get_it(trials: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    absent: Any = None
    monkeypatch.setitem(sys.modules, "neo", absent)
    with pytest.raises(InputError) as caught:
        to_neo(trials)
    assert str(caught.value) == "Neo is not installed. Install it: pip install 'neurodyn[neo]'."
