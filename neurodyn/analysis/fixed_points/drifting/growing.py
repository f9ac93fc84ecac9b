"""States that grow at a rate that becomes constant, because activations saturate or are normalised: x' -> u.

Then x ~ t u, so f(home + t u) = u for long times t: an equation for u, whose left side has a limit. Deviations of u go
as powers of t: with the eigenvalues m of t J(home + t u), they go as t^(m - 1).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.drift import Drift
from neurodyn.analysis.fixed_points.drifting.fields import Far
from neurodyn.analysis.fixed_points.drifting.settled import settled
from neurodyn.analysis.fixed_points.point import FixedPoint, Sure, stability
from neurodyn.analysis.fixed_points.search.distinct import distinct
from neurodyn.analysis.fixed_points.search.newton import newton
from neurodyn.analysis.fixed_points.search.searched import MOST_STEPS
from neurodyn.analysis.fixed_points.search.starts import from_start
from neurodyn.analysis.fixed_points.shares import Effort

Array = NDArray[np.float64]
# How far out it is looked, in scales, how often ten times as far, and at how many places on the way.
FAR, FARTHER, BETWEEN = 1e6, 2, 16
# Rates that differ by less are one, in terms of the usual rate.
SAME = 1e-4
POWERS = "eigenvalues are powers of time: deviations of activations go as t to them"


def growing(field: Field, home: Array, effort: Effort) -> tuple[list[FixedPoint], int, bool]:
    """The constant rates of growing states that many starts lead to; how many starts led to one; if interrupted."""
    begin = from_start(field, effort.starts, effort.seed)
    with np.errstate(all="ignore"):
        sizes = np.abs(field.defect(begin) / field.scales).max(axis=1)
        rate = float(np.median(sizes[np.isfinite(sizes)])) if np.isfinite(sizes).any() else 0.0
        of = Far(field, home, rate or 1.0, FAR)
        out = of.defect((begin - home) / field.scales)  # far out, in the directions of the starts
        out = np.where(np.isfinite(out), out, 0.0)
        out[::2] = np.random.default_rng(effort.seed).standard_normal(out[::2].shape)
        ended = newton(of, out, MOST_STEPS, tick=lambda n: effort.told(n / effort.starts))
        rates = ended.states[ended.found]
        rates = rates[np.abs(rates).max(axis=1, initial=0.0) > SAME]
        rates = rates[distinct(rates).first]
        kept = _lasting(of, rates) if len(rates) else []
        points = [_point(of, *path) for path in kept]
    return points, int(ended.found.sum()), ended.interrupted


def _lasting(of: Far, rates: Array) -> list[tuple[Array, Array]]:
    """Rates that stay farther out, and on the way there: each with the states on its way, nearest first."""
    states, now, alive = [of.state(rates)], rates, np.ones(len(rates), bool)
    for k in range(1, FARTHER + 1):
        further = replace(of, far=of.far * 10**k)
        ended = newton(further, now, MOST_STEPS)
        alive &= ended.found & (np.abs(ended.states - rates).max(axis=1, initial=0.0) <= SAME)
        now = ended.states
        states.append(further.state(now))
    for share in np.random.default_rng(0).uniform(size=BETWEEN):
        for near, next_ in pairwise(states):
            between = of.field.defect(near + share * (next_ - near)) / of.field.scales / of.rate
            alive &= np.abs(between - now).max(axis=1, initial=0.0) <= SAME
    found, taken = list[tuple[Array, Array]](), list[Array]()
    for k in np.flatnonzero(alive):
        if all(np.abs(now[k] - u).max() > SAME for u in taken):
            taken.append(now[k])
            found.append((now[k], np.stack([s[k] for s in states])))
    return found


def _point(of: Far, u: Array, states: Array) -> FixedPoint:
    field, flat = of.field, states[-1]
    slopes = of.jacobian(u)
    found = stability(np.linalg.eigvals(slopes).astype(complex), float(np.linalg.norm(slopes, 2)))
    rate = np.where(np.abs(u) > SAME, u, 0.0) * of.rate * field.scales
    stays, moves = settled(field, states, SAME)
    off = np.abs(field.defect(flat) / field.scales - u * of.rate).max()
    return FixedPoint(
        field.system.layout.unpack(flat), flat, float(off), found, Sure.SEARCHED, notes=(POWERS,),
        drift=Drift(rate, field.names, stays, moves, lasting=False),
    )  # fmt: skip
