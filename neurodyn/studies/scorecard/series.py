"""Hallmarks of series of stimuli: H1 decline, H2 recovery, H3 later series, H4 frequency, H5 strength, H6 beyond."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurodyn.studies.framework.claims import NOT_APPLICABLE
from neurodyn.studies.framework.panels import Curve
from neurodyn.studies.scorecard.finding import Finding, absent, finding, numbered
from neurodyn.studies.scorecard.lab import Lab, Recovery

Array = NDArray[np.float64]
STIMULUS, PART = "stimulus", "response / first"
EARLY, DECLINE = 5, 0.9  # the largest response is among so many; the last is below this part of it
NOT_RECOVERED = "the response does not recover within the longest rest"


def declined(heights: Array, epsilon: float) -> str:
    """Why a series is no decline to an asymptote; empty where it is one.

    The rule of Smart et al. 2024: the largest response comes early, from there on they do not rise, and the last is
    below 0.9 of the largest; and in the last fifth of the series they change by less than epsilon of it at each step.
    """
    top, place = float(heights.max()), int(heights.argmax())
    if top <= 0:
        return "there is no response"
    steps = np.diff(heights[place:])
    if place >= EARLY:
        return f"the largest response is that to stimulus {place + 1}"
    if (steps > epsilon * top).any():
        return "responses rise again"
    if heights[-1] > DECLINE * top:
        return f"the response falls to {heights[-1] / top:.0%} only"
    late = np.abs(np.diff(heights[-max(len(heights) // 5, 2) :]))
    if late.max() > epsilon * top:
        return f"the response still changes by {late.max() / top:.1%} from stimulus to stimulus"
    return ""


def h1(lab: Lab) -> Finding:
    """Decline to an asymptote."""
    why = declined(lab.series, lab.protocol.settings.epsilon)
    measured = f"falls to {lab.depth:.1%} in {lab.settled(lab.series)} stimuli" if lab.top > 0 else "no response"
    expected = "falls early on, to less than 90 %, and settles"
    curves = (numbered("response", lab.series),)
    effect = 1 - lab.depth if lab.top > 0 else 0.0
    return finding("H1", not why, expected, measured, effect, axes=(STIMULUS, "response"), curves=curves, reason=why)


def h2(lab: Lab) -> Finding:
    """Spontaneous recovery."""
    found, level = lab.recovery, lab.protocol.settings.recovered
    falls = (np.maximum.accumulate(found.responses) - found.responses).max()
    rising = falls <= lab.protocol.settings.margin * lab.naive
    back = found.responses[-1] / lab.naive
    measured = (
        f"{level:.0%} after {found.time:.4g}" if found.time is not None else f"{back:.0%} after {found.gaps[-1]:.4g}"
    )
    why = NOT_RECOVERED if found.time is None else "" if rising else "the response falls again in longer rests"
    curve = Curve("response", found.gaps, found.responses / lab.naive)
    expected = f"rises with the rest, to {level:.0%} of the first"
    axes = ("rest", PART)
    return finding("H2", not why, expected, measured, float(back), axes=axes, curves=(curve,), reason=why)


def h3(lab: Lab) -> Finding:
    """More decline in later series."""
    expected = "each response of the second series is lower, or it settles sooner"
    if lab.recovery.time is None:
        return absent("H3", NOT_APPLICABLE, expected, NOT_RECOVERED)
    rest = lab.rounded(np.array([lab.recovery.time / 2]))[0]
    state, each = lab.trained, [lab.series]
    for _ in range(2):
        state = lab.rested(float(rest), state)
        each.append(lab.heights(lab.train, state))
        state = lab.after(lab.train, state)
    first, second = each[:2]
    epsilon = lab.protocol.settings.epsilon
    lower = bool((second <= first + 1e-6 * lab.top).all() and (second < first - epsilon * lab.top).any())
    sooner = 0 < lab.settled(second) < lab.settled(first)
    effect = 1 - float(second.sum() / first.sum())
    measured = f"series {effect:.1%} smaller after a rest of {rest:.4g}; settled after {_counts(lab, each)} stimuli"
    curves = tuple(numbered(f"series {k + 1}", y) for k, y in enumerate(each))
    why = "later series are neither lower nor sooner settled"
    axes = (STIMULUS, "response")
    return finding("H3", lower or sooner, expected, measured, effect, axes=axes, curves=curves, reason=why)


def _counts(lab: Lab, each: list[Array]) -> str:
    return ", ".join(str(lab.settled(y)) for y in each)


def h4(lab: Lab) -> Finding:
    """Frequent stimuli habituate sooner or deeper."""
    trains = [lab.train.slower(f) for f in sorted(lab.protocol.settings.periods)]
    expected = "what is left, or the stimuli to half the decline, rise with the period"
    return _by_decline(lab, "H4", expected, "period", [t.period for t in trains], [lab.heights(t) for t in trains])


def _by_decline(lab: Lab, hallmark: str, expected: str, varied: str, values: list[float], each: list[Array]) -> Finding:
    """A hallmark by the depths of several series, and by how soon they come halfway down the first of them."""
    parts = [y / y.max() for y in each]
    depths = [float(y[-1]) for y in parts]
    counts = [_reach(y, 1 - (1 - depths[0]) / 2) for y in parts]
    told = ", ".join(f"{v:.4g}" for v in values)
    percents = ", ".join(f"{d:.1%}" for d in depths)
    halves = ", ".join("never" if np.isinf(c) else f"{c:.3g}" for c in counts)
    measured = f"falls to {percents} at {varied} {told}; halfway after {halves} stimuli"
    curves = tuple(numbered(f"{varied} {v:.4g}", y) for v, y in zip(values, parts, strict=True))
    why, effect, axes = _unordered(lab, depths, counts), depths[-1] - depths[0], (STIMULUS, PART)
    return finding(hallmark, not why, expected, measured, effect, axes=axes, curves=curves, reason=why)


def h4_recovery(lab: Lab) -> Finding:
    """Recovery is sooner after frequent stimuli."""
    factors, expected = sorted(lab.protocol.settings.periods), "the time of recovery rises with the period"
    trains = [lab.train.slower(f) for f in factors]
    found = [lab.recovery if t == lab.train else lab.recover(lab.after(t), lab.naive) for t in trains]
    labels = [f"period {t.period:.4g}" for t in trains]
    return _by_recovery(lab, "H4 (iii)", expected, labels, found)


def h5(lab: Lab) -> Finding:
    """Weak stimuli habituate deeper."""
    heights = [f * lab.train.amplitude for f in sorted(lab.protocol.settings.amplitudes)]
    expected = "what is left, or the stimuli to half the decline, rise with the amplitude"
    each = [lab.heights(replace(lab.train, amplitude=a)) for a in heights]
    silent = [f"{a:.4g}" for a, y in zip(heights, each, strict=True) if y.max() <= 0]
    if silent:
        return absent("H5", NOT_APPLICABLE, expected, f"stimuli of {', '.join(silent)} are not answered")
    return _by_decline(lab, "H5", expected, "amplitude", heights, each)


def h6(lab: Lab) -> Finding:
    """Stimuli beyond the asymptote delay recovery."""
    expected = "three times as many stimuli as it takes to settle: later recovery"
    settings, last = lab.protocol.settings, lab.series[-1]
    above = np.flatnonzero(lab.series > last + max(settings.margin * last, settings.epsilon**2 * lab.top))
    few = int(above[-1]) + 2 if len(above) else 1
    counts = (few, 3 * few)
    found = [lab.recover(lab.after(lab.shorter(n)), lab.naive) for n in counts]
    return _by_recovery(lab, "H6", expected, [f"after {n} stimuli" for n in counts], found)


def _by_recovery(lab: Lab, hallmark: str, expected: str, labels: list[str], found: list[Recovery]) -> Finding:
    """A hallmark by the order of recovery times."""
    times = [r.time for r in found]
    told = ", ".join(f"{t:.4g}" if t is not None else "never" for t in times)
    curves = tuple(Curve(label, r.gaps, r.responses / lab.naive) for label, r in zip(labels, found, strict=True))
    if times[0] is None:
        return absent(hallmark, NOT_APPLICABLE, expected, NOT_RECOVERED)
    known = [np.inf if t is None else t for t in times]
    settings = lab.protocol.settings
    rising = all(b > a * (1 + settings.epsilon) for a, b in pairwise(known))
    later = rising and known[-1] > known[0] * (1 + settings.margin)
    effect = known[-1] / known[0] - 1 if known[0] > 0 else np.inf
    measured = f"recovered after {told} ({', '.join(labels)})"
    why = f"times of recovery do not rise, by {settings.margin:.0%} at least in all"
    axes = ("rest", PART)
    return finding(hallmark, later, expected, measured, float(effect), axes=axes, curves=curves, reason=why)


def _unordered(lab: Lab, depths: list[float], counts: list[float]) -> str:
    """Why a decline is not the deeper or the sooner the earlier in a list; empty where it is.

    More pronounced and/or more rapid, as the hallmarks say: neither goes the other way, and one of them differs.
    """
    epsilon, margin = lab.protocol.settings.epsilon, lab.protocol.settings.margin
    if any(b < a - epsilon for a, b in pairwise(depths)):
        return "the decline is the other way round: the later in this list, the deeper"
    if any(b < a * (1 - margin) for a, b in pairwise(counts)):
        return "the decline is the other way round: the later in this list, the sooner"
    differs = depths[-1] > depths[0] + epsilon or counts[-1] > counts[0] * (1 + margin)
    return "" if differs else "there is no difference"


def _reach(parts: Array, level: float) -> float:
    """The number of the stimulus at which a declining series comes to a level, between two along a straight line."""
    below = np.flatnonzero(parts <= level)
    if not len(below):
        return float("inf")
    k = int(below[0])
    return float(k + 1) if k == 0 else float(k + (parts[k - 1] - level) / (parts[k - 1] - parts[k]))
