"""Units that share their index sets, edges that have states, and all that is said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sympy import Expr, Idx

from neurodyn.backends.brian2.sites import Array, Places, Site

# Time in Brian2's words, without its unit there.
TIME, STEP = "(t/second + t_zero_1)", "t_in_timesteps"


@dataclass(frozen=True, eq=False)
class Group:
    """Units and all that is said of them.

    Attributes:
        letters: of all quantities in it, whose positions count its units up.
        lines: the equations.
        starts: the first value of each variable that has one.
        events, codes: conditions by event, and what each event does, and when (event, code, when).
        late: events that are known only when others have been looked for.
        first: code that runs at the begin of each step, with the flow.
        regular: code that runs at each step, and when.
        counted: code of impulses that are counted, and its order among that of others.
        links: variables that are those of another group.
        known: inputs that are declared.
    """

    name: str
    letters: tuple[Idx, ...]
    site: Site
    lines: list[str] = field(default_factory=list)
    starts: dict[str, Array] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    codes: list[tuple[str, str, str]] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    regular: list[tuple[str, str]] = field(default_factory=list)
    counted: list[tuple[str, int]] = field(default_factory=list)
    links: dict[str, tuple[Group, str]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.site.context.count(x) for x in self.letters)

    def units(self, site: Site, letters: tuple[Idx, ...]) -> Places:
        """The number of the unit at these letters, for each element of a site."""
        if not letters:
            return np.zeros(site.size, dtype=np.intp)
        if len(letters) == 1:
            return site.at[letters[0]]
        return np.ravel_multi_index([site.at[x] for x in letters], self.shape).astype(np.intp)

    def linked(self, other: Group, variable: str) -> str:
        """The name under which a variable of a single unit is read here."""
        name = self.site.context.names.give(f"{self.name} {variable}", "l")
        if name not in self.links:
            self.links[name] = (other, variable)
            self.lines.append(f"{name} : 1 (linked)")
        return name

    def copied(self, other: Group, variable: str) -> str:
        """The same for synapses, which cannot read what is linked: a copy, made before they run."""
        link = self.linked(other, variable)
        name = self.site.context.names.give(link, "copy")
        if name not in self.starts:
            self.lines.append(f"{name} : 1")
            self.starts[name] = np.zeros(self.site.size)
            self.regular.extend([(f"{name} = {link}", when) for when in ("before_groups", "before_synapses")])
        return name

    def side(self, home: Group, indices: tuple[Expr, ...]) -> str | None:
        """How the unit of another group is read that lies at these positions: at neither end of a unit."""
        return None


@dataclass(frozen=True, eq=False)
class Path:
    """Code that synapses run at an impulse.

    Attributes:
        train, copy: whose impulses these are, and which one of those in a step.
        to_all: whether the impulse of a unit of the train is one of all units of the source.
        side: whose impulse it is, that of the unit before the synapse (`pre`) or behind it (`post`).
        delay: in steps, of each synapse.
    """

    event: str
    code: str
    order: int = 0
    side: str = "pre"
    when: str = "synapses"
    delay: Array | None = None
    train: str = ""
    copy: int = 0
    to_all: bool = False


@dataclass(frozen=True, eq=False)
class Edges(Group):
    """The edges of a support as synapses that have states, from the unit of the second letter to that of the first.

    Attributes:
        ends: the groups of both letters.
        paths: what impulses do.
    """

    ends: tuple[Group, ...] = ()
    paths: list[Path] = field(default_factory=list)

    def side(self, home: Group, indices: tuple[Expr, ...]) -> str | None:
        """At which end of its edge a unit lies."""
        sides = zip(("post", "pre"), self.ends, self.letters, strict=True)
        return next((side for side, end, x in sides if end is home and indices == (x,)), None)

    def linked(self, other: Group, variable: str) -> str:
        """Synapses have no links: what all read is read behind them."""
        return f"{self.ends[0].copied(other, variable)}_post"


@dataclass(frozen=True, eq=False)
class Host:
    """Groups that are one group of Brian2, where they move in step; shorter ones are repeated in it.

    Attributes:
        members: the longest first.
    """

    members: tuple[Group, ...]

    @property
    def name(self) -> str:
        return self.members[0].name

    @property
    def size(self) -> int:
        return self.members[0].site.size

    def padded(self, values: Any) -> Any:
        """The values at the units of a member as those of all units."""
        found = np.asarray(values)
        return found if found.size in (1, self.size) else np.resize(found, self.size)

    def pads(self, group: Group) -> bool:
        """Whether a member has fewer units than there are."""
        return group.site.size < self.size
