"""Mode lanes: many runs of one small system side by side in the lanes of vectors, in compiled code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np

from neurodyn.backends.ensemble.compiler import Code, compiled
from neurodyn.backends.ensemble.curves import curves
from neurodyn.backends.ensemble.driver import Found, Tables, carried_out
from neurodyn.backends.ensemble.endings import Endings
from neurodyn.backends.ensemble.flow_text import FlowText, Standing, flow_text
from neurodyn.backends.ensemble.frame import DONE, Shape
from neurodyn.backends.ensemble.machine import Machine, host
from neurodyn.backends.ensemble.methods import names, tableau
from neurodyn.backends.ensemble.segments import Rows, Segments, rows, segments
from neurodyn.backends.ensemble.stepping import loop_text
from neurodyn.backends.ensemble.unrolling import Unrolling, flow_of, numbers_of, unrolling_of
from neurodyn.backends.ensemble.vector_math import functions
from neurodyn.backends.outcome import joined
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.trajectory import DONE as WELL
from neurodyn.backends.trajectory import Stop, Trajectory
from neurodyn.errors import InputError

# Above it the pair of order 5 does with fewer evaluations, below that of order 8.
CROSSOVER = 1e-6
# With more pieces than these a run consists of first steps, which suit an estimate of low order.
MANY_PIECES = 10
FIXED = "rk4"
# Of the way, in `WATCHED_STEPS` steps; see `march.LEAST_ADVANCE`.
LEAST_ADVANCE = 1e-2


def run(plan: Plan) -> Trajectory:
    """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
    _check(plan)
    method, machine = chosen_method(plan), host()
    given = curves(plan)
    flow = flow_of(plan.system, given)
    inputs, varied = segments(plan, flow.inputs, given.signals), rows(plan, flow.varied)
    numbers = numbers_of(plan.system, flow)
    unrolling = unrolling_of(plan.system, flow, numbers, inputs, varied)
    text = _flow_text(plan, unrolling, inputs, machine)
    code = _code(plan, text, method, inputs, machine)
    tables = _tables(plan, text, unrolling.unrolled.parameters(numbers), inputs, varied)
    saves = 0 if _ends_only(plan) else tables.times.size
    threads = min(cores(), -(-tables.start.shape[0] // 1024))
    with Progress(plan) as progress:
        found, interrupted = carried_out(code, tables, saves, threads, progress)
    scheme = {"lanes": machine.width, "processor": machine.cpu, "threads": threads}
    return _trajectory(plan, tableau(method).name, found, interrupted, scheme)


def cores() -> int:
    """How many threads this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check(plan: Plan) -> None:
    if plan.save_at is None:
        raise InputError(
            "The backend ensemble saves at given times, not at the steps of its runs.",
            code="bad-save-points",
            remedy="Leave save_at out, or give times; the backend scipy saves steps.",
        )


def chosen_method(plan: Plan) -> str:
    """The method that the plan names, or the default: order 5 for loose tolerances and for many pieces, else 8.

    With dt it is the one of fixed steps.
    """
    if plan.method is None and plan.dt is not None:
        return FIXED
    if plan.method is None:
        loose = plan.rtol >= CROSSOVER or plan.edges().size > MANY_PIECES
        return "tsit5" if loose else "dop853"
    method = plan.method.lower()
    if method not in names():
        near = get_close_matches(method, names(), 1)
        told = ", ".join(tableau(name).name for name in names())
        raise InputError(
            f"The ensemble backend has no method {plan.method}.",
            code="unknown-method",
            remedy=f"Did you mean {tableau(near[0]).name}?" if near else f"It has: {told}.",
        )
    steps = "takes fixed steps" if not tableau(method).error else "chooses its own steps"
    if bool(tableau(method).error) == (plan.dt is not None):
        raise InputError(
            f"{tableau(method).name} {steps}, and dt is {'missing' if plan.dt is None else 'given'}.",
            code="fixed-step",
            remedy="Give dt." if plan.dt is None else "Leave dt out: rtol and atol say how exact a run is.",
        )
    return method


def _ends_only(plan: Plan) -> bool:
    return plan.save_at is not None and plan.save_at.size == 1 and float(plan.save_at[0]) == plan.until


def _flow_text(plan: Plan, unrolling: Unrolling, inputs: Segments, machine: Machine) -> FlowText:
    key = ("ensemble text", unrolling, inputs.ramps, machine.width)
    found: FlowText = plan.system.formulas.get(
        key, lambda: flow_text(unrolling.graph, unrolling.rates, machine.width, inputs.ramps)
    )
    return found


def _code(plan: Plan, text: FlowText, method: str, inputs: Segments, machine: Machine) -> Code:
    shape = Shape(
        states=plan.system.layout.size,
        varied=len(text.lanes),
        inputs=inputs.count,
        saved=not _ends_only(plan),
        forward=plan.forward,
    )

    def made() -> Code:
        loop = loop_text(tableau(method), shape, machine.width)
        return compiled("\n".join([functions(text.functions, machine.width), text.text, loop]), machine)

    found: Code = plan.system.formulas.get(("ensemble code", text, method, shape, machine), made)
    return found


def _tables(plan: Plan, text: FlowText, parameters: Floats, inputs: Segments, varied: Rows) -> Tables:
    sign = 1.0 if plan.forward else -1.0
    advance = LEAST_ADVANCE * abs(plan.until - plan.t0)
    edges = sign * np.array([plan.t0, *plan.edges().tolist(), plan.until])
    assert plan.save_at is not None
    return Tables(
        start=np.ascontiguousarray(np.atleast_2d(plan.start)),
        values=_columns(parameters[None], text.parameters)[0],
        varied=_columns(varied.values, text.lanes),
        span=np.array([sign * plan.t0, plan.rtol, advance, plan.dt or 0.0, *(plan.atol * plan.system.layout.scales)]),
        times=sign * plan.save_at,
        edges=edges,
        segments=np.ascontiguousarray(inputs.lines),
    )


def _columns(table: Floats, wanted: Sequence[Standing]) -> Floats:
    """Columns of a table, some of them turned into reciprocals."""
    found = table[:, [place for place, _ in wanted]]
    inverted = [is_inverted for _, is_inverted in wanted]
    with np.errstate(all="ignore"):
        return np.ascontiguousarray(np.where(inverted, 1.0 / found, found) if wanted else found)


def _trajectory(plan: Plan, method: str, found: Found, interrupted: bool, scheme: dict[str, object]) -> Trajectory:
    """What was found, trial by trial."""
    sign, endings = (1.0 if plan.forward else -1.0), Endings(plan, method)
    codes, counts = found.told[:, 0], found.told[:, 3].copy()
    saved, times = found.saved, plan.save_at
    assert times is not None
    if _ends_only(plan):
        counts[:] = codes == DONE
        saved = np.where((codes == DONE)[None, :, None], found.final[None], np.nan)
    bad = (codes != DONE) | ~np.isfinite(found.final).all(axis=1)
    numbers = np.flatnonzero(bad).tolist()
    ends = {k: endings.of(int(codes[k]), k, sign * found.ended[k], found.final[k]) for k in numbers}
    failed = {k: ended for k, ended in ends.items() if ended.status == "failed"}
    now = next((ended for ended in ends.values() if ended.status == "interrupted"), WELL)
    stops = [Stop(ends.get(k, WELL), float(sign * t), int(counts[k])) for k, t in enumerate(found.ended)]
    reached = int(counts.max())
    alone = plan.trials is None
    y = saved[:reached, 0] if alone else saved[:reached]
    return Trajectory(
        times[:reached],
        y,
        joined(plan, failed, now),
        method,
        {"steps": int(found.told[:, 1].sum()), "tried": int(found.told[:, 2].sum())},
        float(sign * (found.ended.max() if now is WELL else found.ended.min())),
        found.final[0] if alone else found.final,
        [] if alone else stops,
        scheme=scheme,
    )
