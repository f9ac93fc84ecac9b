"""What is measured: a case is one task, and its columns are the ways to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# From an amount of work, in model time or steps, to what is there at its end.
Run = Callable[[float], Any]

OWN, PEER, LIMIT = "own", "peer", "limit"
# How large the cases are: as reported, a tenth or so of it, and as little as a test takes.
FULL, QUICK, TINY = "full", "quick", "tiny"
SCALES = (FULL, QUICK, TINY)


@dataclass(frozen=True, eq=False)
class Column:
    """One way to do the task of a case.

    Attributes:
        name: as it stands in the report; the same for several tolerances.
        tool: the package that does the work: its version is told, and without it the column is left out.
        prepare: makes all ready that is made once: builds, compiles.
        role: OWN, PEER, or LIMIT for work that no way can do without.
        share: how much of the task a run does; its time is divided by it.
        tolerance: where there are several.
        beside: the limit that it is compared with, where a case has several.
        size: of what grows, where a case is about that.
        loop: the seconds of the last run as the tool itself tells them, where others cannot tell them.
    """

    name: str
    tool: str
    prepare: Callable[[], Run]
    role: str = PEER
    share: float = 1.0
    tolerance: float | None = None
    beside: str = ""
    loop: Callable[[], float] | None = None
    size: float | None = None


@dataclass(frozen=True, eq=False)
class Case:
    """One task.

    Attributes:
        name: unique in its workload.
        title: what is done, in full.
        columns: the ways to do it. The first of our own is measured twice in each round, as a control.
        amount: of work that is timed.
        probe: of work after which results are compared.
        error: how far a result is from the reference.
        error_of: what that is, in words.
        tolerance: that of the table, where columns have several.
        targets: errors at which the times of columns with several tolerances are compared.
        cold: whether the time from the start of Python to the first result is measured too, at full size.
        grows: what grows from column to column, in words.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    amount: float
    probe: float
    error: Callable[[Any], float] | None = None
    error_of: str = ""
    tolerance: float | None = None
    targets: tuple[float, ...] = ()
    cold: bool = False
    grows: str = ""
