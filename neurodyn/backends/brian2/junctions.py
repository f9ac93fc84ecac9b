"""What goes from units to units: a sum at each step, or code at each impulse."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from neurodyn.backends.brian2.sites import Places, Site
from neurodyn.backends.brian2.units import Group, Path


@dataclass(frozen=True, eq=False)
class Generator:
    """The impulses of an event whose times are known: the number of the step and of the unit of each.

    Attributes:
        copies: how often a unit happens within one step at most; each copy counts as a unit of its own.
    """

    name: str
    units: int
    steps: Places
    places: Places
    copies: int = 1

    @classmethod
    def of(cls, name: str, units: int, steps: Places, places: Places, most: int = 1) -> Generator:
        """Units that happen in the same step again do so as a copy, of which there are `most` or more."""
        order = np.lexsort((places, steps))
        steps, places = steps[order], places[order]
        same = np.concatenate([[False], (np.diff(steps) == 0) & (np.diff(places) == 0)]) if steps.size else []
        copy = np.zeros(steps.size, np.intp)
        for k in np.flatnonzero(same):
            copy[k] = copy[k - 1] + 1
        return cls(name, units, steps, places + units * copy, max(int(copy.max(initial=0)) + 1, most))


@dataclass(frozen=True, eq=False)
class Sender:
    """Who sends the impulses of an event, and the events that they are there: several, if some come twice in a step."""

    thing: Group | Generator
    events: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Junction:
    """Synapses: from unit `pre` of the source to unit `post` of the target, one for each element of the site.

    Attributes:
        line: the equation of a sum; empty for impulses.
        paths: what impulses do.
    """

    name: str
    source: Group | Generator
    target: Group
    pre: Places
    post: Places
    site: Site
    line: str = ""
    paths: list[Path] = field(default_factory=list)
