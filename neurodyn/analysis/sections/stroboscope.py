"""Stroboscopic maps: a system that is driven with a period, looked at once in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.exponents.augmented import augmented
from neurodyn.analysis.exponents.carrier import Carrier
from neurodyn.analysis.exponents.given import time_of, whole_number
from neurodyn.analysis.exponents.report import plain
from neurodyn.analysis.sections.asked import accuracy_of, bench_of, flow_of
from neurodyn.analysis.sections.closing import CLOSED, Arc, Closed, Flowing, multipliers, solved
from neurodyn.analysis.sections.cycle_report import LEAST, SHOWN, Stability, along, shown, stability
from neurodyn.analysis.sections.periodic import check_period
from neurodyn.analysis.sections.section import Floats
from neurodyn.backends.progress import Bar
from neurodyn.backends.trajectory import Status
from neurodyn.errors import InputError, RunFailed
from neurodyn.results.recipe import plain_values, recipe
from neurodyn.system.system import System

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from neurodyn.model.model import Model

# The part of the bar that is for the looks at the start's orbit.
LOOKING = 0.7


@dataclass(frozen=True, eq=False, repr=False)
class Stroboscope(AsText):
    """A fixed point of a stroboscopic map.

    Attributes:
        period, at: of the drive, and the time of the first look.
        returns: after how many periods the state is the same again.
        point: the state then.
        multipliers: the eigenvalues of the derivative of the map over all these periods, the largest first.
        lost: how many of the last are rounding: all that is known is that they are small.
        residual: the gap that is left, in scales of the states.
        iterates: the states in the looks from the start on, (looks, size).
        time, states: on the way from the point to itself, (times,) and (times, size), from the first look on.
        status: `done`, or `interrupted` by the user: then the residual tells how nearly the point is fixed, and there
            are no multipliers if it was not looked for yet.
    """

    system: System
    period: float
    at: float
    returns: int
    point: Floats
    multipliers: NDArray[np.complex128]
    lost: int
    residual: float
    iterates: Floats
    time: Floats
    states: Floats
    status: Status
    recipe: Mapping[str, Any]

    @property
    def stability(self) -> Stability:
        """Whether neighbours come to it."""
        if self.status == "interrupted":
            return "undecided"
        return stability(self.multipliers, LEAST)

    def __str__(self) -> str:
        layout = self.system.layout
        over = f"every {self.period:.10g} from t = {self.at:.10g} on"
        again = "" if self.returns == 1 else f" after {self.returns} periods"
        what = f"a fixed point{again}, {self.stability}"
        what = what if self.status == "done" else f"interrupted at a state that is nearly the same{again}"
        lines = [f"{self.system.name} looked at {over}: {what}"]
        lines += [f"  {layout.element(k):8s} {self.point[k]:.12g}" for k in range(min(layout.size, SHOWN))]
        told = ", ".join(shown(value) for value in self.multipliers[: len(self.multipliers) - self.lost][:SHOWN])
        told += f" and {self.lost} that are rounding" if self.lost else ""
        lines += [f"  multipliers {told}"] if told else []
        closed = [f"  closed to {self.residual:.1g} of the states' scales"] if np.isfinite(self.residual) else []
        return "\n".join([*lines, *closed])

    def plot(self) -> Any:
        """The looks, the way from the point to itself, and its multipliers: a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("sections", self)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        names = [self.system.layout.element(k) for k in range(self.system.layout.size)]
        told = ("status", "period", "at", "returns", "lost", "stability")
        found: dict[str, Any] = {"model": self.system.name, **{n: getattr(self, n) for n in told}}
        found |= {"residual": plain(self.residual), "point": dict(zip(names, plain(self.point), strict=True))}
        found |= {"multipliers": [[float(z.real), float(z.imag)] for z in self.multipliers]}
        found |= {"iterates": dict(zip(names, plain(self.iterates.T), strict=True))}
        found |= {"time": plain(self.time), "states": dict(zip(names, plain(self.states.T), strict=True))}
        return {**found, "recipe": dict(self.recipe)}


def stroboscope(
    system: System | Model | str,
    period: float | str,
    *,
    at: float | str | None = None,
    returns: int = 1,
    looks: int = 100,
    start: Mapping[str, ArrayLike] | None = None,
    inputs: Mapping[str, Any] | None = None,
    rtol: float = 1e-13,
    atol: float = 1e-13,
    seed: int | None = None,
    progress: bool | None = None,
) -> Stroboscope:
    """The fixed point of a periodically driven system seen once in each period, and its multipliers.

    The start is followed over some periods. From where that leads Newton's method solves for the state that is the same
    after a period, with the derivative of the flow by the state, which is integrated along.

    Args:
        system: a flow whose inputs repeat, or the name of a model.
        period: of the inputs. That they repeat is looked at.
        at: the time of the first look, by default the beginning of the bench: what is fixed depends on the phase.
        returns: after how many periods the state is to be the same: 2 for what alternates.
        looks: how many periods the start is followed.
        start: states by name, the others as the model says.
        inputs: in place of those of the model, such as `{"u": "pulses(5, period=1, duty=0.2, phase=0.8)"}`.
        rtol, atol: the error allowed in a step, in units of each state's scale.
        seed: of draws in the start.
        progress: False shows no bar; otherwise one appears on a terminal when it takes long.

    Returns:
        The fixed point; after Ctrl-C the state that it had come to, and how nearly that is fixed.

    Raises:
        InputError: for systems that are no smooth flows, and inputs that do not repeat.
        RunFailed: where the orbit comes near no fixed point.
    """
    system = flow_of(system, inputs)
    begin = bench_of(system)[1] if at is None else float(system.time("at", at))
    time = _period(system, begin, period)
    whole_number("returns", returns, 1)
    whole_number("looks", looks, 0)
    given, seed = dict(start or {}), system.seed if seed is None else seed
    how = accuracy_of(rtol, atol)
    more = augmented(system, system.layout.size)
    alone = Carrier(more.alone, system.signals, how)
    flowing = Flowing(more, Carrier(more.system, system.signals, how), begin)
    iterates = [system.start(given, seed=seed)]
    with Bar(system.name, 1.0, progress) as bar:
        try:
            _look(alone, begin, time, looks, iterates, bar.part(0.0, LOOKING))
            closed = _closed(flowing, iterates[-1], time, returns, bar.part(LOOKING, 1.0))
        except KeyboardInterrupt:
            closed = _unclosed(np.array(iterates), returns, system.layout.scales)
    asked = {"analysis": "stroboscope", "period": time, "at": begin, "returns": returns, "looks": looks, **vars(how)}
    asked |= {"seed": seed, "start": plain_values(system, given), "inputs": plain_values(system, inputs or {})}
    (found, lost), status = multipliers(closed.arc), "interrupted" if closed.interrupted else "done"
    times, states = along(alone, begin, returns * time, closed.unknowns)
    return Stroboscope(
        system, time, begin, returns, closed.unknowns, found, lost, closed.residual, np.array(iterates), times, states,
        status, recipe(system, asked),  # type: ignore[arg-type]
    )  # fmt: skip


def _period(system: System, begin: float, period: Any) -> float:
    """The period, checked."""
    time = time_of(system, "period", period)
    if time is None:
        raise InputError("period is None.", code="bad-span", remedy="Give the period of the inputs.")
    check_period(system, begin, time)
    return time


def _look(
    alone: Carrier, begin: float, period: float, looks: int, iterates: list[Floats], told: Callable[[float], None]
) -> None:
    """Look at the orbit from the last of the iterates on so many times, and add what is seen."""
    for k in range(looks):
        iterates.append(alone.to(begin, begin + period, iterates[-1][None])[0])
        told((k + 1) / looks)


def _unclosed(iterates: Floats, returns: int, scales: Floats) -> Closed:
    """The last of the iterates, with its gap to the one that it is to be the same as."""
    gap = np.abs((iterates[-1] - iterates[-1 - returns]) / scales).max() if len(iterates) > returns else np.nan
    return Closed(iterates[-1], Arc(iterates[-1], np.empty((0, 0)), np.nan), float(gap), interrupted=True)


def _closed(flowing: Flowing, state: Floats, period: float, returns: int, told: Callable[[float], None]) -> Closed:
    """The state that is the same again."""
    scales = flowing.scales

    def equations(unknowns: Floats) -> Any:
        arc = flowing.times(returns, period, unknowns * scales)
        return arc.end / scales - unknowns, arc.matrix - np.eye(unknowns.size), arc

    found = solved(equations, state / scales, told)
    if not found.residual < CLOSED and not found.interrupted:
        raise RunFailed(
            f"No state of {flowing.whole.base.name} was found that is the same after {returns} periods: the best "
            f"leaves a gap of {found.residual:.2g}, in scales of the states.",
            code="no-cycle",
            remedy="Follow the start over more periods (looks), or look for another number of returns.",
        )
    return replace(found, unknowns=found.unknowns * scales)
