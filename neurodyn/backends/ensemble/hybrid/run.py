"""Runs of small systems with events, side by side in lanes, each with steps and instants of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurodyn.backends.endless import endless, piling
from neurodyn.backends.ensemble.answer import Reached, assembled, ends_only
from neurodyn.backends.ensemble.choice import chosen_method
from neurodyn.backends.ensemble.compiler import RUN_EVENTS, Code, compiled
from neurodyn.backends.ensemble.curves import curves
from neurodyn.backends.ensemble.driver import BLOCK, Found, carried_out
from neurodyn.backends.ensemble.endings import Endings
from neurodyn.backends.ensemble.flow_text import FlowText, flow_text
from neurodyn.backends.ensemble.frame import DONE, ENDLESS, PILED, Shape
from neurodyn.backends.ensemble.hybrid.graph import graph_of, parts_of, whole_of
from neurodyn.backends.ensemble.hybrid.refusals import check_lanes, fitting
from neurodyn.backends.ensemble.hybrid.rules import Rules, firsts, rules_of
from neurodyn.backends.ensemble.hybrid.tables import EventTables, event_tables, remembered
from neurodyn.backends.ensemble.lanes import cores, tables_of
from neurodyn.backends.ensemble.machine import Machine, host
from neurodyn.backends.ensemble.methods import tableau
from neurodyn.backends.ensemble.segments import rows, segments
from neurodyn.backends.ensemble.stepping import loop_text
from neurodyn.backends.ensemble.unrolling import numbers_of
from neurodyn.backends.ensemble.vector_math import functions
from neurodyn.backends.event_plan import check_kind
from neurodyn.backends.plan import LANES, Floats, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.trajectory import Outcome, Trajectory
from neurodyn.system.happenings import Happenings


def run(plan: Plan) -> Trajectory:
    """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
    check_kind(plan.system, plan.pending, fixed=False)
    happenings = Happenings(plan.system)
    check_lanes(plan, happenings)
    key, machine = chosen_method(plan), host().narrowed(plan.trials or 1)
    with fitting(plan):
        given = curves(plan)
        whole = whole_of(plan.system, given)
        inputs, varied = segments(plan, whole.flow.inputs, given.signals), rows(plan, whole.flow.varied)
    numbers = numbers_of(plan.system, whole.flow)
    with fitting(plan):
        unrolling = graph_of(plan.system, whole, happenings, numbers, inputs, varied)
    parts = parts_of(whole, unrolling)
    live = (unrolling.graph.nodes[k] for k in unrolling.graph.live(parts.get("levels", ())))
    reads = sorted(int(str(node.data)) for node in live if node.op == "state")
    rules = rules_of(plan.system, happenings, reads, plan.recorded_events)
    text: FlowText = plan.system.formulas.get(
        ("event text", unrolling, inputs.ramps, machine.width),
        lambda: flow_text(unrolling.graph, parts, machine.width, inputs.ramps),
    )
    shape = Shape(plan.system.layout.size, len(text.lanes), inputs.count, not ends_only(plan), True, rules)
    code = _code(plan, text, key, shape, machine)
    tables = tables_of(plan, text, unrolling.unrolled.parameters(numbers), inputs, varied)
    more = event_tables(plan, rules, happenings)
    saves = tables.times.size if shape.saved else 0
    threads = min(cores(), -(-tables.start.shape[0] // BLOCK))
    with Progress(plan) as progress:
        found = carried_out(code, tables, saves, threads, progress, lambda first: more.block(first, machine.width))
    scheme = {"mode": LANES, "lanes": machine.width, "processor": machine.cpu, "threads": threads}
    return _trajectory(plan, tableau(key).name, found, more, happenings, scheme)


def _code(plan: Plan, text: FlowText, key: str, shape: Shape, machine: Machine) -> Code:
    def made() -> Code:
        loop = loop_text(tableau(key), shape, machine.width)
        return compiled("\n".join([functions(text.functions, machine.width), text.text, loop]), machine, RUN_EVENTS)

    found: Code = plan.system.formulas.get(("event code", text, key, shape, machine), made)
    return found


def _trajectory(
    plan: Plan, method: str, found: Found, more: EventTables, happenings: Happenings, scheme: dict[str, object]
) -> Trajectory:
    """What was found, with all that has happened."""
    codes, endings = found.told[:, 0], Endings(plan, method)
    bad = np.flatnonzero((codes != DONE) | ~np.isfinite(found.final).all(axis=1)).tolist()
    ends = {}
    for k in bad:
        code, t = int(codes[k]), float(found.ended[k])
        if code in (ENDLESS, PILED):
            ends[k] = _never_ending(plan, code, k, t, more.told[k], happenings)
        else:
            ends[k] = endings.of(code, k, t, found.final[k])
    done = codes == DONE
    steps, events = int(found.told[:, 1].sum()), int(more.told[:, -1].sum())
    work = {"steps": steps, "tried": int(found.told[:, 2].sum()), "events": events}
    reached = Reached(found.saved, found.final, done, found.told[:, 3], found.ended)
    fired = more.fired(happenings, plan.recorded_events, plan.trials is None)
    pending = _pending(plan, more.rules, more.memory, happenings)
    return replace(assembled(plan, method, reached, ends, work, scheme), fired=fired, pending=pending)


def _never_ending(plan: Plan, code: int, trial: int, t: float, fired: Floats, happenings: Happenings) -> Outcome:
    first, events = firsts(happenings), happenings.events
    units = {name: np.flatnonzero(fired[first[name] : first[name] + event.units]) for name, event in events.items()}
    units = {name: own for name, own in units.items() if own.size}
    if code == ENDLESS:
        found = endless(plan, t, units, events)
    else:
        name = next(iter(units))
        found = piling(plan, t, events[name], units[name])
    return found if plan.trials is None else replace(found, message=f"Trial {trial}: {found.message}")


def _pending(plan: Plan, rules: Rules, memory: Floats, happenings: Happenings) -> dict[str, Floats]:
    """What a run that goes on from the end must know."""
    kept = {name: memory[:, columns] for name, columns in remembered(rules, happenings).items()}
    return {name: rows[0] if plan.trials is None else rows for name, rows in kept.items()}
