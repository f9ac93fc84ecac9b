"""Poisson trains whose impulses are counted in each step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, Model, build, simulate
from neurodyn.backends.counts import Counts
from neurodyn.backends.planning import planned
from neurodyn.system.happenings import Happenings

# Units that rest hold their potential, which no impulse reaches; the rate of each is its own.
DRIVEN: dict[str, Any] = {
    "equations": ["dv[i]/dt = -20*v[i] + w[i]*kick[i]", "dn[i]/dt = kick[i]", "dm[i]/dt = v[i]*kick[i]"],
    "indices": {"N": {"letters": "i", "size": 5}},
    "states": {"v[i]": 0.0, "n[i]": 0.0, "m[i]": 0.0},
    "parameters": {"w[i]": "0.1 + 0.02*i"},
    "events": {
        "kick[i]": {"rate": "500*(1 + i)", "counted": True},
        "spike[i]": {"when": "v[i] > 1", "set": "v[i] = 0", "refractory": 0.02, "hold": "v[i]"},
    },
}


def run(system: Any, backend: str, **more: Any) -> Any:
    asked = {"dt": 1e-3, "until": 0.3, "method": "rk4", "save_at": "steps", "seed": 4} | more
    return simulate(system, backend=backend, **asked)


def test_both_backends_count_all_of_them() -> None:
    """Factors are read before any impulse of a step has acted."""
    system = build(Model(**DRIVEN))
    found, other = run(system, "brian2"), run(system, "fixed")
    assert len(found.events("spike")) > 10
    np.testing.assert_array_equal(found.events("spike").time, other.events("spike").time)
    np.testing.assert_array_equal(found["n"].values, other["n"].values)
    for name in ("v", "m"):
        np.testing.assert_allclose(found[name].values, other[name].values, rtol=1e-12, atol=1e-12)
    counts = np.diff(other["n"].values, axis=0)
    before = other["v"].values[:-1]
    stages = -20e-3 * (1 - 10e-3 * (1 - 20e-3 / 3 * (1 - 20e-3 / 4)))  # of rk4
    free = before[:, 0] * (1 + stages)
    resting = np.diff(other["v"].values[:, 0]) == 0
    np.testing.assert_allclose(np.diff(other["m"].values[:, 0])[~resting], (free * counts[:, 0])[~resting], atol=1e-12)
    assert counts.max() > 3


def test_counts_are_those_of_a_poisson_process() -> None:
    system = build(Model(**DRIVEN), sizes={"N": 40})
    asked = dict.fromkeys(("t0", "steps", "start", "save_at", "every", "method", "rtol", "atol", "trials"))
    plan = planned(system, ("n",), until=1, dt=1e-3, inputs={}, seed=1, progress=False, **asked)
    counts = Counts(Happenings(system).events, plan, 1e-3)
    drawn = np.array([counts.at("kick", step) for step in range(4000)])
    expected = 0.5 * (1 + np.arange(40))
    np.testing.assert_allclose(drawn.mean(axis=0), expected, atol=4.5 * np.sqrt(expected.max() / 4000))
    np.testing.assert_allclose(drawn.var(axis=0) / expected, 1, atol=4.5 * np.sqrt(3 / 4000))
    apart = np.corrcoef(drawn.T) - np.eye(40)
    later = np.corrcoef(drawn[1:, 0], drawn[:-1, 0])[0, 1]
    assert np.abs(apart).max() < 5 / np.sqrt(4000) and abs(later) < 4 / np.sqrt(4000)


@pytest.mark.parametrize("backend", ["fixed", pytest.param("brian2", marks=pytest.mark.slow)])
def test_counts_belong_to_steps_of_time(backend: str) -> None:
    """A run from the middle has the counts that the whole has there, and another seed has others."""
    system = build(Model(**DRIVEN))
    whole = run(system, backend)["n"].values
    later = run(system, backend, t0=0.1, start={"n": whole[100]})["n"].values
    np.testing.assert_array_equal(later, whole[100:])
    assert (run(system, backend, seed=5)["n"].values[-1] != whole[-1]).all()


def test_counted_impulses_come_later_in_fixed_steps_and_reach_others() -> None:
    delayed = {
        **DRIVEN,
        "equations": [*DRIVEN["equations"], "dp[i]/dt = kick[i](t - 0.005)", "dq/dt = sum(kick[i], i)"],
    }
    system = build(Model(**(delayed | {"states": {**DRIVEN["states"], "p[i]": 0.0, "q": 0.0}})))
    found = run(system, "fixed")
    np.testing.assert_array_equal(found["p"].values[6:], found["n"].values[1:-5])
    np.testing.assert_array_equal(found["q"].values, found["n"].values.sum(axis=1))
    with pytest.raises(InputError, match="kick is counted, and its impulses come later, or reach"):
        run(system, "brian2")


def test_who_cannot_count_says_so() -> None:
    system = build(Model(**DRIVEN))
    with pytest.raises(InputError, match=r"event:counted.*Able to run it: fixed, brian2"):
        simulate(system, backend="scipy", until=0.1)
    with pytest.raises(InputError, match="drawn by Python, which the target cpp_standalone leaves"):
        run(system, "brian2", target="cpp_standalone", coupling="summed")
    with pytest.raises(InputError, match="kick cannot be recorded"):
        run(system, "fixed", record=["kick"])
