"""`Report`: what a study leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.results.result import Result
from neurodyn.studies.framework.claims import Claim, as_table, reasons, tally
from neurodyn.studies.framework.tables import Table

_WIDTH = 118  # characters of a line of notes and reasons on a screen


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure of a study.

    Attributes:
        caption: what it shows, in a sentence.
        draw: gives the figure.
        film: gives the same in motion, a `plots.film.Film`, which stands beside it on the page.
    """

    caption: str
    draw: Callable[[], Any]
    film: Callable[[], Any] | None = None


@dataclass(frozen=True, eq=False)
class Report:
    """The report of a study.

    Attributes:
        name: of the study.
        title: one line.
        claims: its table.
        pictures: its figures by name; the first is the overview.
        data: what was measured, with the recipe.
        notes: further lines of the summary.
        tables: further tables.
        details: tables that are too long for a screen: they stand on the page and in JSON.
        facts: further plain data for JSON.
    """

    name: str
    title: str
    claims: tuple[Claim, ...]
    pictures: Mapping[str, Picture]
    data: Result
    notes: Sequence[str] = ()
    tables: Sequence[Table] = ()
    details: Sequence[Table] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def recipe(self) -> Mapping[str, Any]:
        """What it takes to repeat the study: seed, settings, hash of the data, versions, machine."""
        found: Mapping[str, Any] = self.data.recipe["study"]
        return found

    def summary(self) -> str:
        """One screen of text."""
        lines = [*_wrapped(self.notes), ""]
        for table in (*self.tables, *([as_table(self.claims)] if self.claims else [])):
            lines += [*table.lines(), ""]
        told = _wrapped(reasons(self.claims))
        lines += [*told, "", tally(self.claims)] if told else [tally(self.claims)]
        return "\n".join([f"{self.name}: {self.title}", *(f"  {line}".rstrip() for line in lines)])

    def to_json(self) -> dict[str, Any]:
        """The same as plain data, with the recipe."""
        return {
            "study": self.name,
            "title": self.title,
            "claims": [c.to_json() for c in self.claims],
            "tables": {table.title: table.to_json() for table in (*self.tables, *self.details)},
            **self.facts,
            "recipe": dict(self.recipe),
        }

    def plot(self, picture: str | None = None) -> Any:
        """Draw a figure, by default the overview.

        Raises:
            InputError: when there is no figure of that name.
        """
        name = next(iter(self.pictures)) if picture is None else picture
        if name not in self.pictures:
            raise InputError(
                f"The study {self.name} has no figure {name}.",
                code="unknown-figure",
                remedy=near(name, list(self.pictures)) or f"There are: {', '.join(self.pictures)}.",
            )
        return self.pictures[name].draw()

    def save(self, path: str | PathLike[str]) -> Path:
        """Write data, recipe and claims as NetCDF; `neurodyn.load_result` reads it."""
        columns = {
            f"claim_{key}": ("claim", np.array([str(getattr(c, key)) for c in self.claims], dtype=str))
            for key in ("about", "expected", "measured", "tolerance", "verdict", "reason")
        }
        dataset = self.data.dataset
        dataset = dataset.assign(columns if self.claims else {})
        return replace(self.data, dataset=dataset.assign_attrs(title=self.title)).save(path)


def _wrapped(texts: Sequence[str]) -> list[str]:
    return [line for text in texts for line in wrap(text, _WIDTH, subsequent_indent="  ")]
