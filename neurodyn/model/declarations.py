"""The sections of a model file as typed declarations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.guard import parse
from neurodyn.language.heads import read_key
from neurodyn.language.names import is_name, near
from neurodyn.language.source import Source
from neurodyn.model.lagrangians import LAYER


@dataclass(frozen=True)
class IndexSet:
    """An index set: its letters and its size (a number, an expression of other sizes, or given by data)."""

    name: str
    letters: tuple[str, ...]
    size: int | str | None = None
    about: str = ""
    source: Source = field(default=Source(""), compare=False, repr=False)


@dataclass(frozen=True)
class Declaration:
    """A state, parameter, input, noise or observable: its letters and what was said of it.

    `value` is what the file gives: a number, a nested list, an expression, or None; for a state it is the start, for
    noise its kind. `before` is what a state was before the start.
    """

    name: str
    letters: tuple[str, ...]
    value: Any = None
    before: Any = None
    given: tuple[str, ...] = ()
    scale: float | None = None
    about: str = ""
    source: Source = field(default=Source(""), compare=False, repr=False)

    @property
    def key(self) -> str:
        """The name with its letters, as a file writes it."""
        return f"{self.name}[{','.join(self.letters)}]" if self.letters else self.name


# What an entry of each section may say; the first field is meant by a bare value.
FIELDS: dict[str, tuple[str, ...]] = {
    "indices": ("size", "letters", "about"),
    "states": ("start", "before", "scale", "about"),
    "parameters": ("value", "given", "about"),
    "inputs": ("value", "about"),
    "noise": ("kind", "about"),
    "observables": ("about",),
    "layers": ("start", "scale", "about", *LAYER),
    "synapses": ("energy", "about"),
}

RESERVED_SETS = ("time", "trial", "part")


def read_index_sets(entries: Mapping[str, Any], locate: Locate) -> dict[str, IndexSet]:
    """The section [indices]."""
    found: dict[str, IndexSet] = {}
    used: dict[str, str] = {}
    for name, entry in entries.items():
        source = locate("indices", name)
        fields = entry_fields("indices", name, entry, source)
        _refuse_dimension(name, source)
        letters = tuple(str(fields.get("letters", "")).split())
        if not letters or not all(map(is_name, (name, *letters))):
            raise InputError(
                f"The index set {name} needs letters.",
                code="index-letters",
                remedy=f'Write {name} = {{ letters = "i j", size = 10 }}.',
                place=source.place(0),
            )
        for x in letters:
            if x in used:
                raise InputError(
                    f"The letter {x} belongs to both {used[x]} and {name}.",
                    code="letter-twice",
                    remedy="Give each index set its own letters.",
                    place=source.place(0),
                )
            used[x] = name
        size = fields.get("size")
        if isinstance(size, bool) or not isinstance(size, (int, str, type(None))):
            raise InputError(
                f"The size of {name} is not a whole number.",
                code="size",
                remedy="Write size = 10.",
                place=source.place(0),
            )
        found[name] = IndexSet(name, letters, size, str(fields.get("about", "")), source)
    return found


def _refuse_dimension(name: str, source: Source) -> None:
    if name in RESERVED_SETS:
        raise InputError(
            f"{name} names a dimension of every result, so it can be no index set.",
            code="name-taken",
            remedy="Choose another name.",
            place=source.place(0),
        )


def read_declarations(
    section: str, entries: Mapping[str, Any], letters: Mapping[str, str], locate: Locate
) -> dict[str, Declaration]:
    """One of the sections states, parameters, inputs, noise, observables."""
    found: dict[str, Declaration] = {}
    for key, entry in entries.items():
        source = locate(section, key)
        name, indices = read_key(key_source(source, key))
        for x in indices:
            if x not in letters:
                raise InputError(
                    f"{x} in {key} is no letter of an index set.",
                    code="unknown-letter",
                    remedy=near(x, list(letters)) or "Declare it in [indices].",
                    place=source.place(0),
                )
        if name in found:
            raise InputError(
                f"{name} is declared twice in [{section}].",
                code="declared-twice",
                remedy="Keep one of the two lines.",
                place=source.place(0),
            )
        fields = entry_fields(section, key, entry, source)
        found[name] = Declaration(
            name,
            indices,
            value=plain(fields.get(FIELDS[section][0])) if section != "observables" else None,
            before=plain(fields.get("before")),
            given=_statements(fields.get("given", ()), key, source),
            scale=_scale(fields.get("scale"), key, source),
            about=str(fields.get("about", "")),
            source=source,
        )
    return found


class Locate:
    """Finds the line on which an entry stands; for models made in Python there is none."""

    file: str | None = None
    within: tuple[Path, ...] = ()  # the files being read, the outermost circuit first

    def __call__(self, section: str, key: str) -> Source:
        """The source of one entry."""
        return Source(key)

    def block_line(self, key: str) -> int | None:
        """The number of the line on which a top-level text starts."""
        return None


def value_source(source: Source, text: str) -> Source:
    """The source of an expression given as a value: placed on its line where it is found there."""
    line = source.lines[0] if source.lines else ""
    at = line.find(text, line.find("=") + 1)
    if at < 0:
        return Source(text, line=source.line, file=source.file)
    return Source(text, lines=(line,), line=source.line, indent=at, file=source.file)


def key_source(source: Source, key: str) -> Source:
    line = source.lines[0] if source.lines else ""
    at = line.find(key)
    return Source(key, lines=(line,), line=source.line, indent=at, file=source.file) if at >= 0 else Source(key)


def entry_fields(section: str, key: str, entry: Any, source: Source) -> dict[str, Any]:
    """What an entry says, a bare value as its first field; unknown fields are refused."""
    allowed = FIELDS[section]
    if not isinstance(entry, Mapping):
        return {allowed[0]: entry}
    for word in entry:
        if word not in allowed:
            raise InputError(
                f"{key} in [{section}] has a field {word}, which is not read.",
                code="unknown-field",
                remedy=near(word, list(allowed)) or f"It may say: {', '.join(allowed)}.",
                place=source.place(0),
            )
    return dict(entry)


def plain(value: Any) -> Any:
    """Arrays and NumPy numbers as plain nested lists and numbers."""
    return value.tolist() if hasattr(value, "tolist") else value


def _statements(value: Any, key: str, source: Source) -> tuple[str, ...]:
    items = (value,) if isinstance(value, str) else tuple(value)
    for item in items:
        if not isinstance(item, str):
            raise InputError(f"given of {key} must be a statement in quotes.", code="given", place=source.place(0))
        parse(value_source(source, item))
    return items


def _scale(value: Any, key: str, source: Source) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise InputError(f"The scale of {key} must be a positive number.", code="scale", place=source.place(0))
    return float(value)
