"""Groups of units: one for each set of states, inputs and events that share their index sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

from sympy import Expr, Idx, Indexed, Symbol

from neurodyn.backends.brian2.inputs import Inputs
from neurodyn.backends.brian2.pairs import learning_pairs
from neurodyn.backends.brian2.sites import Context, Site, all_of, along
from neurodyn.backends.brian2.text import Unprintable, text_of
from neurodyn.backends.brian2.units import TIME, Edges, Group, Host
from neurodyn.calculus.letters import fresh, indices_of, is_bound_name, name_of, names_in, references
from neurodyn.calculus.nodes import Delta
from neurodyn.calculus.positions import Position
from neurodyn.calculus.reductions import Reduction
from neurodyn.calculus.supports import Pair


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
        names, support = self.context.system.model.names, self.context.system.structure.on.get(name)
        sets = names.quantities[name].sets
        own = tuple(fresh(x) for x in names.letters_of(name))
        if support is not None:
            site = along(self.context, self.context.system.wirings[support], Pair(own, support), ())
            return self._edges(("edges of", support), sets, Pair(own, support), site)
        if sets in self._pairs and name in self.context.system.model.states:
            return self._edges(("pairs of", *sets), sets, own, all_of(self.context, own))
        return self._at(sets, own)

    def is_on_edges(self, name: str) -> bool:
        """Whether a state is one of edges, or of all pairs of units as if they were edges."""
        names = self.context.system.model.names
        paired = name in self.context.system.model.states and names.quantities[name].sets in self._pairs
        return paired or name in self.context.system.structure.on

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, ...]]:
        return learning_pairs(self.context)

    def alone(self) -> Group:
        """The group of what has no letters."""
        return self._at((), ())

    def edges(self) -> list[Edges]:
        """All edges that have states."""
        return [group for group in self.by_sets.values() if isinstance(group, Edges)]

    def is_used(self, group: Group) -> bool:
        """Whether anything is said of a group."""
        return bool(group.lines or group.events) or any(group in one.ends for one in self.edges())

    def _at(self, sets: tuple[str, ...], letters: tuple[Idx, ...]) -> Group:
        if sets not in self.by_sets:
            self.by_sets[sets] = Group(f"units_{len(self.by_sets)}", letters, all_of(self.context, letters))
        return self.by_sets[sets]

    def _edges(self, key: tuple[str, ...], sets: tuple[str, ...], letters: tuple[Idx, ...], site: Site) -> Group:
        if key not in self.by_sets:
            ends = tuple(self._at((one,), (fresh(x),)) for one, x in zip(sets, letters, strict=True))
            self.by_sets[key] = Edges(f"edges_{len(self.by_sets)}", letters, site, ends=ends)
        return self.by_sets[key]

    def reads_edges(self, expr: Expr) -> bool:
        """Whether an expression reads states of edges."""
        return any(map(self.is_on_edges, names_in(expr) & self.context.varying))

    def edges_in(self, expr: Expr) -> tuple[Edges | None, tuple[Expr, ...]]:
        """The edges whose states an expression reads at letters of its own, and these letters."""
        for reference in references(expr):
            edges, indices = self.reads_edges(reference), indices_of(reference)
            if edges and not any(isinstance(x, Idx) and is_bound_name(x) for x in indices):
                found = self.of(name_of(reference))
                assert isinstance(found, Edges)
                return found, indices
        return None, ()

    @property
    def all_hosts(self) -> tuple[Host, ...]:
        """The groups of Brian2."""
        return tuple(dict.fromkeys(self.host(g) for g in self.by_sets.values() if not isinstance(g, Edges)))

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
        return self.of(name) is group and indices == tuple(group.letters)

    def own(self, name: str, indices: tuple[Expr, ...], group: Group) -> str:
        """The text of a state or input at the units of a group, or at the ends of its edges."""
        home = self.of(name)
        if self.is_single(name) or (home is group and indices == tuple(group.letters)):
            return self.read(name, group)
        side = group.side(home, indices)
        if side is None:
            raise self.context.refused(f"an equation reads {name} of another unit outside of a sum")
        return f"{self.read(name, home)}_{side}"

    def beside(self, name: str, indices: tuple[Expr, ...], group: Group) -> str:
        """The text of a state or input at a synapse onto a group."""
        if self.is_single(name):
            if name in self.inputs.signals:
                return self.read(name, group)
            variable, home = self.context.names.give(name), self.of(name)
            return f"{variable if home is group else group.copied(home, variable)}_post"
        home = self.of(name)
        return f"{self.read(name, home)}_{'post' if home is group and indices == group.letters else 'pre'}"

    def text(self, expr: Expr, group: Group, gather: Callable[[Expr], str]) -> str:
        """An expression at the units of a group; `gather` gives the name of a sum over other units."""
        return spoken(self.context.whole(expr), group.site, partial(self.own, group=group), gather)


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
