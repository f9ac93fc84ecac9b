"""The crosstalk's tails: its variance and kurtosis, and where a normal distribution tells the errors no longer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np

from neurodyn.analysis.sequences import GROWTH, crosstalk, flip_rate, transition_capacity
from neurodyn.studies.framework.claims import Claim, at_least, close, seen
from neurodyn.studies.framework.work import Work, run
from neurodyn.studies.memory.sequences import Array, Degree, called, drawn, network

# Networks at the number of patterns that the formula of the transition capacity gives.
CELLS: tuple[tuple[Degree, int], ...] = ((1, 100), (2, 45), (3, 28), (None, 8), (None, 10), (None, 12), (None, 14))
_MOST = 400


def patterns_of(degree: Degree, units: int) -> int:
    """The number of patterns by formula."""
    return round(transition_capacity(units, degree))


def moments(work: Work, draws: int) -> dict[tuple[Degree, int], Array]:
    """For each draw of patterns: the second and the fourth moment of the crosstalk, and the share of wrong units."""
    names = {cell: f"crosstalk, {called(cell[0])}, N = {cell[1]}" for cell in CELLS}
    found = work.parts({name: partial(_moments, work, *cell, draws) for cell, name in names.items()})
    return {cell: found[name]["rows"] for cell, name in names.items()}


def _moments(work: Work, degree: Degree, units: int, draws: int) -> dict[str, Array]:
    count = patterns_of(degree, units)
    rows = []
    for k in range(draws):
        xi = drawn(work.rng(f"crosstalk {called(degree)} N={units}", k), count, units)
        noise = _noise(degree, xi)
        rows.append([(noise**2).mean(), (noise**4).mean(), (noise < -1).mean()])
    return {"rows": np.array(rows)}


def _noise(degree: Degree, patterns: Array) -> Array:
    """The crosstalk at each unit after each pattern, along the sign that is called, in parts of the call.

    The model's field `h` is the call and the crosstalk together. The call is 2 (N - 1)**d, or exp(-1) times the share
    of the pattern in the sum of exponentials.
    """
    states = patterns[:_MOST]
    record = ["h"] if degree is not None else ["h", "p"]
    system = network(degree, patterns)
    found = run(system, steps=1, start={"S": states}, trials=len(states), record=record, save_at=[0])
    field = found["h"].values[0] * np.roll(patterns, -1, axis=0)[: len(states)]
    rows = np.arange(len(states))
    call = 2.0 * (patterns.shape[1] - 1) ** degree if degree else found["p"].values[0][rows, rows] / math.e
    noise: Array = field / np.reshape(call, (-1, 1)) - 1
    return noise


def excess(rows: Array) -> tuple[float, float]:
    """Excess kurtosis of all draws together, and its standard error by leaving out one draw after the other."""

    def of(second: Array, fourth: Array) -> Array:
        return fourth / second**2 - 3

    count = len(rows)
    left = [(rows[:, k].sum() - rows[:, k]) / (count - 1) for k in (0, 1)]
    each = of(left[0], left[1])
    error = math.sqrt((count - 1) * float(((each - each.mean()) ** 2).mean()))
    return float(of(rows[:, 0].mean(), rows[:, 1].mean())), error


def theory(largest: int = 200) -> tuple[Array, Array]:
    """Units, and the exponential crosstalk's excess kurtosis at P - 1 = GROWTH**(N - 1)/(2 N ln GROWTH)."""
    units = np.arange(4, largest + 1).astype(np.float64)
    counts = GROWTH ** (units - 1) / (2 * units * math.log(GROWTH))
    return units, np.array([crosstalk(1 + c, int(n), None)[1] for c, n in zip(counts, units, strict=True)])


def claims(found: Mapping[tuple[Degree, int], Array]) -> list[Claim]:
    """Variance and kurtosis as enumerated; the heavy tail's effect on errors."""
    rows = []
    for (degree, units), table in found.items():
        variance, kurtosis = crosstalk(patterns_of(degree, units), units, degree)
        head = f"crosstalk, {called(degree)}, N = {units}, P = {patterns_of(degree, units)}:"
        second, spread = float(table[:, 0].mean()), float(table[:, 0].std(ddof=1) / len(table) ** 0.5)
        rows.append(close(f"{head} variance", second, variance, within=_within(spread, 0.05 * variance)))
        got, error = excess(table)
        rows.append(close(f"{head} excess kurtosis", got, kurtosis, within=_within(error, 0.05)))
    units_, kurtoses = theory()
    peak = int(units_[kurtoses.argmax()])
    rows.append(seen("exponential crosstalk at its sequence capacity is furthest from normal at N", peak == 56,
                     "56", float(peak)))  # fmt: skip
    last = max((c for c in found if c[0] is None), key=lambda c: c[1])
    rate = float(found[last][:, 2].mean())
    normal = flip_rate(patterns_of(*last), last[1], None)
    rows.append(at_least(f"exponential, N = {last[1]}: errors of units at the transition capacity by formula, over "
                         "those of a normal crosstalk", rate / normal, 1.0))  # fmt: skip
    return rows


def _within(error: float, least: float) -> float:
    """Two and a half standard errors, or what is near enough."""
    return float(f"{max(2.5 * error, least):.2g}")
