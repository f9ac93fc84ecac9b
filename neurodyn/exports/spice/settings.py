"""The span of a netlist's run: how long edges take, how large steps may be, what ngspice counts as a second."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from neurodyn.errors import InputError
from neurodyn.exports.edges import Edges, shortest
from neurodyn.exports.spice.sources import Clock, digits
from neurodyn.system.system import System

Time = float | str | None
# ngspice takes breakpoints nearer than 5e-5 of the largest step for one.
BREAKPOINTS_APART = 1e-4
# Of the shortest time between two edges, how long an edge takes.
RISE = 1e-3
STEPS = 1000  # a run has at least so many


@dataclass(frozen=True)
class Settings:
    """How a netlist is run.

    Attributes:
        step: the largest step, in our time.
        rtol: the relative tolerance of ngspice.
        own_equations: whether diodes and transistors are written by our equations rather than as ngspice's own.
        notes: what is to be told.
    """

    edges: Edges
    clock: Clock
    step: float
    rtol: float
    own_equations: bool
    notes: tuple[str, ...]


def settings(
    system: System, until: Time, edge: Time, step: Time, rtol: float, own_equations: bool, has_devices: bool
) -> Settings:
    """What was asked for, and for the rest what suits the system.

    Raises:
        InputError: for a run that does not go forward, or steps and edges that miss a pulse.
    """
    bench = system.model.bench
    t0 = system.time("from", bench.get("from", 0.0))
    told = until if until is not None else bench.get("until")
    if told is None:
        raise InputError(
            f"How long {system.name} is to run is not known.", code="no-end", remedy="Say until=..., or --until."
        )
    t1 = system.time("until", told)
    if not t1 > t0:
        raise InputError("ngspice runs forward alone.", code="span", remedy="Give an end later than the start.")
    gap = shortest(system.signals.values(), t0, t1)
    rise = RISE * gap if edge is None else system.time("edge", edge)
    largest = (t1 - t0) / STEPS if step is None else system.time("step", step)
    _check(rise, None if step is None else largest, gap)
    notes = []
    if gap < t1 - t0:
        notes.append(f"jumps of inputs take {rise:.6g} s, half of it before and half after")
        most = rise / BREAKPOINTS_APART
        if most < largest:
            largest = most
            notes.append(f"steps are at most {largest:.6g} s, so that no edge is passed over")
    unit = 1.0 if has_devices else _unit(t1 - t0)
    if unit != 1.0:
        notes.append(f"a second of ngspice is {digits(unit)} of the model")
    return Settings(Edges(t0, t1, rise), Clock(t0, unit), largest, rtol, own_equations, tuple(notes))


def _check(rise: float, step: float | None, gap: float) -> None:
    if not 0 < rise < gap:
        raise InputError(
            f"An edge of {rise:.6g} s does not fit between edges of inputs that are {gap:.6g} s apart.",
            code="edge-too-long",
            remedy="Give a shorter edge, or leave it out.",
        )
    if step is not None and not 0 < step <= gap:
        raise InputError(
            f"A step of {step:.6g} s is longer than the shortest pulse, of {gap:.6g} s.",
            code="pulse-shorter-than-step",
            remedy="Give a shorter step, or leave it out.",
        )


def _unit(span: float) -> float:
    """Of the model's time, what makes the run between 10 and 10,000 seconds long."""
    return 1.0 if 10 <= span <= 1e4 else 10.0 ** (3 * math.floor(math.log10(span / 10) / 3))


def joined(words: Sequence[str], start: str = "") -> list[str]:
    """Words on lines of a netlist, which go on with a plus."""
    lines, line = [], start
    for word in words:
        if len(line) + len(word) > 110:
            lines.append(line)
            line = "+"
        line += f" {word}" if line else word
    return [*lines, line]
