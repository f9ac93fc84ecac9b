"""Random features: what a dense memory loses that keeps its memories in one sum of features, and what that saves.

Source: Hoover et al. 2024, arXiv:2410.24153. Errors of the energy are absolute values, those of the gradient 2-norms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import xarray as xr

from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Study, Work
from neurodyn.studies.random_features.compression import compression
from neurodyn.studies.random_features.maps import maps
from neurodyn.studies.random_features.paths import paths
from neurodyn.studies.random_features.precision import precision
from neurodyn.studies.random_features.recall import recall
from neurodyn.studies.random_features.settings import QUICK, Settings
from neurodyn.studies.random_features.sweeps import sweeps
from neurodyn.studies.random_features.table import table
from neurodyn.studies.random_features.writing import writing

if TYPE_CHECKING:
    from neurodyn.plots.charts import Chart

TITLE = "Dense memories in sums of random features: errors, plateaus and costs"
CAPTION = (
    "Errors of random features against their number, the inverse temperature and the size of the images; dashed: "
    "expected from the variance of the whole sum, before a frequency is drawn."
)

COSTS = (
    "Recall of digits, writing, bits, sizes and paths; dashed: expected. Numbers are counted as 2Y of the sums against "
    "KD of the memories; frequencies come from a seed and are not counted."
)

SECTIONS: tuple[Callable[[Work, Settings], Section], ...] = (
    table, sweeps, maps, recall, writing, precision, compression, paths,
)  # fmt: skip


def _measured(work: Work, settings: Settings) -> Report:
    sections = tuple(section(work, settings) for section in SECTIONS)
    data = work.result(xr.merge([section.data for section in sections], join="outer"))
    charts = [chart for section in sections for chart in section.charts]
    costs = [chart for section in sections for chart in section.costs]
    pictures = {
        "overview": Picture(CAPTION, partial(_drawn, charts, TITLE)),
        "costs": Picture(COSTS, partial(_drawn, costs, "What random features cost and save")),
        **{name: picture for section in sections for name, picture in section.pictures.items()},
    }
    claims = tuple(claim for section in sections for claim in section.claims)
    details = [one for section in sections for one in section.details]
    notes = [note for section in sections for note in section.notes]
    return Report(work.name, TITLE, claims, pictures, data, notes=notes, details=details)


def _drawn(charts: Sequence[Chart], title: str) -> Any:
    from neurodyn.plots.charts import draw_charts

    return draw_charts(charts, title)


STUDY = Study(
    _measured,
    Settings,
    quick=QUICK,
    seed=1,
    data="images for recall as +1 and -1, one per row; the upper half comes first",
)
