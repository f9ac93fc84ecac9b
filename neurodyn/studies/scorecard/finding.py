"""A hallmark as it was measured: verdict, effect, reason and curve."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.studies.framework.claims import FAILS, HOLDS, NOT_APPLICABLE, UNDECIDED, Claim, Verdict
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.panels import Curve, Panel, as_outcome, from_outcome

# What each hallmark says (Thompson and Spencer 1966; Rankin et al. 2009, doi:10.1016/j.nlm.2008.09.012).
HALLMARKS: Mapping[str, str] = {
    "H1": "decline to an asymptote",
    "H2": "spontaneous recovery",
    "H3": "more decline in later series",
    "H4": "frequent stimuli: sooner and deeper",
    "H4 (iii)": "frequent stimuli: sooner recovered",
    "H5": "weak stimuli: deeper",
    "H6": "stimuli beyond the asymptote delay recovery",
    "H7": "other stimuli are spared",
    "H8": "a second stimulus restores the response",
    "H9": "which wears off when it is repeated",
    "H10": "long-term habituation",
}
MARKS: Mapping[Verdict, str] = {HOLDS: "pass", FAILS: "fail", NOT_APPLICABLE: "n/a", UNDECIDED: "?"}


@dataclass(frozen=True, eq=False)
class Finding:
    """What was found on one hallmark.

    Attributes:
        hallmark: its number.
        verdict: whether the subject shows it.
        expected: the rule.
        measured: what the rule was read from, in words.
        effect: its size; what it is stands in `measured`.
        reason: why, where the verdict is not `holds`.
        panel: the measured curves.
    """

    hallmark: str
    verdict: Verdict
    expected: str
    measured: str
    effect: float
    reason: str
    panel: Panel

    def claim(self) -> Claim:
        """The row of the table."""
        about = f"{self.hallmark} {HALLMARKS[self.hallmark]}"
        return Claim(about, self.expected, self.measured, "", self.verdict, self.reason)

    def to_json(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {
            "verdict": MARKS[self.verdict],
            "effect": self.effect if math.isfinite(self.effect) else None,
            "measured": self.measured,
            "expected": self.expected,
            "reason": self.reason,
            **self.panel.to_json(),
        }

    def outcome(self) -> dict[str, Any]:
        """The finding as arrays, to be kept."""
        told = {k: getattr(self, k) for k in ("hallmark", "verdict", "expected", "measured", "effect", "reason")}
        return {**as_outcome(lambda: self.panel), **{f"finding_{k}": v for k, v in told.items()}}

    @classmethod
    def kept(cls, outcome: Outcome) -> Finding:
        """The finding that was kept."""
        told: dict[str, Any] = {
            k: str(outcome[f"finding_{k}"]) for k in ("hallmark", "verdict", "expected", "measured", "reason")
        }
        return cls(effect=float(outcome["finding_effect"]), panel=from_outcome(outcome), **told)


def finding(
    hallmark: str,
    holds: bool,
    expected: str,
    measured: str,
    effect: float,
    *,
    axes: tuple[str, str],
    curves: tuple[Curve, ...],
    reason: str = "",
    marks: tuple[float, ...] = (),
) -> Finding:
    """A hallmark that was judged."""
    title = f"{hallmark}: {HALLMARKS[hallmark]}"
    panel = Panel(title, measured, axes, curves, (effect,), marks)
    return Finding(hallmark, HOLDS if holds else FAILS, expected, measured, effect, "" if holds else reason, panel)


def absent(hallmark: str, verdict: Verdict, expected: str, reason: str) -> Finding:
    """A hallmark that could not be judged."""
    panel = Panel(f"{hallmark}: {HALLMARKS[hallmark]}", reason, ("", ""), ())
    return Finding(hallmark, verdict, expected, "", math.nan, reason, panel)


def numbered(label: str, heights: Any, first: float = 1.0) -> Curve:
    """Responses against the number of their stimuli."""
    y = np.asarray(heights, dtype=float)
    return Curve(label, first + np.arange(len(y), dtype=np.float64), y)
