"""What symbols say of fixed points, checked: each solution is shown by itself before it is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.certified import Certified
from neurodyn.analysis.fixed_points.contraction import contracted
from neurodyn.analysis.fixed_points.described import residuals, shown
from neurodyn.analysis.fixed_points.elimination import SECONDS, Solved
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.point import FixedPoint, Sure
from neurodyn.analysis.fixed_points.search.shown import RADII
from neurodyn.program.intervals import Interval

Array = NDArray[np.float64]
LATE = f"SymPy was ended after {SECONDS:g} s"


def with_forms(found: Certified, said: Solved, box: tuple[Array, Array]) -> Certified:
    """What is proved of a box, with closed forms; undecided if it is not what SymPy says.

    The certified points hold whatever SymPy says. That there are no others beyond the box rests on it where the box is
    its own, so the two are compared.
    """
    points = tuple(_with_form(p, said) for p in found.points)
    expected = sum(bool(((v >= box[0]) & (v <= box[1])).all()) for _, v in said.forms)
    if said.is_listed and found.verdict is Sure.PROVED and expected != len(points):
        return replace(found, points=points, verdict=Sure.UNDECIDED,
                       reason=f"SymPy lists {expected} solutions, but proved are {len(points)}")  # fmt: skip
    return replace(found, points=points, reason=f"{found.reason}; {LATE}" if said.is_late else found.reason)


def checked(of: Enclosure, said: Solved, box: tuple[Array, Array]) -> tuple[tuple[FixedPoint, ...], int]:
    """Solutions in a box of which it is not known whether they are all: those that are shown, and how many are not."""
    inside = [np.array(v) for _, v in said.forms if ((v >= box[0]) & (v <= box[1])).all()]
    found = [p for p in (_shown(of, flat) for flat in inside) if p is not None]
    points = tuple(_with_form(p, said) for p in sorted(found, key=lambda p: p.flat.tolist()))
    return points, len(inside) - len(points)


def _shown(of: Enclosure, flat: Array) -> FixedPoint | None:
    """A solution that is shown by intervals and again by balls; None where it is not."""
    scales = of.layout.scales
    for radius in RADII:
        reach = radius * (scales + np.abs(flat))
        region = np.stack([flat - reach, flat + reach])
        found = contracted(of, region[None, 0], region[None, 1])
        if found.proved[0] and not found.empty[0] and not of.jumps_in(Interval(region[None, 0], region[None, 1]))[0]:
            point = shown(of, region, np.concatenate([found.low, found.high]))
            return replace(point, residual=float(residuals(of, point.flat[None])[0]))
    return None


def _with_form(p: FixedPoint, said: Solved) -> FixedPoint:
    """A point with its closed form, where there is one."""
    for texts, values in said.forms:
        if texts and p.sure is Sure.PROVED and np.allclose(values, p.flat, rtol=1e-9, atol=1e-12):
            return replace(p, notes=(*p.notes, f"in closed form ({', '.join(texts)})"))
    return p
