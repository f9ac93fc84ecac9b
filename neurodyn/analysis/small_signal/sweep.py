"""`dc_sweep`: operating points along the values of a source, followed from point to point, with the jumps at folds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.analysis.small_signal.resting import notes_of, resting
from neurodyn.analysis.small_signal.slopes import Element, element_of
from neurodyn.analysis.small_signal.tracing import Jump, Way, traced
from neurodyn.errors import InputError
from neurodyn.results.display import drawn
from neurodyn.system.residual import rates
from neurodyn.system.standing import Standing

if TYPE_CHECKING:
    from neurodyn.model.model import Model
    from neurodyn.system.system import System

Array = NDArray[np.float64]
SAME = 1e-3  # of what a quantity spans: less between there and back is no hysteresis
TOLD = 12  # rows of the table


@dataclass(frozen=True, eq=False, repr=False)
class DcSweep(AsText):
    """Operating points along a source; made by `dc_sweep`.

    Attributes:
        system: with its constraints.
        source: what was swept.
        values: the values of it, in SI units, in the order of the way there.
        there, back: the points of both ways, a row for each of `values`, and where they jumped; `back` may be None.
        given: what equations read at a value of the source: a system, and its inputs.
        t: the time at which all else was held.
    """

    system: System
    source: Element
    values: Array
    there: Way
    back: Way | None
    given: Callable[[float], tuple[System, Mapping[str, Any]]]
    t: float
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> Array:
        """A quantity on the way there: a potential `out.v`, a current `R1.p.i`, any state or observable."""
        return self.of(name)

    def of(self, name: str, back: bool = False) -> Array:
        """A quantity at each value, on one of the two ways."""
        way = self.back if back else self.there
        if way is None:
            raise InputError("The sweep did not go back.", code="no-way-back", remedy="Ask for it: back=True.")
        element = element_of(self.system, name, "output", [*self.system.model.variables, *self.system.observables])
        found = []
        for value, y in zip(self.values.tolist(), way.states, strict=True):
            system, inputs = self.given(value)
            still = rates(system, np.zeros(len(y))) if system.structure.residuals else {}
            told = system.observe([element.name])(self.t, y, {**inputs, **still})[element.name]
            found.append(float(np.asarray(told)[element.place]))
        return np.array(found)

    @property
    def jumps(self) -> tuple[Jump, ...]:
        """Where the way there jumped to another branch."""
        return self.there.jumps

    @property
    def hysteresis(self) -> Array:
        """The values at which the two ways differ."""
        if self.back is None:
            return np.empty(0)
        spans = np.maximum(np.ptp(np.concatenate([self.there.states, self.back.states]), axis=0), 1e-12)
        apart = (np.abs(self.there.states - self.back.states) / spans > SAME).any(axis=1)
        return np.asarray(self.values[apart])

    def plot(self, *names: str) -> Any:
        """The figure: quantities over the source, there and back; by default what the bench records."""
        return drawn("dc_sweep", self, names=names)

    @property
    def shown(self) -> tuple[str, ...]:
        """What is told where nothing is said: single numbers that the bench records, else the first states."""
        layout = self.system.layout
        states = [layout.element(k) for k in range(layout.size)]
        asked = [name for name in self.system.model.bench.get("record", ()) if name in states]
        found = [name for name in asked or states if name != f"{self.source.name.rpartition('.')[0]}.v"]
        return tuple(found[:4])

    def __str__(self) -> str:
        low, high = float(self.values[0]), float(self.values[-1])
        lines = [f"{self.system.name}: {self.source} from {low:.6g} to {high:.6g} in {len(self.values)} values"]
        lines += [f"  {note}" for note in self.notes]
        for word, way in (("there", self.there), ("back", self.back)):
            for jump in way.jumps if way else ():
                lines.append(f"  {word}: {jump.told(self.source, self.system.layout)}")
        if self.back is not None:
            apart = self.hysteresis
            lines.append(
                f"  hysteresis from {apart.min():.6g} to {apart.max():.6g}" if apart.size else "  no hysteresis"
            )
        rows = np.unique(np.linspace(0, len(self.values) - 1, TOLD).round().astype(int))
        columns = {str(self.source): self.values, **{name: self.of(name) for name in self.shown}}
        lines += ["", "  " + "  ".join(f"{name:>12}" for name in columns)]
        lines += ["  " + "  ".join(f"{column[k]:>12.6g}" for column in columns.values()) for k in rows]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        names = [self.system.layout.element(k) for k in range(self.system.layout.size)]
        found: dict[str, Any] = {"model": self.system.name, "source": str(self.source), "values": self.values.tolist()}
        for word, way in (("there", self.there), ("back", self.back)):
            if way is not None:
                found[word] = {name: way.states[:, k].tolist() for k, name in enumerate(names)}
                found[f"{word}_jumps"] = [jump.value for jump in way.jumps]
        return {**found, "hysteresis": self.hysteresis.tolist(), "notes": list(self.notes)}


def dc_sweep(
    system: System | Model | str,
    source: str,
    values: ArrayLike | Sequence[float],
    *,
    back: bool = False,
    at: Any = None,
    state: Mapping[str, Any] | None = None,
) -> DcSweep:
    """Operating points along the values of an input or parameter, each followed from the one before.

    Where a branch ends in a fold, the way goes on where the system goes from there in time, and the jump is told.

    Args:
        source: an input, `u`, `I[3]`, a source, `V1`, or a parameter, `R1.R`.
        values: in SI units, in the order in which they are passed.
        back: whether to go back to the first as well; where the ways differ there is hysteresis.
        at: the time at which all other inputs are held.
        state: where the first point is looked for: values by name, the others at their start.

    Raises:
        InputError: for maps and delays, names that there are not, fewer than two values, and where no point is found.
    """
    from neurodyn.system.build import built

    system = built(system)
    own = system.constrained
    told = np.asarray(values, dtype=float)
    if told.ndim != 1 or len(told) < 2 or not np.isfinite(told).all():
        raise InputError("A sweep passes two values or more.", code="bad-values", remedy="Give np.linspace(0, 5, 51).")
    element = element_of(own, source, "input", [*own.signals, *own.model.parameters])
    t = float(own.time("at", own.model.bench.get("from", 0.0) if at is None else at))
    given = _given(system, element, inputs_at(own, t))
    first, inputs = given(float(told[0]))
    begin = resting(first, at, state, inputs=inputs).flat

    known = Standing.of(first, t, inputs)

    def standing(value: float) -> Standing:
        there, read = given(value)
        return known.under(read) if there is known.system else Standing.of(there, t, read)

    there = traced(standing, told, begin)
    returned = traced(standing, told[::-1], there.states[-1]).reversed() if back else None
    return DcSweep(own, element, told, there, returned, given, t, notes_of(own))


def _given(
    system: System, source: Element, inputs: Mapping[str, Any]
) -> Callable[[float], tuple[System, Mapping[str, Any]]]:
    """What equations read at a value of the source."""
    own = system.constrained
    if source.name in own.model.parameters:
        return lambda value: (system.with_values({source.name: _put(own.values, source, value)}).constrained, inputs)
    return lambda value: (own, {**inputs, source.name: _put(inputs, source, value)})


def _put(known: Mapping[str, Any], source: Element, value: float) -> Any:
    """The quantity with the value at its place."""
    found = np.array(known[source.name], dtype=float)
    found[source.place] = value
    return found if found.ndim else float(found)
