"""The same in spikes, by Brian2, beside the network of rates that it stands for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.studies.framework.work import run
from neurodyn.studies.sequence_timing.course import course_of, random_patterns
from neurodyn.studies.sequence_timing.flows import ROUGH
from neurodyn.system.build import build

COUNT, UNTIL, TEMPO = 4, 2.6, 2.5  # patterns, s, strength of the step
EVERY = 2e-3


def both(rng: np.random.Generator, size: int, backend: str, seed: int) -> dict[str, NDArray[Any]]:
    """Overlaps of spikes and rates, and all spikes."""
    xi = random_patterns(rng, COUNT, size)
    spiking = build("sequence_spiking", xi=xi, seed=seed)
    asked: dict[str, Any] = {"until": UNTIL, "every": EVERY, "inputs": {"lambda": TEMPO}}
    found = run(spiking, dt=1e-3, backend=backend, record=["o", "plus.spike"], **asked)
    times = {name: spiking.values[name] for name in ("tau_x", "tau_s")}
    rates = run(build("sequence_trace", values={"xi": xi, "d": 2, **times}), record=["o"], **asked, **ROUGH)
    out: dict[str, Any] = {"time": found.time, "spikes": found["o"].values, "rates": rates["o"].values}
    for name in ("spikes", "rates"):
        course = course_of(found.time, out[name])
        out |= {f"{name} dwell": course.dwells[1:].mean(), f"{name} in order": course.in_order}
        out |= {f"{name} reached": len(course.patterns)}
    events = found.events("plus.spike")
    return {**out, "spike time": events.time, "spike unit": events.unit[:, 0]}
