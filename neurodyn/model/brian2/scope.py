"""What a name in Brian2's text may mean, in the order in which Brian2 looks it up."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neurodyn.language.dimensions import Measure
from neurodyn.language.source import Source
from neurodyn.model.brian2.lines import PARAMETER, SUBEXPRESSION, Line
from neurodyn.model.brian2.timed import Timed

UNIT = "N"  # the index set of the group's units, and its letter: Brian2's own names for size and number of a unit
LETTER = "i"


@dataclass
class Scope:
    """The names of one group, and what its text was found to speak of.

    Attributes:
        lines: the equations by name.
        namespace: values from outside.
        size: how many units there are; None for a single one, whose quantities have no letter.
        used: names of the namespace that are spoken of.
        noise: names of white noise that are spoken of.
        clock: whether the time of the last spike is spoken of.
        trees: subexpressions that were read.
        assigned: parameters that events change, which are states here.
        timed: arrays over time that are spoken of.
        passing: names that stand for a value from one statement of a reset to the following ones: where, and its unit.
    """

    lines: Mapping[str, Line]
    namespace: Mapping[str, Any]
    size: int | None
    used: set[str] = field(default_factory=set)
    noise: set[str] = field(default_factory=set)
    clock: bool = False
    trees: dict[str, ast.expr] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    timed: dict[str, Timed] = field(default_factory=dict)
    passing: dict[str, tuple[Source, Measure]] = field(default_factory=dict)

    def key(self, name: str) -> str:
        """A quantity as the language writes it."""
        line = self.lines.get(name)
        shared = line is not None and "shared" in line.flags
        return name if self.size is None or shared else f"{name}[{LETTER}]"

    def is_truth(self, name: str) -> bool:
        """Whether a variable holds a truth value."""
        return name in self.lines and self.lines[name].unit[0] == "boolean"

    def names_of(self, kind: str) -> list[str]:
        """The equations of a kind; a parameter that an event changes is none of them."""
        moved = self.assigned if kind == PARAMETER else ()
        return [n for n, line in self.lines.items() if line.kind == kind and n not in moved]

    @property
    def known(self) -> list[str]:
        """What may be meant by a name that is misspelt."""
        return [*self.lines, *(name for name in self.namespace if isinstance(name, str))]

    def is_subexpression(self, name: str) -> bool:
        return name in self.lines and self.lines[name].kind == SUBEXPRESSION
