"""Entries of a section that each have a name and types of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.language.source import Source


@dataclass(frozen=True)
class Entries:
    """What a section may say.

    Attributes:
        types: of each entry.
        holder, place: what an error calls the section: `A stage` has no entry, an entry `of a stage` has a wrong type.
    """

    types: Mapping[str, tuple[type, ...]]
    holder: str
    place: str

    def check(self, key: str, value: Any, source: Source, *, code: str) -> None:
        """Refuse an entry that is not known, or not of its type."""
        if key not in self.types:
            raise InputError(
                f"{self.holder} has no entry {key}.",
                code=code,
                remedy=near(key, list(self.types)) or f"It may say: {', '.join(self.types)}.",
                place=source.place(0),
            )
        if isinstance(value, bool) or not isinstance(value, self.types[key]):
            wanted = " or ".join("table" if t is Mapping else t.__name__ for t in self.types[key])
            raise InputError(
                f"{key} {self.place} must be of type {wanted}, not {type(value).__name__}.",
                code=code,
                place=source.place(0),
            )
