"""Linear systems whose matrix has known places, written out: their triangular factors, and solutions with them.

There is no exchange of rows. Where a pivot is 0, or close to it, the step that asked for it comes to no number or to a
large error, and is taken again with a shorter length, which makes the diagonal larger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from neurodyn.backends.ensemble.body import Body

Entry = tuple[int, int]


@dataclass(frozen=True)
class Factors:
    """The places of the factors L and U of a matrix, in the order in which they are computed.

    Attributes:
        size: how many rows there are.
        places: the number under which each entry is kept, the diagonal as its reciprocal.
    """

    size: int
    places: dict[Entry, int]

    @classmethod
    def of(cls, size: int, entries: Iterable[Entry]) -> Factors:
        """Those of a matrix with these entries and its diagonal, which fill further ones."""
        rows = [{i} for i in range(size)]
        for i, j in entries:
            rows[i].add(j)
        for k in range(size):
            right = {j for j in rows[k] if j > k}
            for i in range(k + 1, size):
                if k in rows[i]:
                    rows[i] |= right
        return cls(size, {(i, j): n for n, (i, j) in enumerate((i, j) for i in range(size) for j in sorted(rows[i]))})

    @property
    def work(self) -> int:
        """How many products it takes to compute them, nearly."""
        below = [sum((i, k) in self.places for i in range(k + 1, self.size)) for k in range(self.size)]
        right = [sum((k, j) in self.places for j in range(k + 1, self.size)) for k in range(self.size)]
        return sum(b * (r + 1) for b, r in zip(below, right, strict=True))

    def write(self, body: Body, base: str) -> None:
        """Replace a matrix in memory by its factors."""
        for k in range(self.size):
            inverse = 1.0 / body.load(base, self.places[k, k])
            body.store(inverse, base, self.places[k, k])
            for i in range(k + 1, self.size):
                if (i, k) not in self.places:
                    continue
                factor = body.load(base, self.places[i, k]) * inverse
                body.store(factor, base, self.places[i, k])
                for j in range(k + 1, self.size):
                    if (k, j) in self.places:
                        place = self.places[i, j]
                        left = (-factor).fma(body.load(base, self.places[k, j]), body.load(base, place))
                        body.store(left, base, place)

    def solve(self, body: Body, base: str, vector: str) -> None:
        """Replace a right-hand side in memory by the solution."""
        for i in range(self.size):
            value = body.load(vector, i)
            for j in range(i):
                if (i, j) in self.places:
                    value = (-body.load(base, self.places[i, j])).fma(body.load(vector, j), value)
            body.store(value, vector, i)
        for i in range(self.size - 1, -1, -1):
            value = body.load(vector, i)
            for j in range(i + 1, self.size):
                if (i, j) in self.places:
                    value = (-body.load(base, self.places[i, j])).fma(body.load(vector, j), value)
            body.store(value * body.load(base, self.places[i, i]), vector, i)
