"""Mode lanes: many runs of one small system side by side in the lanes of vectors, in compiled code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from neurodyn.backends.ensemble.answer import ends_only, trajectory
from neurodyn.backends.ensemble.choice import chosen_method
from neurodyn.backends.ensemble.compiler import Code, compiled
from neurodyn.backends.ensemble.curves import curves
from neurodyn.backends.ensemble.driver import Tables, carried_out
from neurodyn.backends.ensemble.flow_text import FlowText, Standing
from neurodyn.backends.ensemble.frame import Shape
from neurodyn.backends.ensemble.goal_text import goal_table
from neurodyn.backends.ensemble.keeping import Keeping
from neurodyn.backends.ensemble.loops import Functions, Named, functions_of
from neurodyn.backends.ensemble.machine import Machine, host
from neurodyn.backends.ensemble.segments import Rows, Segments, rows, segments
from neurodyn.backends.ensemble.unrolling import flow_of, numbers_of, unrolling_of
from neurodyn.backends.ensemble.vector_math import functions
from neurodyn.backends.march import LEAST_ADVANCE
from neurodyn.backends.plan import LANES, Floats, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.trajectory import Trajectory

NONE = np.empty(0)


def run(plan: Plan) -> Trajectory:
    """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
    method, machine = Named(chosen_method(plan)), host().narrowed(plan.trials or 1)
    given, derived, keeping = curves(plan), method.derived(plan.system), Keeping.of(plan)
    flow = flow_of(plan.system, given, derived, keeping.observed)
    inputs, varied = segments(plan, flow.inputs, given.signals), rows(plan, flow.varied)
    numbers = numbers_of(plan.system, flow)
    unrolling = unrolling_of(plan.system, flow, numbers, inputs, varied)
    own: Functions = plan.system.formulas.get(
        ("ensemble text", unrolling, inputs.ramps, machine.width),
        lambda: functions_of(plan.system, derived, unrolling, inputs, machine.width),
    )
    code = _code(keeping, own, method, inputs, machine)
    limits = np.append(keeping.limits, goal_table(plan))
    parameters: Floats = plan.system.computed.get(
        ("ensemble parameters", unrolling), lambda: unrolling.unrolled.parameters(numbers)
    )
    tables = tables_of(plan, own.text, parameters, inputs, varied, limits)
    saves = 0 if ends_only(plan) else tables.times.size
    threads = min(cores(), -(-tables.start.shape[0] // 1024))
    with Progress(plan) as progress:
        found = carried_out(code, tables, saves, threads, progress, slots=keeping.slots)
    scheme = {"mode": LANES, "lanes": machine.width, "processor": machine.cpu, "threads": threads}
    return replace(trajectory(plan, method.name, found, scheme), reduced=keeping.found(found.kept))


def cores() -> int:
    """How many threads this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _code(keeping: Keeping, own: Functions, method: Named, inputs: Segments, machine: Machine) -> Code:
    plan = keeping.plan
    shape = Shape(
        states=plan.system.layout.size,
        varied=len(own.text.lanes),
        inputs=inputs.count,
        saved=not ends_only(plan),
        forward=plan.forward,
        kept=keeping.kept,
        goals=0 if plan.stop_at is None else len(np.asarray(plan.stop_at.points)),
        observed=keeping.numbers,
    )

    def made() -> Code:
        loop = own.loop(method, shape, machine.width)
        called = {*own.text.functions, *keeping.called}
        return compiled("\n".join([functions(called, machine.width), own.text.text, loop]), machine)

    found: Code = plan.system.formulas.get(("ensemble code", own, method, shape, machine), made)
    return found


def tables_of(
    plan: Plan, text: FlowText, parameters: Floats, inputs: Segments, varied: Rows, limits: Floats = NONE
) -> Tables:
    """What the loop of a plan reads; `limits` of its reductions, and attractors."""
    sign = 1.0 if plan.forward else -1.0
    advance = LEAST_ADVANCE * abs(plan.until - plan.t0)
    edges = sign * np.array([plan.t0, *plan.edges().tolist(), plan.until])
    assert plan.save_at is not None
    return Tables(
        start=np.ascontiguousarray(np.atleast_2d(plan.start)),
        values=columns(parameters[None], text.parameters)[0],
        varied=columns(varied.values, text.lanes),
        span=np.array([sign * plan.t0, plan.rtol, advance, *(plan.atol * plan.system.layout.scales), *limits]),
        times=sign * plan.save_at,
        edges=edges,
        segments=np.ascontiguousarray(inputs.lines),
    )


def columns(table: Floats, wanted: Sequence[Standing]) -> Floats:
    """Columns of a table, some of them turned into reciprocals."""
    found = table[:, [place for place, _ in wanted]]
    inverted = [is_inverted for _, is_inverted in wanted]
    with np.errstate(all="ignore"):
        return np.ascontiguousarray(np.where(inverted, 1.0 / found, found) if wanted else found)
