"""`TimedArray`s of Brian2, called as `I(t)` or `I(t, i)`: samples in steps, which become an input."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from neurodyn.language.outside import brian2_unit
from neurodyn.language.units import NUMBER, SECOND, Unit
from neurodyn.model.brian2.values import quantity_text, rows_in_unit, with_prefix


@dataclass(frozen=True)
class Timed:
    """Samples of one quantity.

    Attributes:
        samples: numbers in the unit, or a row of them for each instant.
        step: the time from one sample to the next.
    """

    name: str
    samples: list[Any]
    unit: Unit
    step: str

    @property
    def by_unit(self) -> bool:
        """Whether there is a column for each unit."""
        return isinstance(self.samples[0], list)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What it is called with."""
        return ("t", "i") if self.by_unit else ("t",)

    def is_called_by(self, node: ast.Call) -> bool:
        """Whether a call is of the one form that it has."""
        return not node.keywords and tuple(ast.unparse(a) for a in node.args) == self.arguments

    def sections(self, key: str) -> dict[str, dict[str, Any]]:
        """Index set, parameter and input that stand for it; `key` is the input with its letters."""
        letter, times, samples = f"k_{self.name}", f"{self.name}_times", f"{self.name}_samples"
        place = f"{samples}[{letter},i]" if self.by_unit else f"{samples}[{letter}]"
        unit = {"unit": str(self.unit)} if self.unit.powers else {}
        return {
            "indices": {times: {"letters": letter, "size": len(self.samples)}},
            "parameters": {place: {"value": self.samples, **unit}},
            "inputs": {key: {"value": f"steps({place}, {letter}, every={self.step})"}},
        }


def timed_array(name: str, value: Any) -> Timed | None:
    """A `TimedArray`, known by what it offers; None for anything else."""
    unit = brian2_unit(value)
    if unit is None or not callable(value) or not hasattr(value, "values") or not hasattr(value, "dt"):
        return None
    rows = value.values.tolist()
    flat = [x for row in rows for x in row] if isinstance(rows[0], list) else rows
    unit = NUMBER if unit.plain else with_prefix(unit, flat)
    number, _, word = quantity_text(float(value.dt), SECOND).partition(" ")
    return Timed(name, rows_in_unit(rows, unit), unit, f"{number}[{word}]")
