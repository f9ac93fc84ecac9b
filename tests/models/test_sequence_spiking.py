"""The spiking sequence memory against the rate networks that it stands for: order, and how long each pattern lasts."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neurodyn import Model, Result, build, simulate
from neurodyn.analysis.sequences.dwell import trace_dwell

Array = NDArray[np.float64]
SIZES = {"N": 160, "P": 4}
UNTIL = 2.2
# The rate of a neuron whose potential rests 20 mV below threshold and is reset to 5 mV above rest, driven by 400 mV.
RATES = """
rate(y)      = where(y > 0.05, 1/(0.008 + 0.02*log((400*y - 5)/(400*y - 20))), 0)
o[m]         = sum(xi[m,j]*V[j], j)/N
p[m]         = sum(xi[m,j]*z[j], j)/N
0.02*dx[i]/dt = -x[i] + sum(xi[m,i]*o[m]**2 + lambda*xi[m+1,i]*p[m]**2, m)
0.4*dz[i]/dt  = V[i] - z[i]
0.03*dV[i]/dt = -V[i] + (rate(x[i]) - rate(-x[i]))/rate(1)
"""


def spiking(**values: Any) -> Any:
    return build("sequence_spiking", sizes=SIZES, seed=2, **values)


@cache
def patterns() -> Array:
    return np.asarray(spiking().values["xi"])


def rate_network(**values: Any) -> Any:
    model = Model(
        RATES,
        indices={"N": {"letters": "i j", "size": 160}, "P": {"letters": "m", "size": 4, "ends": "cyclic"}},
        states={"x[i]": "xi[0,i]", "V[i]": "xi[0,i]", "z[i]": "xi[0,i]/2"},
        parameters={"xi[m,i]": patterns()},
        inputs={"lambda": 2.5},
    )
    return build(model, **values)


def course(result: Result) -> tuple[list[int], float]:
    """Which pattern is recalled, one after the other, and how long one lasts; the first and last are cut short."""
    top = result["o"].values.argmax(axis=1)
    changes = np.flatnonzero(np.diff(top))
    return [int(k) for k in top[[0, *(changes + 1)]]], float(np.diff(result.time[changes])[1:].mean())


def run_spikes(**values: Any) -> tuple[list[int], float]:
    return course(simulate(spiking(**values), until=UNTIL, dt=1e-3, every=2e-3, backend="fixed", record=["o"]))


def run_rates(system: Any) -> tuple[list[int], float]:
    times = np.linspace(0, UNTIL, 1101)
    return course(simulate(system, until=UNTIL, save_at=times, method="RK45", rtol=1e-4, record=["o"]))


def test_the_sequence_comes_in_order_as_fast_as_in_rates() -> None:
    order, dwell = run_spikes()
    assert order == [k % 4 for k in range(len(order))] and len(order) >= 5
    own_order, own = run_rates(rate_network())
    assert own_order[: len(order)] == order[: len(own_order)]
    assert dwell == pytest.approx(own, rel=0.04)  # rates with the transfer function of the neurons
    _, signs = run_rates(build("sequence_trace", sizes=SIZES, xi=patterns(), tau_x="20 ms", tau_s="400 ms"))
    assert dwell == pytest.approx(signs, rel=0.08)  # rates that are nearly signs
    assert dwell == pytest.approx(trace_dwell(0.4, 2.5, 2), rel=0.12)


@pytest.mark.slow
def test_the_tempo_is_that_of_the_rates() -> None:
    spikes = [run_spikes(**{"lambda": k})[1] for k in (2.0, 4.0)]
    rates = [run_rates(rate_network(**{"lambda": k}))[1] for k in (2.0, 4.0)]
    np.testing.assert_allclose(spikes, rates, rtol=0.05)
    assert spikes[1] < 0.8 * spikes[0]


def test_without_the_slow_step_the_first_pattern_stays() -> None:
    system = spiking(**{"lambda": 0.0})
    result = simulate(system, until=1.0, dt=1e-3, save_at=[0.3, 0.6, 1.0], backend="fixed", record=["o"])
    assert (result["o"].values.argmax(axis=1) == 0).all() and result["o"].values[:, 0].min() > 0.7
