"""Names that ngspice tells apart: it knows no capitals, takes gnd for node 0, and has letters of its own first."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(eq=False)
class Namer:
    """Gives names of one kind, each once.

    Attributes:
        taken: names that are given, in small letters.
        changed: ours and theirs, where they differ by more than capitals.
    """

    taken: set[str] = field(default_factory=lambda: {"0", "gnd"})
    changed: dict[str, str] = field(default_factory=dict)

    def of(self, wanted: str, letter: str = "", *, told: bool = True) -> str:
        """A name as near to the one that is wanted as may be, beginning with a letter where a card asks for one.

        Args:
            told: whether the name that is wanted is one of the user's.
        """
        plain = re.sub(r"[^A-Za-z0-9_.]", "_", wanted.replace("]", "").replace("[", "_").replace(",", "_"))
        if letter and plain[:1].lower() != letter.lower():
            plain = letter + plain
        found, number = plain, 2
        while found.lower() in self.taken:
            found, number = f"{plain}_{number}", number + 1
        self.taken.add(found.lower())
        if told and found != wanted and not letter:
            self.changed[wanted] = found
        return found
