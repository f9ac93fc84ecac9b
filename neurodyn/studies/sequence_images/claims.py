"""What the source found with images of 784 pixels, up to 200,000 of them, and what holds for these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from neurodyn.studies.framework.claims import Claim, at_least, at_most, seen, undecided
from neurodyn.studies.memory.sequences import Degree
from neurodyn.studies.sequence_images.cells import DEGREES, INVERSE, PLAIN, Cell

_FEWER = "The source had 200,000 images, and all of them were wrong up to d = 50 or so."


def claims(cells: Sequence[Cell], ranks: Mapping[int, int]) -> tuple[Claim, ...]:
    """All claims.

    Args:
        cells: of all networks and numbers of images.
        ranks: of the images, by their number, where there is a pseudoinverse.
    """
    return (*_plain_claims(cells), *(_inverse_claims(cells, ranks) if ranks else ()))


def largest(cells: Sequence[Cell], kind: str, count: int | None = None) -> dict[Degree, Cell]:
    """The networks of a kind with the most images, or with so many."""
    most = max(c.count for c in cells if c.kind == kind) if count is None else count
    return {c.degree: c for c in cells if c.kind == kind and c.count == most}


def _plain_claims(cells: Sequence[Cell]) -> list[Claim]:
    last = largest(cells, PLAIN)
    best, pixels = last[None], [last[degree].pixel_rate()[0] for degree in DEGREES]
    falls = all(a >= b for a, b in pairwise(pixels))
    head, found = f"{best.count} images", f"{int(best.wrong.sum())} of {best.count * best.pixels:,}"
    told = f"{int((best.wrong > 0).sum())} images are wrong, {best.image_rate()[0]:.2%}"
    listed = ", ".join(f"{p:.3%}" for p in pixels)
    return [
        seen(f"{head}, exponential: wrong pixels", not best.wrong.any(), "none", found, reason=told),
        *(
            at_least(f"{head}, d = {d}: share of wrong images", last[d].image_rate()[0], 0.99, reason=_FEWER)
            for d in (1, 5, 25)
        ),
        seen(f"{head}: wrong pixels with d = 1, 5, 25 and exponential become fewer", falls, "they do", listed),
    ]


def _inverse_claims(cells: Sequence[Cell], ranks: Mapping[int, int]) -> list[Claim]:
    exact = [count for count, rank in ranks.items() if rank == count]
    about = f"{INVERSE}, linearly independent images, all functions: wrong pixels"
    if exact:
        errors = sum(int(c.wrong.sum()) for c in cells if c.kind == INVERSE and c.count in exact)
        told = f"with {', '.join(map(str, exact))} images"
        rows = [seen(about, errors == 0, "none", float(errors), reason=told)]
    else:
        rows = [undecided(about, "none", "No number of images that was asked for is linearly independent.")]
    beyond = largest(cells, INVERSE)
    count = beyond[None].count
    before = largest(cells, PLAIN, count)
    for d in DEGREES[:-1]:
        about = f"{count} images, d = {d}: share of wrong images with the {INVERSE}, at most that without"
        rows.append(at_most(about, beyond[d].image_rate()[0], before[d].image_rate()[0]))
    about = f"{count} images, exponential: share of wrong images with the {INVERSE}, at least that without"
    rows.append(at_least(about, beyond[None].image_rate()[0], before[None].image_rate()[0]))
    return rows
