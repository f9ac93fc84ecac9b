"""The folder of a study: summary, table, data, figures, page, and the parts that were kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

from neurodyn.errors import InputError
from neurodyn.studies.framework.page import write_page
from neurodyn.studies.framework.report import Report
from neurodyn.studies.framework.work import Study


def check_folder(folder: Path) -> None:
    """Make the folder, and refuse one that cannot be written to before anything is computed."""
    trial = folder / f".{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with trial.open("xb"):
            pass
        trial.unlink()
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written to: {error.strerror or error}.",
            code="not-writable",
            remedy="Choose a folder that you may write to. Nothing was run.",
        ) from error


def fill_folder(report: Report, study: Study, folder: Path) -> None:
    """Write all that a report holds."""
    (folder / "summary.txt").write_text(report.summary() + "\n", "utf-8")
    (folder / "report.json").write_text(json.dumps(report.to_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    report.save(folder / "data.nc")
    write_page(report, study, folder / f"{report.name}.md", endings=("png", "svg"))
