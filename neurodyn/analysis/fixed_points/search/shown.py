"""Whether there is a root near a state, and not a ghost or a line of roots: the arguments of Krawczyk and Kantorovich.

A small rate says nothing of itself: x' = 1e-6 + x^2 has no root, and a rate of 1e-6. There is one root in a ball of
radius r about z if eta + kappa r < r, with eta = |J^-1 F(z)| and kappa the largest |1 - J^-1 J(y)| in the ball. By
intervals that is a proof. Where the system has operations that intervals lack, kappa is measured at some places.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.contraction import contracted
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.jumps import Unknown
from neurodyn.analysis.fixed_points.levels import Held
from neurodyn.analysis.fixed_points.point import Sure
from neurodyn.analysis.fixed_points.search.scaled import Scaled
from neurodyn.analysis.fixed_points.search.steps import steps_of
from neurodyn.errors import InputError
from neurodyn.program.interval_ops import NoInterval
from neurodyn.program.intervals import Interval

Array = NDArray[np.float64]
# Radii of balls that are tried, in scales; how much a measured kappa may be; at how many places it is measured.
RADII = (1e-7, 1e-9, 1e-5, 1e-3, 1e-11)
LARGEST, PLACES = 0.5, 6
# Beyond this many states there are no matrices of intervals.
MOST_PROVED = 1500
# Singular values below this share of the largest are 0 as far as numbers say.
SINGULAR = 1e-9
# How far along a null direction it is looked whether the rate stays 0, in scales, and how far off a root may be there.
LENGTHS, BESIDE = (0.25, -0.25, 0.05, -0.05), 0.2


@dataclass(frozen=True, eq=False)
class Shown:
    """What is known of a state with a small rate.

    Attributes:
        sure: PROVED, SEARCHED, or SLOW where no argument says that there is a root.
        radius: how far the root may be from the state, in scales; NaN where that is not known.
        neutral: along how many directions roots go on.
        low, high: where there is no other root, in SI units.
    """

    sure: Sure
    radius: float = float("nan")
    neutral: int = 0
    low: Array | None = None
    high: Array | None = None


class Judge:
    """Tells roots from ghosts and from lines of roots."""

    def __init__(self, of: Scaled, held: Held | None = None) -> None:
        self._of, self._held = of, held
        self._lacks = of.size > MOST_PROVED

    @cached_property
    def _enclosure(self) -> Enclosure | None:
        with suppress(NoInterval, Unknown, InputError):
            found = Enclosure(self._of.field)
            found.levels = self._held
            return found
        return None

    def judged(self, z: Array, lines_known: bool = False) -> Shown:
        """What is known of a state with a small rate; where lines of roots are known, a singular matrix is one more."""
        lines = self._lines(z, True) if lines_known else 0
        if lines:
            return Shown(Sure.SEARCHED, neutral=lines)
        proof = self._proof(z)
        if proof is not None:
            return proof
        radius = self._measured(z) if self._of.size <= MOST_PROVED else self._measured_along(z)
        if radius is not None:
            return Shown(Sure.SEARCHED, radius)
        lines = self._lines(z, False) if self._of.size <= MOST_PROVED else 0
        return Shown(Sure.SEARCHED, neutral=lines) if lines else Shown(Sure.SLOW)

    def _proof(self, z: Array) -> Shown | None:
        if self._lacks or self._enclosure is None:
            return None
        scales = self._of.field.scales
        x = z * scales
        for radius in RADII:
            reach = radius * scales * (1 + np.abs(z).max())
            low, high = (x - reach)[None], (x + reach)[None]
            try:
                found = contracted(self._enclosure, low, high)
                is_smooth = not self._enclosure.jumps_in(Interval(low, high))[0]
            except (NoInterval, Unknown):
                self._lacks = True
                return None
            if found.proved[0] and is_smooth:
                off = np.maximum(found.high[0] - x, x - found.low[0]) / scales
                return Shown(Sure.PROVED, float(off.max()), 0, low[0], high[0])
        return None

    def _measured(self, z: Array) -> float | None:
        """The radius of a ball in which kappa, measured at some places, leaves one root; None where there is none."""
        of, rng = self._of, np.random.default_rng(0)
        j = of.jacobian(z)
        try:
            inverse = np.linalg.inv(j)
        except np.linalg.LinAlgError:
            return None
        if not np.linalg.norm(inverse) * np.linalg.norm(j) < 1 / SINGULAR:  # as singular as numbers can tell
            return None
        eta = float(np.abs(inverse @ of.defect(z)).max())
        radius = max(4 * eta, 1e-9 * (1 + float(np.abs(z).max())))
        ways = rng.choice([-1.0, 1.0], (PLACES, of.size))
        along = inverse[:, np.abs(inverse).sum(axis=0).argmax()]  # the direction that is least sure
        ways[0] = along / max(float(np.abs(along).max()), 1e-300)
        kappa = max(float(np.abs(inverse @ (of.jacobian(z + radius * w) - j)).sum(axis=1).max()) for w in ways)
        return float(eta / (1 - kappa)) if np.isfinite(eta) and kappa <= LARGEST else None

    def _measured_along(self, z: Array) -> float | None:
        """The same without matrices: by what J^-1 (J(y) - J) makes of some directions."""
        of, rng, solve = self._of, np.random.default_rng(0), steps_of(self._of)[0]
        eta = float(np.abs(solve(z[None], of.defect(z)[None])).max())
        radius = max(4 * eta, 1e-6 * (1 + float(np.abs(z).max())))
        kappa = 0.0
        for way, v in rng.choice([-1.0, 1.0], (PLACES, 2, of.size)):
            change = of.along(z + radius * way, v) - of.along(z, v)
            kappa = max(kappa, float(np.abs(solve(z[None], change[None])).max()))
        return float(eta / (1 - kappa)) if np.isfinite(eta) and kappa <= LARGEST else None

    def _lines(self, z: Array, known: bool) -> int:
        """Along how many directions roots go on from one, as far as numbers say."""
        of = self._of
        _, sizes, right = np.linalg.svd(of.jacobian(z))
        null = right[sizes <= SINGULAR * max(float(sizes.max(initial=0.0)), 1e-300)]
        rounding = 1e-12 * (1 + float(np.abs(z).max())) * max(float(sizes.max(initial=0.0)), 1e-300)
        if np.abs(of.defect(z)).max() > rounding:
            return 0
        if known:
            return len(null)
        return sum(all(self._goes_on(z, h * v, rounding) for h in LENGTHS) for v in null)

    def _goes_on(self, z: Array, away: Array, rounding: float) -> bool:
        """Whether there is a root beside z + away, and the matrix is singular there too."""
        y = z + away
        for _ in range(20):
            f = self._of.defect(y)
            if np.abs(f).max() <= 10 * rounding:
                break
            y = y + np.linalg.lstsq(self._of.jacobian(y), -f, rcond=1e-3)[0]
        sizes: Any = np.linalg.svd(self._of.jacobian(y), compute_uv=False)
        is_near = np.abs(y - z - away).max() <= BESIDE * np.abs(away).max()
        return bool(is_near and np.abs(self._of.defect(y)).max() <= 10 * rounding and sizes[-1] <= 1e-7 * sizes[0])
