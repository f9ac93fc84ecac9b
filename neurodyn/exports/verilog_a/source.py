"""What was written: modules of Verilog-A in one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from neurodyn.exports.saving import save_text
from neurodyn.exports.verilog_a.module import Module
from neurodyn.system.system import System


@dataclass(frozen=True, eq=False)
class VerilogA:
    """A system as modules of Verilog-A.

    Attributes:
        system: what it was made of.
        modules: the modules, each after those that it instantiates; the last is that of the system.
        notes: what is told in the head of the text.
    """

    system: System
    modules: Sequence[Module]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        summary = self.system.model.summary
        head = [f"// {self.system.name}: {summary}" if summary else f"// {self.system.name}"]
        head += ["// written by neurodyn; numbers are in SI units", *(f"// {note}" for note in self.notes)]
        body = [line for module in self.modules for line in ("", *module.lines())]
        return "\n".join([*head, '`include "disciplines.vams"', *body, ""])

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the modules into a file."""
        return save_text(str(self), path)

    def summary(self) -> str:
        """One screen: the text itself."""
        return str(self).rstrip("\n")

    def to_json(self) -> dict[str, Any]:
        """The text, its notes and the ports of each module, for other programs."""
        ports = {m.name: {p.name: p.direction for p in m.ports} for m in self.modules}
        return {"name": self.system.name, "verilog_a": str(self), "notes": list(self.notes), "modules": ports}
