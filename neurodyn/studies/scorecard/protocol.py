"""The protocol: what stimuli are given, how many, how far apart, and what counts as a difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from neurodyn.analysis.linear.linearise import linearise
from neurodyn.errors import InputError
from neurodyn.studies.framework.settings import setting
from neurodyn.studies.scorecard.stimuli import Port, Train
from neurodyn.studies.scorecard.subject import Subject

LEAST = 20  # stimuli that are needed to see an asymptote
USUAL = 30


@dataclass(frozen=True)
class Settings:
    """What can be changed; what is not said comes from the model."""

    model: str = setting("", "a shipped model or the path of a file; without one, all shipped models of habituation")
    models: str = setting("", "of these, those with names in this list, with commas between them")
    input: str = setting("", "the stimulus, as u or S[0]")
    response: str = setting("", "a state, an observable, or an event whose units are counted")
    second: str = setting("", "the second stimulus of H8 and H9; by default every other input is tried")
    amplitude: float | None = setting(None, "height of a stimulus above the resting level of the input")
    period: float | None = setting(None, "time from stimulus to stimulus, in SI units or steps")
    width: float | None = setting(None, "how long a stimulus lasts")
    phase: float | None = setting(None, "where in its period a stimulus begins, from 0 to 1")
    count: int | None = setting(None, "stimuli in a series")
    longest: float | None = setting(None, "the longest rest that is tried")
    dt: float | None = setting(None, "the step, in SI units, of models that run in fixed steps")
    periods: tuple[float, ...] = setting((1.0, 2.0, 5.0), "multiples of the period in H4")
    amplitudes: tuple[float, ...] = setting((1.0, 2.0, 5.0), "multiples of the amplitude in H5")
    repeats: int = setting(6, "second stimuli in H9")
    spacing: int = setting(12, "stimuli from one second stimulus to the next in H9")
    epsilon: float = setting(0.01, "parts of the first response that count as none")
    recovered: float = setting(0.95, "part of the first response that counts as recovered")
    margin: float = setting(0.05, "relative difference of two times below which they count as equal")


@dataclass(frozen=True, eq=False)
class Protocol:
    """A protocol with all its numbers, in SI units or steps.

    Attributes:
        train: the series of stimuli.
        longest: the longest rest.
        slowest: the slowest time constant, if it is known.
        seconds: amplitudes of stimuli at other ports.
        settings: thresholds and multiples.
        notes: where the numbers come from.
    """

    train: Train
    longest: float
    slowest: float | None
    seconds: Mapping[Port, float]
    settings: Settings
    notes: tuple[str, ...]


def protocol(subject: Subject, settings: Settings) -> Protocol:
    """The protocol of a subject: as its bench stimulates it, else by its own time constants.

    Raises:
        InputError: for stimuli that have no meaning.
    """
    slowest = _slowest(subject)
    train, notes = _train(subject, slowest)
    given = {k: getattr(settings, k) for k in ("amplitude", "period", "width", "phase", "count")}
    told = {k: v for k, v in given.items() if v is not None}
    train = replace(train, **told)
    if "phase" not in told:
        train = replace(train, phase=min(train.phase, 1 - train.width / train.period))
    _check(train, settings, subject.system.model.discrete)
    rest = settings.longest or max(20 * (slowest or 2 * train.period), 100 * train.period)
    longest = float(round(rest)) if subject.system.model.discrete else rest
    unit = "steps" if subject.system.model.discrete else "s" if subject.system.units.active else "units of time"
    notes += (
        f"stimuli: {train.count} of {train.amplitude:g} for {train.width:g} every {train.period:g} {unit}, from "
        f"{train.phase:.3g} of a period on; rests up to {longest:g} {unit}"
        + (f", {longest / slowest:.3g} times the slowest time constant" if slowest else ""),
    )
    seconds = {p: _amplitude(subject, p, train) for p in subject.ports[1:]}
    return Protocol(train, longest, slowest, seconds, settings, notes)


def _train(subject: Subject, slowest: float | None) -> tuple[Train, tuple[str, ...]]:
    """The stimuli of the bench; where it has none, a period of a tenth of the slowest time constant."""
    port = subject.ports[0]
    place = int(np.ravel_multi_index(port.place, port.shape)) if port.shape else 0
    found = subject.held[port.name].train(place)
    if found is not None:
        count = found.count if LEAST <= found.count < 10 * LEAST else USUAL
        return replace(found, count=count), ("stimuli are those of the model's bench",)
    if slowest is None:
        raise InputError(
            f"The bench of {subject.system.name} holds no series of stimuli on {port}, and it has no time constants.",
            code="no-stimuli",
            remedy="Say --set period=..., width=... and amplitude=..., or write pulses(...) as its input.",
        )
    period, height = slowest / 10, subject.held[port.name].most or port.rest or 1.0
    if subject.system.model.discrete:
        period = float(max(2, round(period)))
        return Train(height, period, 1.0, 0.0, USUAL), ("the period is a tenth of the slowest time constant",)
    train = Train(height, period, period / 10, 0.9, USUAL)
    return train, ("the bench holds no series of stimuli: the period is a tenth of the slowest time constant",)


def _amplitude(subject: Subject, port: Port, train: Train) -> float:
    """Another port is stimulated as its own bench does; else as the first one, if it is one of the same input."""
    most = subject.held[port.name].most
    return train.amplitude if port.name == subject.ports[0].name else most or 1.0


def _slowest(subject: Subject) -> float | None:
    """The slowest time constant at rest, by the eigenvalues of the linearised system; None where there is none."""
    system = subject.system.with_values({p.name: p.level() for p in subject.ports})
    if system.needs - {"flow", "map", "sparse"}:
        return None
    values = linearise(system, at=0.0).values
    with np.errstate(divide="ignore"):
        rates = -np.log(np.abs(values)) if system.model.discrete else -values.real
    decaying = rates[(rates > 1e-9 * np.abs(rates[np.isfinite(rates)]).max(initial=0.0)) & np.isfinite(rates)]
    return float(1 / decaying.min()) if len(decaying) else None


def _check(train: Train, settings: Settings, discrete: bool) -> None:
    """Refuse stimuli that are none, or run into one another."""
    trouble = ""
    if not (train.period > 0 and train.width > 0 and math.isfinite(train.amplitude) and train.amplitude != 0):
        trouble = "A stimulus needs an amplitude, a width and a period."
    elif not 0 <= train.phase <= 1 - train.width / train.period + 1e-12:
        trouble = f"A stimulus that begins at {train.phase:g} of its period ends after it."
    elif train.count < LEAST:
        trouble = f"{train.count} stimuli show no asymptote; {LEAST} are needed."
    elif min(settings.periods) < 1 or min(settings.amplitudes) <= 0 or len(set(settings.amplitudes)) < 2:
        trouble = "Multiples of the period are 1 or more, those of the amplitude above 0 and different."
    elif discrete and any(v % 1 for v in (train.period, train.width, train.phase * train.period)):
        trouble = "Time goes in steps here: period, width and onset must be whole numbers of them."
    if trouble:
        raise InputError(trouble, code="bad-protocol", remedy="Change --set amplitude, width, period, phase or count.")
