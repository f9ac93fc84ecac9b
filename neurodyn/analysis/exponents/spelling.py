"""Equations that were derived from a system, as a model without units and draws, whose values are all given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sympy import Idx

from neurodyn.analysis.exponents.saltation import Crossing
from neurodyn.calculus.letters import indices_of, letter, name_of, names_in, quantity, size_symbol
from neurodyn.calculus.rewrite import Definition, names_reached, substitute
from neurodyn.calculus.vocabulary import RESERVED
from neurodyn.errors import InputError
from neurodyn.language.names import is_name
from neurodyn.language.spell import spell
from neurodyn.model.model import Model
from neurodyn.system.build import build
from neurodyn.system.system import System

# So many letters an index set gets: sums may be nested as deep, less the letters on the left.
LETTERS = 12


@dataclass(frozen=True, eq=False)
class Derived:
    """Equations: how states move, between and at events, and the definitions that this may speak of.

    Attributes:
        kept: the definitions that are there in any case.
    """

    moving: Mapping[str, Definition]
    definitions: Mapping[str, Definition]
    crossings: Sequence[Crossing] = ()
    kept: Sequence[str] = ()


class Spelling:
    """Names and letters for equations about a system; names that no text can spell get others.

    Args:
        more: sizes of further index sets.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self._used = {*system.model.names.quantities, *system.sizes, *RESERVED}
        self._spelt: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.letters: dict[str, tuple[str, ...]] = {}
        for name, size in system.sizes.items():
            self._add(name, size)

    def index(self, wish: str, size: int) -> Idx:
        """A letter of a new index set."""
        name = self.free(wish)
        self._add(name, size)
        return letter(self.letters[name][0], size_symbol(name))

    def _add(self, name: str, size: int) -> None:
        self.letters[name] = tuple(self.free(f"i{len(self.sizes)}_{k}") for k in range(LETTERS))
        self.sizes[name] = size

    def free(self, wish: str) -> str:
        """A name that nothing has, and that is not read as the differential of another."""
        wish = "".join(c if c.isalnum() or c in "_." else "_" for c in wish)
        name, k = wish, 1
        while name in self._used or f"d{name}" in self._used or (name[0] == "d" and name[1:] in self._used):
            name, k = f"{wish}{k}", k + 1
        self._used.add(name)
        return name

    def of(self, name: str) -> str:
        """The name as text has it."""
        if is_name(name):
            return name
        if name not in self._spelt:
            self._spelt[name] = self.free(name)
        return self._spelt[name]

    def key(self, name: str, letters: tuple[Idx, ...]) -> str:
        """A name with its letters."""
        shown = ",".join(str(x.label) for x in self._own(letters))
        return f"{self.of(name)}[{shown}]" if shown else self.of(name)

    def _own(self, letters: tuple[Idx, ...]) -> tuple[Idx, ...]:
        """Letters of ours for the ranges of some letters, all of them different."""
        taken = dict.fromkeys(self.letters, 0)
        found = []
        for x in letters:
            name = str(x.upper + 1)
            found.append(letter(self.letters[name][taken[name]], size_symbol(name)))
            taken[name] += 1
        return tuple(found)

    def system_of(self, derived: Derived, scales: Sequence[ArrayLike]) -> System:
        """The system of equations that were derived, with the values of the one that they come from.

        Args:
            scales: of the states in their order, one list after the other.
        """
        try:
            model = self.model(derived)
            found = build(model, values={name: self.system.values[name] for name in model.parameters})
        except InputError as error:
            raise InputError(
                f"Equations derived from {self.system.name} cannot be written in the language: {error.sentence}",
                code="not-derived",
            ) from error
        return replace(found, layout=replace(found.layout, scales=np.concatenate(scales)))

    def model(self, derived: Derived) -> Model:
        """The model of equations that were derived, with those definitions that they reach."""
        moving, definitions, crossings = derived.moving, derived.definitions, derived.crossings
        known = {**definitions, **moving}
        roots = {*moving, *derived.kept}.union(*(names_in(e) for c in crossings for e in c.expressions()))
        reached = frozenset[str]().union(*(names_reached(n, known) for n in roots))
        there = {n: definitions[n] for n in definitions if n in reached}
        model, shape = self.system.model, self.system.structure.letters
        form = "{}(t+1)" if model.discrete else "d{}/dt"
        lines = [f"{form.format(self.key(n, d.letters))} = {self._text(d)}" for n, d in moving.items()]
        lines += [f"{self.key(n, d.letters)} = {self._text(d)}" for n, d in there.items()]
        ends = {n: {"ends": s.ends} for n, s in model.indices.items() if s.ends}
        letters = {n: " ".join(self.letters[n]) for n in self.sizes}
        return Model(
            "\n".join(lines),
            name=self.system.name,
            indices={n: {"letters": letters[n], "size": k, **ends.get(n, {})} for n, k in self.sizes.items()},
            states={self.key(n, d.letters): 0.0 for n, d in moving.items()},
            parameters={self.key(n, shape(n)): {} for n in self.system.values if n in reached and n not in there},
            inputs={self.key(n, shape(n)): 0.0 for n in model.inputs if n in reached},
            events={self.key(c.name, c.letters): self._event(c) for c in crossings},
        )

    def _event(self, crossing: Crossing) -> dict[str, Any]:
        said: dict[str, Any] = {"when": self._text(Definition(crossing.letters, crossing.condition))}
        said["set"] = "\n".join(f"{self.key(n, d.letters)} = {self._text(d)}" for n, d in crossing.sets.items())
        if crossing.refractory is not None:
            said["refractory"] = self._text(Definition(crossing.letters, crossing.refractory))
            said["hold"] = [self.key(n, letters) for n, letters in crossing.hold.items()]
        return said

    def _text(self, definition: Definition) -> str:
        own = self._own(definition.letters)
        renamed = substitute(definition.at(own), lambda r: quantity(self.of(name_of(r)), indices_of(r)))
        return spell(renamed, self.letters, [str(x.label) for x in own])


def own_equations(system: System) -> dict[str, Definition]:
    """The rate of each state, or what a step makes of it, at its declared letters."""
    structure = system.structure
    rights = structure.maps if system.model.discrete else structure.flows
    return {n: Definition(structure.letters(n), rights[n].at(structure.letters(n))) for n in system.layout.names}


def without_events(system: System) -> System:
    """The flow or map alone, for engines that would look for events from which nothing follows."""
    return Spelling(system).system_of(Derived(own_equations(system), system.structure.varying), [system.layout.scales])
