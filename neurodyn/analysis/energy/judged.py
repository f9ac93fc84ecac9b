"""What was found out about one claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neurodyn.analysis.verdict import Verdict


@dataclass(frozen=True, eq=False)
class Judged:
    """One claim with its verdict and what stands behind it.

    Attributes:
        claim: as it is written.
        reason: one line that says how it is known, or why it is not.
        identity: the balance that was shown, as text; empty where there is none.
        steps: the argument, one line for each state.
        lemmas: what the argument takes from the literature or from the shape of functions.
        assumptions: facts of the bound values that it uses.
        notes: in which sense the claim is meant: inputs held still, one-sided derivatives at kinks.
        numbers: what was computed: mismatches, how hard it was searched, the witness.
    """

    claim: str
    verdict: Verdict
    reason: str
    identity: str = ""
    steps: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)
