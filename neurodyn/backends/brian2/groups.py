"""Groups of units: one for each set of states, inputs and events that share their index sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sympy import Expr, Idx, Indexed, Symbol

from neurodyn.backends.brian2.inputs import Inputs
from neurodyn.backends.brian2.sites import Array, Context, Places, Site, all_of
from neurodyn.backends.brian2.text import Unprintable, text_of
from neurodyn.calculus.letters import fresh, indices_of, name_of
from neurodyn.calculus.nodes import Delta
from neurodyn.calculus.positions import Position
from neurodyn.calculus.reductions import Reduction

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
        regular: code that runs at each step, and when.
        links: variables that are those of another group.
        known: inputs that are declared.
    """

    name: str
    letters: tuple[Idx, ...]
    site: Site
    lines: list[str] = field(default_factory=list)
    starts: dict[str, Array] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    codes: list[tuple[str, str, str]] = field(default_factory=list)
    regular: list[tuple[str, str]] = field(default_factory=list)
    links: dict[str, tuple[Group, str]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.site.context.count(x) for x in self.letters)

    def units(self, site: Site, letters: tuple[Idx, ...]) -> Places:
        """The number of the unit at these letters, for each element of a site."""
        if not letters:
            return np.zeros(site.size, dtype=np.intp)
        return np.ravel_multi_index([site.at[x] for x in letters], self.shape).astype(np.intp)

    def linked(self, other: Group, variable: str) -> str:
        """The name under which a variable of a single unit is read here."""
        name = self.site.context.names.give(f"{self.name} {variable}", "l")
        if name not in self.links:
            self.links[name] = (other, variable)
            self.lines.append(f"{name} : 1 (linked)")
        return name


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


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups of a network, by index sets; made when they are asked for.

    Attributes:
        hosts: by name of the group, where it is not one by itself.
    """

    context: Context
    inputs: Inputs
    by_sets: dict[tuple[str, ...], Group] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)

    def host(self, group: Group) -> Host:
        """The group of Brian2 in which a group is."""
        return self.hosts.setdefault(group.name, Host((group,)))

    def of(self, name: str) -> Group:
        """The group in which a quantity or event of the model lives."""
        names = self.context.system.model.names
        if name in self.context.system.structure.on:
            raise self.context.refused(f"{name} lives on a support, and states there are not yet written for it")
        sets = names.quantities[name].sets
        if sets not in self.by_sets:
            own = tuple(fresh(x) for x in names.letters_of(name))
            self.by_sets[sets] = Group(f"units_{len(self.by_sets)}", own, all_of(self.context, own))
        return self.by_sets[sets]

    @property
    def all_hosts(self) -> tuple[Host, ...]:
        """The groups of Brian2."""
        return tuple(dict.fromkeys(map(self.host, self.by_sets.values())))

    def read(self, name: str, group: Group) -> str:
        """The text of a state or input at the own units of its group, or of the one unit of a group, elsewhere."""
        if name in self.inputs.signals and not self.of(name).letters:
            return self.inputs.scalar(name)
        home = self.of(name)
        variable = self.context.names.give(name)
        if name in self.inputs.signals and variable not in home.known:
            home.known.add(variable)
            self.inputs.declare(name, variable, home, self.host(home).pads(home))
        return variable if home is group else group.linked(home, variable)

    def is_single(self, name: str) -> bool:
        """Whether a quantity has no letters."""
        return not self.context.system.model.names.quantities[name].sets

    def is_here(self, name: str, indices: tuple[Expr, ...], group: Group) -> bool:
        """Whether a state or input belongs to the own unit of a group, or is an input of none."""
        if self.is_single(name) and name in self.inputs.signals:
            return True
        return self.of(name) is group and indices == group.letters

    def beside(self, name: str, indices: tuple[Expr, ...], group: Group) -> str:
        """The text of a state or input at a synapse onto a group."""
        if self.is_single(name):
            text = self.read(name, group)
            return text if name in self.inputs.signals else f"{text}_post"
        home = self.of(name)
        return f"{self.read(name, home)}_{'post' if home is group and indices == group.letters else 'pre'}"

    def text(self, expr: Expr, group: Group, gather: Callable[[Expr], str]) -> str:
        """An expression at the units of a group; `gather` gives the name of a sum over other units."""

        def read(name: str, indices: tuple[Expr, ...]) -> str:
            if not (self.is_single(name) or (self.of(name) is group and indices == group.letters)):
                raise self.context.refused(f"an equation reads {name} of another unit outside of a sum")
            return self.read(name, group)

        return spoken(self.context.whole(expr), group.site, read, gather)


def spoken(
    expr: Expr, site: Site, read: Callable[[str, tuple[Expr, ...]], str], gather: Callable[[Expr], str],
    time: str = TIME,
) -> str:  # fmt: skip
    """An expression at a site.

    Args:
        read: the text of a state or input at some positions.
        gather: the text of what reduces over units.
        time: that of time.
    """
    context = site.context

    def leaf(part: Expr) -> str | None:
        if isinstance(part, Idx | Position | Delta):
            return site.constant(part)
        if isinstance(part, Reduction):
            return site.constant(part) if context.is_constant(part) else gather(part)
        if isinstance(part, Symbol | Indexed):
            name = name_of(part)
            if name == "t":
                return time
            return site.constant(part) if name not in context.varying else read(name, indices_of(part))
        return None

    try:
        return text_of(expr, leaf, context.used)
    except Unprintable as error:
        raise context.refused(f"its equations have no word for {error}") from None
