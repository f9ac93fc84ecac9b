"""Steps of units whose flow is linear in their own states: the exponential of each unit's slopes, as constants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr

from neurodyn.backends.brian2.units import STEP, Group
from neurodyn.backends.exponentials import exponentials
from neurodyn.backends.plan import Floats
from neurodyn.calculus.letters import reindex
from neurodyn.system.affine import unit_slopes


@dataclass(frozen=True, eq=False)
class Exact:
    """A step of all states of the units of a group.

    Attributes:
        states: those that move.
        scale: of each of them; exponentials are taken of states in these units, which are balanced.
        held: by state, the variable that says from which step on it is not held.
        text: of an expression at the units of a state.
    """

    group: Group
    states: Sequence[str]
    scale: Floats
    dt: float
    held: Mapping[str, str]
    text: Callable[[str, Expr], str]

    def lines(self) -> Iterator[str]:
        """The code.

        Raises:
            InputError: where two events hold states that others of the unit read.
        """
        names = [self.group.site.context.names.give(state) for state in self.states]
        frees = list(dict.fromkeys(self.held[state] for state in self.states if state in self.held))
        masks = [f"_m{frees.index(self.held[state])}" if state in self.held else "" for state in self.states]
        slopes, drives = self._parts()
        moved, meanwhile = self._sums(slopes, drives), [""] * len(names)
        if self._is_seen(slopes):
            if len(frees) > 1:
                raise self.group.site.context.refused("two events hold states that others of their unit read")
            still = np.array([state in self.held for state in self.states])
            meanwhile = self._sums(np.where(still[:, None], 0.0, slopes), drives, still)
        yield from (f"_m{number} = int({STEP} >= {free})" for number, free in enumerate(frees))
        for name, mask, now, then in zip(names, masks, moved, meanwhile, strict=True):
            other, chosen = (name, mask) if mask else (then, "_m0")
            yield f"_n_{name} = {chosen}*({now}) + (1 - {chosen})*({other})" if other else f"_n_{name} = {now}"
        yield from (f"{name} = _n_{name}" for name in names)

    def _parts(self) -> tuple[Floats, list[Expr]]:
        """The slopes of each unit, (unit, row, column), and what drives each state, at the letters of the group."""
        structure, site = self.group.site.context.system.structure, self.group.site
        slopes, drives = np.zeros((site.size, len(self.states), len(self.states))), []
        for row, state in enumerate(self.states):
            found = unit_slopes(structure, state)
            assert found is not None
            put = dict(zip(structure.flows[state].letters, self.group.letters, strict=True))
            drives.append(reindex(found[0], put))
            for other, slope in found[1].items():
                if other in self.states:
                    slopes[:, row, self.states.index(other)] = site.values(reindex(slope, put))
        return slopes, drives

    def _is_seen(self, slopes: Floats) -> bool:
        """Whether a state that moves reads one that can be held meanwhile."""
        frees = [self.held.get(state) for state in self.states]
        seen = [[own is not None and own != mine for own in frees] for mine in frees]
        return bool((np.array(seen) & (slopes != 0)).any())

    def _sums(self, slopes: Floats, drives: Sequence[Expr], still: Any = False) -> list[str]:
        """What a step makes of each state; what drives those that stand `still` does not count."""
        ratio = self.scale[:, None] / self.scale
        kept, added = (part * ratio for part in exponentials(slopes / ratio, self.dt))
        added = np.where(still, 0.0, added)
        return [self._sum(kept[:, row], added[:, row], drives) for row in range(len(self.states))]

    def _sum(self, kept: Floats, added: Floats, drives: Sequence[Expr]) -> str:
        site = self.group.site
        terms = [(kept[:, k], site.context.names.give(state)) for k, state in enumerate(self.states)]
        known = np.zeros(site.size)
        for k, drive in enumerate(drives):
            if site.context.is_constant(drive):
                known += added[:, k] * site.values(drive)
            else:
                terms.append((added[:, k], f"({self.text(self.states[k], drive)})"))
        parts = [f"{site.number(values)}*{text}" for values, text in terms if values.any()]
        return " + ".join([*parts, *([site.number(known)] if known.any() or not parts else [])])
