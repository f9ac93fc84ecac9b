"""What is sure of all matrices within an interval matrix."""

from __future__ import annotations

import numpy as np

from neurodyn.program.intervals import EPS, Interval, centred, magnitude, outward


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


def products(a: Interval, b: Interval) -> Interval:
    """Products of interval matrices along the axes before the last two; entries are wider than they need be.

    Each is taken as a middle and a radius, so that matrices of numbers are multiplied (Rump 1999, BIT 39:534).
    """
    (mid, rad), (other, off) = centred(a), centred(b)
    slack = (mid.shape[-1] + 4) * EPS
    middle = mid @ other
    wide = np.abs(mid) @ (off + slack * np.abs(other)) + rad @ (np.abs(other) + off)
    wide = wide * (1 + 2 * slack)
    return outward(middle - wide, middle + wide)


def _times(a: Interval, b: Interval) -> Interval:
    """The product of two interval matrices."""
    return (a.map(lambda v: v[:, :, None]) * b.map(lambda v: v[None])).total((1,))
