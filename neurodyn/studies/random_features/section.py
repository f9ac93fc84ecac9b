"""What each section of the study leaves: claims, tables, numbers and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neurodyn.studies.framework.claims import Claim
from neurodyn.studies.framework.tables import Table

if TYPE_CHECKING:
    from xarray import Dataset

    from neurodyn.plots.charts import Chart


@dataclass(frozen=True, eq=False)
class Section:
    """One section.

    Attributes:
        claims: its rows of the study's table.
        data: what was measured; names begin with the section's.
        charts: for the figures.
        details: tables for the page.
        notes: lines of the summary.
    """

    claims: tuple[Claim, ...]
    data: Dataset
    charts: Sequence[Chart] = ()
    details: Sequence[Table] = ()
    notes: Sequence[str] = ()
