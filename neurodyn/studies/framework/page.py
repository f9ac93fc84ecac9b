"""The page of a study, written from its report: figures, tables, and how to change it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurodyn.plots import save
from neurodyn.plots.film import save_film
from neurodyn.studies.framework.claims import as_table, reasons, tally
from neurodyn.studies.framework.report import Report
from neurodyn.studies.framework.settings import described
from neurodyn.studies.framework.work import Study

FIGURES = "figures"
_DPI = 110  # enough for a screen: pages are kept with the code


def write_page(report: Report, study: Study, path: Path, *, endings: tuple[str, ...] = ("png",)) -> None:
    """Write the page, and its figures into a folder beside it."""
    folder = path.parent / FIGURES
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {name: f"{report.name}_{name}" for name in report.pictures}
    for name, stem in drawn.items():
        figure = report.plot(name)
        for ending in endings:
            save(figure, folder / f"{stem}.{ending}", dpi=_DPI)
        film = report.pictures[name].film
        if film is not None:
            save_film(film(), folder / f"{stem}.gif")
    path.write_text(_text(report, study, {name: f"{FIGURES}/{stem}.png" for name, stem in drawn.items()}), "utf-8")


def _text(report: Report, study: Study, figures: Mapping[str, str]) -> str:
    first, *others = report.pictures
    parts = [f"# {report.title}", *_picture(report, first, figures), *report.notes]
    if report.claims:
        parts += ["## Claims", f"{tally(report.claims)}.", as_table(report.claims).markdown()]
        parts += ["\n".join(f"- {line}" for line in reasons(report.claims))] if reasons(report.claims) else []
    for table in (*report.tables, *report.details):
        parts += [f"## {table.title}", table.markdown()]
    parts += ["## More figures"] if others else []
    for name in others:
        parts += _picture(report, name, figures)
    return "\n\n".join([*parts, *_change(report, study)]) + "\n"


def _picture(report: Report, name: str, figures: Mapping[str, str]) -> list[str]:
    picture, path = report.pictures[name], figures[name]
    moving = [] if picture.film is None else [f"![The same in motion.]({path.removesuffix('.png')}.gif)"]
    return [f"![{picture.caption}]({path})", *moving, f"*{picture.caption}*"]


def _change(report: Report, study: Study) -> list[str]:
    """How to repeat it and what can be different."""
    recipe, name = report.recipe, report.name
    given = " --quick" if recipe["quick"] else ""
    draws = "" if study.seed is None else f" `--seed S` changes all random draws; here it was {recipe['seed']}."
    data = f" `--data file.npy` takes {study.data}." if study.data else ""
    here = recipe["settings"]
    rows = [f"| `{key}` | {_shown(here[key])} | {about} |" for key, (_, about) in described(study.settings).items()]
    table = ["\n".join(["| Setting | Here | Is |", "| --- | --- | --- |", *rows])] if rows else []
    versions = ", ".join(f"{package} {number}" for package, number in recipe["versions"].items() if number)
    return [
        "## How to change it",
        f"This page was written by `neurodyn study {name}{given} --page FILE.md` ({versions}).{draws}{data}"
        + (" Each of these takes `--set NAME=VALUE`:" if rows else ""),
        *table,
        f'`--out DIR` keeps data, figures and finished parts. In Python: `neurodyn.study("{name}", ...)`, a report with'
        " `claims`, `data`, `plot()` and `save()`.",
    ]


def _shown(value: Any) -> str:
    return ", ".join(f"{v:g}" for v in value) if isinstance(value, list) else "" if value is None else str(value)
