"""Capacity of Hopfield networks and dense memories: where recall ends, and what there is beside the patterns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import xarray as xr

from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Study, Work
from neurodyn.studies.hopfield_capacity.correlated import correlated, patterns_of
from neurodyn.studies.hopfield_capacity.crosstalk import crosstalk
from neurodyn.studies.hopfield_capacity.dense import dense
from neurodyn.studies.hopfield_capacity.exponential import exponential
from neurodyn.studies.hopfield_capacity.load import load
from neurodyn.studies.hopfield_capacity.projection import projection
from neurodyn.studies.hopfield_capacity.settings import QUICK, Settings
from neurodyn.studies.hopfield_capacity.spurious import spurious

TITLE = "Capacity of Hopfield networks and dense memories"
CAPTION = (
    "Where recall ends, against what theory expects: dashed lines are theory alone, nothing is fitted; bars are 95 % "
    "intervals."
)
SECTIONS: tuple[Callable[[Work, Settings], Section], ...] = (
    load, crosstalk, dense, exponential, projection, spurious, correlated,
)  # fmt: skip


def _measured(work: Work, settings: Settings) -> Report:
    patterns_of(work)  # refused before anything runs
    sections = [section(work, settings) for section in SECTIONS]
    data = work.result(xr.merge([section.data for section in sections], join="outer"))
    pictures = {"overview": Picture(CAPTION, partial(_drawn, sections))}
    claims = tuple(claim for section in sections for claim in section.claims)
    details = [one for section in sections for one in section.details]
    notes = [note for section in sections for note in section.notes]
    return Report(work.name, TITLE, claims, pictures, data, notes=notes, details=details)


def _drawn(sections: Sequence[Section]) -> Any:
    from neurodyn.plots.charts import draw_charts

    return draw_charts([chart for section in sections for chart in section.charts], TITLE)


STUDY = Study(_measured, Settings, quick=QUICK, seed=1, data="patterns of +1 and -1, one per row, fewer than units")
