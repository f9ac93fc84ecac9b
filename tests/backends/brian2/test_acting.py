"""Runs that go on from others, and events at known times or without letters that set, hold and rest, in Brian2."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurodyn import Model, build, simulate
from neurodyn.errors import InputError
from tests.backends.brian2.test_brian2 import POISSON
from tests.backends.brian2.test_edges import MODELS

GOING_ON = {"poisson": POISSON, "reward": MODELS["reward"], "traces of units": MODELS["traces of units"]}
STEPS = {"poisson": (0.01, 0.5), "reward": (1e-3, 0.074), "traces of units": (1e-4, 0.1)}


@pytest.mark.parametrize("name", GOING_ON)
@pytest.mark.parametrize("before", ["brian2", pytest.param("fixed", marks=pytest.mark.slow)])
def test_a_run_that_goes_on_is_one_run(name: str, before: str) -> None:
    """Bit for bit, with impulses on their way, several of a step among them, and units that rest."""
    model, (dt, half) = GOING_ON[name], STEPS[name]
    system, asked = (
        build(model, seed=1),
        {"dt": dt, "seed": 4, "method": "euler", "record": [*model.states, *model.events]},
    )
    whole = simulate(system, backend="brian2", until=2 * half, save_at=[2 * half], **asked)
    first = simulate(system, backend=before, until=half, save_at=[half], **asked)
    second = simulate(system, backend="brian2", start=first, until=2 * half, save_at=[2 * half], **asked)
    for event in model.events:
        parts = [one.events(event) for one in (first, second)]
        np.testing.assert_array_equal(np.concatenate([p.time for p in parts]), whole.events(event).time)
        np.testing.assert_array_equal(np.concatenate([p.unit for p in parts]), whole.events(event).unit)
    for state in model.states:
        found, all_of_it = second[state].values[-1], whole[state].values[-1]
        np.testing.assert_allclose(found, all_of_it, rtol=0 if before == "brian2" else 1e-12, atol=1e-15)


def test_a_run_goes_on_with_its_own_steps_alone() -> None:
    system = build(POISSON)
    first = simulate(system, backend="brian2", dt=1e-3, until=0.1)
    with pytest.raises(InputError, match=r"has steps of 0\.001, and dt is 0\.002"):
        simulate(system, backend="brian2", dt=2e-3, start=first, until=0.2)
    exact = simulate(system, until=0.1)
    with pytest.raises(InputError, match="chosen steps is not gone on from with fixed ones"):
        simulate(system, backend="brian2", dt=1e-3, start=exact, until=0.2)


ACTING = Model(
    ["dx[i]/dt = 1 + i - x[i]", "dy/dt = 1", "dn[i]/dt = tick[i](t - 0.02)", "dz[i,j]/dt = i - j + 0.1*drawn[i]"],
    indices={"N": {"letters": "i j", "size": 3}},
    states={"x[i]": 0.0, "y": 0.0, "n[i]": 0.0, "z[i,j]": 0.0},
    events={
        "tick[i]": {"every": 0.1, "phase": "0.01*i", "set": "x[i] = x[i]/2", "refractory": 0.15, "hold": "x[i]"},
        "drawn[i]": {"rate": 150.0, "refractory": 0.015},
        "clear": {"when": "y > 0.205", "set": "z[i,j] = z[i,j]/3 + 1\ny = 0"},
    },
)


@pytest.mark.parametrize("target", ["numpy", pytest.param("cython", marks=pytest.mark.slow)])
def test_events_at_known_times_act_and_events_without_letters_set_all(target: str) -> None:
    asked: dict[str, Any] = {"dt": 0.01, "until": 1, "method": "euler", "every": 0.05, "seed": 2}
    system = build(ACTING)
    found = simulate(system, backend="brian2", target=target, **asked)
    other = simulate(system, backend="fixed", **asked)
    for event in ACTING.events:
        trains = [one.events(event) for one in (found, other)]  # those of a step have no order
        rows = [np.column_stack([train.time, train.unit]) for train in trains]
        np.testing.assert_array_equal(*(row[np.lexsort(row.T[::-1])] for row in rows))
    for state in ACTING.states:
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=1e-12, atol=1e-14)
    assert len(found.events("tick")) == 15  # every other tick falls into the rest
    assert len(found.events("clear")) == 4
    steps = np.stack([np.rint(found.events("drawn").time / 0.01), found.events("drawn").unit[:, 0]])
    assert np.unique(steps, axis=1).shape[1] < steps.shape[1]  # several in a step


def test_what_is_set_elsewhere_must_not_be_read_here() -> None:
    model = Model(
        ["dx[i]/dt = 1", "dy/dt = 1"],
        indices={"N": {"letters": "i", "size": 3}},
        states={"x[i]": 0.0, "y": 0.0},
        events={"clear": {"when": "y > 0.5", "set": "x[i] = y\ny = 0"}},
    )
    with pytest.raises(InputError, match="clear sets several elements of x"):
        simulate(build(model), backend="brian2", dt=0.01, until=1)
