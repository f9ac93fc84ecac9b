"""The small spiking circuits in Brian2: spike by spike those of the backend `fixed`."""

from __future__ import annotations

from typing import Any

import pytest

from neurodyn import Result, build, simulate

# How long each runs, and what is changed so that all that matters happens in that time.
RUNS: dict[str, tuple[float, dict[str, Any]]] = {
    "ring_attractor": (0.4, {"omega": 3.0}),
    "winner_take_all": (0.6, {}),
    "habituation_spiking": (1.0, {}),
    "sequence_spiking": (0.25, {}),
    "digit_recall_spiking": (0.1, {}),
    "stdp_sequence": (0.45, {"learn": "window(0.1[s], 0.4[s])"}),
}


def spikes(result: Result) -> dict[str, list[tuple[int, ...]]]:
    """The step and the unit of each, by event."""
    found = {n: result.events(n) for n in result.dataset.data_vars if result.dataset[n].attrs.get("role") == "event"}
    return {
        str(n): sorted((round(1e3 * t), *map(int, unit)) for t, unit in zip(e.time, e.unit, strict=True))
        for n, e in found.items()
    }


@pytest.mark.parametrize(
    "name", [n if n == "ring_attractor" else pytest.param(n, marks=pytest.mark.slow) for n in RUNS]
)
def test_the_same_spikes(name: str) -> None:
    until, values = RUNS[name]
    system = build(name, seed=1, **values)
    events = list(system.model.events)
    found = [
        spikes(simulate(system, until=until, dt=1e-3, method="euler", backend=backend, record=events, save_at=[0.0]))
        for backend in ("fixed", "brian2")
    ]
    assert found[0] == found[1]
    assert set(found[0]) == set(events) and sum(map(len, found[0].values())) > 50
