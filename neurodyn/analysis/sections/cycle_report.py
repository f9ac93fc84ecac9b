"""What was found out about a cycle, on one screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.exponents.carrier import Carrier
from neurodyn.analysis.exponents.report import per, plain
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.sections.closing import Closed, multipliers
from neurodyn.analysis.sections.section import Floats
from neurodyn.backends.trajectory import Status
from neurodyn.system.system import System

Stability = Literal["stable", "unstable", "undecided"]
# The states along a cycle, and how often the time of an extremum is improved.
SAMPLES, IMPROVED = 400, 4
# A multiplier is told apart from the unit circle by so many errors of the one that must be 1, and by this at least.
ERRORS, LEAST = 10.0, 1e-8
# With a larger error of that the multipliers are not to be relied on.
DOUBTFUL = 1e-4
SHOWN = 10


@dataclass(frozen=True, eq=False, repr=False)
class Cycle(AsText):
    """A periodic orbit.

    Attributes:
        period: of the orbit.
        point: a state on it, where it crosses the section.
        multipliers: of Floquet, without the one that must be 1, the largest first.
        lost: how many of the last are rounding: all that is known is that they are small.
        trivial_error: how far the one that must be 1 is from it.
        residual: the gap that the orbit leaves, in scales of the states.
        time, states: along it, (times,) and (times, size), the last at the point again.
        low, high: the least and the largest value of each coordinate.
        status: `done`, or `interrupted` by the user, and then the residual tells how nearly the orbit closes.
    """

    system: System
    section: str
    period: float
    point: Floats
    multipliers: NDArray[np.complex128]
    lost: int
    trivial_error: float
    residual: float
    time: Floats
    states: Floats
    low: Floats
    high: Floats
    status: Status
    recipe: Mapping[str, Any]

    @property
    def stability(self) -> Stability:
        """Whether neighbours come to it: by the multipliers, as exactly as these are known."""
        if self.status == "interrupted":
            return "undecided"
        return stability(self.multipliers, max(LEAST, ERRORS * self.trivial_error))

    @property
    def exponents(self) -> Floats:
        """Of Floquet and Lyapunov: the logarithms of the multipliers over the period, and the 0 along the orbit.

        NaN for multipliers that are lost.
        """
        known = len(self.multipliers) - self.lost
        found = np.sort(np.append(np.log(np.abs(self.multipliers[:known])) / self.period, 0.0))[::-1]
        whole: Floats = np.append(found, np.full(self.lost, np.nan))
        return whole

    def __str__(self) -> str:
        layout = self.system.layout
        what = f"a cycle, {self.stability}" if self.status == "done" else "an orbit that nearly closes, interrupted"
        lines = [f"{self.system.name}: {what}", ""]
        lines += [f"  period {self.period:.13g}, closed to {self.residual:.1g} of the states' scales"]
        for k in range(min(layout.size, SHOWN)):
            name = f"  {layout.element(k):8s} from {self.low[k]:.12g} to {self.high[k]:.12g}"
            lines.append(f"{name}; on the section {self.point[k]:.12g}")
        lines += ["", f"  multipliers, beside 1, which is met to {self.trivial_error:.1g}"]
        for value in self.multipliers[: len(self.multipliers) - self.lost][:SHOWN]:
            exponent = np.log(abs(value)) / self.period
            lines.append(f"    {shown(value)}   exponent {exponent:.8g} per {per(self.system)}")
        if self.lost:
            lines.append(f"    and {self.lost} too small to be told from the rounding of the others")
        if self.trivial_error > DOUBTFUL:
            lines.append("  note: that is far from 1, so the others are doubtful; give smaller tolerances.")
        return "\n".join([*lines, f"  section {self.section} = 0"])

    def plot(self, **options: Any) -> Any:
        """The orbit, its coordinates in time, and its multipliers: a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("sections", self, **options)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        names = [self.system.layout.element(k) for k in range(self.system.layout.size)]
        found: dict[str, Any] = {"model": self.system.name, "section": self.section, "period": self.period}
        found |= {n: getattr(self, n) for n in ("status", "stability", "trivial_error", "residual", "lost")}
        found |= {"multipliers": [[float(z.real), float(z.imag)] for z in self.multipliers]}
        found |= {n: dict(zip(names, plain(getattr(self, n)), strict=True)) for n in ("point", "low", "high")}
        found |= {"time": plain(self.time), "states": dict(zip(names, plain(self.states.T), strict=True))}
        return {**found, "recipe": dict(self.recipe)}


def stability(values: NDArray[np.complex128], error: float) -> Stability:
    """Of a fixed point of a map with these multipliers, each known to an error."""
    largest = float(np.abs(values).max(initial=0.0))
    if largest > 1 + error:
        return "unstable"
    return "stable" if largest < 1 - error else "undecided"


def shown(value: complex) -> str:
    """A multiplier as text."""
    return f"{value.real:.10g}" if value.imag == 0 else f"{value.real:.10g} {value.imag:+.10g}i"


def reported(
    field: Field, section: str, closed: Closed, alone: Carrier, begin: float, recipe: Mapping[str, Any]
) -> Cycle:
    """The report of an orbit that closes."""
    point, period = closed.unknowns[:-1], float(closed.unknowns[-1])
    found, lost = multipliers(closed.arc)
    trivial = int(np.abs(found - 1).argmin())
    times, states = along(alone, begin, period, point)
    low, high = (_extreme(field, alone, begin, states, period, sign) for sign in (-1.0, 1.0))
    error, rest = float(abs(found[trivial] - 1)), np.delete(found, trivial)
    return Cycle(
        field.system, section, period, point, rest, lost, error, closed.residual, times, states, low, high,
        "interrupted" if closed.interrupted else "done", recipe,
    )  # fmt: skip


def along(alone: Carrier, begin: float, period: float, point: Floats) -> tuple[Floats, Floats]:
    """Times from 0 to a period, and the states then on the orbit from a point."""
    times = np.linspace(0.0, period, SAMPLES + 1)
    return times, alone.along(begin, begin + times, point)[0]


def _extreme(field: Field, alone: Carrier, begin: float, states: Floats, period: float, sign: float) -> Floats:
    """The largest values of each coordinate (least, for a sign of -1): from the samples, then where its rate is 0."""
    found = np.empty(field.size)
    for k in range(field.size):
        state = states[int((sign * states[:, k]).argmax())]
        best = state[k]
        for _ in range(IMPROVED):
            rates = field.values(state)
            bend = float(field.jvp(state, rates)[k])
            step = -float(rates[k]) / bend if bend else 0.0
            if not 0 < abs(step) < period / SAMPLES * 2:
                break
            state = alone.to(begin, begin + step, state[None])[0]
            best = max(best, state[k], key=lambda x: sign * x)
        found[k] = best
    return found
