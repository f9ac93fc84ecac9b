"""In continuous time: a pure delay, a slow trace, and what is left without a slow term."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.sequences.dwell import delay_dwell, trace_bound, trace_dwell
from neurodyn.studies.framework.work import run
from neurodyn.studies.sequence_timing.course import Course, course_of, factorial_patterns, random_patterns
from neurodyn.system.build import build
from neurodyn.system.system import System

DELAY, TAU_X, TAU_S = 1.0, 0.05, 1.0  # s, of the shipped models
STRENGTHS = (1.2, 1.5, 2.0, 2.5, 4.0, 8.0)  # of the pure delay
PUBLISHED = (1.5, 2.5)  # of them, those of the source of the formula
UNEQUAL = (1.5, 2.5, 4.0, 1.2, 3.0, 2.0)  # one for each pattern of a ring
SLOW, FAST, TURN = 1.5, 5.5, 4.0  # a tempo that steps, and when (s)
TRACES = {1: (0.9, 1.2, 1.5, 2.0, 2.5), 2: (1.5, 2.0, 2.5, 4.0), 3: (1.5, 2.5, 4.0, 9.0)}  # strengths by degree
RING = 8  # patterns of the networks with a trace
VISITS = 7  # patterns that a run is long enough for
ROUGH = {"rtol": 1e-4, "atol": 1e-5}  # a tenth of a millisecond in the time of a transition


def pure_delay(rng: np.random.Generator) -> dict[str, Any]:
    """Mean dwell times by strength, of orthogonal and of random patterns; unequal and changing tempos."""
    exact = build("sequence_delay", xi=factorial_patterns(6, 1))
    drawn = build("sequence_delay", xi=random_patterns(rng, 6, 500))
    dwells = [_recall(exact, 3.5, strength).dwells.mean() for strength in STRENGTHS]
    random = [_recall(drawn, 3.5, strength).dwells.mean() for strength in PUBLISHED]
    ring = _recall(exact, 7.0, list(UNEQUAL))
    known = [delay_dwell(DELAY, UNEQUAL[m], TAU_X, before=UNEQUAL[m - 1]) for m in ring.patterns[:-1]]
    step = _recall(exact, 2 * TURN, f"{SLOW} + step({TURN}[s], {FAST - SLOW})")
    before, after = step.times[:-1] + step.dwells < TURN, step.times[:-1] > TURN + DELAY
    return {
        "exact": dwells,
        "drawn": random,
        "unequal": ring.dwells,
        "unequal known": known,
        "slow": step.dwells[before].mean(),
        "fast": step.dwells[after].mean(),
    }


def _recall(system: System, until: float, strength: Any) -> Course:
    result = run(system, until=until, every=2e-3, inputs={"lambda": strength}, record=["o"])
    return course_of(result.time, result["o"].values)


def slow_trace(rng: np.random.Generator, degree: int, strength: float, size: int, draws: int) -> dict[str, Any]:
    """Of each draw of random patterns: the mean dwell time while they come in order, and how many did.

    The first dwell is left out, since the trace begins half grown.
    """
    dwells, ordered = [], []
    system = build("sequence_trace", sizes={"N": size, "P": RING}, d=degree)
    for _ in range(draws):
        found = _traced(system.with_values(xi=random_patterns(rng, RING, size)), degree, strength)
        ordered.append(min(found.in_order, VISITS))
        held = found.dwells[: max(found.in_order - 1, 0)]
        dwells.append(held[:VISITS].mean() if len(held) else np.nan)
    exact = _traced(build("sequence_trace", xi=factorial_patterns(RING, 1), d=degree), degree, strength)
    held = exact.dwells[: max(min(exact.in_order, VISITS) - 1, 0)]
    return {"dwells": dwells, "ordered": ordered, "exact": held.mean() if len(held) else np.nan}


def _traced(system: System, degree: int, strength: float) -> Course:
    longest = trace_bound(TAU_S, strength) if degree == 1 else trace_dwell(TAU_S, strength, degree)
    until = (VISITS + 1.5) * min(longest, 3.0 * TAU_S)
    result = run(system, until=until, every=5e-3, inputs={"lambda": strength}, record=["o"], **ROUGH)
    return course_of(result.time, result["o"].values)


def no_slow_term(rng: np.random.Generator, size: int) -> dict[str, NDArray[Any]]:
    """The trace is 50 times as fast as the units: overlaps after the first transition, and the order that is left."""
    xi = random_patterns(rng, RING, size)
    system = build("sequence_trace", xi=xi, d=1, tau_s=TAU_X / 50)
    result = run(system, until=20 * TAU_X, every=1e-3, record=["o"], **ROUGH)
    late = result.time > 3 * TAU_X
    lead = result["o"].values.argmax(axis=1)
    changes = np.flatnonzero(np.diff(lead))
    top = Course(result.time[changes], lead[changes + 1], RING)
    return {"top": result["o"].values[late].max(), "in order": np.array(top.in_order)}
