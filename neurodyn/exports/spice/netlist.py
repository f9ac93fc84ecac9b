"""A netlist, and how its vectors are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.exports.edges import Edges
from neurodyn.exports.saving import save_text
from neurodyn.exports.spice.sources import Clock
from neurodyn.system.signals import Signal
from neurodyn.system.system import System


@dataclass(frozen=True)
class Wave:
    """The vector of ngspice that holds a quantity, and the factor from it to SI units."""

    vector: str
    scale: float


@dataclass(frozen=True, eq=False)
class Netlist:
    """A system as a netlist that `ngspice -b` runs as it is.

    Attributes:
        system: what it was made of.
        text: the netlist.
        waves: what it saves, by our names; `events`, what is 1 for a while from where each unit of an event happens.
        signals: the inputs with edges that take as long as those of the netlist.
        edges, clock: the span in our time, how long an edge takes, and what ngspice counts as a second.
        raw: the file that ngspice writes.
        notes: what is told in the head of the netlist.
    """

    system: System
    text: str
    waves: Mapping[str, Wave]
    events: Mapping[str, Wave]
    signals: Mapping[str, Signal]
    edges: Edges
    clock: Clock
    raw: str
    notes: tuple[str, ...]

    def __str__(self) -> str:
        return self.text

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the netlist into a file."""
        return save_text(self.text, path)

    def summary(self) -> str:
        """One screen: the netlist itself."""
        return self.text.rstrip("\n")

    def to_json(self) -> dict[str, Any]:
        """The netlist, its notes and its vectors, for other programs."""
        waves = {name: {"vector": w.vector, "scale": w.scale} for name, w in self.waves.items()}
        return {"name": self.system.name, "netlist": self.text, "notes": list(self.notes), "waves": waves}

    def ours(self, vectors: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
        """Vectors of ngspice under our names, in SI units; `time` is ours too."""
        own = {**self.waves, **self.events}
        time = self.edges.t0 + self.clock.unit * vectors["time"]
        return {"time": time, **{name: w.scale * vectors[w.vector] for name, w in own.items()}}
