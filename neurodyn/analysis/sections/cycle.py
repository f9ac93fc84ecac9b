"""Cycles of flows: a period to the last digits, and how neighbours come to them or leave them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.analysis.exponents.augmented import augmented
from neurodyn.analysis.exponents.carrier import Carrier
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.field.frozen import moves_with_time
from neurodyn.analysis.sections.asked import accuracy_of, bench_of, flow_of, wait_of, waited
from neurodyn.analysis.sections.closing import CLOSED, Closed, Flowing, solved
from neurodyn.analysis.sections.crossing import Crosser, Crossings
from neurodyn.analysis.sections.cycle_report import Cycle, reported
from neurodyn.analysis.sections.section import Floats, Section, section_of
from neurodyn.backends.progress import Bar
from neurodyn.errors import InputError, RunFailed
from neurodyn.results.recipe import plain_values, recipe
from neurodyn.system.system import System

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from neurodyn.model.model import Model

# Crossings that are looked at for a return, first a few, and after how many of them an orbit may close.
LOOKED, RETURNS = (10, 48), 16
# From so many returns a cycle is looked for.
TRIED = 5
# An orbit that returns so nearly, in scales of the states, need not be looked at any further.
RETURNED = 1e-5
# The tolerance with which the first estimate is looked for.
ROUGH = 1e-9
# Of returns that come as near as this many times the nearest, the first is taken.
NEAR = 10.0
# So many lengths of the bench are waited, and looked for crossings.
WAITED, SOUGHT = 5.0, 20.0
SAMPLES = 2000
# States whose change is smaller, in scales, stand still.
STILL = 1e-7
# A solution along which the rates are so much smaller than where it was looked for is a point at rest.
AT_REST = 1e-5
# Places on the bar between which it is waited, looked for returns, and looked for a cycle.
PARTS = (0.0, 0.3, 0.5, 1.0)


def limit_cycle(
    system: System | Model | str,
    section: str | None = None,
    *,
    start: Mapping[str, ArrayLike] | None = None,
    inputs: Mapping[str, Any] | None = None,
    transient: float | str | None = None,
    rtol: float = 1e-13,
    atol: float = 1e-13,
    seed: int | None = None,
    progress: bool | None = None,
) -> Cycle:
    """The cycle that an orbit comes to, or that passes near a start, with its period and Floquet multipliers.

    The orbit is followed from crossing to crossing of a section until it nearly returns; from there Newton's method
    solves for the state on the section and the period, with the derivative of the flow by the state, which is
    integrated along. Its eigenvalues are the multipliers; one of them must be 1, and it is told by how much it is not.

    Args:
        system: an autonomous flow, or the name of a model.
        section: an expression of states that is 0 on the section; by default the coordinate that moves most, at the
            middle between its ends.
        start: states by name, the others as the model says.
        inputs: in place of those of the model; they must not vary.
        transient: how long the orbit is left to itself first, by default five times as long as the bench; 0 for a
            start beside the cycle, which then need not be stable.
        rtol, atol: the error allowed in a step, in units of each state's scale.
        seed: of draws in the start.
        progress: False shows no bar; otherwise one appears on a terminal when it takes long.

    Returns:
        The cycle; after Ctrl-C, once an orbit was found that nearly closes, that orbit, with the gap it still leaves.

    Raises:
        InputError: for systems that are no smooth flows, and those that time drives.
        RunFailed: where the orbit comes to rest, does not cross the section, or comes near no cycle.
    """
    system = flow_of(system, inputs)
    _refuse_driven(system)
    given, seed = dict(start or {}), system.seed if seed is None else seed
    stretch, begin = bench_of(system)
    wait = wait_of(system, transient, WAITED * stretch)
    how = accuracy_of(rtol, atol)
    whole, state = augmented(system, system.layout.size), system.start(given, seed=seed)
    alone = Carrier(whole.alone, system.signals, how)
    field, flowing = Field.of(system), Flowing(whole, Carrier(whole.system, system.signals, how), begin)
    with Bar(system.name, 1.0, progress) as bar:
        state = waited(alone, begin, wait, state, bar.part(*PARTS[:2]))
        found = section_of(system, section or _widest(system, alone, begin, stretch, state), "up")
        crosser = Crosser(found, system.signals, replace(how, rtol=max(how.rtol, ROUGH), atol=max(how.atol, ROUGH)))
        returns = _returns(crosser, begin, state, stretch, bar.part(*PARTS[1:3]))
        closed = _first_closed(flowing, found, field, returns, bar.part(*PARTS[2:]))
    asked = {"analysis": "limit_cycle", "section": found.text, **vars(how), "method": alone.method}
    asked |= {"transient": wait, "seed": seed, "start": plain_values(system, given)}
    return reported(field, found.text, closed, alone, begin, recipe(system, asked))


def _refuse_driven(system: System) -> None:
    moving = moves_with_time(system)
    if moving:
        raise InputError(
            f"{system.name} is driven in time, by {', '.join(moving)}, so its cycles are those of the drive.",
            code="not-autonomous",
            remedy="Give inputs that stay the same, inputs={...}, or ask for its stroboscope().",
        )


def _widest(system: System, alone: Carrier, begin: float, stretch: float, state: Floats) -> str:
    """The coordinate that moves most, less the middle between its ends."""
    states, _ = alone.along(begin, begin + np.linspace(0, stretch, SAMPLES), state)
    low, high = states.min(axis=0), states.max(axis=0)
    moved = (high - low) / system.layout.scales
    k = int(moved.argmax())
    if moved[k] < STILL:
        raise RunFailed(
            f"The orbit of {system.name} has come to rest: it has no period.",
            code="at-rest",
            remedy="Start elsewhere, or look at its fixed points.",
        )
    return f"{system.layout.element(k)} - ({float(low[k] + high[k]) / 2!r})"


def _returns(
    crosser: Crosser, begin: float, state: Floats, stretch: float, told: Callable[[float], None]
) -> list[tuple[Floats, float]]:
    """Crossings to which the orbit comes back nearly, and after what time: the most promising first."""
    section, latest = crosser.section, begin + SOUGHT * stretch
    orbit = crosser.several(begin, state, LOOKED[0], stretch, latest, told)
    gaps = _gaps(section, orbit)
    if min(gaps.values(), default=1.0) > RETURNED and orbit.ended[0] < latest and not orbit.failure:
        orbit = orbit.then(crosser.several(*orbit.ended, LOOKED[1] - LOOKED[0], stretch, latest, told))
        gaps = _gaps(section, orbit)
    if orbit.interrupted:
        raise KeyboardInterrupt
    if not gaps:
        raise RunFailed(
            f"The orbit of {section.system.name} crosses the section {section.text} "
            f"{('not at all', 'once')[len(orbit.time)]}.{' ' * bool(orbit.failure)}{orbit.failure}",
            code="no-return",
            remedy="Give another section, or a longer transient.",
        )
    least = max(min(gaps.values()), CLOSED)
    first = next(k for k, gap in gaps.items() if gap <= NEAR * least)
    order = dict.fromkeys([first, *sorted(gaps, key=gaps.__getitem__)])
    found = []
    for k in list(order)[:TRIED]:
        at = int(_apart(section, orbit, k).argmin())
        found.append((orbit.states[at], float(orbit.time[at + k] - orbit.time[at])))
    return found


def _gaps(section: Section, orbit: Crossings) -> dict[int, float]:
    """How nearly the orbit returns after so many crossings."""
    count = min(len(orbit.time), RETURNS + 1)
    return {k: float(_apart(section, orbit, k).min()) for k in range(1, count)}


def _apart(section: Section, orbit: Crossings, k: int) -> Floats:
    """How far crossings are from those k later, in scales of the states."""
    scaled = orbit.states / section.system.layout.scales
    found: Floats = np.abs(scaled[k:] - scaled[:-k]).max(axis=1)
    return found


def _first_closed(
    flowing: Flowing, section: Section, field: Field, returns: Sequence[tuple[Floats, float]],
    told: Callable[[float], None],
) -> Closed:  # fmt: skip
    """The first cycle that is found from one of the returns."""
    failures = []
    for point, time in returns:
        try:
            return _closed(flowing, section, field, point, time, told)
        except RunFailed as error:
            failures.append(error)
    raise failures[0]


def _closed(
    flowing: Flowing, section: Section, field: Field, point: Floats, time: float, told: Callable[[float], None]
) -> Closed:
    """The state on the section and the period: the last unknown, in parts of the first estimate."""
    scales, normal = flowing.scales, section.gradient(point)

    def equations(unknowns: Floats) -> Any:
        state, period = unknowns[:-1] * scales, unknowns[-1] * time
        arc = flowing.over(period, state)
        off = arc.end / scales - unknowns[:-1]
        level = float(section.levels(state[None])[0]) / float(np.abs(normal).max())
        slope = np.zeros((state.size + 1, state.size + 1))
        slope[:-1, :-1] = arc.matrix - np.eye(state.size)
        slope[:-1, -1] = field.values(arc.end) / scales * time
        slope[-1, :-1] = section.gradient(state) / float(np.abs(normal).max())
        return np.append(off, level), slope, arc

    found = solved(equations, np.append(point / scales, 1.0), told)
    period = float(found.unknowns[-1]) * time
    speeds = [float(np.abs(field.values(x) / scales).max()) for x in (point, found.unknowns[:-1] * scales)]
    strays = not found.residual < CLOSED or not 0.5 < period / time < 2.0 or speeds[1] < AT_REST * speeds[0]
    if strays and not found.interrupted:
        gap = f"the orbit leaves a gap of {found.residual:.2g}, in scales of the states"
        raise RunFailed(
            f"No cycle of {section.system.name} was found beside its orbit: "
            f"{'it is near a point at rest' if found.residual < CLOSED else gap}.",
            code="no-cycle",
            remedy="Give a longer transient, or a start nearer to a cycle with transient=0.",
        )
    return replace(found, unknowns=np.append(found.unknowns[:-1] * scales, period))
