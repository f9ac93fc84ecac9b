"""Errors of single units after one step, against the tail of a normal distribution, with biased patterns too."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.sequences import bias_limit, flip_rate
from neurodyn.studies.framework.claims import Claim, at_most, close
from neurodyn.studies.framework.work import Work
from neurodyn.studies.memory.sequences import Array, Degree, called, drawn, network, wrong_units

# Units of each network; patterns are such that the expected rates are these.
UNITS: Mapping[Degree, int] = {1: 100, 2: 100, 3: 100, 4: 60, None: 18}
RATES = (0.005, 0.01, 0.02, 0.05, 0.1)
# d, N, P and the rate that was measured before with other patterns.
KNOWN = ((2, 60, 200, 0.0074), (1, 100, 60, 0.0979))
BIAS, BIAS_DEGREE, BIAS_UNITS = 0.3, 2, 100
LOADS = (1 / 8, 1 / 4, 1.0, 2.0, 4.0)  # parts of the limit for many units
_MOST = 400  # transitions of one draw of patterns


def rates(work: Work, bits: int) -> dict[Degree, Array]:
    """For each network rows of P, wrong bits, bits, expected rate, and that with the exact variance."""
    jobs = {f"flips, {called(d)}": partial(_curve, work, d, bits) for d in UNITS}
    found = work.parts(jobs)
    return {d: found[f"flips, {called(d)}"]["rows"] for d in UNITS}


def _curve(work: Work, degree: Degree, bits: int) -> dict[str, Array]:
    units = UNITS[degree]
    counts = [_patterns_for(rate, units, degree) for rate in RATES]
    return {"rows": np.array([_row(work, degree, units, p, bits) for p in counts])}


def _patterns_for(rate: float, units: int, degree: Degree) -> int:
    """How many patterns make that rate be expected."""
    low, high = 2, 2**40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if flip_rate(middle, units, degree) < rate else (low, middle)
    return high


def _row(work: Work, degree: Degree, units: int, patterns: int, bits: int) -> list[float]:
    transitions = min(patterns, _MOST, -(-bits // units))
    wrong = seen = 0
    for k in range(-(-bits // (transitions * units))):
        rng = work.rng(f"flips {called(degree)} N={units} P={patterns}", k)
        found = wrong_units(network(degree, drawn(rng, patterns, units)), transitions)
        wrong, seen = wrong + int(found.sum()), seen + found.size
    expected = [flip_rate(patterns, units, degree, exact_variance=exact) for exact in (False, True)]
    return [patterns, wrong, seen, *expected]


def known_rates(work: Work, bits: int) -> dict[str, float]:
    """The measured rates of the cells in `KNOWN`."""
    found = work.part("flips, known cells", lambda: {"rows": [_row(work, d, n, p, bits) for d, n, p, _ in KNOWN]})
    return {f"d = {d}, N = {n}, P = {p}": r[1] / r[2] for (d, n, p, _), r in zip(KNOWN, found["rows"], strict=True)}


def biased(work: Work, bits: int) -> Array:
    """Rows of P, wrong bits and bits, with biased patterns."""
    limit = bias_limit(BIAS, BIAS_DEGREE)
    exact = bias_limit(BIAS, BIAS_DEGREE, BIAS_UNITS)
    counts = sorted({*(round(load * limit) for load in LOADS), round(exact)})

    def measured() -> dict[str, Array]:
        return {"rows": np.array([_biased_row(work, p, bits) for p in counts])}

    found: Array = work.part("bias", measured)["rows"]
    return found


def _biased_row(work: Work, patterns: int, bits: int) -> list[float]:
    transitions = min(patterns, _MOST, -(-bits // BIAS_UNITS))
    wrong = seen = 0
    for k in range(-(-bits // (transitions * BIAS_UNITS))):
        xi = drawn(work.rng(f"bias P={patterns}", k), patterns, BIAS_UNITS, BIAS)
        found = wrong_units(network(BIAS_DEGREE, xi), transitions)
        wrong, seen = wrong + int(found.sum()), seen + found.size
    return [patterns, wrong, seen]


def claims(found: Mapping[Degree, Array], known: Mapping[str, float], bias: Array) -> list[Claim]:
    """Rates against the tail, and those of biased patterns against their limit."""
    rows = [
        close(f"errors of units, {name}", rate, before, relative=0.15, reason="measured before with other patterns")
        for (name, rate), (*_, before) in zip(known.items(), KNOWN, strict=True)
    ]
    for degree, table in found.items():
        ends = np.stack(wilson(table[:, 1], table[:, 2]), axis=1) / table[:, 3:4]
        away = np.maximum(0, np.maximum(ends[:, 0] - 1, 1 - ends[:, 1]))
        told = (
            f"measured over expected: {_listed(table[:, 1] / table[:, 2] / table[:, 3])}; "
            f"with the variance exact at this size: {_listed(table[:, 1] / table[:, 2] / table[:, 4])}"
        )
        about = f"{called(degree)}, N = {UNITS[degree]}: error rates .005 to .1 over the tail of a normal "
        about += "distribution: furthest from 1, outside their 95 % intervals, by"
        rows.append(at_most(about, float(away.max()), 0.15, reason=told))
    return rows + _bias_claims(bias)


def _bias_claims(bias: Array) -> list[Claim]:
    limit, exact = bias_limit(BIAS, BIAS_DEGREE), bias_limit(BIAS, BIAS_DEGREE, BIAS_UNITS)
    rate = {int(p): float(w / n) for p, w, n in bias}
    below, at, twice = (round(load * limit) for load in (LOADS[0], 1, 2))
    middle = round(exact)
    head, lost = f"bias {BIAS:g}, d = {BIAS_DEGREE}, N = {BIAS_UNITS}, P = ", (1 - BIAS) / 2
    return [
        close(f"{head}{below}: errors well below the limit", rate[below], 0.0015, within=0.002),
        close(f"{head}{twice}: errors above it, all of the rarer sign", rate[twice], 0.351, within=0.01),
        close(
            f"{head}{middle}: half of the rarer sign is lost at the limit for this size", rate[middle], lost / 2,
            relative=0.15, reason="The crosstalk is skewed: its median lies below its mean.",
        ),
        at_most(
            f"{head}{at}: errors at the limit for many units, bias^-(2d + 1) + 1", rate[at], lost / 2,
            reason=f"At N = {BIAS_UNITS} chance overlaps add 1/N to the mean square of overlaps, bias^4 = "
            f"{BIAS**4:.4f}: the limit is {exact:.0f}, not {limit:.0f}.",
        ),
    ]  # fmt: skip


def _listed(values: Array) -> str:
    return ", ".join(f"{v:.2f}" for v in values)
