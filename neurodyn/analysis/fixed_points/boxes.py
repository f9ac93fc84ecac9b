"""All zeros of a rate in a box: boxes are contracted and halved until each holds one for sure, or none, or is small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.contraction import contracted
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.shares import Told, nobody
from neurodyn.program.intervals import EPS, Interval

Array = NDArray[np.float64]
TOGETHER = 2048
# Where a side is cut: not in the middle, where zeros of symmetric systems lie.
CUT = 127 / 256
# How much the length of a side counts beside how much the rate bends along it.
EVEN = 0.05
# A surface on which the rate jumps is covered by about so many boxes.
SURFACE = 4096.0


@dataclass(eq=False)
class Halving:
    """What is known of a box, as it goes on.

    Attributes:
        most: how many boxes are looked at.
        small: boxes whose sides are all shorter than this share of `sides` are left alone.
        proved: pairs of boxes (pairs, 2, 2, size): one that holds exactly one zero, and where in it that lies.
        tough: boxes that got small, (boxes, 2, size).
        waiting: boxes that were not looked at.
        told: is told which share of the whole is known.
    """

    of: Enclosure
    sides: Array
    small: float
    most: int
    boxes: int = 0
    proved: list[Array] = field(default_factory=list)
    tough: list[Array] = field(default_factory=list)
    waiting: list[Array] = field(default_factory=list)
    interrupted: bool = False
    told: Told = nobody
    open: float = 0.0

    def run(self, boxes: Sequence[Array]) -> Halving:
        """Go through arrays of boxes (boxes, 2, size), until all is known, there are too many, or it is interrupted."""
        self.waiting += boxes
        self.open = sum(self._volume(x) for x in self.waiting)
        whole = self.open
        try:
            while self.waiting and self.boxes < self.most:
                self._some()
                self.told(1 - self.open / whole if whole else 1.0)
        except KeyboardInterrupt:
            self.interrupted = True
        return self

    def _some(self) -> None:
        """Look at some of the boxes that wait; they wait until all that is known of them is written down."""
        count, last = 0, len(self.waiting)
        while last and count < TOGETHER:
            last -= 1
            count += len(self.waiting[last])
        some = np.concatenate(self.waiting[last:])
        now, later = some[:TOGETHER], some[TOGETHER:]
        found = contracted(self.of, now[:, 0], now[:, 1])
        new = np.stack([found.low, found.high], axis=1)
        proved = found.proved & ~found.empty
        left = ~found.empty & ~proved
        width = new[:, 1] - new[:, 0]
        is_small = (width <= self._least(new)).all(axis=1)
        if self.of.may_jump:  # halving on rarely tells more of a surface on which it jumps
            is_small |= (width <= self._coarse).all(axis=1) & self.of.jumps_in(Interval(new[:, 0], new[:, 1]))
        rest = left & ~is_small
        halves = self._cut(new[rest], now[rest], found.bent[rest])
        self.boxes += len(now)
        self.proved += [np.stack([now[proved], new[proved]], axis=1)] if proved.any() else []
        self.tough += [new[left & is_small]] if (left & is_small).any() else []
        self.waiting[last:] = [x for x in (later, halves) if len(x)]
        self.open += self._volume(halves) - self._volume(now)

    def _volume(self, boxes: Array) -> float:
        """Of some boxes, in terms of the sides of the whole."""
        return float(np.prod((boxes[:, 1] - boxes[:, 0]) / self.sides, axis=1).sum())

    def _least(self, boxes: Array) -> Array:
        """Sides that are not cut; floating point cannot cut those that are a few of its steps."""
        steps: Array = 8 * EPS * np.abs(boxes).max(axis=1)
        return np.maximum(self.small * self.sides, steps)

    @property
    def _coarse(self) -> Array:
        """Below which sides boxes are left alone where the rate jumps, so that a surface takes some thousands."""
        along = max(len(self.sides) - 1, 1)
        share: float = max(SURFACE ** (-1 / along), self.small)
        return share * self.sides

    def _cut(self, boxes: Array, before: Array, bent: Array) -> Array:
        """Boxes cut in two; those that a step has made much smaller are left whole."""
        width, old = boxes[:, 1] - boxes[:, 0], before[:, 1] - before[:, 0]
        least = self._least(boxes)
        shrunk = ((width < 0.5 * old) & (old > least)).any(axis=1)
        whole, cut = boxes[shrunk], boxes[~shrunk]
        share = width[~shrunk] / self.sides
        weight = bent[~shrunk] + EVEN * share / share.max(axis=1, keepdims=True)
        weight = np.where(width[~shrunk] > least[~shrunk], weight, -1.0)
        rows, side = np.arange(len(cut)), weight.argmax(axis=1)
        first, second = cut.copy(), cut.copy()
        at = cut[rows, 0, side] + CUT * width[~shrunk][rows, side]
        first[rows, 1, side], second[rows, 0, side] = at, at
        return np.concatenate([whole, first, second])


def joined(parts: Sequence[Array], shape: tuple[int, ...]) -> Array:
    """Parts of a list of boxes as one array, also if there are none."""
    return np.concatenate(parts) if parts else np.empty((0, *shape))
