"""What is sure of all matrices within an interval matrix."""

from __future__ import annotations

import numpy as np

from neurodyn.program.intervals import Interval, magnitude


def is_negative_definite(found: Interval) -> bool:
    """Whether each symmetric matrix within an interval matrix is negative definite, with no rounding left out.

    The largest row sum of how far they may be from their middle bounds what that adds to an eigenvalue. With any matrix
    Q, A is negative definite if Q.T @ A @ Q is: eigenvectors make the middle nearly diagonal, and then Gershgorin's
    discs lie below 0. Q may be inexact, for the products are by intervals.
    """
    middle = (found.low + found.high) / 2
    middle = (middle + middle.T) / 2
    off = magnitude(found - Interval.point(middle)).total((1,)).high.max()
    turn = np.linalg.eigh(middle)[1]
    lifted = Interval.point(middle) + Interval.point(off * np.eye(len(middle)))
    turned = _times(Interval.point(turn.T), _times(lifted, Interval.point(turn)))
    discs = magnitude(turned).map(lambda v: np.where(np.eye(len(v), dtype=bool), 0.0, v)).total((1,))
    return bool(((turned.map(np.diagonal) + discs).high < 0).all())


def _times(a: Interval, b: Interval) -> Interval:
    """The product of two interval matrices."""
    return (a.map(lambda v: v[:, :, None]) * b.map(lambda v: v[None])).total((1,))
