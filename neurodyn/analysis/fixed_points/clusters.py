"""What is left of a box when halving has ended: small boxes that touch are one place, and each place gets an answer.

A zero on the faces of boxes is in the interior of none of them: it is shown in a box around a candidate (Rump 1983
calls it inflation). Where that fails, a degenerate zero is a cluster, with its hull, and zeros along a line are that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.boxes import Halving, joined
from neurodyn.analysis.fixed_points.contraction import contracted
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.program.intervals import EPS, Interval

Array = NDArray[np.float64]
# By how much boxes get smaller at each of the levels, how many may be looked at for each place, and how many small ones
# that touch are taken for a continuum.
FINER, LEVELS, PATIENCE, MANY = 2.0**-8, 2, 4000, 1500
# A singular value below this share of the largest is 0 as far as numbers say.
SINGULAR = 1e-6
# A place that is longer than this many small boxes may be a line of zeros.
LONG = 8
POLISH, SPREAD, DIGITS, FEW = 30, 7, 9, 8


@dataclass(frozen=True, eq=False)
class Place:
    """Boxes of which it is not known whether they hold a zero: a degenerate one, several, a line of them, or none.

    Attributes:
        low, high: their hull.
        boxes: how many they are.
        point: the state in it at which the rate is smallest, as far as iterations say.
        exact: whether the rate is 0 there without any rounding.
        neutral: along how many directions zeros seem to go on.
    """

    low: Array
    high: Array
    boxes: int
    point: Array
    exact: bool
    neutral: int = 0


@dataclass(eq=False)
class Settling:
    """Answers for the places that halving left, as it goes on.

    Attributes:
        proved: as of `Halving`: boxes with one zero, and where in them that lies.
        places: what stays open.
        left: boxes that were not looked at.
    """

    of: Enclosure
    sides: Array
    small: float
    proved: list[Array] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    left: list[Array] = field(default_factory=list)
    boxes: int = 0
    interrupted: bool = False

    def run(self, tough: Array) -> Settling:
        """Find an answer for each place where boxes touch, which are about `small` times the sides."""
        self.left = list(components(self._uncovered(tough)))
        try:
            while self.left:
                place = self.left[-1]
                left = joined(self._settled(place, self.small, 0), place.shape[1:])
                found = self._places(left) if len(left) else []
                self.left.pop()
                self.places += found
            self._join_jumps()
        except KeyboardInterrupt:
            self.interrupted = True
        return self

    def _join_jumps(self) -> None:
        """Many places on surfaces on which the rate jumps are told as one."""
        ends = [Interval(p.low[None], p.high[None]) for p in self.places]
        jump = [p for p, end in zip(self.places, ends, strict=True) if self.of.jumps_in(end)[0]]
        if len(jump) > FEW:
            low, high = hull(np.stack([np.stack([p.low, p.high]) for p in jump]))
            self.places = [p for p in self.places if p not in jump]
            self.places.append(Place(low, high, sum(p.boxes for p in jump), jump[0].point, False))

    def _settled(self, boxes: Array, small: float, level: int) -> list[Array]:
        """What is left of boxes that touch, once zeros are shown and the rest is halved on."""
        rest = self._uncovered(boxes)
        if len(rest) and self._inflated(rest):
            rest = self._uncovered(rest)
        if not len(rest) or level == LEVELS or len(rest) > MANY or self._jumps(rest):
            return [rest]
        finer = Halving(self.of, self.sides, small * FINER, PATIENCE).run([rest])
        self.boxes += finer.boxes
        self.interrupted |= finer.interrupted
        self.proved += finer.proved
        if finer.waiting:
            return [*finer.tough, *finer.waiting]
        tough = joined(finer.tough, rest.shape[1:])
        parts = components(tough)
        return [left for part in parts for left in self._settled(part, small * FINER, level + 1)]

    def _jumps(self, boxes: Array) -> bool:
        """Whether the rate may jump in one of these: halving such ones does not help."""
        return bool(self.of.jumps_in(Interval(boxes[:, 0], boxes[:, 1])).any())

    def _places(self, boxes: Array) -> list[Place]:
        """Boxes that are left of one place: one answer where they lie close together, else one for each part."""
        low, high = hull(boxes)
        if ((high - low) <= self.small * self.sides).all():
            return [self._place(boxes)]
        if self._jumps(boxes):
            return [self._place(boxes)]
        return [self._place(part) for part in components(boxes)]

    def _uncovered(self, boxes: Array) -> Array:
        """Those that do not lie in a box that holds one zero only, which is known."""
        for pair in self.proved:
            for low, high in pair[:, 0]:
                inside = ((boxes[:, 0] >= low) & (boxes[:, 1] <= high)).all(axis=1)
                boxes = boxes[~inside]
        return boxes

    def _inflated(self, boxes: Array) -> bool:
        """Whether one zero is shown in a box around all of these, or around the best state in them."""
        low, high = hull(boxes)
        width = np.maximum(high - low, 1e-9 * self.sides)
        point = polished(self.of, (low + high) / 2)
        least = np.maximum(1e-10 * self.sides, 64 * EPS * np.maximum(np.abs(low), np.abs(high)))
        for grown in (1.0, 0.1, 1e-3):
            for middle in (point, (low + high) / 2):
                near = np.maximum(grown * width, least)
                box = np.stack([np.minimum(middle, low) - near, np.maximum(middle, high) + near])
                box = box if grown == 1.0 else np.stack([middle - near, middle + near])
                if np.isfinite(box).all() and self._holds_one(box, boxes):
                    return True
        return False

    def _holds_one(self, box: Array, boxes: Array) -> bool:
        """Whether a box holds one zero for sure, one that may lie in these boxes; it is written down."""
        found = contracted(self.of, box[None, 0], box[None, 1])
        meets = ((boxes[:, 0] <= found.high) & (boxes[:, 1] >= found.low)).all(axis=1).any()
        if not found.proved[0] or found.empty[0] or not meets:
            return False
        self.proved.append(np.stack([box[None], np.stack([found.low, found.high], axis=1)], axis=1))
        return True

    def _place(self, boxes: Array) -> Place:
        low, high = hull(boxes)
        middles = boxes.mean(axis=1)
        some = middles[np.unique(np.linspace(0, len(middles) - 1, SPREAD).astype(int))]
        points = [p for p in (polished(self.of, x) for x in [(low + high) / 2, *some]) if self._is_near(p, boxes)]
        points = points or [some[0]]
        best = min(points, key=lambda p: float(np.abs(self.of.middle(p[None]) / self.of.layout.scales).max()))
        point, exact = self._exact(best, boxes)
        is_long = ((high - low) > LONG * self.small * self.sides).any()
        return Place(low, high, len(boxes), point, exact, self._neutral(points, boxes) if is_long else 0)

    def _is_near(self, point: Array, boxes: Array) -> bool:
        """Whether a state lies in one of these boxes, or next to it."""
        slack = self.small * self.sides
        return bool(((boxes[:, 0] - slack <= point) & (point <= boxes[:, 1] + slack)).all(axis=1).any())

    def _exact(self, point: Array, boxes: Array) -> tuple[Array, bool]:
        """The state or one nearby with fewer digits, if the rate is exactly 0 there."""
        for digits in (DIGITS, 6, 3):
            near = np.round(point / self.sides, digits) * self.sides
            rate = self.of.rate(Interval.point(near[None]))
            if self._is_near(near, boxes) and not (rate.low.any() or rate.high.any()):
                return near, True
        return point, False

    def _neutral(self, points: list[Array], boxes: Array) -> int:
        """Along how many directions zeros seem to go on: none, unless several are found that are apart."""
        apart = 4 * (boxes[:, 1] - boxes[:, 0]).max(axis=0) + 1e-9 * self.sides
        far = [p for p in points if (np.abs(p - points[0]) > apart).any()]
        zeros = [p for p in far if self._is_zero(p)]
        if len(zeros) < 2:
            return 0
        slope = self.of.jacobian(Interval.point(np.stack(zeros)))
        sizes = np.linalg.svd(slope.low * self.sides / self.sides[:, None], compute_uv=False)
        return int((sizes <= SINGULAR * sizes.max(axis=1, keepdims=True)).sum(axis=1).min())

    def _is_zero(self, point: Array) -> bool:
        rate = self.of.middle(point[None])[0]
        return bool((np.abs(rate) <= 1e-10 * self.sides).all())


def polished(of: Enclosure, x: Array) -> Array:
    """Where the iteration of Gauss and Newton leads to; its shortest steps do without an inverse."""
    scales = of.layout.scales
    for _ in range(POLISH):
        around, slope = of.rate(Interval.point(x[None])), of.jacobian(Interval.point(x[None])).low[0]
        if ((around.low <= 0) & (around.high >= 0)).all():  # as near as rounding lets one see
            return x
        rate = (around.low + around.high)[0] / 2
        if not (np.isfinite(rate).all() and np.isfinite(slope).all()):
            return x
        step = np.linalg.lstsq(slope * scales / scales[:, None], rate / scales, rcond=1e-10)[0] * scales
        x = x - step
        if (np.abs(step) <= 1e-15 * (np.abs(x) + scales)).all():
            return x
    return x


def hull(boxes: Array) -> tuple[Array, Array]:
    """The smallest box around boxes."""
    return boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)


def components(boxes: Array) -> Iterator[Array]:
    """Boxes that touch, directly or through others."""
    if not len(boxes):
        return
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    widest = np.maximum((boxes[:, 1] - boxes[:, 0]).max(axis=0), 1e-300)
    middles = boxes.mean(axis=1) / widest
    pairs = cKDTree(middles).query_pairs(1.0 + 1e-5, p=np.inf, output_type="ndarray")
    low, high = boxes[:, 0] - 1e-6 * widest, boxes[:, 1] + 1e-6 * widest
    touch = ((low[pairs[:, 0]] <= high[pairs[:, 1]]) & (low[pairs[:, 1]] <= high[pairs[:, 0]])).all(axis=1)
    ends = pairs[touch]
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(boxes), len(boxes)))
    count, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    yield from np.split(boxes[order], np.cumsum(np.bincount(label, minlength=count))[:-1])
