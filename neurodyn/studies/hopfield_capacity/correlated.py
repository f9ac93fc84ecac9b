"""Patterns that resemble one another, digits or the user's own: how many of them stay, by the rule of the memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import Claim, at_least, at_most
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Work
from neurodyn.studies.hopfield_capacity.runs import joined, network, stepped
from neurodyn.studies.hopfield_capacity.settings import Settings
from neurodyn.studies.memory.patterns import checked_patterns, digit_patterns

Array = NDArray[np.float64]
MODELS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "Hebb": ("hopfield_binary", {}), "projection": ("hopfield_pseudoinverse", {}),
    "degree 3": ("dense_memory_binary", {"n": 3}), "exponential": ("dense_memory_binary_exponential", {}),
}  # fmt: skip
DIGITS, POINTS = 60, 12  # fewer than the 64 pixels, so that the projection rule has a meaning
TOLD = 1e-9  # a diagonal element of the projection this near to 1 is 1


def patterns_of(work: Work) -> Array:
    """The user's patterns, or digits.

    Raises:
        InputError: for patterns that are none, and says how to mend them.
    """
    if work.data is None:
        return digit_patterns(DIGITS)[0]
    return checked_patterns(work.data, fewer_than_units=True)


def correlated(work: Work, settings: Settings) -> Section:
    """The first patterns of the array, in growing numbers, in four memories."""
    rows = patterns_of(work)
    counts = sorted({round(c) for c in np.geomspace(2, len(rows), POINTS)})
    source = "digits" if work.data is None else "patterns of the user"
    jobs = {f"{count} {source}": partial(_stay, rows[:count]) for count in counts}
    found = work.parts(jobs)
    shares = {rule: joined([*found.values()], rule) / np.array(counts) for rule in MODELS}
    title = f"Correlated patterns: {len(rows)} {source} of {rows.shape[1]} units"
    series = [Series(rule, np.array(counts, dtype=float), share) for rule, share in shares.items()]
    chart = Chart(title, ("patterns", "share that a step leaves as they are"), series)
    data = xr.Dataset(
        {f"correlated_{rule.replace(' ', '_')}": ("correlated_patterns", share) for rule, share in shares.items()},
        {"correlated_patterns": counts},
    )
    told = joined([*found.values()], "told")
    claims = _claims(shares, told, len(rows)) if work.data is None else ()
    return Section(claims, data, charts=(chart,), notes=_notes(told, counts, source))


def _stay(rows: Array) -> Mapping[str, int]:
    """How many stay, and how many units have no field by the projection rule, as their own axis is in the span."""
    kept = {"told": int((np.einsum("im,mi->i", np.linalg.pinv(rows), rows) > 1 - TOLD).sum())}
    for rule, (model, values) in MODELS.items():
        kept[rule] = int((stepped(network(model, rows, **values), rows) == rows).all(axis=1).sum())
    return kept


def _notes(told: Array, counts: Sequence[int], source: str) -> tuple[str, ...]:
    if not told.any():
        return ()
    first = counts[int(np.flatnonzero(told)[0])]
    return (
        f"from {first} {source} on, sums of patterns can set some unit alone: it has no field by the projection rule, "
        "and rounding decides",
    )


def _claims(shares: Mapping[str, Array], told: Array, count: int) -> tuple[Claim, ...]:
    """Personnaz et al. 1986: correlated patterns stay by projection, and not by Hebb's rule."""
    least = float(shares["projection"][told == 0].min())
    return (
        at_least("share of digits that stay, projection rule, while every unit has a field", least, 1.0),
        at_most(f"share of {count} digits that stay, Hebb's rule", float(shares["Hebb"][-1]), 0.05),
    )
