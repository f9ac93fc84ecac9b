"""Which elements of a quantity belong to each unit of an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sympy import Idx

from neurodyn.calculus.supports import Pair

if TYPE_CHECKING:
    from neurodyn.system.values import Values

Places = NDArray[np.intp]


class Members:
    """The elements of an array, unit by unit.

    Args:
        owner: the number of the unit of each element.
        units: how many units there are.
    """

    def __init__(self, owner: Places, units: int) -> None:
        self._order = np.argsort(owner, kind="stable")
        self._starts = np.searchsorted(owner[self._order], np.arange(units + 1))

    def counts(self, units: Places) -> Places:
        """How many elements each of some units has."""
        found: Places = self._starts[np.add(units, 1)] - self._starts[units]
        return found

    def of(self, units: Places) -> Places:
        """The elements of some units, one unit after the other."""
        begin, counts = self._starts[units], self.counts(units)
        ends = np.cumsum(counts)
        total = int(ends[-1]) if ends.size else 0
        found: Places = self._order[np.repeat(begin - ends + counts, counts) + np.arange(total)]
        return found


def members(values: Values, own: tuple[Idx, ...], letters: Sequence[Idx], units: tuple[int, ...]) -> Members:
    """The elements of a quantity that belong to the units of an event.

    Args:
        own: the letters of the quantity, an edge's ends if it lives on a support.
        letters: those of the event, which are among them.
        units: how many positions each of these takes.
    """
    if isinstance(own, Pair):
        positions: Sequence[Places] = values.wiring(own.support).ends
    else:
        positions = [axis.ravel() for axis in np.indices(values.shape(own, None), dtype=np.intp)]
    size = len(positions[0]) if positions else 1
    at = [positions[own.index(x)] for x in letters]
    owner = np.ravel_multi_index(at, units) if at else np.zeros(size, np.intp)
    return Members(np.asarray(owner, dtype=np.intp), int(np.prod(units)))
