"""The figures of the study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.sequences import bias_limit, crosstalk, flip_rate
from neurodyn.plots.charts import Chart, Series, draw_charts
from neurodyn.studies.memory.sequences import Array, called
from neurodyn.studies.sequence_capacity import flips, heavy, inverse, noise, paths
from neurodyn.studies.sequence_capacity.capacity import UNITS, Kind
from neurodyn.studies.sequence_capacity.tables import Found


def _overview(found: Found) -> Any:
    charts = [_paths(found), _capacities(found, "transition"), _capacities(found, "sequence"), _rates(found)]
    return draw_charts(charts, "Sequence memories: recall, capacities and errors", columns=2)


def _limits(found: Found) -> Any:
    charts = [_kurtosis(found), _bias(found), _inverse(found), _basins(found)]
    return draw_charts(charts, "Sequence memories: what limits recall, and what helps", columns=2)


DRAWN: Mapping[str, Callable[[Found], Any]] = {"overview": _overview, "limits": _limits}


def _paths(found: Found) -> Chart:
    series = []
    for degree, rows in found.paths.items():
        low, high = np.quantile(rows, (0.025, 0.975), axis=0)
        steps = np.arange(rows.shape[1], dtype=float)
        series.append(Series(f"d = {degree}", steps, rows.mean(axis=0), low=low, high=high))
    title = f"N = {paths.UNITS}, P = {paths.PATTERNS}: mean and 95 % of the draws"
    return Chart(title, ("step", "overlap with the pattern of the step"), series)


def _capacities(found: Found, kind: Kind) -> Chart:
    series = []
    for degree in UNITS:
        here = {c: t for c, t in found.defined.items() if (c.kind, c.degree) == (kind, degree)}
        if here:
            values = [np.array([getattr(t, key) for t in here.values()]) for key in ("load", "low", "high")]
            expected = np.array([c.expected(found.failure) for c in here])
            units = np.array([c.units for c in here], dtype=float)
            series.append(Series(called(degree), units, values[0], expected, values[1], values[2]))
    what = "one transition" if kind == "transition" else "any transition of the sequence"
    title = f"Patterns at which {what} fails with chance {found.failure:g}; expected: normal crosstalk"
    return Chart(title, ("units N", f"{kind} capacity"), series, "xy")


def _rates(found: Found) -> Chart:
    series = []
    for degree, rows in found.rates.items():
        rate, low, high = _intervals(rows[:, 1], rows[:, 2])
        series.append(Series(f"{called(degree)}, N = {flips.UNITS[degree]}", rows[:, 3], rate, rows[:, 3], low, high))
    return Chart("Wrong units after one step", ("tail of a normal distribution", "share of wrong units"), series, "xy")


def _kurtosis(found: Found) -> Chart:
    cells = {n: excess for (d, n), rows in found.moments.items() if d is None for excess in [heavy.excess(rows)]}
    got = np.array(list(cells.values()))
    units = np.array(list(cells), dtype=float)
    known = np.array([crosstalk(heavy.patterns_of(None, int(n)), int(n), None)[1] for n in units])
    half = 1.96 * got[:, 1]
    theory = heavy.theory()
    series = [
        Series("at the transition capacity", units, got[:, 0], known, got[:, 0] - half, got[:, 0] + half),
        Series("formula, at the sequence capacity", theory[0][::4], theory[1][::4]),
    ]
    along = (56.0, "N = 56")
    return Chart(
        "Excess kurtosis of the exponential crosstalk", ("units N", "excess kurtosis"), series, "x", along=along
    )


def _bias(found: Found) -> Chart:
    count, wrong, bits = found.bias.T
    rate, low, high = _intervals(wrong, bits)
    limit = bias_limit(flips.BIAS, flips.BIAS_DEGREE, flips.BIAS_UNITS)
    many = bias_limit(flips.BIAS, flips.BIAS_DEGREE)
    return Chart(
        f"Bias {flips.BIAS:g}, d = {flips.BIAS_DEGREE}, N = {flips.BIAS_UNITS}; limit for many units: {many:.0f}",
        ("patterns", "share of wrong units"),
        [Series("measured", count, rate, low=low, high=high)],
        "x",
        across=((1 - flips.BIAS) / 2, "all of the rarer sign"),
        along=(limit, f"limit for N = {flips.BIAS_UNITS}: {limit:.0f}"),
    )


def _inverse(found: Found) -> Chart:
    cells = [one for one in found.inverses if not one.bias]
    counts = np.array([one.patterns for one in cells], dtype=float)
    bits = np.array([one.bits for one in cells])
    series = []
    for k, degree in enumerate(inverse.DEGREES):
        rate, low, high = _intervals(np.array([one.wrong[k] for one in cells]), bits)
        plain = np.array([flip_rate(p, inverse.UNITS, degree, exact_variance=True) for p in counts])
        series.append(Series(f"d = {degree}", counts, rate, plain, low, high))
    title = "Generalised pseudoinverse; expected: without it"
    return Chart(title, ("patterns", "share of wrong units"), series, along=(float(inverse.UNITS), "P = N"))


def _basins(found: Found) -> Chart:
    series = []
    for (degree, patterns), recalled in found.basins.items():
        rate, low, high = _intervals(recalled, np.full(len(recalled), noise.seen_cues(found.cues)))
        series.append(Series(f"{called(degree)}, P = {patterns}", noise.OVERLAPS, rate, low=low, high=high))
    title = f"Sequences recalled after {noise.STEPS} steps, N = {noise.UNITS}"
    return Chart(title, ("overlap of the cue", "share recalled"), series)


def _intervals(found: Array, of: Array) -> tuple[Array, Array, Array]:
    """Shares and their 95 % intervals."""
    return found / of, *wilson(found, of)
