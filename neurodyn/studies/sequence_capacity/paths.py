"""Figure 1 of the source: the overlap with the pattern whose turn it is, for the linear and a quadratic network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurodyn.analysis.sequences import expected_overlaps
from neurodyn.studies.framework.claims import Claim, close, seen
from neurodyn.studies.framework.work import Work, run
from neurodyn.studies.memory.sequences import Array, drawn, network

UNITS, PATTERNS, DEGREES = 300, 100, (1, 2)
SEEN = {5: 0.79, 10: 0.40, 50: 0.22, 99: -0.03}  # of one draw of patterns, d = 1, measured before


def paths(work: Work, draws: int) -> dict[int, Array]:
    """By degree the overlap after each step; rows are draws of patterns, which both degrees share."""
    found = work.part(f"Figure 1, {draws} draws", lambda: {f"d{d}": _overlaps(work, d, draws) for d in DEGREES})
    return {d: found[f"d{d}"] for d in DEGREES}


def _overlaps(work: Work, degree: int, draws: int) -> Array:
    rows = []
    for k in range(draws):
        system = network(degree, drawn(work.rng("Figure 1", k), PATTERNS, UNITS))
        found = run(system, steps=PATTERNS - 1, record=["overlap"])["overlap"].values
        rows.append(found[np.arange(PATTERNS), np.arange(PATTERNS)])
    return np.array(rows)


def claims(found: Mapping[int, Array]) -> list[Claim]:
    """The quadratic network makes no error; the linear one loses the sequence."""
    perfect = float(found[2].min())
    rows = [
        seen(f"N = {UNITS}, P = {PATTERNS}, d = 2: least overlap in all steps of all draws", perfect == 1, "1", perfect)
    ]
    one, head = found[1], f"N = {UNITS}, P = {PATTERNS}, d = 1"
    first = float(expected_overlaps(PATTERNS, UNITS, 1, steps=1)[1])
    rows.append(close(f"{head}: mean overlap after one step", float(one[:, 1].mean()), first, within=0.02))
    for t, known in SEEN.items():
        low, high = np.quantile(one[:, t], (0.025, 0.975))
        rows.append(
            seen(f"{head}: overlap after {t} steps", bool(low <= known <= high), f"{known:g}",
                 float(one[:, t].mean()), tolerance=f"{low:.2f} to {high:.2f}",
                 reason="95 % of the draws lie between these; the expected value is that of a single draw")
        )  # fmt: skip
    return rows
