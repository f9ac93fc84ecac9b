"""The analog habituation circuit: below which height it does not answer, from which on it stays silent, and why.

Closed forms: the memory is a resistor and a capacitor, the response a line above the threshold of the diode. The small
current that the response sends into the capacitor (R3 / R4) stands in none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.analysis.habituation import peaks
from neurodyn.studies.framework.claims import Claim, close, seen
from neurodyn.studies.framework.panels import Curve, Panel, as_dataset, as_outcome, from_outcome
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.settings import setting
from neurodyn.studies.framework.work import Study, Work, run
from neurodyn.system.build import build
from neurodyn.system.system import System

Array = NDArray[np.float64]

BUFFERED = "habituation_analog"
TITLE = "What the habituation circuit predicts"
ANSWERS = 1e-6  # V: a response above it is one; the solver's error is far below
ROUNDS, GRID = 3, 33  # an edge is found on a grid, then on one between two neighbours, and once more
DIVIDERS = {"82k, 22k": (82e3, 22e3), "8.2k, 2.2k": (8.2e3, 2.2e3)}  # ohm: as published, and ten times smaller
HEIGHTS = (5.0, 6.0, 9.0)  # V, of the trains


@dataclass(frozen=True)
class Settings:
    """The stimulus."""

    period: float = setting(1.0, "from pulse to pulse, s")
    duty: float = setting(0.1, "the part of a period that a pulse takes, at its end")
    count: int = setting(30, "pulses of a train; as many as it takes until the response has settled")
    low: float = setting(2.5, "lowest height of a pulse, V")
    high: float = setting(12.0, "greatest height of a pulse, V")
    periods: tuple[float, ...] = setting((0.5, 1.0, 2.0, 4.0), "periods at which the silence limit is sought, s")


@dataclass(frozen=True)
class Line:
    """The closed form of a circuit: y0 = gain*(c*A - v_d), and of the last response gain*(A*(c - r) - v_d).

    Attributes:
        gain: of the response, with the divider's own resistance where it has no buffer.
        c: what the divider passes.
        v_d: where the diode begins to conduct, V.
        r: what the memory holds of the height of the pulses just before one, after many.
    """

    gain: float
    c: float
    v_d: float
    r: float

    @property
    def threshold(self) -> float:
        """The height above which the first pulse is answered."""
        return self.v_d / self.c

    @property
    def silence(self) -> float:
        """The height below which the response falls to nothing."""
        return self.v_d / (self.c - self.r)

    def first(self, height: ArrayLike) -> Array:
        """The response to the first pulse."""
        return np.asarray(self.gain * np.maximum(0, self.c * np.asarray(height) - self.v_d))

    def last(self, height: ArrayLike) -> Array:
        """The response after many pulses."""
        return np.asarray(self.gain * np.maximum(0, (self.c - self.r) * np.asarray(height) - self.v_d))


def _line(system: System, settings: Settings, *, buffered: bool = True) -> Line:
    at = {name: float(system.values[name]) for name in ("R1.R", "R2.R", "R3.R", "R4.R", "C1.C", "D1.a", "D1.b")}
    divider = 0.0 if buffered else at["R1.R"] * at["R2.R"] / (at["R1.R"] + at["R2.R"])
    gain = at["D1.a"] * at["R4.R"] / (1 + at["D1.a"] * (at["R4.R"] + divider))
    q = np.exp(-settings.period / (at["R3.R"] * at["C1.C"]))
    r = (1 - q**settings.duty) * q ** (1 - settings.duty) / (1 - q)
    return Line(gain, at["R2.R"] / (at["R1.R"] + at["R2.R"]), -at["D1.b"] / at["D1.a"], float(r))


def _train(settings: Settings) -> str:
    """Pulses of height A."""
    return f"pulses(A, period={settings.period}[s], duty={settings.duty}, phase={1 - settings.duty})"


def _responses(system: System, settings: Settings, heights: Array, count: int | None = None) -> Array:
    """Peaks, a row for each pulse and a column for each height."""
    pulses = count or settings.count
    found = run(
        system,
        until=pulses * settings.period,
        values={"A": heights},
        inputs={"U.V": _train(settings)},
        record=["y"],
        every=settings.period / 20,
        backend="ensemble",
        rtol=1e-8,
        atol=1e-10,
    )
    return peaks(found["time"], found["y"].transpose("time", "trial"), period=settings.period, count=pulses)


def _edge(answer: Callable[[Array], Array], low: float, high: float) -> float:
    """The height from which on there is an answer, to a part of 1 / (GRID - 1)**ROUNDS of the range; or NaN."""
    for _ in range(ROUNDS):
        heights = np.linspace(low, high, GRID)
        answered = answer(heights) > ANSWERS
        if answered.all() or not answered.any():
            return float("nan")
        first = int(np.argmax(answered))
        low, high = float(heights[first - 1]), float(heights[first])
    return (low + high) / 2


def _limits(settings: Settings) -> Panel:
    """First and last response against the height."""
    system = build(BUFFERED)
    line = _line(system, settings)
    heights = np.linspace(settings.low, settings.high, 20)
    found = _responses(system, settings, heights)
    edges = [
        _edge(lambda a: _responses(system, settings, a, count=1)[0], settings.low, settings.high),
        _edge(lambda a: _responses(system, settings, a)[-1], settings.low, settings.high),
    ]
    fine = np.linspace(settings.low, settings.high, 200)
    lines = (
        Curve("closed form, first", fine, line.first(fine)),
        Curve("closed form, last", fine, line.last(fine)),
        Curve("first", heights, found[0]),
        Curve("last", heights, found[-1]),
    )
    note = f"answers from {edges[0]:.3f} V on, for good from {edges[1]:.3f} V on"
    return Panel("Threshold and silence", note, ("height of the pulses (V)", "response (V)"), lines, tuple(edges))


def _trains(settings: Settings) -> Panel:
    """Weak stimuli habituate faster and deeper, by the threshold of the diode alone: without it all curves are one."""
    heights, system = np.array(HEIGHTS), build(BUFFERED)
    found, plain = (_responses(one, settings, heights) for one in (system, system.with_values({"D1.b": 0.0})))
    at = np.arange(1, settings.count + 1, dtype=np.float64)
    lines = [Curve(f"{a:g} V", at, found[:, k] / found[0, k]) for k, a in enumerate(heights)]
    lines.append(Curve("no threshold, any height", at, plain[:, 0] / plain[0, 0]))
    spread = float(np.ptp(plain / plain[0], axis=1).max())
    left = [float(c.y[-1]) for c in lines]
    note = "left of the first: " + ", ".join(f"{part:.0%}" for part in left)
    return Panel("H5: from the threshold alone", note, ("pulse", "response / first"), tuple(lines), (*left, spread))


def _loading(settings: Settings) -> Panel:
    """What is lost of the first response where the divider has no buffer, and by the closed form."""
    heights, system = np.linspace(settings.low, settings.high, 20), build(BUFFERED)
    buffered, gain = _responses(system, settings, heights, count=1)[0], _line(system, settings).gain
    lines, lost, known = [Curve("with a buffer", heights, buffered)], [], []
    for label, (upper, lower) in DIVIDERS.items():
        loaded = build("habituation_loaded", values={"R1.R": upper, "R2.R": lower})
        found = _responses(loaded, settings, heights, count=1)[0]
        lines.append(Curve(label, heights, found))
        lost.append(1 - float(found[-1] / buffered[-1]))
        known.append(1 - _line(loaded, settings, buffered=False).gain / gain)
    note = "lost: " + ", ".join(f"{part:.1%} at {label}" for label, part in zip(DIVIDERS, lost, strict=True))
    axes = ("height of the pulses (V)", "first response (V)")
    return Panel("The divider is loaded by the diode", note, axes, tuple(lines), (*lost, *known))


def _periods(settings: Settings) -> Panel:
    """The silence limit against the period, for pulses and a train of the same length."""

    def every(period: float) -> Settings:
        count = int(np.ceil(settings.count * settings.period / period))
        return replace(settings, period=period, duty=min(settings.duty * settings.period / period, 0.5), count=count)

    def measured(period: float) -> float:
        slower = every(period)
        return _edge(lambda heights: _responses(system, slower, heights)[-1], slower.low, 3 * slower.high)

    system = build(BUFFERED)
    fine, at = np.linspace(min(settings.periods), max(settings.periods), 200), np.array(settings.periods)
    known = np.array([_line(system, every(period)).silence for period in fine])
    found = np.array([measured(period) for period in settings.periods])
    lines = (Curve("closed form", fine, known), Curve("measured", at, found))
    note = f"the limit falls from {found[0]:.3g} V to {found[-1]:.3g} V"
    values = (*found, *(_line(system, every(period)).silence for period in settings.periods))
    return Panel("H4: rare pulses silence less", note, ("period (s)", "silence limit (V)"), lines, values)


_PANELS: dict[str, Callable[[Settings], Panel]] = {
    "limits": _limits,
    "trains": _trains,
    "loading": _loading,
    "periods": _periods,
}


def _measured(work: Work, settings: Settings) -> Report:
    jobs = {name: partial(as_outcome, partial(panel, settings)) for name, panel in _PANELS.items()}
    panels = {name: from_outcome(outcome) for name, outcome in work.parts(jobs).items()}
    caption = "Measured on circuits of devices with Kirchhoff's laws; closed forms of a resistor, capacitor and diode."
    picture = Picture(caption, partial(_drawn, tuple(panels.values())))
    data = work.result(as_dataset(tuple(panels.values())))
    return Report(work.name, TITLE, _claims(panels, settings), {"overview": picture}, data)


def _claims(panels: dict[str, Panel], settings: Settings) -> tuple[Claim, ...]:
    """Each prediction beside its closed form."""
    line = _line(build(BUFFERED), settings)
    limits, trains, loading, periods = (panels[name].values for name in _PANELS)
    rows = [
        close("height below which nothing answers, V", limits[0], line.threshold, relative=1e-3),
        close("height below which it falls silent, V", limits[1], line.silence, relative=2e-3),
    ]
    for k, height in enumerate(HEIGHTS):
        known = float(line.last(height) / line.first(height))
        rows.append(close(f"left of the response at {height:g} V", trains[k], known, relative=2e-3))
    order = "a greater part is left of stronger ones"
    told = ", ".join(f"{part:.3f}" for part in trains[:3])
    rows.append(seen("H5 with the threshold", trains[0] < trains[1] < trains[2], order, told))
    rows.append(close("difference that the height makes without it", trains[4], 0.0, within=1e-6))
    for label, lost, known in zip(DIVIDERS, loading[: len(DIVIDERS)], loading[len(DIVIDERS) :], strict=True):
        rows.append(close(f"lost at a divider of {label}", lost, known, relative=1e-3))
    half = len(settings.periods)
    for period, found, known in zip(settings.periods, periods[:half], periods[half:], strict=True):
        rows.append(close(f"silence limit at a period of {period:g} s, V", found, known, relative=2e-3))
    return tuple(rows)


def _drawn(panels: tuple[Panel, ...]) -> Any:
    from neurodyn.plots.panels import draw_panels

    return draw_panels(panels, TITLE, columns=2)


STUDY = Study(_measured, Settings, quick={"periods": (2.0,)})
