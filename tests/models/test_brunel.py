"""Brunel's network: its four regimes, the rate that theory expects, and a network of Brian2 by hand.

At a fifth of its size jumps are five times as large, so that C*J, and with it every mean input, stays. The variance of
the input, C*J**2 times a rate, is five times as large, which no choice of J avoids; so there is more noise, and the
regimes are as in the large network, but their borders lie elsewhere.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import brian2
import numpy as np
import pytest
from scipy.optimize import brentq

from neurodyn import analysis, build, simulate
from tests.models.big import settings

FIFTH = {"N_E": 2000}
BEGIN = 0.1
# g and eta of figure 8 of the paper.
REGIMES = {"regular": (3.0, 2.0), "irregular": (5.0, 2.0), "fast": (6.0, 4.0), "slow": (4.5, 0.9)}


@cache
def spikes(regime: str, until: float, size: int = 2000) -> Any:
    """The excitatory trains, without the beginning."""
    g, eta = REGIMES[regime]
    system = build("brunel", sizes={"N_E": size}, values={"g": g, "eta": eta})
    return simulate(system, until=until, save_at=[until]).trains("E.spike").between(BEGIN, until)


def expected(g: float, eta: float, jump: float, count: int) -> float:
    """The rate at which a neuron sends what it receives."""
    tau, cell = 0.02, {"threshold": 0.02, "reset": 0.01, "refractory": 0.002}
    outside = eta * cell["threshold"] / (jump * count * tau)

    def surplus(rate: float) -> float:
        mean = tau * jump * count * (outside + rate * (1 - g / 4))
        deviation = np.sqrt(tau * jump**2 * count * (outside + rate * (1 + g**2 / 4)))
        return float(analysis.siegert(mean, deviation, tau=tau, **cell)) - rate

    return float(brentq(surplus, 1e-3, 499))


def test_regular_and_irregular() -> None:
    """The quick form of the next: two regimes, shortly."""
    regular, irregular = spikes("regular", 0.13), spikes("irregular", 0.22)
    assert float(analysis.rates(regular).mean()) > 250 > 5 * float(analysis.rates(irregular).mean())
    assert np.nanmean(analysis.variation(regular)) < 0.1 < 0.7 < np.nanmean(analysis.variation(irregular))
    assert float(analysis.rates(irregular).mean()) == pytest.approx(expected(5, 2, 5e-4, 200), rel=0.1)


def by_hand(system: Any, until: float) -> np.ndarray:
    """The times of all spikes of the irregular regime, with the wiring and start of a system of ours."""
    mV, ms, start = brian2.mV, brian2.ms, system.layout.unpack(system.start())
    jump, count = 5e-4 * brian2.volt, 200
    with settings():
        brian2.defaultclock.dt = 0.1 * ms
        brian2.seed(7)
        parts = [
            brian2.NeuronGroup(
                len(start[f"{name}.v"]), "dv/dt = -v/(20*ms) : volt (unless refractory)", threshold="v > 20*mV",
                reset="v = 10*mV", refractory=2 * ms, method="exact",
            )
            for name in "EI"
        ]  # fmt: skip
        for part, name in zip(parts, "EI", strict=True):
            part.v_[:] = start[f"{name}.v"]
        things = [brian2.PoissonInput(p, "v", count, 2 * 20 * mV / (jump * count * 20 * ms), jump) for p in parts]
        for name, (post, pre, weight) in {"ee": (0, 0, 1), "ei": (0, 1, -5), "ie": (1, 0, 1), "ii": (1, 1, -5)}.items():
            code, space = "v_post += weight", {"weight": weight * jump}
            synapses = brian2.Synapses(parts[pre], parts[post], on_pre=code, delay=1.5 * ms, namespace=space)
            synapses.connect(i=system.wirings[name].second, j=system.wirings[name].first)
            things.append(synapses)
        monitor = brian2.SpikeMonitor(parts[0])
        brian2.Network(*parts, *things, monitor).run(until * brian2.second, namespace={})
        return np.asarray(monitor.t_)


@pytest.mark.slow
def test_the_rate_is_that_of_a_network_by_hand() -> None:
    """Brian2 draws its own impulses from outside, binomial ones.

    The population's rate fluctuates slowly: over a second its mean is sure to 1.4 Hz, as its spectrum tells.
    """
    until = BEGIN + 1
    times = by_hand(build("brunel", sizes=FIFTH), until)
    own = float(analysis.rates(spikes("irregular", until)).mean())
    assert own == pytest.approx(np.sum(times >= BEGIN) / FIFTH["N_E"], abs=3 * 1.4 * np.sqrt(2))


@pytest.mark.slow
def test_the_whole_network_has_the_rate_of_the_theory() -> None:
    found = spikes("irregular", 0.3, 10_000)
    assert float(analysis.rates(found).mean()) == pytest.approx(expected(5, 2, 1e-4, 1000), rel=0.05)


def power(trains: Any, low: float, high: float) -> np.ndarray:
    """The spectrum of the population's rate between two frequencies, over that of independent Poisson trains."""
    found = analysis.spectrum(trains, width=1e-3, segment=0.2)
    noise = 2 * float(analysis.rates(trains).mean()) / trains.units
    return np.asarray(found.sel(frequency=slice(low, high)).values) / noise


@pytest.mark.slow
def test_four_regimes() -> None:
    """Told apart by rates, by how irregular single neurons are, and by where the population swings."""
    found = {name: spikes(name, 0.3 if name == "regular" else 0.9) for name in REGIMES}
    rate = {name: float(analysis.rates(trains).mean()) for name, trains in found.items()}
    variation = {name: float(np.nanmean(analysis.variation(trains))) for name, trains in found.items()}
    swing = {name: float(x.std() / x.mean()) for name, x in map(swinging, found.items())}
    together = {name: float(analysis.correlation(trains, width=20e-3)) for name, trains in found.items()}
    # All neurons as fast as they can, like clocks, and in step.
    assert rate["regular"] > 250 and variation["regular"] < 0.1 and together["regular"] > 0.2
    # Irregular neurons; their rates are in order.
    assert all(variation[name] > 0.7 for name in ("irregular", "fast", "slow"))
    assert rate["slow"] < 30 < rate["irregular"] < 60 < rate["fast"] < 90
    assert rate["irregular"] == pytest.approx(expected(5, 2, 5e-4, 200), rel=0.05)
    # A fast rhythm beyond the rates of neurons, at a multiple of the delay: above all that is slower.
    beat = {name: power(trains, 140, 210).max() / np.median(power(trains, 20, 110)) for name, trains in found.items()}
    assert beat["fast"] > 3 > 1.5 > max(beat["irregular"], beat["slow"])
    # A slow one, in which the whole population swings; nothing of the kind where it is irregular and asynchronous.
    assert power(found["slow"], 10, 70).max() > 2 * power(found["irregular"], 5, 500).max()
    assert swing["slow"] > 0.8 > 0.65 > swing["irregular"]
    assert together["slow"] > 0.07 > 0.05 > together["irregular"]


def swinging(one: tuple[str, Any]) -> tuple[str, np.ndarray]:
    """The rate of a population in bins of a millisecond."""
    return one[0], np.asarray(analysis.population_rate(one[1], width=1e-3).values)
