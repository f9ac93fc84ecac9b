"""`operating_point`: where a system stands still; of a circuit the potentials, and the currents and powers of parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.small_signal.resting import Rest, resting
from neurodyn.model.circuits import current, potential
from neurodyn.system.residual import rates

if TYPE_CHECKING:
    from neurodyn.model.model import Model
    from neurodyn.system.system import System

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class OperatingPoint(AsText):
    """A system that stands still; made by `operating_point`.

    Attributes:
        rest: the system, the instant with its inputs, and the state.
    """

    rest: Rest

    @property
    def system(self) -> System:
        """The system."""
        return self.rest.system

    @cached_property
    def state(self) -> Mapping[str, Array]:
        """States and unknowns by name, in SI units; `simulate(system, start=point.state)` begins there."""
        return self.system.layout.unpack(self.rest.flat)

    @cached_property
    def potentials(self) -> Mapping[str, float]:
        """The potential of each node, in volts, by the name of the node."""
        end = potential("")
        parts = self.system.model.parts
        names = [n.removesuffix(end) for n in self.system.layout.names if n.endswith(end)]
        return {n: float(self.state[potential(n)]) for n in names if n not in parts}

    @cached_property
    def currents(self) -> Mapping[str, float]:
        """The current into each pin of each part, in amperes, as `R1.p`."""
        pins = self._pins
        found = self._observed([current(pin) for pin in pins])
        return {pin: float(found[current(pin)]) for pin in pins}

    @cached_property
    def powers(self) -> Mapping[str, float]:
        """The power that goes into each part, in watts; below 0 where it delivers power."""
        found = self._observed([potential(pin) for pin in self._pins])
        total: dict[str, float] = {}
        for pin, amperes in self.currents.items():
            part = pin.partition(".")[0]
            total[part] = total.get(part, 0.0) + float(found[potential(pin)]) * amperes
        return total

    @property
    def dissipated(self) -> float:
        """The power that all parts take up that do not deliver any, in watts."""
        return sum(watts for watts in self.powers.values() if watts > 0)

    @property
    def _pins(self) -> list[str]:
        parts = self.system.model.parts.values()
        return [f"{part.name}.{pin}" for part in parts for pin in part.model.pins]

    def _observed(self, names: Sequence[str]) -> Mapping[str, Any]:
        system, still = self.system, np.zeros(self.system.layout.size)
        given = {**self.rest.inputs, **(rates(system, still) if system.structure.residuals else {})}
        return system.observe(names)(self.rest.t, self.rest.flat, given)

    def __str__(self) -> str:
        lines = [f"{self.system.name}: operating point, inputs as at t = {self.rest.t:.6g}"]
        lines += [f"  {note}" for note in self.rest.notes]
        if not self._pins:
            return "\n".join([*lines, *_table(("state", "value"), self._states())])
        rows = [(node, f"{volts:.6g} V") for node, volts in self.potentials.items()]
        lines += ["", *_table(("node", "potential"), rows)]
        first = {pin.partition(".")[0]: pin for pin in reversed(self._pins)}
        shown = [(part, first[part].partition(".")[2], f"{self.currents[first[part]]:.6g} A", f"{watts:.6g} W")
                 for part, watts in self.powers.items()]  # fmt: skip
        lines += ["", *_table(("part", "pin", "current into it", "power"), shown)]
        return "\n".join([*lines, "", f"  {self.dissipated:.6g} W dissipated"])

    def _states(self) -> list[tuple[str, str]]:
        layout = self.system.layout
        return [(layout.element(k), f"{value:.6g}") for k, value in enumerate(self.rest.flat)]

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        found: dict[str, Any] = {"model": self.system.name, "t": self.rest.t, "notes": list(self.rest.notes)}
        found["state"] = {name: np.asarray(value).tolist() for name, value in self.state.items()}
        if self._pins:
            found |= {name: dict(getattr(self, name)) for name in ("potentials", "currents", "powers")}
            found["dissipated"] = self.dissipated
        return found


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return ["  " + "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip()
            for row in (heads, *rows)]  # fmt: skip


def operating_point(
    system: System | Model | str,
    *,
    at: Any = None,
    state: Mapping[str, Any] | None = None,
    held: Mapping[str, float] | None = None,
) -> OperatingPoint:
    """Where a circuit, or any flow, stands still with its inputs held.

    Newton's method from the start, or with inputs that rise from 0. Where there are several such states it finds one:
    `fixed_points` looks for all.

    Args:
        at: the time at which inputs are held; by default that of the begin of a run.
        state: where it is looked for: values by name, the others at their start.
        held: potentials of nodes in volts, `{"out.v": 1.0}`, which currents from outside hold.

    Raises:
        InputError: for maps and delays, and where no such state is found.
    """
    from neurodyn.system.build import built

    return OperatingPoint(resting(built(system), at, state, held))
