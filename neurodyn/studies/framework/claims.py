"""Claims of a study: what was expected, what was measured, within what, and whether it holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from neurodyn.studies.framework.tables import Table

Value = float | str
Verdict = Literal["holds", "does not hold", "undecided", "not applicable"]
HOLDS: Verdict = "holds"
FAILS: Verdict = "does not hold"
UNDECIDED: Verdict = "undecided"
NOT_APPLICABLE: Verdict = "not applicable"


@dataclass(frozen=True)
class Claim:
    """One row of a study's table.

    Attributes:
        about: what is claimed, in a few words.
        expected: a number or a condition.
        measured: a number, or what was seen.
        tolerance: how far the two may be apart.
        verdict: whether it holds. `undecided` where nothing could be measured, `not applicable` where the question has
            no meaning.
        reason: why the verdict is what it is, where the numbers alone do not say so.
    """

    about: str
    expected: Value
    measured: Value
    tolerance: str
    verdict: Verdict
    reason: str = ""

    def cells(self) -> tuple[str, str, str, str, str]:
        """The row as text: verdict first."""
        return self.verdict, self.about, _text(self.expected), _text(self.measured), self.tolerance

    def to_json(self) -> dict[str, Any]:
        """The row as plain data; what is no number is null."""
        return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in asdict(self).items()}


def close(
    about: str,
    measured: float,
    expected: float,
    *,
    within: float | None = None,
    relative: float | None = None,
    reason: str = "",
) -> Claim:
    """A claim that a number is another, `within` so much, or within a part of it (`relative`)."""
    if (within is None) == (relative is None):
        raise ValueError("a claim has one tolerance: within=, or relative=")
    if within is not None:
        return _judged(about, expected, measured, f"± {within:g}", abs(measured - expected) <= within, reason)
    part = relative or 0.0
    holds = abs(measured - expected) <= part * abs(expected)
    return _judged(about, expected, measured, f"± {100 * part:.3g} %", holds, reason)


def at_least(about: str, measured: float, bound: float, *, reason: str = "") -> Claim:
    """A claim that a number is not below a bound."""
    return _judged(about, f"at least {bound:g}", measured, "", measured >= bound, reason)


def at_most(about: str, measured: float, bound: float, *, reason: str = "") -> Claim:
    """A claim that a number is not above a bound."""
    return _judged(about, f"at most {bound:g}", measured, "", measured <= bound, reason)


def between(about: str, measured: float, low: float, high: float, *, reason: str = "") -> Claim:
    """A claim that a number lies in an interval."""
    return _judged(about, f"{low:g} to {high:g}", measured, "", low <= measured <= high, reason)


def seen(about: str, holds: bool, expected: str, measured: Value, *, tolerance: str = "", reason: str = "") -> Claim:
    """A claim of another form, which the study has judged itself."""
    return _judged(about, expected, measured, tolerance, holds, reason)


def undecided(about: str, expected: Value, reason: str) -> Claim:
    """A claim on which nothing could be measured."""
    return Claim(about, expected, "", "", UNDECIDED, reason)


def _judged(about: str, expected: Value, measured: Value, tolerance: str, holds: bool, reason: str) -> Claim:
    if isinstance(measured, float | int) and math.isnan(measured):
        return undecided(about, expected, reason or "The measured number is not a number.")
    return Claim(about, _plain(expected), _plain(measured), tolerance, HOLDS if holds else FAILS, reason)


def _plain(value: Value) -> Value:
    return value if isinstance(value, str) else float(value)


def _text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.5g}"


def tally(claims: Sequence[Claim]) -> str:
    """How many claims have which verdict."""
    order = (HOLDS, FAILS, UNDECIDED, NOT_APPLICABLE)
    counts = {verdict: sum(c.verdict == verdict for c in claims) for verdict in order}
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count) or "nothing is claimed"


def as_table(claims: Sequence[Claim]) -> Table:
    """The rows as a table."""
    return Table("Claims", ("verdict", "claim", "expected", "measured", "tolerance"), [c.cells() for c in claims])


def reasons(claims: Sequence[Claim]) -> list[str]:
    """Why those do not hold that do not, where it was told."""
    return [f"{c.about}: {c.reason}" for c in claims if c.reason and c.verdict != HOLDS]
