"""What a model's text may refer to: index sets, letters, quantities, functions."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Idx

from neurodyn.calculus.letters import Reference, letter, quantity, size_symbol
from neurodyn.calculus.supports import edge_dim
from neurodyn.language.source import Source


@dataclass(frozen=True)
class Name:
    """A declared or defined quantity: what kind it is and the index sets it runs over."""

    kind: str  # state, unknown, parameter, input, noise, potential, event, definition
    sets: tuple[str, ...]
    letters: tuple[str, ...]


@dataclass(frozen=True)
class UserFunction:
    """`name(arguments) = body`, expanded where it is used; `start` is the column of the body in its source."""

    arguments: tuple[str, ...]
    source: Source
    start: int


@dataclass(frozen=True)
class Names:
    """The namespace of one model."""

    letters: Mapping[str, str] = field(default_factory=dict)  # letter -> index set
    sets: frozenset[str] = frozenset()
    quantities: Mapping[str, Name] = field(default_factory=dict)
    functions: Mapping[str, UserFunction] = field(default_factory=dict)
    discrete: bool = False  # whether the model is a map: other times are then steps
    ends: Mapping[str, str] = field(default_factory=dict)  # index set -> what happens beyond its ends
    on: Mapping[str, str] = field(default_factory=dict)  # quantity -> the support whose edges it lives on

    @property
    def implicit(self) -> bool:
        """Whether laws and constraints say what some quantities are: potentials of pins and nodes, unknowns."""
        return any(q.kind in ("unknown", "potential") for q in self.quantities.values())

    def letter(self, name: str) -> Idx:
        """The free letter of that name."""
        return letter(name, size_symbol(self.letters[name]))

    def letters_of(self, name: str) -> tuple[Idx, ...]:
        """The declared letters of a quantity."""
        return tuple(self.letter(x) for x in self.quantities[name].letters)

    def reference(self, name: str) -> Reference:
        """The quantity at its own letters."""
        return quantity(name, self.letters_of(name))

    def dims(self, name: str) -> tuple[str, ...]:
        """What results call the axes of a quantity: its index sets, a second use as `N_pre`; or edges, as `C_edge`."""
        if name in self.on:
            return (edge_dim(self.on[name]),)
        found: list[str] = []
        for s in self.quantities[name].sets:
            while s in found:
                s = f"{s}_pre"
            found.append(s)
        return tuple(found)

    def size(self, name: str) -> Expr:
        """The size of an index set."""
        return size_symbol(name)

    def near(self, word: str) -> str:
        """A sentence that proposes a declared name close to `word`, or nothing."""
        known = [*self.quantities, *self.functions, *self.sets, *self.letters]
        return near(word, known)


def is_name(text: str) -> bool:
    """Whether a text can be a name: `x`, or `part.x`."""
    return all(word.isidentifier() for word in text.split("."))


def near(word: str, known: list[str]) -> str:
    """`Did you mean ...?` for the closest known word, or nothing."""
    lower = {k.lower(): k for k in known}
    match = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f"Did you mean {lower[match[0]]}?" if match else ""
