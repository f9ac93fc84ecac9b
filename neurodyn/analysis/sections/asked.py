"""What is asked of orbits: of which flow, how exactly, from where, and how long they are left to themselves first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.analysis.exponents.carrier import Accuracy, Carrier
from neurodyn.analysis.exponents.given import positive, time_of, with_inputs
from neurodyn.analysis.sections.refused import check_flow
from neurodyn.analysis.sections.section import Floats
from neurodyn.system.build import built
from neurodyn.system.system import System

if TYPE_CHECKING:
    from neurodyn.model.model import Model

# An orbit is left to itself in so many pieces, between which the user is told.
PIECES = 20


def flow_of(system: System | Model | str, inputs: Mapping[str, Any] | None) -> System:
    """The system that is asked about, with other inputs; refused if it is no flow that has sections."""
    system = built(system)
    system = with_inputs(system, inputs) if inputs else system
    check_flow(system)
    return system


def bench_of(system: System) -> tuple[float, float]:
    """How long the bench of a model is, 100 if it has none, and when it begins."""
    bench = system.model.bench
    begin = float(system.time("from", bench.get("from", 0.0)))
    end = float(system.time("until", bench["until"])) if "until" in bench else begin + 100.0
    return abs(end - begin), begin


def wait_of(system: System, transient: Any, usual: float) -> float:
    """How long an orbit is left to itself."""
    if not isinstance(transient, str) and transient == 0:
        return 0.0
    return time_of(system, "transient", transient) or usual


def accuracy_of(rtol: Any, atol: Any) -> Accuracy:
    """How exactly orbits are integrated."""
    return Accuracy(None, float(positive("rtol", rtol) or 0), float(positive("atol", atol) or 0))


def waited(alone: Carrier, begin: float, wait: float, state: Floats, told: Callable[[float], None]) -> Floats:
    """The state after an orbit was left to itself for a time.

    Args:
        told: called with the share that has passed.
    """
    times = np.linspace(begin, begin + wait, PIECES + 1 if wait else 1)
    for k, t in enumerate(times[1:]):
        state = alone.to(float(times[k]), float(t), state[None])[0]
        told((k + 1) / PIECES)
    return state
