"""The section [indices] of a model file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neurodyn.calculus.positions import BY_RULE
from neurodyn.errors import InputError
from neurodyn.language.names import is_name, near
from neurodyn.language.source import Source
from neurodyn.model.declarations import Locate, entry_fields

RESERVED_SETS = ("time", "trial", "part")


@dataclass(frozen=True)
class IndexSet:
    """An index set: its letters, its size (a number, an expression of other sizes, or given by data), its ends."""

    name: str
    letters: tuple[str, ...]
    size: int | str | None = None
    ends: str = ""
    about: str = ""
    source: Source = field(default=Source(""), compare=False, repr=False)


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
        ends = _ends(name, fields.get("ends", ""), source)
        found[name] = IndexSet(name, letters, size, ends, str(fields.get("about", "")), source)
    return found


def _ends(name: str, ends: Any, source: Source) -> str:
    if ends not in ("", *BY_RULE):
        raise InputError(
            f"The ends of {name} are of no known kind.",
            code="ends",
            remedy=near(str(ends), list(BY_RULE)) or f"Write one of: {', '.join(BY_RULE)}.",
            place=source.place(0),
        )
    return str(ends)


def _refuse_dimension(name: str, source: Source) -> None:
    if name in RESERVED_SETS:
        raise InputError(
            f"{name} names a dimension of every result, so it can be no index set.",
            code="name-taken",
            remedy="Choose another name.",
            place=source.place(0),
        )
