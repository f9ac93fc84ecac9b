"""Images of +1 and -1 in classes, and the patterns that stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.studies.memory.patterns import checked_patterns, digit_patterns
from neurodyn.system.room import check_room

Array = NDArray[np.float64]
Classes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Images:
    """Images in rows, the first two thirds of each class for training.

    Attributes:
        train, test: images, of +1 and -1.
        train_classes, test_classes: numbers from 0 on.
    """

    train: Array
    test: Array
    train_classes: Classes
    test_classes: Classes

    @property
    def count(self) -> int:
        """Of classes."""
        return int(self.train_classes.max()) + 1

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of an image: a square where the units make one, else a single row."""
        units = self.train.shape[1]
        side = isqrt(units)
        return (side, side) if side * side == units else (1, units)

    def members(self, which: int) -> Array:
        """Images of a class to train on."""
        return np.asarray(self.train[self.train_classes == which])

    def patterns(self, each: int = 1) -> Array:
        """Signs of mean images, units by patterns: of each class, or of so many clusters of it."""
        return np.column_stack([self.patterns_of(c, each) for c in range(self.count)])

    def patterns_of(self, which: int, each: int) -> Array:
        """Those of one class."""
        members = self.members(which)
        groups = clusters(members, each)
        means = np.stack([members[groups == g].mean(axis=0) for g in range(groups.max() + 1)], axis=1)
        return np.where(means >= 0, 1.0, -1.0)


def images_of(data: Array | None, count: int) -> Images:
    """Digits, or images of the user's own in classes found by clustering.

    Raises:
        InputError: for what are no patterns, or too few of them, or too few units.
    """
    if data is None:
        return _divided(*digit_patterns())
    images = checked_patterns(data, duplicates="allow")
    if images.shape[1] <= count:
        raise InputError(
            f"{count} patterns of {images.shape[1]} units span all states: a network of them stores nothing.",
            code="too-few-units",
            remedy="Give images of more units, or fewer clusters (--set clusters=2).",
        )
    if len(images) < 3 * count:
        raise InputError(
            f"{len(images)} images are too few for {count} classes.",
            code="too-few-images",
            remedy=f"Give {3 * count} at least, or fewer clusters (--set clusters=2).",
        )
    room = 8.0 * len(images) ** 2
    check_room(f"To sort {len(images):,} images into classes takes", room, "too-large", "Give fewer images.", share=0.5)
    return _divided(images, clusters(images, count))


def clusters(images: Array, count: int) -> Classes:
    """To which of so many clusters (fewer, if there are fewer images) each image belongs, by Ward's method."""
    from scipy.cluster.hierarchy import fcluster, linkage

    if count == 1 or len(images) == 1:
        return np.zeros(len(images), dtype=np.int64)
    found = fcluster(linkage(images, "ward"), count, "maxclust")
    return np.asarray(np.unique(found, return_inverse=True)[1], dtype=np.int64)


def _divided(images: Array, classes: Classes) -> Images:
    train = np.zeros(len(images), dtype=bool)
    for c in range(int(classes.max()) + 1):
        members = np.flatnonzero(classes == c)
        train[members[: -(-2 * len(members) // 3)]] = True
    return Images(images[train], images[~train], classes[train], classes[~train])
