"""Random features: what a dense memory loses that keeps its memories in one sum of features, and what that saves.

Source: Hoover et al. 2024, arXiv:2410.24153. Errors of the energy are absolute values, those of the gradient 2-norms.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import xarray as xr

from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.work import Study, Work
from neurodyn.studies.random_features.maps import maps
from neurodyn.studies.random_features.section import Section
from neurodyn.studies.random_features.settings import QUICK, Settings
from neurodyn.studies.random_features.sweeps import sweeps
from neurodyn.studies.random_features.table import table

TITLE = "Dense memories in sums of random features: errors, plateaus and costs"
CAPTION = (
    "Errors of random features against their number, the inverse temperature and the size of the images; dashed: "
    "expected from the variance of the whole sum, before a frequency is drawn."
)


def _measured(work: Work, settings: Settings) -> Report:
    sections = (table(work, settings), sweeps(work, settings), maps(work, settings))
    data = work.result(xr.merge([section.data for section in sections], join="outer"))
    pictures = {"overview": Picture(CAPTION, partial(_drawn, sections))}
    claims = tuple(claim for section in sections for claim in section.claims)
    details = [one for section in sections for one in section.details]
    notes = [note for section in sections for note in section.notes]
    return Report(work.name, TITLE, claims, pictures, data, notes=notes, details=details)


def _drawn(sections: tuple[Section, ...]) -> Any:
    from neurodyn.plots.charts import draw_charts

    return draw_charts([chart for section in sections for chart in section.charts], TITLE)


STUDY = Study(_measured, Settings, quick=QUICK, seed=1)
