"""What was found out about the exponents of an orbit, on one screen."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.exponents.augmented import Augmented, Floats
from neurodyn.analysis.exponents.counting import Counted
from neurodyn.analysis.exponents.estimates import Course, Dimension, block_errors, course, dimension, means
from neurodyn.backends.trajectory import Status
from neurodyn.system.system import System

WIDTH = 100
# An exponent within so many errors of 0 is not told apart from it.
SIGMAS = 3
SHOWN = 12


@dataclass(frozen=True, eq=False, repr=False)
class Spectrum(AsText):
    """The Lyapunov exponents of an orbit.

    Attributes:
        exponents: the largest first, per unit of time (per step of a map); NaN where nothing was counted.
        errors: their standard errors, from the scatter of blocks of time, and from the tolerance of the integration.
        zeros: which of them are within three errors of 0.
        dimension: Kaplan and Yorke's.
        trace: the mean trace of the Jacobian along the orbit, which the sum of all exponents must be; None where not
            all were asked for, of maps, and where recursions stand in the equations.
        course: how the estimates came to rest.
        interval: the time between two orthonormalisations.
        transient: what was left out at the begin of the orbit.
        span: the time that was averaged over, all pieces together.
        pieces: how many there were.
        status: `done` or `interrupted`.
        notes: what the numbers do not speak of.
        recipe: what it takes to repeat it.
    """

    system: System
    exponents: Floats
    errors: Floats
    dimension: Dimension | None
    trace: float | None
    course: Course | None
    interval: float
    transient: float
    span: float
    pieces: int
    status: Status
    notes: tuple[str, ...]
    recipe: Mapping[str, Any]

    @property
    def zeros(self) -> Any:
        """Which exponents are not told apart from 0."""
        return np.abs(self.exponents) <= SIGMAS * self.errors

    @property
    def sum(self) -> float:
        """Of the exponents: the mean rate at which volumes grow, if these are all of them."""
        return float(self.exponents.sum())

    @property
    def mismatch(self) -> float | None:
        """How far the sum of the exponents is from the mean trace; None where that was not followed."""
        return None if self.trace is None else abs(self.sum - self.trace)

    def __str__(self) -> str:
        head = f"{self.system.name}: {self.system.model.summary}".removesuffix(": ")
        lines = [*_rows(self), "", *_sums(self), _work(self)]
        notes = [x for note in self.notes for x in textwrap.wrap(f"note: {note}", WIDTH, subsequent_indent="  ")]
        return "\n".join([head, "", *lines, *notes])

    def plot(self, **options: Any) -> Any:
        """How the estimates came to rest, with their errors: a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("exponents", self, **options)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        found: dict[str, Any] = {"model": self.system.name, "per": per(self.system)}
        found |= {"exponents": plain(self.exponents), "errors": plain(self.errors)}
        found |= {"zeros": self.zeros.tolist(), "sum": plain(self.sum), "trace": self.trace, "status": self.status}
        if self.dimension is not None:
            found |= {"dimension": self.dimension.value, "dimension_bound": self.dimension.bound or "equal"}
        if self.course is not None:
            found["course"] = {k: plain(v) for k, v in vars(self.course).items()}
        found |= {n: getattr(self, n) for n in ("interval", "transient", "span", "pieces")}
        return {**found, "notes": list(self.notes), "recipe": dict(self.recipe)}


def reported(
    whole: Augmented, found: Counted, recipe: Mapping[str, Any], rounding: float, jumping: Sequence[str]
) -> Spectrum:
    """The report of what was counted."""
    base, count = whole.base, whole.count
    notes = _notes(found, jumping)
    work = dict(interval=found.interval, transient=found.transient, status=found.status, notes=notes, recipe=recipe)
    growth, trace = found.joined()
    if not len(growth):
        nothing = np.full(count, np.nan)
        return Spectrum(base, nothing, nothing, None, None, None, span=0.0, pieces=0, **work)  # type: ignore[arg-type]
    order = np.argsort(-means(growth, found.interval), kind="stable")
    growth = growth[:, :, order]
    exponents = means(growth, found.interval)
    errors = np.hypot(block_errors(growth, found.interval), rounding)
    zeros = np.abs(exponents) <= SIGMAS * errors
    return Spectrum(
        base,
        exponents,
        errors,
        dimension(exponents, zeros, base.layout.size),
        float(means(trace[:, :, None], found.interval)[0]) if whole.traced else None,
        course(growth, found.interval),
        span=growth.shape[0] * growth.shape[1] * found.interval,
        pieces=growth.shape[1],
        **work,  # type: ignore[arg-type]
    )


def _notes(found: Counted, jumping: Sequence[str]) -> tuple[str, ...]:
    notes = []
    if jumping:
        notes.append(
            f"the rate of {', '.join(jumping)} is not shown to be continuous; where it jumps, what a direction goes "
            f"through there is left out."
        )
    if found.status == "interrupted":
        notes.append("interrupted: the errors are those of what was averaged until then.")
    return tuple(notes)


def per(system: System) -> str:
    """What exponents are counted by."""
    return "step" if system.model.discrete else "s" if system.units.active else "unit of time"


def _rows(report: Spectrum) -> list[str]:
    lines = [f"  exponents per {per(report.system)}"]
    rows = zip(report.exponents, report.errors, report.zeros, strict=True)
    for k, (value, error, zero) in list(enumerate(rows))[:SHOWN]:
        lines.append(
            f"  {k + 1:4d}  {as_precise(value, error):>14s} ± {error:.1e}{'   not told apart from 0' if zero else ''}"
        )
    if len(report.exponents) > SHOWN:
        lines.append(f"        and {len(report.exponents) - SHOWN} more")
    return lines


def as_precise(value: float, error: float) -> str:
    """As many digits as the error leaves, and one more."""
    digits = 6 if not np.isfinite(error) or error <= 0 else int(np.clip(1 - np.floor(np.log10(error)), 0, 12))
    return f"{value:.{digits}f}"


def _sums(report: Spectrum) -> list[str]:
    lines = []
    if report.dimension is not None:
        bound = f"{report.dimension.bound} " if report.dimension.bound else ""
        lines.append(f"  dimension (Kaplan, Yorke)  {bound}{report.dimension.value:.4f}")
    if report.trace is not None:
        lines.append(
            f"  sum {report.sum:.10g}, mean trace of the Jacobian {report.trace:.10g}: {report.mismatch:.1g} apart"
        )
    zeros = int(report.zeros.sum())
    positive = int(((report.exponents > 0) & ~report.zeros).sum())
    lines.append(f"  {positive} positive, {zeros} not told apart from 0 (within {SIGMAS} errors)")
    return lines


def _work(report: Spectrum) -> str:
    what = "1 orbit" if report.pieces == 1 else f"{report.pieces} pieces of an orbit"
    text = f"  averaged over {report.span:.6g} in {what}, after {report.transient:.4g}; "
    return text + f"orthonormal every {report.interval:.4g}; {report.recipe['method']}"


def plain(value: Any) -> Any:
    """Numbers as JSON has them: none for what is not a number, and text for what is infinite."""
    if isinstance(value, np.ndarray):
        return [plain(x) for x in value.tolist()]
    if isinstance(value, list):
        return [plain(x) for x in value]
    return value if np.isfinite(value) else None if np.isnan(value) else str(value)
