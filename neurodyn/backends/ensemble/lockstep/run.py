"""Runs in steps of fixed length: flows, also with white noise, and maps, in lanes that take their steps together."""

from __future__ import annotations

from neurodyn.backends.ensemble.answer import ends_only
from neurodyn.backends.ensemble.curves import curves
from neurodyn.backends.ensemble.lanes import cores
from neurodyn.backends.ensemble.lockstep.answer import trajectory
from neurodyn.backends.ensemble.lockstep.choice import fixed_method
from neurodyn.backends.ensemble.lockstep.code import coded
from neurodyn.backends.ensemble.lockstep.driver import Tables, carried_out
from neurodyn.backends.ensemble.lockstep.map_inputs import by_step, read_by_step
from neurodyn.backends.ensemble.lockstep.parts import parts_of
from neurodyn.backends.ensemble.lockstep.schedule import schedule
from neurodyn.backends.ensemble.lockstep.streams import places, streams_of
from neurodyn.backends.ensemble.machine import host
from neurodyn.backends.ensemble.segments import rows, segments
from neurodyn.backends.ensemble.unrolling import numbers_of, unrolling_of
from neurodyn.backends.plan import LANES, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.trajectory import Trajectory
from neurodyn.errors import InputError


def run(plan: Plan) -> Trajectory:
    """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
    if plan.reduce or plan.stop_at is not None:
        raise InputError(
            "Lanes in fixed steps are not reduced, nor stopped.",
            code="stepped",
            remedy="Leave the target out: whole arrays are.",
        )
    method, machine = fixed_method(plan), host().narrowed(plan.trials or 1)
    given = by_step(plan) if plan.discrete else curves(plan)
    parts = parts_of(plan, method, given)
    flow, streams = parts.flow, streams_of(plan.system, parts.flow.draws)
    read = read_by_step if plan.discrete else segments
    inputs, varied = read(plan, flow.inputs, given.signals), rows(plan, flow.varied)
    numbers = numbers_of(plan.system, flow)
    draws = places(streams, varied.values.shape[1])
    unrolling = unrolling_of(plan.system, flow, numbers, inputs, varied, draws)
    code = coded(plan, method, parts, unrolling, inputs, varied, streams, machine)
    steps = schedule(plan, plan.dt or 1.0, streams, each=plan.discrete and inputs.count > 0)
    tables = Tables.of(plan, code, steps, unrolling.unrolled.parameters(numbers), inputs, varied)
    saves = 0 if ends_only(plan) or plan.save_at is None else plan.save_at.size
    with Progress(plan) as progress:
        found = carried_out(plan, code, tables, saves, cores(), progress)
    scheme = {"mode": LANES, "lanes": machine.width, "processor": machine.cpu, "threads": found.threads}
    return trajectory(plan, code.method, found, scheme)
