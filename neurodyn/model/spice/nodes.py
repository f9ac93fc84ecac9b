"""Names of nodes and parts: SPICE takes almost any word, the language wants identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from neurodyn.model.circuits import GROUND

_GROUNDS = ("0", GROUND)


@dataclass
class Names:
    """Gives every part and node a name that is its own.

    Attributes:
        nodes: our name of each node, by its own in lower case with the subcircuit's before it.
        renamed: nodes and parts whose names had to change, as texts.
    """

    nodes: dict[str, str] = field(default_factory=dict)
    renamed: list[str] = field(default_factory=list)
    _taken: set[str] = field(default_factory=lambda: {GROUND})

    def node(self, prefix: str, word: str) -> str:
        """The node of a word, in the subcircuit whose names begin with the prefix."""
        if word.lower() in _GROUNDS:
            return GROUND
        key = f"{prefix}{word}".lower()
        if key not in self.nodes:
            shown = f"{prefix}{word}"
            self.nodes[key] = self._own(shown, f"n{shown}" if shown[0].isdigit() else shown)
        return self.nodes[key]

    def part(self, prefix: str, word: str) -> str:
        """A part."""
        return self._own(f"{prefix}{word}", f"{prefix}{word}")

    def _own(self, shown: str, wanted: str) -> str:
        name = base = re.sub(r"\W", "_", wanted)
        count = 2
        while self._is_taken(name):
            name, count = f"{base}_{count}", count + 1
        self._taken.add(name)
        if name != shown and not (shown.isdigit() and name == f"n{shown}"):
            self.renamed.append(f"{shown} is {name}")
        return name

    def _is_taken(self, name: str) -> bool:
        """Whether it stands for something, or cannot be told from the rate of it: `dR1` beside `R1`."""
        return not {name, f"d{name}", name.removeprefix("d")}.isdisjoint(self._taken)
