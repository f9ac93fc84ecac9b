"""The spiking habituation circuit: transmitter by its recursion, responses by closed form, and which hallmarks hold.

Responses are spikes of a motor neuron in each period, on average over the motor neurons.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from neurodyn import build, simulate
from neurodyn.analysis.habituation import habituation_time, spike_counts
from neurodyn.studies.spikes import STEP, answers, during, stimuli

Array = NDArray[np.float64]
U, TAU, RATE, W, THETA = 0.02, 5.0, 100.0, 60.0, 20.0


@cache
def responses(period: float = 0.5, rate: float = 100, count: int = 16) -> Array:
    return answers(stimuli(period, rate), count, period)


def transmitter(period: float, rate: float, count: int) -> tuple[Array, Array]:
    """What is left before and after each stimulus of 0.1 s, the spikes spread out: it falls to level at speed."""
    speed = 1 / TAU + U * rate
    level, before, after = 1 / TAU / speed, [1.0], []
    for _ in range(count):
        after.append(level + (before[-1] - level) * np.exp(-0.1 * speed))
        before.append(1 - (1 - after[-1]) * np.exp(-(period - 0.1) / TAU))
    return np.array(before[:-1]), np.array(after)


def expected(period: float, rate: float, count: int) -> Array:
    """Motor spikes: the drive W*U*rate*x - THETA over the stimulus, less one, since neurons start from their rest.

    Rest lies between -1 and 0, so a neuron must first gain half a spike, and half a spike is left over at the end.
    """
    speed = 1 / TAU + U * rate
    level = 1 / TAU / speed
    before, _ = transmitter(period, rate, count)
    x = level * 0.1 + (before - level) * (1 - np.exp(-0.1 * speed)) / speed
    return np.asarray(W * U * rate * x - THETA * 0.1 - 1)


def test_each_synapse_loses_a_part_at_each_spike() -> None:
    """Synapse by synapse, from the spikes that were recorded. What happens in a step counts from its end on."""
    system = build("habituation_spiking", sizes={"n": 3})
    result = simulate(system, until=3.0, dt=STEP, backend="fixed", record=["sense.spike", "x"])
    spikes = result.events("sense.spike")
    for c in range(2):
        for i in range(3):
            x, at = 1.0, 0.0
            for t in np.sort(spikes.time[(spikes.unit == [c, i]).all(axis=1)]) + STEP:
                x, at = (1 - (1 - x) * np.exp(-(t - at) / TAU)) * (1 - U), t
            final = 1 - (1 - x) * np.exp(-(3.0 - at) / TAU)
            assert result["x"].values[-1, c, i] == pytest.approx(final, rel=1e-9)


@pytest.mark.parametrize("period", [0.5, 2.0])
def test_responses_fall_to_an_asymptote_as_the_closed_form_says(period: float) -> None:
    """H1."""
    count = 16 if period < 1 else 8
    found = responses(period, count=count)
    assert (np.diff(found) <= 0).all() and found[-1] == pytest.approx(found[-2], abs=0.06)
    np.testing.assert_allclose(found, expected(period, RATE, count), atol=0.35)  # of 7.75


def test_the_response_comes_back_as_the_transmitter_does() -> None:
    """H2: after a gap 1 - x has fallen exponentially."""
    series, probes = 6.0, []
    for gap in (1.0, 4.0, 12.0):
        shown = f"{during(0, series)} + {during(series + gap, series + gap + 0.5)}"
        probes.append(answers(f"{stimuli()}*({shown})", round(2 * (series + gap)) + 1)[-1])
    _, after = transmitter(0.5, RATE, 12)
    gaps = np.array([1.0, 4.0, 12.0]) + 0.4  # from the end of a stimulus to the begin of the next
    x = 1 - (1 - after[-1]) * np.exp(-gaps / TAU)
    np.testing.assert_allclose(probes, (expected(0.5, RATE, 1) + THETA * 0.1 + 1) * x - THETA * 0.1 - 1, atol=0.4)
    assert probes[0] < probes[1] < probes[2] and probes[2] > 0.9 * responses()[0]


def test_frequent_stimuli_habituate_deeper_and_sooner() -> None:
    """H4, without its third part: a single time constant does not recover sooner for having been depleted more."""
    half, one, two = (responses(period, count=8) for period in (0.5, 1.0, 2.0))
    assert half[-1] < one[-1] < two[-1]
    below = [int(np.argmax(y < 0.8 * y[0])) for y in (half, one, two)]
    assert below[0] <= below[1] <= below[2] and half[2] < one[2] < two[2]
    assert 0 < habituation_time(two, 0.02) < 8


def test_weak_stimuli_habituate_deeper_near_the_threshold_alone() -> None:
    """H5, in part: what is released at high rates no longer depends on the rate, so strong ones fall deepest again."""
    depth = {rate: float(responses(rate=rate)[-1] / responses(rate=rate)[0]) for rate in (40, 100, 200)}
    assert depth[40] < depth[100] and depth[200] < depth[100]


def test_silent_stimuli_count() -> None:
    """H6: where the motor neurons are silent, transmitter goes on to fall, and the first answer after is weaker."""
    last, after = {}, {}
    for count in (12, 40):
        end = count * 0.25
        shown = f"{during(0, end)} + {during(end + 4, end + 4.25)}"
        found = answers(f"{stimuli(0.25)}*({shown})", count + 17, 0.25)
        last[count], after[count] = found[count - 1], found[-1]
    assert last[12] == last[40] == 0
    assert after[40] < after[12] - 0.1


@pytest.mark.slow
def test_what_the_circuit_lacks() -> None:
    """H3 beyond incomplete recovery, H10: after ten time constants the second series is the first. H8: a stimulus to
    another sense, between two to the first, leaves the response to the first as it is."""
    shown = f"{during(0, 3)} + {during(53, 56)}"
    found = answers(f"{stimuli()}*({shown})", 112)
    np.testing.assert_allclose(found[106:], found[:6], atol=0.06)
    between = answers(f"{stimuli()}*(1 - {during(5, 5.5)}) + {stimuli(sense=1)}*{during(5, 5.5)}", 16)
    alone = answers(f"{stimuli()}*(1 - {during(5, 5.5)})", 16)
    np.testing.assert_allclose(between[11:], alone[11:], atol=0.06)
    assert between[10] == responses()[0]  # H7: the other sense itself is not habituated


def test_counts_of_spikes() -> None:
    np.testing.assert_array_equal(spike_counts([0.1, 0.2, 1.5, 3.2], units=2, period=1, count=3), [1.0, 0.5, 0.0])
