"""Hallmarks of other stimuli and of long rests: H7 specificity, H8 and H9 dishabituation, H10 long-term habituation."""

from __future__ import annotations

import operator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.studies.framework.claims import HOLDS, NOT_APPLICABLE
from neurodyn.studies.framework.panels import Curve
from neurodyn.studies.scorecard.finding import Finding, absent, finding, numbered
from neurodyn.studies.scorecard.lab import Lab
from neurodyn.studies.scorecard.series import NOT_RECOVERED, STIMULUS
from neurodyn.studies.scorecard.stimuli import Port, pulse
from neurodyn.system.signals import Combined, Signal

Array = NDArray[np.float64]
RESTORED = 0.1  # of what was lost, at least so much comes back in H8
WORN = 0.9  # what the last second stimulus of H9 restores is at most so much of what the first does
INSIDE = 0.05  # a second stimulus leaves so much of the silence between two stimuli free, on both sides
DECLINED = 0.9  # the same stimulus is answered with less than this part in H7
FEW = 8  # other ports that are tried


def h7(lab: Lab) -> Finding:
    """Other stimuli are spared."""
    expected = "after a series, another stimulus is answered with 95 % of its first response, and the same one is not"
    level = lab.protocol.settings.recovered
    heard = [(p, naive) for p in lab.subject.ports[1 : FEW + 1] if (naive := _evoked(lab, p)) > 0]
    if not heard:
        return absent("H7", NOT_APPLICABLE, expected, "no other input evokes a response")
    port, naive = heard[0]
    gap = lab.train.period - lab.train.width
    other, same = lab.test(gap, lab.trained, port) / naive, lab.test(gap, lab.trained) / lab.naive
    measured = f"{port} is answered with {other:.1%} of its first response, {lab.port} with {same:.1%}"
    why = "the other stimulus is habituated too" if other < level else "the same stimulus is not habituated"
    n = float(lab.train.count)
    curves = (numbered(str(lab.port), lab.series / lab.naive), Curve(str(port), np.array([n + 1]), np.array([other])))
    axes, holds = (STIMULUS, "response / first"), other >= level and same < DECLINED
    return finding("H7", holds, expected, measured, float(other), axes=axes, curves=curves, reason=why)


def _evoked(lab: Lab, port: Port) -> float:
    """The response to a stimulus at another port alone, above what there is without any; 0 where it is none."""
    found = lab.test(0.0, None, port)
    return found if found - lab.quiet > lab.protocol.settings.epsilon * lab.naive else 0.0


def h8(lab: Lab) -> Finding:
    """A second stimulus restores the response to the first."""
    expected = f"{RESTORED:.0%} of what was lost comes back, and the second stimulus alone evokes nothing"
    ports = _seconds(lab)
    if not ports:
        return absent("H8", NOT_APPLICABLE, expected, "there is no second input")
    tried = [(port, *_restored(lab, port, (lab.train.count,), 5)) for port in ports]
    port, parts, heights = max(tried, key=lambda found: found[1][0])
    part, alone = float(parts[0]), _evoked(lab, port)
    measured = f"{port} brings back {part:.1%}" + (f", and evokes {alone:.3g} alone" if alone else "")
    why = "less comes back" if part < RESTORED else f"{port} evokes a response of its own"
    curves, marks = (numbered("response", heights),), (lab.train.count + 0.5,)
    axes, holds = (STIMULUS, "response"), part >= RESTORED and not alone
    return finding("H8", holds, expected, measured, part, axes=axes, curves=curves, marks=marks, reason=why)


def h9(lab: Lab, before: Finding) -> Finding:
    """What the second stimulus restores becomes less when it is repeated."""
    settings = lab.protocol.settings
    expected = f"each of {settings.repeats} second stimuli restores less than the last; in the end {WORN:.0%} at most"
    if before.verdict != HOLDS:
        return absent("H9", NOT_APPLICABLE, expected, "there is no dishabituation (H8)")
    port = max(_seconds(lab), key=lambda p: float(_restored(lab, p, (lab.train.count,), 1)[0][0]))
    places = tuple(lab.train.count + k * settings.spacing for k in range(settings.repeats))
    parts, heights = _restored(lab, port, places, settings.spacing)
    falls = bool((np.diff(parts) <= settings.epsilon).all() and parts[-1] <= WORN * parts[0])
    measured = f"restored: {', '.join(f'{p:.1%}' for p in parts)}"
    marks = tuple(place + 0.5 for place in places)
    curves, axes = (numbered("response", heights),), (STIMULUS, "response")
    effect = float(1 - parts[-1] / parts[0])
    why = "what is restored does not become less"
    return finding("H9", falls, expected, measured, effect, axes=axes, curves=curves, marks=marks, reason=why)


def _seconds(lab: Lab) -> tuple[Port, ...]:
    """The ports of the second stimulus: the one that was asked for, or all others."""
    others, wanted = lab.subject.ports[1:], lab.protocol.settings.second.replace(" ", "")
    if not wanted:
        return others[:FEW]
    found = tuple(p for p in others if wanted in (str(p), p.name))
    if not found:
        known = list(map(str, others))
        raise InputError(
            f"There is no second input {wanted}.",
            code="unknown-input",
            remedy=near(wanted, known) or (f"There are: {', '.join(known)}." if known else "There is no other input."),
        )
    return found


def _restored(lab: Lab, port: Port, places: tuple[int, ...], more: int) -> tuple[Array, Array]:
    """Which part of what was lost comes back with the stimulus after each second one, and the whole series.

    Args:
        places: after which stimuli a second one comes, in the silence before the next.
        more: how many stimuli follow the last second one.
    """
    train = replace(lab.train, count=places[-1] + more)
    silence = train.period - train.width
    free = 0.0 if lab.runs.discrete else INSIDE * silence
    width = silence - 2 * free
    free, width = (float(v) for v in lab.rounded(np.array([free, width])))
    begins = [(n - 1 + train.phase) * train.period + train.width + free for n in places]
    second: Signal = pulse(begins[0], width, lab.protocol.seconds[port])
    for begin in begins[1:]:
        second = Combined(operator.add, second, pulse(begin, width, lab.protocol.seconds[port]))
    heights = lab.runs.peaks({lab.port: train.signal(), port: second}, train.period, train.count, lab.fresh)
    control = lab.heights(train)
    lost = lab.naive - control
    parts = np.array([(heights[n] - control[n]) / lost[n] if lost[n] > 0 else 0.0 for n in places])
    return parts, heights


def h10(lab: Lab) -> Finding:
    """Long-term habituation: something is left after ten times as long as recovery takes."""
    expected = "after ten recoveries and ten slowest time constants: a lower, sooner or deeper response"
    if lab.recovery.time is None:
        return absent("H10", NOT_APPLICABLE, expected, NOT_RECOVERED)
    rest = 10 * max(lab.recovery.time, lab.protocol.slowest or 0.0)
    state = lab.rested(float(lab.rounded(np.array([rest]))[0]), lab.trained)
    again, first = lab.heights(lab.train, state), lab.series
    epsilon = lab.protocol.settings.epsilon
    lower = 1 - float(again.max() / lab.top)
    deeper = lab.depth - float(again[-1] / again.max())
    counts = lab.settled(first), lab.settled(again)
    holds = lower > epsilon or deeper > epsilon or 0 < counts[1] < counts[0]
    measured = (
        f"after a rest of {rest:.4g}: first response {-lower:+.1%}, settled after {counts[0]} and {counts[1]} stimuli, "
        f"falls to {lab.depth:.1%} and {again[-1] / again.max():.1%}"
    )
    curves = (numbered("first series", first), numbered("after the rest", again))
    why = "the second series is as the first"
    effect = max(lower, deeper)
    return finding("H10", holds, expected, measured, effect, axes=(STIMULUS, "response"), curves=curves, reason=why)
