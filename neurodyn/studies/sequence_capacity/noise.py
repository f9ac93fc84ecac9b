"""The basin of a sequence: from which overlaps with one of its patterns the network recalls the rest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np

from neurodyn.analysis.sequences import chance_overlap, least_overlap
from neurodyn.studies.framework.claims import Claim, close
from neurodyn.studies.framework.work import Work
from neurodyn.studies.memory.sequences import Array, Degree, called, drawn, network, stepped

UNITS, STEPS, RIGHT = 100, 12, 0.8
FLIPPED = np.arange(50, -1, -2)
OVERLAPS = 1 - 2 * FLIPPED / UNITS
CELLS: tuple[tuple[Degree, int], ...] = ((1, 8), (2, 100), (3, 100), (3, 1500), (None, 100), (None, 2000))
_DRAWS = 5  # of patterns; cues are shared among them


def basins(work: Work, cues: int) -> dict[tuple[Degree, int], Array]:
    """For each network, of how many of the cues at each overlap the sequence is recalled."""
    names = {cell: f"basin, {called(cell[0])}, P = {cell[1]}" for cell in CELLS}
    found = work.parts({name: partial(_basin, work, *cell, cues) for cell, name in names.items()})
    return {cell: found[name]["recalled"] for cell, name in names.items()}


def seen_cues(cues: int) -> int:
    """How many cues there are at each overlap."""
    return _DRAWS * -(-cues // _DRAWS)


def _basin(work: Work, degree: Degree, patterns: int, cues: int) -> dict[str, Array]:
    each, recalled = -(-cues // _DRAWS), np.zeros(len(FLIPPED), int)
    for k in range(_DRAWS):
        rng = work.rng(f"basin {called(degree)} P={patterns}", k)
        xi = drawn(rng, patterns, UNITS)
        first = rng.integers(patterns, size=(len(FLIPPED), each))
        ranks = rng.random((*first.shape, UNITS)).argsort(axis=-1).argsort(axis=-1)
        states = xi[first] * np.where(ranks < FLIPPED[:, None, None], -1.0, 1.0)
        last = stepped(network(degree, xi), states.reshape(-1, UNITS), STEPS)
        right = (last.reshape(states.shape) * xi[(first + STEPS) % patterns]).mean(axis=-1)
        recalled += (right > RIGHT).sum(axis=1)
    return {"recalled": recalled}


def border(recalled: Array, cues: int) -> float:
    """The overlap at which half of the cues are recalled; NaN if all are, or none."""
    share = recalled / seen_cues(cues)
    above = np.flatnonzero(share >= 0.5)
    if not len(above) or above[0] == 0:
        return math.nan
    k = int(above[0])
    return float(np.interp(0.5, share[k - 1 : k + 1], OVERLAPS[k - 1 : k + 1]))


def expected_border(degree: Degree, patterns: int) -> float:
    """The overlap from which a cue is recalled: where a normal crosstalk lets it come to the sequence, and it is nearer
    to its pattern than to all others. The exponential function follows the nearest one, whatever the variance says."""
    nearest = chance_overlap(patterns - 1, UNITS)
    return nearest if degree is None else max(nearest, least_overlap(patterns, UNITS, degree))


def claims(found: Mapping[tuple[Degree, int], Array], cues: int) -> list[Claim]:
    """Borders against those expected."""
    return [
        close(
            f"basin, {called(degree)}, N = {UNITS}, P = {patterns}: overlap from which half of the cues are recalled",
            border(recalled, cues),
            expected_border(degree, patterns),
            within=0.06,
        )
        for (degree, patterns), recalled in found.items()
    ]
