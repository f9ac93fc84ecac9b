"""Inputs as sources of a netlist: DC, PULSE for one endless train of pulses, PWL for what is straight between edges.

Other inputs (smooth functions of time, and what they are multiplied with) become behavioural sources.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from neurodyn.exports.edges import Edges, Polyline
from neurodyn.system.signals import Combined, Constant, Pulses, Signal, Smooth, Spread

_SIGNS: dict[Callable[[Any, Any], Any], str] = {operator.add: "+", operator.sub: "-", operator.mul: "*"}
PER_LINE = 6  # corners on a line


@dataclass(frozen=True)
class Clock:
    """What of the model's time ngspice counts as a second: t = t0 + unit*time."""

    t0: float
    unit: float

    def of(self, t: float) -> str:
        """A time in seconds of ngspice."""
        return f"{(t - self.t0) / self.unit:.12g}"

    def span(self, dt: float) -> str:
        """A length of time."""
        return f"{dt / self.unit:.12g}"


@dataclass(frozen=True)
class Source:
    """One number of an input: what it is called, the signal, and the same with edges that take time."""

    name: str
    told: Signal
    signal: Signal

    @property
    def is_plain(self) -> bool:
        """Whether an independent source says it."""
        return isinstance(self.signal, (Constant, Polyline))

    def card(self, edges: Edges, clock: Clock) -> str:
        """What an independent source says behind its nodes."""
        if isinstance(self.signal, Constant):
            return f"DC {digits(float(self.signal.value))}"
        train = self._train(edges)
        if train is not None:
            level, k = digits(train.height), train
            begin = clock.of(k.phase * k.period - 0.5 * edges.rise)
            width = clock.span(k.duty * k.period - edges.rise)
            rise = clock.span(edges.rise)
            return f"PULSE(0 {level} {begin} {rise} {rise} {width} {clock.span(k.period)})"
        assert isinstance(self.signal, Polyline)
        pairs = zip(self.signal.times.tolist(), self.signal.values.tolist(), strict=True)
        corners = [f"{clock.of(t)} {digits(v)}" for t, v in pairs]
        rows = [" ".join(corners[k : k + PER_LINE]) for k in range(0, len(corners), PER_LINE)]
        return "PWL(" + "\n+ ".join(rows) + ")"

    def _train(self, edges: Edges) -> Pulses | None:
        """The one train of pulses that the signal is, if PULSE has a form for it."""
        told = self.told.signal if isinstance(self.told, Spread) else self.told
        if not isinstance(told, Pulses) or not 0 < told.duty < 1:
            return None
        ends = told.count is not None and (told.count + told.phase - 1 + told.duty) * told.period < edges.t1
        # PULSE would begin a jump at the very end of the run, which is none of it.
        ends = ends or told.edges(edges.t1 - edges.rise, edges.t1 + edges.rise).size > 0
        begins = told.phase * told.period - 0.5 * edges.rise
        return None if ends or begins < edges.t0 or told.phase >= 1 else told


def as_text(signal: Signal, line: Callable[[Polyline], str], smooth: Callable[[Smooth], str]) -> str:
    """A combined signal as an expression.

    Args:
        line, smooth: how its parts are read.
    """
    if isinstance(signal, Combined):
        left, right = (as_text(s, line, smooth) for s in (signal.left, signal.right))
        return f"({left} {_SIGNS[signal.operation]} {right})"
    if isinstance(signal, Constant):
        text = digits(float(signal.value))
        return f"({text})" if text.startswith("-") else text
    if isinstance(signal, Polyline):
        return line(signal)
    assert isinstance(signal, Smooth)
    return f"({smooth(signal)})"


def digits(value: float) -> str:
    """A number, short where it is round."""
    short = f"{value:.15g}"
    return short if float(short) == value else repr(value)
