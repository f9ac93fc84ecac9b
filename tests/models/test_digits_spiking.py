"""Digits recalled by spikes, against the network of rates that they stand for, cue by cue."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neurodyn import Model, build, simulate
from neurodyn.studies import digit_recall as study

Array = NDArray[np.float64]
CUES = 60
DAMAGES: dict[str, Any] = {"covered": study._covered, "scrambled": study._scrambled}


@cache
def rates() -> Any:
    return build("digit_recall", xi="digits(600)")


@cache
def rows() -> Any:
    """As many copies of the circuit as there are cues, side by side."""
    return build(
        Model(
            parts={"net[q]": {"model": "digit_recall_spiking", "N": "N", "K": "K", "xi": "xi[m,i]"}},
            indices={
                "Q": {"letters": "q", "size": CUES},
                "N": {"letters": "i", "size": 64},
                "K": {"letters": "m", "size": 30},
            },
            parameters={"xi[m,i]": "digits(600)"},
        )
    )


def recalled(cues: Array) -> tuple[Array, Array]:
    """The images at the end, as the spikes tell them, and the rate of every memory over the last tenth of a second."""
    result = simulate(
        rows(),
        start={"net.v": cues},
        until=0.3,
        dt=1e-3,
        backend="fixed",
        record=["net.s", "net.memory.spike"],
        save_at=[0.28, 0.285, 0.29, 0.295, 0.3],
    )
    spikes = result.events("net.memory.spike")
    counts = np.zeros((CUES, 30))
    late = spikes.unit[spikes.time >= 0.2]
    np.add.at(counts, (late[:, 0], late[:, 1]), 1)
    return result["net.s"].values.mean(axis=0), counts / 5 / 0.1


@pytest.mark.parametrize(
    ("damage", "level", "most", "least"),
    [
        ("covered", 0.5, 1.0, 0.8),
        ("scrambled", 0.6, 0.8, 0.3),
        *(pytest.param("covered", d, 1, 0, marks=pytest.mark.slow) for d in (0.0, 0.25, 0.75, 0.9)),
        *(pytest.param("scrambled", d, 1, 0, marks=pytest.mark.slow) for d in (0.2, 0.4, 0.8)),
    ],
)
def test_spikes_recall_what_rates_recall(damage: str, level: float, most: float, least: float) -> None:
    shown = np.arange(CUES) % 30
    stored = rates().values["xi"]
    cues = DAMAGES[damage](rates(), shown, level, np.random.default_rng(3))
    expected = study._recalled(rates(), cues, shown)
    images, active = recalled(cues)
    right = np.sqrt(((images - stored[shown]) ** 2).mean(axis=1)) < study.RIGHT
    assert (right == expected).mean() >= 0.95
    assert least <= right.mean() <= most
    # One memory has the rate that stands for 1, where the image is a stored one; and it is that one.
    winners = active.argmax(axis=1)
    assert (winners[right] == shown[right]).all()
    np.testing.assert_allclose(active[right].max(axis=1), 200, rtol=0.05)
