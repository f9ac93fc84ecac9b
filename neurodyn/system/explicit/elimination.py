"""Exact elimination in linear equations whose slopes are expressions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sympy import Expr

from neurodyn.calculus.letters import names_in, quantity
from neurodyn.system.explicit.forms import Form, Forms
from neurodyn.system.explicit.signs import Signs


class Elimination:
    """Equations `form = 0`, solved for one name after the other.

    A name is solved for where its slope is a number, or is shown to differ from 0, or follows from parameters alone:
    then its value is looked at when there is one. Of these the one goes first that touches the fewest other terms.

    Attributes:
        rows: the equations that are left.
        solved: what each name is, in names that were solved for later or not at all.
        assumed: slopes of parameters that must not be 0, by the name that was solved for.
    """

    def __init__(self, rows: Sequence[Form], forms: Forms, signs: Signs, moving: Collection[str]) -> None:
        self.rows = list(rows)
        self.solved: dict[str, Form] = {}
        self.assumed: dict[str, Expr] = {}
        self._forms, self._signs, self._moving = forms, signs, moving

    def solve(self, names: Collection[str], count: int | None = None) -> None:
        """Solve for as many of these names as can be, in the first `count` of the equations that are left."""
        limit = len(self.rows) if count is None else count
        while pivot := self._pivot(names, limit):
            row, name = pivot
            own = self.rows.pop(row)
            limit -= row < limit
            slope = own.slopes[name]
            self.solved[name] = own.but(name).times(-1 / slope)
            told = self.solved[name] if self.solved[name].slopes else Form({}, quantity(name))
            for k, other in enumerate(self.rows):
                if name in other.slopes:
                    self.rows[k] = self._forms.put(other, {name: told})

    def _pivot(self, names: Collection[str], limit: int) -> tuple[int, str] | None:
        held: dict[str, int] = {}
        for row in self.rows:
            for name in row.slopes:
                held[name] = held.get(name, 0) + 1
        found = [
            ((len(row.slopes) - 1) * (held[name] - 1), not row.slopes[name].is_number, k, name)
            for k, row in enumerate(self.rows[:limit])
            for name in row.slopes
            if name in names
        ]
        found.sort(key=lambda one: one[:3])
        for is_right in (self._is_nonzero, self._is_parameter):
            for *_, k, name in found:
                if is_right(name, self.rows[k].slopes[name]):
                    return k, name
        return None

    def _is_nonzero(self, name: str, slope: Expr) -> bool:
        return slope.is_number or self._signs.nonzero(slope)

    def _is_parameter(self, name: str, slope: Expr) -> bool:
        if not names_in(slope).isdisjoint(self._moving):
            return False
        self.assumed[name] = slope
        return True
