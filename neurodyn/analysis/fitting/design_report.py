"""What a design to targets found: parameters, and what the model does with them."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.exponents.report import plain
from neurodyn.analysis.fitting.report import Fit
from neurodyn.system.signals import Combined, Pulses, Signal, Window

Floats = NDArray[np.float64]
# The response has recovered at this part of the first.
RECOVERED = 0.95
# How closely a target counts as reached when it is measured anew; a number of stimuli to one.
REACHED = 0.02


@dataclass(frozen=True)
class Stimuli:
    """Pulses at the end of each period.

    Attributes:
        input: the name of the input.
        height, period, width: of a pulse.
        count: how many make a series, at whose end the depth is read.
    """

    input: str
    height: float
    period: float
    width: float
    count: int

    def series(self, count: int | None = None) -> Signal:
        """So many pulses; by default the whole series."""
        duty = self.width / self.period
        return Pulses(self.height, self.period, duty, 1 - duty, self.count if count is None else count)

    def probed(self, count: int, gap: float) -> Signal:
        """So many pulses, and one more after a gap."""
        at = count * self.period + gap
        return Combined(operator.add, self.series(count), Window(at, at + self.width, self.height))


@dataclass(frozen=True, eq=False, repr=False)
class Design(AsText):
    """Parameters for targets; made by `design_habituation`.

    Attributes:
        fit: how they were found, how far each may be off, and which combinations the targets leave open.
        targets, reached: depth, settled and recovery, as they were asked for and as the model with these parameters has
            them, measured anew.
        heights: the peaks of a series; `gaps` and `answers` the recovery.
    """

    fit: Fit
    stimuli: Stimuli
    targets: Mapping[str, float]
    reached: Mapping[str, float]
    heights: Floats
    gaps: Floats
    answers: Floats

    @property
    def values(self) -> dict[str, float]:
        """The parameters, by name."""
        return self.fit.values

    @property
    def is_met(self) -> bool:
        """Whether all targets are reached: depth and recovery to 2 %, the number of stimuli to one."""
        return all(_near(name, self.reached[name], value) for name, value in self.targets.items())

    def __str__(self) -> str:
        words = {"depth": "last response over the first", "settled": "stimuli until settled",
                 "recovery": f"gap until {RECOVERED:.0%}"}  # fmt: skip
        lines = [f"{self.fit.system.name} designed: {'all targets are met' if self.is_met else 'targets are NOT met'}"]
        for name, value in self.reached.items():
            asked = f", asked {self.targets[name]:.5g}" if name in self.targets else ""
            lines.append(f"  {words[name]:29s} {value:.5g}{asked}")
        return "\n".join([*lines, "", str(self.fit)])

    def plot(self) -> Any:
        """The peaks of a series, and the recovery after it, with the targets."""
        from neurodyn.results.display import drawn

        return drawn("design", self)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        found = {"targets": dict(self.targets), "reached": {n: plain(v) for n, v in self.reached.items()}}
        curves = {"heights": plain(self.heights), "gaps": plain(self.gaps), "answers": plain(self.answers)}
        return {"is_met": self.is_met, **found, **curves, "stimuli": vars(self.stimuli), "fit": self.fit.to_json()}


def _near(name: str, value: float, target: float) -> bool:
    return abs(value - target) <= (1 if name == "settled" else REACHED * target)
