"""What a phase portrait shows of each coordinate: what is asked for, else the box that was given, else the points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.errors import InputError
from neurodyn.language.names import near

if TYPE_CHECKING:
    from neurodyn.analysis.fixed_points.report import FixedPoints

Range = tuple[float, float]


def ranges(report: FixedPoints, asked: Mapping[str, Range] | None) -> list[Range]:
    """The range of each coordinate.

    Args:
        asked: ranges by the name of a coordinate, such as `x` or `x[1]`, or of a state, for all of its coordinates.

    Raises:
        InputError: for a name that is none, and ends that are no two numbers, low before high.
    """
    layout, found = report.system.layout, dict(asked or {})
    elements = [layout.element(k) for k in range(layout.size)]
    for name, ends in found.items():
        if name not in (*elements, *layout.names):
            raise InputError(
                f"The span of {name} is asked for, which is no state of {report.system.name}.",
                code="bad-span",
                remedy=near(name, elements) or f"States: {', '.join(elements)}.",
            )
        if not (np.shape(ends) == (2,) and np.isfinite(ends).all() and ends[0] < ends[1]):
            raise InputError(f"The span of {name} has no two ends, low before high.", code="bad-span",
                             remedy="Give (low, high).")  # fmt: skip
    return [
        found.get(element) or found.get(element.partition("[")[0]) or _default(report, k)
        for k, element in enumerate(elements)
    ]


def _default(report: FixedPoints, k: int) -> Range:
    if report.given is not None and np.isfinite([end[k] for end in report.given]).all():
        return float(report.given[0][k]), float(report.given[1][k])
    system = report.system
    if not report.points:  # the start, and the box if it is a wide one
        at, scale = float(system.start()[k]), float(system.layout.scales[k])
        ends = (at, at) if report.box is None else (float(report.box[0][k]), float(report.box[1][k]))
        size = 2 * max(abs(at), scale)
        return min(at - size, ends[0]), max(at + size, ends[1])
    values = np.array([p.flat[k] for p in report.points])
    size = max(float(np.abs(values).max()), float(system.layout.scales[k]))
    # Points that differ by rounding alone have no spread.
    spread = float(np.ptp(values)) if np.ptp(values) > 1e-6 * size else size
    return float(values.min()) - 0.6 * spread, float(values.max()) + 0.6 * spread
