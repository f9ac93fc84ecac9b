"""How sure an analysis is of what it says."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What was found out about a statement; a verdict never says more than was shown.

    PROVED: shown for the declared real system with the values that are bound, by symbols or by intervals.
    VERIFIED: computed, with a bound on the error.
    SEARCHED: nothing against it was found, and it is told how hard it was tried.
    REFUTED: there is a witness.
    UNDECIDED: none of these, and it is told why.
    """

    PROVED = "proved"
    VERIFIED = "verified"
    SEARCHED = "searched"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
