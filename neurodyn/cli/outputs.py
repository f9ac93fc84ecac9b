"""Where a report goes: files and pictures that are checked before the work and kept whatever happens after it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from neurodyn.cli.codes import INTERRUPTED
from neurodyn.errors import InputError, NeurodynError
from neurodyn.plots import checked_ending

PLOT = click.option("--plot", "picture", type=click.Path(path_type=Path), metavar="FILE.png", help="Draw the figure.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON for other programs.")


@dataclass(frozen=True)
class Outputs:
    """The files that were asked for, and how the summary is printed."""

    out: Path | None
    picture: Path | None
    as_json: bool
    endings: Sequence[str] = (".nc",)

    def check(self) -> None:
        """Refuse a place that cannot be written to before anything is computed."""
        if self.out is not None:
            check_output(self.out, self.endings)
        if self.picture is not None:
            checked_ending(self.picture)
            check_output(self.picture)

    def keep(self, report: Any, draw: Callable[[], Any], *, interrupted: bool = False) -> int:
        """Save, draw and print a report; trouble with one keeps none of the others from the user.

        Args:
            interrupted: whether the user ended the work before its time.

        Returns:
            The exit code: that of the first trouble, else 0, or that of an interruption.
        """
        troubles: list[NeurodynError] = []
        for step, argument in ((self._save, report), (self._draw, draw), (self._print, report)):
            try:
                step(argument)
            except NeurodynError as error:
                troubles.append(error)
        for trouble in troubles:
            click.echo(f"neurodyn: {trouble}", err=True)
        if troubles:
            return troubles[0].exit_code
        return INTERRUPTED if interrupted else 0

    def _save(self, report: Any) -> None:
        if self.out is not None:
            report.save(self.out)

    def _draw(self, draw: Callable[[], Any]) -> None:
        if self.picture is not None:
            from neurodyn.plots import save

            save(draw(), self.picture)

    def _print(self, report: Any) -> None:
        click.echo(json.dumps(report.to_json(), indent=2, ensure_ascii=False) if self.as_json else report.summary())


def check_output(path: Path, endings: Sequence[str] = ()) -> None:
    """Refuse a file that cannot be written; nothing that is there is touched.

    Files are written beside their place and then moved there, so the folder is what must be writable.
    """
    if endings and path.suffix.lower() not in endings:
        raise InputError(
            f"The result cannot be written as {path.name!r}.",
            code="unknown-ending",
            remedy=f"End the file name with {' or '.join(endings)}.",
        )
    trial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is there and is no file")
        with trial.open("xb"):
            pass
        trial.unlink()
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}.",
            code="not-writable",
            remedy="Choose a folder that exists and that you may write to. Nothing was run.",
        ) from error
