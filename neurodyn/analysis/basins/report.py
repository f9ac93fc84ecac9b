"""`Basins`: the attractors of a system and the starts that lead to each, on one screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.basins.attractor import Attractor
from neurodyn.analysis.basins.finder import ESCAPED, UNSETTLED
from neurodyn.analysis.basins.fractions import uncertainty_exponent, wilson
from neurodyn.system.system import System

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
# How many attractors are told one by one.
SHOWN = 12
WORDS = {ESCAPED: "escaped", UNSETTLED: "unsettled"}


@dataclass(frozen=True, eq=False)
class Share:
    """A share of the starts with its 95 % interval of Wilson."""

    share: float
    low: float
    high: float
    starts: int


@dataclass(frozen=True, eq=False, repr=False)
class Basins(AsText):
    """Attractors, and the attractor of each start.

    Attributes:
        names: of the coordinates of a state.
        attractors: in the order of how many starts they draw.
        starts: (starts, size); of a map of a plane row by row.
        labels: (starts,), the number of the attractor; `ESCAPED` (-1) where a run grew without bound or left the box by
            a thousand of its widths, `UNSETTLED` (-2) where it came to no attractor within the horizon.
        axes: of a map of a plane, the two coordinates with their values; else empty.
        horizon: the time that runs were given.
        notes: what the reader must know.
        recipe: what `basins` was asked, to repeat it.
    """

    system: System
    names: tuple[str, ...]
    attractors: tuple[Attractor, ...]
    starts: Array
    labels: Labels
    axes: Mapping[str, Array]
    horizon: float
    notes: tuple[str, ...] = ()
    recipe: Mapping[str, Any] = field(default_factory=dict)
    interrupted: bool = False

    @cached_property
    def shares(self) -> dict[int, Share]:
        """The share of the starts of each attractor by its number, and of those with none."""
        others = [k for k in (ESCAPED, UNSETTLED) if (self.labels == k).any()]
        found = {}
        for k in (*range(len(self.attractors)), *others):
            count = int((self.labels == k).sum())
            found[k] = Share(count / max(len(self.labels), 1), *wilson(count, len(self.labels)), count)
        return found

    @property
    def image(self) -> Labels:
        """The labels as a map: rows go along the second of the axes, columns along the first."""
        across, up = self.axes.values()
        return self.labels.reshape(len(up), len(across))

    @cached_property
    def uncertainty(self) -> tuple[float, float]:
        """The uncertainty exponent of the boundary on the map, with its standard error; NaN without one."""
        return uncertainty_exponent(self.image)[:2] if self.axes else (np.nan, np.nan)

    def matched(self, other: Basins) -> dict[int, int]:
        """Which attractor of another system is which of these, by number: the pairs that lie closest in all.

        Attractors are compared by mean and spread of each coordinate in units of the scales of states.
        """
        scales = self.system.layout.scales
        mine, theirs = ([a.features(scales) for a in b.attractors] for b in (self, other))
        if not (mine and theirs):
            return {}
        off = np.linalg.norm(np.array(mine)[:, None] - np.array(theirs)[None], axis=2)
        rows, columns = linear_sum_assignment(off)
        return {int(c): int(r) for r, c in zip(rows, columns, strict=True)}

    def __str__(self) -> str:
        head = f"{self.system.name}: {self.system.model.summary}"
        count = f"{len(self.attractors)} attractor{'s' * (len(self.attractors) != 1)} of {len(self.labels):,} starts"
        count += ", interrupted: those not reached are unsettled" if self.interrupted else ""
        lines = [self._line(k) for k in self.shares if k < 0 or k < SHOWN]
        hidden = len(self.attractors) - SHOWN
        lines += [f"  ... and {hidden} more with smaller shares"] if hidden > 0 else []
        exponent, error = self.uncertainty
        if not np.isnan(exponent):
            lines.append(f"boundary: uncertainty exponent {exponent:.3f} +- {error:.3f}, dimension {2 - exponent:.3f}")
        lines.append(f"searched: attractors that no start came to within {self.horizon:g} are not seen")
        return "\n".join([head, "", count, *lines, *self.notes])

    def _line(self, k: int) -> str:
        share = self.shares[k]
        name = WORDS[k] if k < 0 else f"{k}: {self.attractors[k].told(self.names)}"
        return f"  {100 * share.share:6.2f} % [{100 * share.low:.2f}, {100 * share.high:.2f}]  {name}"

    def plot(self, **options: Any) -> Any:
        """The map of basins or, without one, the shares: a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("basins", self, **options)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data, without the label of each start."""
        exponent, error = self.uncertainty
        shares = {WORDS.get(k, str(k)): vars(s) for k, s in self.shares.items()}
        known = {} if np.isnan(exponent) else {"uncertainty_exponent": exponent, "standard_error": error}
        return {
            "model": self.system.name,
            "attractors": [a.to_json(self.names) for a in self.attractors],
            "shares": shares,
            "starts": len(self.labels),
            "horizon": self.horizon,
            "verdict": "searched",
            "interrupted": self.interrupted,
            "notes": list(self.notes),
            "recipe": dict(self.recipe),
            **known,
        }
