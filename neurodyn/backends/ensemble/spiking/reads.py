"""What the leaves of a graph of one element stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

OWN, ONE = "own", "one"
End = tuple[str, int]  # a support, and the end of its edges at which something is read


@dataclass(frozen=True)
class Space:
    """The elements that quantities of the same letters have: positions, or the edges of a support."""

    shape: tuple[int, ...]
    support: str = ""

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    def __str__(self) -> str:
        return f"the edges of {self.support}" if self.support else "x".join(map(str, self.shape)) or "one"


@dataclass(frozen=True)
class Read:
    """One quantity, read at an element.

    Attributes:
        kind: `state`, `input`, `train` (how many impulses arrive), `sum` (over those that arrive) or `held` (1 where an
            event holds the states of its unit).
        how: at the element itself (`OWN`), at an end of the edge that it is, or the same for all (`ONE`).
        half: an input at the beginning (0), in the middle (1) or at the end (2) of the step.
    """

    kind: str
    name: str
    how: str | End = OWN
    half: int = 0


@dataclass(eq=False)
class Reads:
    """All that the graphs of a run read, by the numbers of their leaves.

    Attributes:
        varying: what leaves of the kind `state` are.
        constants: the values of leaves of the kind `parameter`: one number, or one for each element.
    """

    varying: list[Read] = field(default_factory=list)
    constants: list[NDArray[np.float64]] = field(default_factory=list)
    _known: dict[Any, int] = field(default_factory=dict)

    def number(self, read: Read) -> int:
        """The number of a leaf that varies."""
        if read not in self._known:
            self._known[read] = len(self.varying)
            self.varying.append(read)
        return self._known[read]

    def constant(self, values: NDArray[np.float64]) -> int:
        """The number of a leaf that stands still; equal ones are the same."""
        flat = np.ravel(values)
        if flat.size > 1 and (flat == flat[0]).all():
            flat = flat[:1]
        key = flat.shape, flat.tobytes()
        if key not in self._known:
            self._known[key] = len(self.constants)
            self.constants.append(np.ascontiguousarray(flat, dtype=np.float64))
        return self._known[key]
