"""Sequences of images: correlated patterns in sequence memories, with and without the generalised pseudoinverse.

The images are handwritten digits in the order 0 to 9, again and again, each kept once, or the user's own. As in the
source's experiment with images (Chaudhry et al. 2023, arXiv:2306.04532), units hear themselves, and each transition
starts from the true image before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.settings import setting
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Study, Work
from neurodyn.studies.memory.patterns import checked_patterns, digit_patterns
from neurodyn.studies.memory.sequences import Array, called
from neurodyn.studies.sequence_images.cells import DEGREES, INVERSE, PLAIN, SHOWN, Cell, cells_of, inverted, plain
from neurodyn.studies.sequence_images.claims import claims, largest
from neurodyn.system.room import check_room

if TYPE_CHECKING:
    from xarray import Dataset

TITLE = "Sequences of images in sequence memories"
_COPIES = 6  # arrays of the size of all images, or of all their overlaps, that a network works with


@dataclass(frozen=True)
class Settings:
    """What can be changed."""

    counts: tuple[float, ...] = setting(
        (20.0, 40.0, 64.0, 100.0, 200.0, 500.0, 1000.0, 1e6), "numbers of images; one above what there are takes all"
    )
    inverse: int = setting(2000, "the most images for which the pseudoinverse is taken; its time grows as their cube")

    def __post_init__(self) -> None:
        for value in (*self.counts, self.inverse):
            if not 2 <= value <= 10**9 or value % 1:
                remedy = "Give whole numbers from 2 on."
                raise InputError(f"{value:g} images make no sequence.", code="bad-setting", remedy=remedy)


def _measured(work: Work, settings: Settings) -> Report:
    images = _images(work)
    counts = sorted({min(int(count), len(images)) for count in settings.counts})
    inverses = [count for count in counts if count <= settings.inverse]
    _check_room(counts[-1], max(inverses, default=0), images.shape[1])
    parts = _parts(work, images, counts, inverses)
    cells = [cell for (kind, _), part in parts.items() for cell in cells_of(kind, part, images.shape[1])]
    told = {n: part for (kind, n), part in parts.items() if kind == INVERSE}
    pictures = {
        "overview": Picture(
            f"What the first transitions give in place of the image that is meant, of {counts[-1]} images"
            + (f", and of {inverses[-1]} with the pseudoinverse." if inverses else "."),
            partial(_drawn_images, images, cells),
        ),
        "errors": Picture("Share of images that are recalled with any error, and of wrong pixels.",
                          partial(_drawn_errors, cells)),
    }  # fmt: skip
    rank = int(np.linalg.matrix_rank(images))
    notes = (
        f"{len(images)} images of {images.shape[1]} pixels, rank {rank}, mean overlap {_overlap(images):.2f}",
        "units hear themselves, and each transition starts from the true image before it",
    )
    made = claims(cells, {n: int(part["rank"]) for n, part in told.items()})
    details = (*((_ranks(told),) if told else ()), _intervals(cells))
    data = work.result(_dataset(cells))
    return Report(work.name, TITLE, made, pictures, data, notes=notes, tables=(_table(cells),), details=details)


def _parts(work: Work, images: Array, counts: Sequence[int], inverses: Sequence[int]) -> dict[tuple[str, int], Outcome]:
    """What each kind of network did with each number of images."""
    asked = {(PLAIN, n): partial(plain, images[:n]) for n in counts}
    asked |= {(INVERSE, n): partial(inverted, images[:n]) for n in inverses}
    names = {key: f"{key[1]} images, {key[0]}" for key in asked}
    costs = {names[kind, n]: n**2 if kind == PLAIN else n**3 / 100 for kind, n in asked}
    found = work.parts({names[key]: job for key, job in asked.items()}, costs)
    return {key: found[name] for key, name in names.items()}


def _images(work: Work) -> Array:
    """The user's images, or digits, each once."""
    if work.data is not None:
        return checked_patterns(work.data)
    digits = digit_patterns()[0]
    first = np.unique(digits, axis=0, return_index=True)[1]
    return digits[np.sort(first)]


def _check_room(count: int, inverse: int, pixels: int) -> None:
    head = f"Networks of {pixels:,} units need, with {count:,} images,"
    remedy = "Take fewer images: --set counts=100,1000."
    check_room(head, 8.0 * _COPIES * count * pixels, "too-large", remedy, share=0.5)
    head = f"The pseudoinverse of the overlaps of {inverse:,} images needs"
    remedy = "Take it for fewer images: --set inverse=1000."
    check_room(head, 8.0 * _COPIES * inverse**2, "too-large", remedy, share=0.5)


def _overlap(images: Array) -> float:
    """The mean overlap of two images."""
    total, count = images.sum(axis=0), len(images)
    return float((total @ total / images.shape[1] - count) / (count * (count - 1)))


def _table(cells: Sequence[Cell]) -> Table:
    """Shares of wrong images, a row for each network."""
    counts = list(dict.fromkeys(c.count for c in cells))
    rates = {(c.name, c.count): f"{c.image_rate()[0]:.2%}" for c in cells}
    rows = [(name, *[rates.get((name, n), "") for n in counts]) for name in dict.fromkeys(c.name for c in cells)]
    return Table("Wrong images, by their number", ("network", *map(str, counts)), rows)


def _intervals(cells: Sequence[Cell]) -> Table:
    rows = []
    for c in cells:
        pixel, (image, low, high) = c.pixel_rate()[0], c.image_rate()
        rows.append((c.name, str(c.count), f"{pixel:.3%}", f"{image:.2%}", f"[{low:.2%}, {high:.2%}]"))
    return Table("Errors", ("network", "images", "wrong pixels", "wrong images", "95 % interval"), rows)


def _ranks(told: Mapping[int, Outcome]) -> Table:
    rows = [(str(n), str(int(part["rank"])), str(part["told"])) for n, part in told.items()]
    return Table("Pseudoinverses", ("images", "rank of the images", "inverse of their overlaps"), rows)


def _dataset(cells: Sequence[Cell]) -> Dataset:
    import xarray as xr

    rates = {"pixels": [c.pixel_rate() for c in cells], "images": [c.image_rate() for c in cells]}
    data: dict[str, Any] = {
        f"{of}_{key}": ("cell", np.array(found)[:, k])
        for of, found in rates.items()
        for k, key in enumerate(("rate", "low", "high"))
    }
    data["shown"] = (("cell", "transition", "pixel"), np.stack([c.shown[: _shown(cells)] for c in cells]))
    return xr.Dataset(data, {"cell": [c.name for c in cells], "count": ("cell", [c.count for c in cells])})


def _shown(cells: Sequence[Cell]) -> int:
    return min(SHOWN, *(c.count for c in cells))


def _drawn_images(images: Array, cells: Sequence[Cell]) -> Any:
    from neurodyn.plots.images import draw_images

    kinds = dict.fromkeys(c.kind for c in cells)
    rows = {f"{c.name}, {c.count}": c.shown for kind in kinds for c in largest(cells, kind).values()}
    count, pixels = _shown(cells), images.shape[1]
    meant = np.roll(images, -1, axis=0)[:count]
    height = next(k for k in range(isqrt(pixels), 0, -1) if pixels % k == 0)
    return draw_images(meant, {n: s[:count] for n, s in rows.items()}, (height, pixels // height), TITLE)


def _drawn_errors(cells: Sequence[Cell]) -> Any:
    from neurodyn.plots.charts import Chart, Series, draw_charts

    charts = []
    for kind in dict.fromkeys(c.kind for c in cells):
        for what, rate in (("images", Cell.image_rate), ("pixels", Cell.pixel_rate)):
            series = []
            for degree in DEGREES:
                here = [c for c in cells if (c.kind, c.degree) == (kind, degree)]
                found = np.array([rate(c) for c in here])
                counts = np.array([c.count for c in here], dtype=float)
                series.append(Series(called(degree), counts, found[:, 0], low=found[:, 1], high=found[:, 2]))
            charts.append(Chart(f"{kind.capitalize()} network", ("images", f"share of wrong {what}"), series, "x"))
    return draw_charts(charts, TITLE, columns=2)


STUDY = Study(
    _measured,
    Settings,
    quick={"counts": (20.0, 40.0, 100.0, 500.0), "inverse": 100},
    data="images of +1 and -1, one per row, in the order of the sequence",
)
