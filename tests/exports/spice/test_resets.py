"""Neurons with a threshold and a reset on ngspice: their spikes beside ours and beside closed forms."""

from __future__ import annotations

import re

import numpy as np
import pytest

from neurodyn import InputError, Model
from neurodyn.exports.spice import Comparison, compare_with_ngspice, run_ngspice, to_spice

SHIPPED = ["adex", "exponential_if", "izhikevich", "lif", "quadratic_if"]
APART = 1e-4  # of the run, that spikes are apart at most with a relative tolerance of 1e-8; `LATE` with that of 1e-6
LATE = 1e-3


def of_spikes(found: Comparison) -> tuple[int, float]:
    """How many there are, and how far they are apart at most, of the run."""
    edges = found.netlist.edges
    apart = max(times.difference for times in found.events.values())
    return sum(len(times.ours) for times in found.events.values()), apart / (edges.t1 - edges.t0)


@pytest.mark.ngspice
def test_spikes_come_when_ours_do() -> None:
    found = compare_with_ngspice("lif", until=0.1, spice_rtol=1e-8, slack=APART * 0.1)
    count, apart = of_spikes(found)
    assert count >= 3 and apart < APART
    assert found.difference < 1e-3
    assert re.search(r"spike\[0\]: (\d+) and \1 times, at most", found.summary())


@pytest.mark.slow
@pytest.mark.ngspice
@pytest.mark.parametrize("name", SHIPPED)
def test_spikes_of_every_shipped_neuron(name: str) -> None:
    count, apart = of_spikes(compare_with_ngspice(name, spice_rtol=1e-8))
    assert count >= 8 and apart < APART
    assert of_spikes(compare_with_ngspice(name))[1] < LATE


def trial(**sections: object) -> Model:
    events = {"spike": {"when": "v >= 1", "set": "v = 0", **sections.pop("event", {})}}  # type: ignore[dict-item]
    told = {"states": {"v": 0}, "parameters": {"b": 0.3}, "bench": {"until": 20, "record": ["spike", "v"]}, **sections}
    return Model(told.pop("equations", ["dv/dt = 1.25 - v"]), events=events, **told)


def spikes(model: Model) -> np.ndarray:
    found = run_ngspice(to_spice(model, rtol=1e-8))
    closed = found["spike"].values > 0.5
    return np.asarray(found["time"].values[np.flatnonzero(closed[1:] & ~closed[:-1]) + 1])


@pytest.mark.ngspice
@pytest.mark.parametrize("rest", [None, 0.5])
def test_periods_are_those_of_the_closed_form(rest: float | None) -> None:
    """From 0 to 1 towards 1.25 takes ln 5."""
    event = {} if rest is None else {"refractory": rest, "hold": "v"}
    times = spikes(trial(event=event))
    np.testing.assert_allclose(np.diff(times), np.log(5) + (rest or 0.0), atol=2 * APART)
    assert times[0] == pytest.approx(np.log(5), abs=2 * APART) and len(times) >= 9


@pytest.mark.ngspice
def test_what_is_added_at_a_spike_and_what_is_held() -> None:
    """w falls by half in ln 2 and rises by b at each spike; n counts, and u stands still while the neuron rests."""
    model = trial(
        equations=["dv/dt = 1.25 - v", "dw/dt = -w", "dn/dt = 0", "du/dt = 1"],
        states={"v": 0, "w": 0, "n": 2, "u": 0},
        event={"set": "v = 0\nw = w + b\nn = n + 1", "refractory": 0.5, "hold": ["v", "u"]},
        bench={"until": 10, "record": ["v", "w", "n", "u", "spike"]},
    )
    found = compare_with_ngspice(model, spice_rtol=1e-8, slack=10 * APART)
    assert found.difference < 1e-3 and of_spikes(found)[1] < APART
    last = {name: wave.theirs[-1] for name, wave in found.waveforms.items()}
    count = len(found.events["spike"].ours)
    assert last["n"] == pytest.approx(2 + count, abs=1e-3)
    assert last["u"] == pytest.approx(10 - 0.5 * count, abs=1e-3)


@pytest.mark.ngspice
def test_a_threshold_from_above_and_one_that_moves() -> None:
    model = trial(
        equations=["dv/dt = -1 - v", "dh/dt = -h"],
        states={"v": 2, "h": 0.5},
        event={"when": "v < -0.5 + h", "set": "v = 2\nh = h + 0.2"},
    )
    count, apart = of_spikes(compare_with_ngspice(model, spice_rtol=1e-8))
    assert count >= 8 and apart < APART


@pytest.mark.ngspice
def test_events_that_only_tell_are_left_out() -> None:
    netlist = to_spice("hodgkin_huxley", until="20 ms")
    assert not netlist.events and "switch" not in netlist.text
    assert run_ngspice(netlist)["v"].max() > 0


@pytest.mark.parametrize(
    ("sections", "reason"),
    [
        ({"event": {"when": "v > 1 and v < 2"}}, "its condition is no comparison of a state with a threshold"),
        ({"event": {"when": None, "every": 2}}, r"it happens by its own times \(`every`\)"),
        ({"event": {"set": "v = -v"}}, "the new value of v follows from states"),
        ({"event": {"refractory": 1}}, "v may cross the threshold while it is refractory"),
        ({"states": {"v": 3}}, "its condition is true at the start"),
        ({"equations": ["dv/dt = 1.25 - v - b*spike"]}, "its impulses reach states through equations"),
    ],
)
def test_events_without_a_form_are_refused_by_name(sections: dict[str, object], reason: str) -> None:
    event = sections.get("event", {})
    if isinstance(event, dict) and event.get("when", "") is None:
        model = trial(event={})
        events = {"spike": {"every": 2, "set": "v = 0"}}
        model = Model(["dv/dt = 1.25 - v"], states={"v": 0}, events=events, bench=model.bench)
    else:
        model = trial(**sections)
    with pytest.raises(InputError, match=f"cannot be written as a netlist: of its event spike, {reason}"):
        to_spice(model)
