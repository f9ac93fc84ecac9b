"""Poincare sections: the states in which an orbit crosses a section, and the map from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.exponents.carrier import Carrier
from neurodyn.analysis.exponents.given import time_of, whole_number
from neurodyn.analysis.exponents.report import plain
from neurodyn.analysis.exponents.spelling import without_events
from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.analysis.sections.asked import accuracy_of, bench_of, flow_of, wait_of, waited
from neurodyn.analysis.sections.crossing import Crosser
from neurodyn.analysis.sections.section import Floats, section_of
from neurodyn.backends.progress import Bar
from neurodyn.backends.trajectory import Status
from neurodyn.errors import InputError, RunFailed
from neurodyn.results.recipe import plain_values, recipe
from neurodyn.system.system import System

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from neurodyn.model.model import Model

# Nearly a touch: the orbit meets the section at an angle with a smaller sine, in scales of the states.
TOUCH = 1e-3
# An orbit that has not crossed so often is given up after so many lengths of the bench.
LONGEST = 100.0
# The part of the bar that is for the time in which an orbit is left to itself.
WAITING = 0.2
SHOWN = 8


@dataclass(frozen=True, eq=False, repr=False)
class Poincare(AsText):
    """Where an orbit crosses a section.

    Attributes:
        section, direction: an expression that is 0 there, and whether it rises or falls.
        time, states: of each crossing, (crossings,) and (crossings, size).
        sines: of the angle between orbit and section, in scales of the states.
        status: `done`, or `interrupted`.
    """

    system: System
    section: str
    direction: str
    time: Floats
    states: Floats
    sines: Floats
    status: Status
    recipe: Mapping[str, Any]

    @property
    def touches(self) -> Any:
        """Which crossings are nearly touches, whose times and states are told less exactly."""
        return self.sines < TOUCH

    @property
    def intervals(self) -> Floats:
        """The times between crossings."""
        return np.diff(self.time)

    def coordinate(self, name: str) -> Floats:
        """One coordinate of the crossings, such as `x` or `x[3]`: a return map is one of them against the next."""
        names = [self.system.layout.element(k) for k in range(self.system.layout.size)]
        if name not in names:
            raise InputError(
                f"{name} is no coordinate of {self.system.name}.",
                code="unknown-quantity",
                remedy=f"There are: {', '.join(names[:SHOWN])}{', ...' if len(names) > SHOWN else ''}.",
            )
        found: Floats = self.states[:, names.index(name)]
        return found

    def __str__(self) -> str:
        count, size = self.states.shape
        lines = [f"{self.system.name} where {self.section} = 0, {self.direction}: {count} crossings"]
        if count > 1:
            found = self.intervals
            lines.append(f"  intervals from {found.min():.8g} to {found.max():.8g}, on average {found.mean():.8g}")
        for k in range(min(size, SHOWN)) if count else ():
            low, high = self.states[:, k].min(), self.states[:, k].max()
            lines.append(f"  {self.system.layout.element(k)} from {low:.8g} to {high:.8g}")
        touching = int(self.touches.sum())
        if touching:
            lines.append(
                f"  {touching} of them nearly touch the section: they are told less exactly, and some may lack"
            )
        return "\n".join([*lines, *(["  interrupted"] if self.status == "interrupted" else [])])

    def plot(self, **options: Any) -> Any:
        """The crossings and the return map, of one coordinate (`of="x"`): a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("sections", self, **options)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        names = [self.system.layout.element(k) for k in range(self.system.layout.size)]
        found: dict[str, Any] = {"model": self.system.name, "section": self.section, "direction": self.direction}
        found |= {"time": plain(self.time), "states": dict(zip(names, plain(self.states.T), strict=True))}
        return {**found, "touches": self.touches.tolist(), "status": self.status, "recipe": dict(self.recipe)}


def poincare(
    system: System | Model | str,
    section: str,
    *,
    direction: str = "up",
    count: int = 200,
    start: Mapping[str, ArrayLike] | None = None,
    inputs: Mapping[str, Any] | None = None,
    transient: float | str | None = None,
    longest: float | str | None = None,
    rtol: float = 1e-10,
    atol: float = 1e-10,
    seed: int | None = None,
    progress: bool | None = None,
) -> Poincare:
    """The crossings of an orbit with a section.

    Args:
        system: a flow, or the name of a model.
        section: an expression of states and parameters that is 0 on the section: `z - 27`, `x[0]`, `sum(x[i], i)`.
        direction: `up` where it becomes positive, `down`, or `both`.
        count: how many crossings.
        start: states by name, the others as the model says.
        inputs: in place of those of the model, as in `simulate`.
        transient: how long the orbit is left to itself first, 0 for not at all; by default as long as the bench.
        longest: how long crossings are looked for; by default 100 times as long as the bench.
        rtol, atol: the error allowed in a step, in units of each state's scale.
        seed: of draws in the start.
        progress: False shows no bar; otherwise one appears on a terminal when it takes long.

    Returns:
        The crossings; fewer than asked for where there are no more in that time, or after Ctrl-C.

    Raises:
        InputError: for a section that is none, and for systems that are no smooth flows.
        RunFailed: for an orbit that does not stay finite.
    """
    system = flow_of(system, inputs)
    whole_number("count", count, 1)
    found, given = section_of(system, section, direction), dict(start or {})
    stretch, begin = bench_of(system)
    wait = wait_of(system, transient, stretch)
    until = begin + wait + (time_of(system, "longest", longest) or LONGEST * stretch)
    how = accuracy_of(rtol, atol)
    seed = system.seed if seed is None else seed
    crosser, state = Crosser(found, system.signals, how), system.start(given, seed=seed)
    with Bar(system.name, 1.0, progress) as bar:
        try:
            alone = Carrier(without_events(system), system.signals, how)
            state = waited(alone, begin, wait, state, bar.part(0.0, WAITING))
            orbit = crosser.several(begin + wait, state, int(count), stretch, until, bar.part(WAITING, 1.0))
        except KeyboardInterrupt:
            orbit = replace(crosser.none(begin, state), interrupted=True)
    orbit = replace(orbit, time=orbit.time[:count], states=orbit.states[:count])
    if orbit.failure and len(orbit.time) < count:
        raise RunFailed(f"The orbit of {system.name} cannot be followed: {orbit.failure}", code="no-orbit")
    asked = {"analysis": "poincare", "section": section, "direction": direction, "count": int(count), **vars(how)}
    asked |= {"transient": wait, "longest": until, "start": plain_values(system, given), "seed": seed}
    status: Status = "interrupted" if orbit.interrupted else "done"
    sines = _sines(system, orbit.time, orbit.states, found.gradient)
    return Poincare(system, section, direction, orbit.time, orbit.states, sines, status, recipe(system, asked))


def _sines(system: System, time: Floats, states: Floats, gradient: Any) -> Floats:
    """Of the angles between the orbit and the section."""
    flow, scales, found = system.flow(), system.layout.scales, []
    for t, state in zip(time.tolist(), states, strict=True):
        way, normal = flow(t, state, inputs_at(system, t)) / scales, gradient(state)
        size = float(np.linalg.norm(way) * np.linalg.norm(normal))
        found.append(abs(float(way @ normal)) / size if size else 0.0)
    return np.array(found)
