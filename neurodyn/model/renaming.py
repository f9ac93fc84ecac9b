"""How the names of a part are spelt in its circuit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.names import Names
from neurodyn.language.respell import respell
from neurodyn.language.source import Source
from neurodyn.model.equations import Equation
from neurodyn.model.index_sets import IndexSet
from neurodyn.model.parts import Part


@dataclass(frozen=True)
class Renaming:
    """The new spelling of each index set, letter and name of a part.

    Attributes:
        names: the names of the part's model.
        part: the part.
        sets, letters: old to new.
        added: index sets of the circuit that are new or have more letters.
    """

    names: Names
    part: Part
    sets: Mapping[str, str]
    letters: Mapping[str, str]
    added: Mapping[str, IndexSet]

    def name(self, name: str) -> str:
        """A quantity or function."""
        return f"{self.part.name}.{name}"

    def text(self, text: str, local: tuple[str, ...] = ()) -> str:
        """An expression; names in `local` stay."""

        def put(name: str) -> tuple[str, tuple[str, ...]] | None:
            if name in local:
                return None
            if name in self.names.quantities:
                return self.name(name), self.part.letters
            if name in self.names.functions:
                return self.name(name), ()
            if name in self.letters or name in self.sets:
                return self.letters.get(name) or self.sets[name], ()
            if name[:1] == "d" and name[1:] in self.names.quantities:
                return "d" + self.name(name[1:]), self.part.letters
            return None

        return respell(text, put)

    def value(self, value: Any) -> Any:
        """A value: text is read as an expression where it is one."""
        if not isinstance(value, str):
            return value
        try:
            return self.text(value)
        except InputError:
            return value  # the build says what is wrong with it, at its place

    def statement(self, equation: Equation) -> Source:
        """A statement of the part, told where the part's own file has it."""
        source = equation.source
        local: tuple[str, ...] = ()
        left, right = source.text[: equation.equals].rstrip().removesuffix("=").rstrip(), source.text[equation.equals :]
        if equation.kind == "function":
            local = self.names.functions[equation.name].arguments
            self._check_function(equation, right, local)
        text = f"{self.text(left, local)} = {self.text(right, local)}"
        return Source(text, source.comment, line=source.line, file=source.file or self.part.model.file)

    def _check_function(self, equation: Equation, body: str, local: tuple[str, ...]) -> None:
        """A function of a row may speak of its arguments only: it does not know at which member it stands."""
        alone = replace(self, part=replace(self.part, letters=()))
        if self.text(body, local) != alone.text(body, local):
            raise InputError(
                f"The function {equation.name} of {self.part.model.name} speaks of quantities that differ along the row"
                f" {self.part.key}.",
                code="row-function",
                remedy="Hand them to it as arguments.",
                place=self.part.source.place(0),
            )


def renaming_of(part: Part, sets: Mapping[str, IndexSet]) -> Renaming:
    """The renaming of a part; its index sets are bound to the circuit's or become sets of their own.

    Args:
        part: the part.
        sets: the circuit's index sets, those of the parts before among them.
    """
    names: dict[str, str] = {}
    letters: dict[str, str] = {}
    added: dict[str, IndexSet] = {}
    for index_set in part.model.indices.values():
        said = part.fields.get(index_set.name)
        if isinstance(said, str) and said in sets:
            names[index_set.name] = said
            bound = added.get(said, sets[said])
            _check_ends(part, index_set, bound)
            taken = {*part.letters, *letters.values()}
            found, bound = _bind(index_set, bound, taken, part.name)
            letters |= found
            added[said] = bound
        else:
            name = f"{part.name}.{index_set.name}"
            names[index_set.name] = name
            new = {x: f"{part.name}.{x}" for x in index_set.letters}
            letters |= new
            source = index_set.source if said is None else part.source
            added[name] = replace(
                index_set,
                name=name,
                letters=tuple(new.values()),
                size=index_set.size if said is None else said,
                source=Source(source.text, line=source.line, file=source.file),
            )
    renaming = Renaming(part.model.names, part, names, letters, added)
    for index_set in part.model.indices.values():
        if index_set.name not in part.fields:
            lifted = added[names[index_set.name]]
            added[lifted.name] = replace(lifted, size=renaming.value(lifted.size))
    return renaming


def _check_ends(part: Part, index_set: IndexSet, to: IndexSet) -> None:
    if index_set.ends and index_set.ends != to.ends:
        shown = f"are {to.ends}" if to.ends else "are not declared"
        raise InputError(
            f"The ends of {index_set.name} in {part.model.name} are {index_set.ends}, but those of {to.name} {shown}.",
            code="part-ends",
            remedy=f'Write ends = "{index_set.ends}" for {to.name}.',
            place=part.source.place(0),
        )


def _bind(index_set: IndexSet, to: IndexSet, taken: set[str], prefix: str) -> tuple[dict[str, str], IndexSet]:
    """New letters for those of an index set: equal ones first, then any that are free, then new ones."""
    free = [x for x in to.letters if x not in taken]
    found = {x: x for x in index_set.letters if x in free}
    free = [x for x in free if x not in found]
    extra = []
    for x in index_set.letters:
        if x not in found:
            if not free:
                extra.append(f"{prefix}.{x}")
            found[x] = free.pop(0) if free else extra[-1]
    return found, replace(to, letters=(*to.letters, *extra))
