"""`neurodyn study NAME`: the experiments on one system, measured, judged and drawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from neurodyn.cli.codes import INTERRUPTED
from neurodyn.cli.given import read_pairs
from neurodyn.cli.outputs import Outputs, check_output

if TYPE_CHECKING:
    from neurodyn.studies.framework.report import Report

_SETTINGS = ("model", "input", "response")  # settings with an option of their own


@click.command(
    epilog="\b\nExamples:\n  neurodyn study list\n  neurodyn study digit_recall --quick --plot digits.png\n"
    "  neurodyn study digit_recall --set stored=60 --seed 3 --out recall"
)
@click.argument("name")
@click.option("--quick", is_flag=True, help="Fewer or smaller runs.")
@click.option("--seed", type=click.IntRange(min=0), default=None, metavar="S", help="The seed of all random draws.")
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE.npy", help="An array of your own.")
@click.option("--model", metavar="NAME", help="The model that is studied: a name, or the path of a file.")
@click.option("--input", "input", metavar="NAME", help="The input of that model.")
@click.option("--response", metavar="NAME", help="The quantity of that model that is looked at.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Another setting. May be repeated.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep data, figures, tables and finished parts in this folder; FILE.nc keeps the data alone.",
)
@click.option("--plot", "picture", type=click.Path(path_type=Path), metavar="FILE.png", help="Draw the overview.")
@click.option("--page", type=click.Path(path_type=Path), metavar="FILE.md", help="Write a page, its figures beside it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON for other programs.")
@click.option("--progress/--no-progress", default=None, help="A progress bar; by default on a terminal.")
def command(name: str, as_json: bool, **options: Any) -> int:
    """Run an experiment, print what it measured and which of its claims hold.

    NAME is a name that `neurodyn study list` prints. Ctrl-C ends it early; with --out DIR the parts that were finished
    are kept, and the same command goes on from there.
    """
    if name == "list":
        return _listed(as_json)
    request = _Request(name, as_json, **options)
    request.check()
    from neurodyn.studies.framework.work import Interrupted

    try:
        report = request.measured()
    except Interrupted as stop:
        click.echo(f"neurodyn: {stop}", err=True)
        return INTERRUPTED
    return request.keep(report)


@dataclass(frozen=True)
class _Request:
    """What the command line asks for."""

    name: str
    as_json: bool
    quick: bool
    seed: int | None
    data: Path | None
    model: str | None
    input: str | None
    response: str | None
    settings: tuple[str, ...]
    out: Path | None
    picture: Path | None
    page: Path | None
    progress: bool | None

    @property
    def folder(self) -> Path | None:
        """Where all is kept, if that is asked for."""
        return None if self.out is None or self.out.suffix == ".nc" else self.out

    @property
    def outputs(self) -> Outputs:
        """The single files that are asked for."""
        return Outputs(self.out if self.folder is None else None, self.picture, self.as_json)

    def check(self) -> None:
        """Refuse what cannot be written before anything is computed."""
        from neurodyn.studies import declared
        from neurodyn.studies.framework.folder import check_folder

        declared(self.name)
        self.outputs.check()
        if self.page is not None:
            check_output(self.page, (".md",))
        if self.folder is not None:
            check_folder(self.folder)

    def measured(self) -> Report:
        """The report."""
        from neurodyn.studies import study

        own = {key: getattr(self, key) for key in _SETTINGS if getattr(self, key) is not None}
        asked: dict[str, Any] = {"quick": self.quick, "seed": self.seed, "data": self.data, "out": self.folder}
        return study(self.name, settings=read_pairs("--set", self.settings) | own, progress=self.progress, **asked)

    def keep(self, report: Report) -> int:
        """Write and print the report; the answer is the exit code."""
        from neurodyn.studies import declared
        from neurodyn.studies.framework.folder import fill_folder
        from neurodyn.studies.framework.page import write_page

        code = self.outputs.keep(report, report.plot)
        if self.folder is not None:
            fill_folder(report, declared(self.name), self.folder)
        if self.page is not None:
            write_page(report, declared(self.name), self.page)
        if self.out is self.picture is self.page is None:
            click.echo("Nothing of this is kept: --out DIR keeps data, figures and parts.", err=True)
        return code


def _listed(as_json: bool) -> int:
    from neurodyn.studies import STUDIES

    width = max(len(name) for name in STUDIES)
    lines = [f"{name:<{width}}  {text}" for name, text in STUDIES.items()]
    click.echo(json.dumps(dict(STUDIES), indent=2, ensure_ascii=False) if as_json else "\n".join(lines))
    return 0
