"""What a section of a study leaves: claims, tables, numbers and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from neurodyn.studies.framework.claims import Claim
from neurodyn.studies.framework.report import Picture
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
        charts: for the overview.
        costs: charts of what it costs and saves.
        pictures: further figures.
        details: tables for the page.
        notes: lines of the summary.
    """

    claims: tuple[Claim, ...]
    data: Dataset
    charts: Sequence[Chart] = ()
    costs: Sequence[Chart] = ()
    details: Sequence[Table] = ()
    notes: Sequence[str] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict)
