"""From what a caller asks for to a complete plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.backends.begin import starts
from neurodyn.backends.check import check_span
from neurodyn.backends.clock import check_step
from neurodyn.backends.delayed import check_direction, memory_of, with_earlier
from neurodyn.backends.event_plan import check_forward, pending
from neurodyn.backends.grids import FEW_STATES, save_points
from neurodyn.backends.plan import Plan
from neurodyn.errors import InputError
from neurodyn.results import Result

if TYPE_CHECKING:
    from neurodyn.backends.varied import Varied
    from neurodyn.system.signals import Signal
    from neurodyn.system.system import System


def prepare(
    system: System, names: Sequence[str], *, until: Any, t0: Any, start: Any, inputs: Mapping[str, Any], save_at: Any,
    every: Any, method: str | None, rtol: Any, atol: Any, seed: Any, trials: Any, progress: bool | None, dt: Any = None,
    stepped: bool = True, varied: Varied | None = None,
) -> Plan:  # fmt: skip
    """The plan of a run; whatever is None comes from the bench of the model. See `neurodyn.simulate`.

    Args:
        names: what will be recorded.
        stepped: whether the step that the bench says holds.
        varied: what differs from trial to trial.
    """
    bench = system.model.bench
    given, t0, trials = origin(start, t0, varied.trials if varied else trials)
    begin, end = _span(system, t0, until)
    acts, noisy = check_forward(system, begin, end), system.structure.noisy
    step = fixed_step(system, first(dt, bench.get("dt") if stepped else None), begin, end)
    _refuse_tolerances(system, step, {"rtol": rtol, "atol": atol})
    # So that noise and trains go on as they began.
    told = start.recipe["seed"] if isinstance(start, Result) and (acts or noisy) else None
    draws = whole("seed", first(seed, told, system.seed), 0)
    count = trial_count(first(trials, bench.get("trials")))
    signals = {**with_earlier(system, read_inputs(system, inputs)), **(varied.signals if varied else {})}
    return Plan(
        system=system,
        t0=begin,
        until=end,
        start=starts(system, varied, given, signals, begin, count, draws),
        signals=signals,
        save_at=save_points(save_at, every, signals, begin, end, system.layout.size * (count or 1), step),
        method=first(method, bench.get("method")),
        rtol=number("rtol", first(rtol, bench.get("rtol"), 1e-6)),
        atol=number("atol", first(atol, bench.get("atol"), 1e-9)),
        dt=step,
        trials=count,
        varied=varied,
        seed=draws,
        progress=progress is not False,
        needed=system.needs,
        memory=memory_of(system, start, begin),
        pending=pending(start, begin) if acts else None,
        recorded_events=tuple(name for name in names if name in system.model.events),
        jumps=acts and save_at is None and every is None and count is None and system.layout.size <= FEW_STATES,
    )


def _span(system: System, t0: Any, until: Any) -> tuple[float, float]:
    """The times of the start and of the end."""
    bench = system.model.bench
    begin = number("t0", system.time("t0", first(t0, bench.get("from"), 0.0)))
    end = number("until", system.time("until", first(until, bench.get("until"))))
    check_span(begin, end)
    check_direction(system, begin, end)
    return begin, end


def fixed_step(system: System, dt: Any, t0: float, until: float) -> float | None:
    """The length of the steps that is given; noise cannot do without one."""
    if dt is None and system.structure.noisy:
        raise InputError(
            f"dt is missing: {system.name} holds white noise, which is integrated in fixed steps.",
            code="missing-option",
            remedy="Give dt, say a hundredth of the fastest time constant, or set it in [bench]; halve it to see how "
            "much it matters.",
        )
    if dt is None:
        return None
    step = number("dt", system.time("dt", dt))
    check_step(step, t0, until)
    return step


def _refuse_tolerances(system: System, step: float | None, options: Mapping[str, Any]) -> None:
    """Refuse what has no meaning where steps are fixed."""
    why = "holds white noise and is" if system.structure.noisy else "is"
    for name, value in options.items():
        if value is not None and step is not None:
            raise InputError(
                f"{system.name} {why} integrated in fixed steps, which have no {name}.",
                code="fixed-step",
                remedy=f"Leave {name} out, and choose dt.",
            )


def first(*values: Any) -> Any:
    """The first value that is given."""
    return next((value for value in values if value is not None), None)


def trial_count(trials: Any) -> int | None:
    """How many runs go side by side; None is one without a trial axis."""
    return None if trials is None else whole("trials", trials, 1)


def origin(start: Any, t0: Any, trials: Any) -> tuple[Mapping[str, Any] | None, Any, Any]:
    """The states that are given, and the time and trials that go with them where a run is continued."""
    if isinstance(start, Result):
        _refuse_parted(start)
        end = dict(start.arrays["end"])
        reached = end.pop("t")
        return end, first(t0, float(reached)), first(trials, start.recipe["trials"])
    if start is None or isinstance(start, Mapping):
        return start, t0, trials
    raise InputError(
        f"A {type(start).__name__} is no start.",
        code="bad-start",
        remedy="Give states by name, or a result to go on from.",
    )


def _refuse_parted(start: Result) -> None:
    """Trials that ended at different times cannot go on together."""
    if "stop_time" not in start.dataset:
        return
    stops = np.asarray(start.dataset["stop_time"].values, dtype=float)
    early = np.flatnonzero(stops != float(start.arrays["end"]["t"]))
    if early.size:
        raise InputError(
            f"Trial {early[0]} of that run ended at t = {stops[early[0]]:g}, and others later.",
            code="bad-start",
            remedy="Give the states to go on from: start={...}.",
        )


def number(name: str, value: Any) -> float:
    """A real number, as a float."""
    if value is None:
        raise InputError(f"{name} is missing.", code="missing-option", remedy=f"Give {name}, or set it in [bench].")
    try:
        if isinstance(value, str | bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} is {value!r}, not a number.", code="not-a-number", remedy="Give a number.") from None


def whole(name: str, value: Any, least: int) -> int:
    """A whole number, not too small."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{name} is {value!r}.", code="not-a-number", remedy=f"Give a whole number from {least} on.")
    return int(value)


def read_inputs(system: System, inputs: Mapping[str, Any]) -> dict[str, Signal]:
    """The inputs of the system, some of them replaced by signals, numbers, arrays, or text as in a model file."""
    for name in inputs:
        if name not in system.signals:
            near = get_close_matches(name, system.signals, 1)
            known = f"Inputs: {', '.join(system.signals)}." if system.signals else "It has none."
            raise InputError(
                f"{system.name} has no input {name}.",
                code="unknown-input",
                remedy=f"Did you mean {near[0]}?" if near else known,
            )
    return dict(system.with_values(inputs).signals if inputs else system.signals)
