"""The large circuits against hand-written scripts of Brian2, and published behaviour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurodyn import build, simulate
from tests.models import big
from tests.models.big import DT


def trains(system: Any, until: float, backend: str, **more: Any) -> big.Spikes:
    """The number of the step and of the unit of each spike."""
    found = simulate(system, until=until, backend=backend, dt=DT, record=["spike"], save_at=[until], **more)
    events = found.events("spike")
    return np.rint(events.time / DT).astype(int), events.unit[:, 0]


def assert_equal(one: big.Spikes, other: big.Spikes) -> None:
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


FULL = pytest.param({}, {}, 1.0, marks=pytest.mark.slow)


@pytest.mark.parametrize(("sizes", "values", "until"), [({"N": 400}, {"p": 0.2}, 0.1), FULL])
def test_spikes_of_cuba_are_those_of_a_script(sizes: Any, values: Any, until: float) -> None:
    """The same wiring and start: a tenth of the neurons, ten times as likely to be connected; and all of them."""
    system = build("cuba", sizes=sizes, values=values, seed=2)
    ours = trains(system, until, "brian2", method="rk4")
    assert len(ours[0]) > 2 * until * system.sizes["N"]
    start = system.layout.unpack(system.start())["v"]
    assert_equal(ours, big.cuba(system.sizes["N"], until, "rk4", big.wired_as(system), start))
    assert_equal(ours, trains(system, until, "fixed", method="rk4"))


@pytest.mark.parametrize(
    ("sizes", "values", "until", "seeds"),
    [({"N": 400}, {"p": 0.2}, 0.3, 3), pytest.param({}, {}, 1.0, 5, marks=pytest.mark.slow)],
)
def test_the_rate_of_cuba_is_that_of_a_script(sizes: Any, values: Any, until: float, seeds: int) -> None:
    """Networks of ours and others that Brian2 draws and integrates exactly have one mean rate, but for its error."""
    rates, begin = np.empty((2, seeds)), 0.1
    for seed in range(seeds):
        system = build("cuba", sizes=sizes, values=values, seed=seed)
        size, p = system.sizes["N"], float(system.values["p"])
        scripted = big.cuba(size, until, "exact", big.wired_by_brian2(size, p, seed), "-60*mV + rand()*10*mV")
        for row, (steps, _) in enumerate((trains(system, until, "brian2"), scripted)):
            rates[row, seed] = np.sum(steps >= begin / DT) / size / (until - begin)
    error = np.sqrt((rates.var(axis=1, ddof=1) / seeds).sum())
    assert abs(rates[0].mean() - rates[1].mean()) < 3 * error, rates
    assert error < 0.15 * rates.mean()
