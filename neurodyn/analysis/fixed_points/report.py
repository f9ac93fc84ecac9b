"""What was found out about the fixed points of a system, on one screen."""

from __future__ import annotations

import html
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.point import FixedPoint, Sure
from neurodyn.system.system import System

Array = NDArray[np.float64]
WIDTH = 110
# How many points and how many numbers of each are printed.
SHOWN, NUMBERS = 24, 6


@dataclass(frozen=True, eq=False, repr=False)
class FixedPoints:
    """The fixed points of a system.

    Attributes:
        points: fixed points, slow points, and places where it is not decided whether there is one.
        verdict: how sure it is that these are all: PROVED (in the box), SEARCHED or UNDECIDED.
        reason: why, in a sentence.
        box: ends (low, high) of what was looked at, flat, some maybe infinite; None for all states.
        unresolved: boxes of which nothing is known, (boxes, 2, size).
        frozen: in which sense a system was meant that has inputs, time, noise or events.
        symmetries: maps of states onto states that take fixed points to fixed points.
        invariants: sums of states that do not change along the flow.
        period: of a map, after how many steps the points return.
        interrupted: whether it was ended before its end.
        counts: what was done: boxes, starts, ...
        at: the time at which the system was held still, if that matters.
        given: ends of the box as they were given, infinite where they were not; a portrait shows it.
        drifting: whether these are states at which activations stay while states may drift.
    """

    system: System
    points: tuple[FixedPoint, ...]
    verdict: Sure
    reason: str
    box: tuple[Array, Array] | None = None
    unresolved: Array = field(default_factory=lambda: np.empty((0, 2, 0)))
    frozen: tuple[str, ...] = ()
    symmetries: tuple[str, ...] = ()
    invariants: tuple[str, ...] = ()
    period: int = 1
    interrupted: bool = False
    counts: Mapping[str, Any] = field(default_factory=dict)
    at: float = 0.0
    drifting: bool = False
    given: tuple[Array, Array] | None = None

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[FixedPoint]:
        return iter(self.points)

    def __getitem__(self, k: int) -> FixedPoint:
        return self.points[k]

    @property
    def stable(self) -> tuple[FixedPoint, ...]:
        """The points that are stable."""
        return tuple(p for p in self.points if p.is_stable)

    @property
    def proved(self) -> tuple[FixedPoint, ...]:
        """The points that are proved."""
        return tuple(p for p in self.points if p.sure is Sure.PROVED)

    @property
    def is_complete(self) -> bool:
        """Whether it is proved that these are all, and each is."""
        return self.verdict is Sure.PROVED

    @property
    def text(self) -> str:
        """The report as text."""
        what = "fixed points" if self.period == 1 else f"points and cycles that return after {self.period} steps"
        what = "activations that stay while states drift" if self.drifting else what
        head = f"{self.system.name}: {what}"
        told = [f"{str(self.verdict).upper()}: {self.reason}", *self.frozen, *self.invariants, *self.symmetries]
        lines = [x for t in told for x in textwrap.wrap(t, WIDTH - 2)]
        parts = [head, "\n".join(f"  {x}" for x in lines)]
        parts += ["\n".join(self._table())] if self.points else []
        if len(self.unresolved):
            parts.append("\n".join(["not resolved", *(f"  {x}" for x in self._boxes())]))
        return "\n\n".join(parts)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def summary(self) -> str:
        """The report as text."""
        return self.text

    def plot(self, **options: Any) -> Any:
        """The phase portrait of a flow of one or two states, else the plane of eigenvalues: a matplotlib figure.

        Args:
            span: what a portrait shows of some states, `{"x": (-1, 2)}`; else it is the box that was given, or the
                points and a margin.
        """
        from neurodyn.results.display import drawn

        return drawn("fixed_points", self, **options)

    @property
    def json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "model": self.system.name, "verdict": str(self.verdict), "reason": self.reason,
            "box": None if self.box is None else [[v if np.isfinite(v) else None for v in end] for end in self.box],
            "points": [p.to_json() for p in self.points], "unresolved": self.unresolved.tolist(),
            "frozen": list(self.frozen), "symmetries": list(self.symmetries), "invariants": list(self.invariants),
            "period": self.period, "interrupted": self.interrupted, "counts": dict(self.counts),
            "drifting": self.drifting,
        }  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return self.json

    def to_latex(self) -> str:
        """The points as a LaTeX table."""
        rows = [
            f"{k} & ${_latex(p, self.system)}$ & {p.kind} & ${', '.join(map(str, p.eigenvalues))}$ & {p.sure} \\\\"
            for k, p in enumerate(self.points, 1)
        ]
        head = "no. & state & kind & eigenvalues & verdict \\\\"
        return "\n".join([r"\begin{tabular}{rllll}", r"\hline", head, r"\hline", *rows, r"\hline", r"\end{tabular}"])

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"

    def _table(self) -> list[str]:
        kinds = Counter(p.kind for p in self.points)
        lines = [f"{len(self.points)} in all: " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())]
        for k, p in enumerate(self.points[:SHOWN], 1):
            lines.append(f"{k:4d}  {_state(p.flat, self.system)}")
            lines += textwrap.wrap(
                _said(p), WIDTH - 6, initial_indent=" " * 6, subsequent_indent=" " * 8
            )  # fmt: skip
        if len(self.points) > SHOWN:
            lines.append(f"      and {len(self.points) - SHOWN} more, in .points")
        return lines

    def _boxes(self) -> list[str]:
        element = self.system.layout.element
        lines = []
        for low, high in self.unresolved[:SHOWN]:
            sides = [f"{element(k)} {low[k]:.6g}..{high[k]:.6g}" for k in range(min(NUMBERS, low.size))]
            lines.append(", ".join(sides) + (", ..." if low.size > NUMBERS else ""))
        more = len(self.unresolved) - SHOWN
        return lines + ([f"and {more} more boxes, in .unresolved"] if more > 0 else [])


def _state(flat: Array, system: System) -> str:
    shown = [f"{system.layout.element(k)} = {flat[k]:.8g}" for k in range(min(NUMBERS, flat.size))]
    return ", ".join(shown) + (f", and {flat.size - NUMBERS} more" if flat.size > NUMBERS else "")


def _said(p: FixedPoint) -> str:
    """What is known of a point."""
    near = "" if np.isnan(p.radius) else f" within {p.radius:.1g}"
    turn = f"period {p.period}, " if p.period > 1 else ""
    shown = ", ".join(map(str, p.eigenvalues[:NUMBERS])) + (", ..." if len(p.eigenvalues) > NUMBERS else "")
    word = "multipliers" if p.stability.is_map else "eigenvalues"
    stable = "" if p.stability.sure is p.sure else f" (stability {p.stability.sure})"
    values = f" {word} {shown};" if shown else ""
    notes = "".join(f"; {n}" for n in (*([] if p.drift is None else [p.drift]), *p.notes))
    return f"{turn}{p.kind}, {p.sure}{near}{stable};{values} residual {p.residual:.1g}{notes}"


def _latex(p: FixedPoint, system: System) -> str:
    names = [system.layout.element(k).replace("[", "_{").replace("]", "}") for k in range(p.flat.size)]
    shown = [f"{n} = {v:.8g}" for n, v in zip(names[:NUMBERS], p.flat[:NUMBERS], strict=True)]
    return ",\\; ".join(shown) + (r",\; \dots" if p.flat.size > NUMBERS else "")
