"""What a run of Brian2 left, as a trajectory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neurodyn.backends.brian2.couplings import SUMMED
from neurodyn.backends.brian2.engine import Engine
from neurodyn.backends.brian2.happen import Events
from neurodyn.backends.brian2.methods import BEFORE, LEAP, ORDERS
from neurodyn.backends.brian2.network import Network
from neurodyn.backends.event_log import Fired
from neurodyn.backends.fixed_backend import SCHEDULE
from neurodyn.backends.fixed_choice import EULER, EXACT
from neurodyn.backends.outcome import LEAP as FARTHEST
from neurodyn.backends.outcome import bad_state, interrupted, unstable
from neurodyn.backends.plan import Floats
from neurodyn.backends.trajectory import DONE, Outcome, Trajectory
from neurodyn.calculus.letters import names_in
from neurodyn.system.stochastic import commutes


@dataclass(frozen=True, eq=False)
class Saved:
    """What was recorded.

    Attributes:
        times: those to save, in steps since the start; between two steps a straight line is read.
        stride: how many steps lie between two samples.
        taken: how many steps were taken.
    """

    times: Floats
    stride: int
    taken: int


def trajectory(made: Network, engine: Engine, saved: Saved, method: str) -> Trajectory:
    """What was recorded, as far as the run came and its numbers are finite."""
    plan, dt, stride = made.plan, made.dt, saved.stride
    samples = np.concatenate([engine.sampled(name) for name in plan.system.layout.names], axis=1)
    if saved.taken % stride == 0:  # the end of a step is the begin of the next one, which is not there at the end
        samples = np.concatenate([samples, np.concatenate(list(map(engine.now, plan.system.layout.names)))[None]])
    ended = _ended(made, engine, samples, saved)
    count = int(np.searchsorted(saved.times, min(ended.steps, (len(samples) - 1) * stride), side="right"))
    reached = plan.until if ended.outcome is DONE else plan.t0 + ended.steps * dt
    time = plan.t0 + saved.times * dt if plan.save_at is None else plan.save_at
    fired = {} if made.events is None else _fired(made, engine, ended.steps)
    counts = {"steps": ended.steps} | ({"events": sum(f.time.size for f in fired.values())} if made.events else {})
    return Trajectory(
        time[:count],
        _read(samples, saved.times[:count] / stride),
        ended.outcome,
        method,
        counts,
        reached,
        ended.state,
        fired={name: fired[name] for name in plan.recorded_events},
        pending=_pending(made, engine, fired, ended),
        scheme=_told(made, method),
    )


@dataclass(frozen=True, eq=False)
class _Ended:
    """How a run ended, after how many steps, and in which state."""

    outcome: Outcome
    steps: int
    state: Floats


def _ended(made: Network, engine: Engine, samples: Floats, saved: Saved) -> _Ended:
    plan, dt, stride = made.plan, made.dt, saved.stride
    end = np.concatenate([engine.now(name) for name in plan.system.layout.names])
    step, what = _first_leap(made, engine, saved.taken)
    bad = np.flatnonzero(~np.isfinite(samples).all(axis=1))
    last = int(bad[0]) - 1 if bad.size else len(samples) - 1
    if step is not None and step // stride <= last:
        return _Ended(what, step // stride * stride, samples[step // stride])
    if bad.size or not np.isfinite(end).all():
        lost = (samples[bad[0]] if bad.size else end) / plan.system.layout.scales
        if last < 0:
            return _Ended(bad_state(plan, 0, plan.t0, lost), 0, plan.start)
        return _Ended(bad_state(plan, 0, plan.t0 + last * stride * dt, lost), last * stride, samples[last])
    if saved.taken < made.steps:
        return _Ended(interrupted(plan.t0 + saved.taken * dt), saved.taken, end)
    return _Ended(DONE, made.steps, end)


def _first_leap(made: Network, engine: Engine, taken: int) -> tuple[int | None, Outcome]:
    """The first step that changed a state as no step should, and the outcome that tells of it."""
    first, found, layout = None, DONE, made.plan.system.layout
    for name, offset in zip(layout.names, layout.offsets, strict=True):
        for unit, step in _leaps(made, engine, name, taken) if name in made.watched else ():
            if first is None or step < first:
                first, t = step, made.plan.t0 + step * made.dt
                found = unstable(made.plan, t, offset + unit, "changed by a million times its size")
    return first, found


def _leaps(made: Network, engine: Engine, name: str, taken: int) -> list[tuple[int, int]]:
    """Units whose state did not follow its flow in some step, and that step: it was noted, or is the last one."""
    noted, before = (engine.now(name, kind) for kind in (LEAP, BEFORE))
    scale = made.plan.system.layout.scales[made.plan.system.layout.offsets[made.plan.system.layout.names.index(name)]]
    far = np.abs(engine.now(name) - before) > FARTHEST * np.maximum(scale, np.abs(before))
    steps = np.where(noted > 0, noted - 1, np.where(far, taken - 1, np.inf))
    return [(int(unit), int(steps[unit])) for unit in np.flatnonzero(np.isfinite(steps))]


def _read(samples: Floats, places: Floats) -> Floats:
    """The states at places among the samples."""
    low = np.floor(places).astype(int)
    share = (places - low)[:, None]
    high = np.minimum(low + 1, len(samples) - 1)
    return np.where(share > 0, (1 - share) * samples[low] + share * samples[high], samples[low])


def _told(made: Network, method: str) -> dict[str, object]:
    """What the recipe says of the run: how steps are taken, their order of accuracy, and what keeps it low."""
    told: dict[str, object] = {"target": made.plan.target, "order": SCHEDULE, "accuracy": _accuracy(made, method)}
    if made.events is not None and made.events.happenings.delays:
        told |= {"delays": "rounded to steps"}
    return told | ({"coupling": made.coupling} if made.coupling else {})


def _accuracy(made: Network, method: str) -> str:
    """The order of accuracy that is reached; of paths (strong order) where there is noise."""
    structure = made.plan.system.structure
    if made.plan.noisy:
        additive = "noise:multiplicative" not in made.plan.needed
        return "strong order 1" if additive or (method != EULER and commutes(structure)) else "strong order 1/2"
    acts = made.events is not None and any(not e.passive for e in made.events.happenings.events.values())
    if made.coupling == SUMMED or acts:
        return "order 1"
    order = min(ORDERS[method], made.groups.inputs.order)
    if order == ORDERS[EXACT]:  # time that stands in the flow itself is read in the middle of the step
        timed = any("t" in names_in(made.context.whole(flow.expr)) for flow in structure.flows.values())
        return "order 2" if timed else "exact"
    return f"order {order}"


def _fired(made: Network, engine: Engine, last: int) -> dict[str, Fired]:
    """Every event with its times; all of a step are dated at its begin."""
    assert made.events is not None
    found, first = {}, np.rint(made.plan.t0 / made.dt)
    for name, (steps, units) in made.events.known.items():
        found[name] = Fired((first + steps[steps < last]) * made.dt, units[steps < last])
    for name, monitors in engine.events.items():
        steps = np.rint(np.concatenate([one.t_[:] for one in monitors]) / made.dt)
        units = np.concatenate([np.asarray(one.i[:], dtype=np.intp) for one in monitors])
        order = np.lexsort((units, steps))
        found[name] = Fired((first + steps[order]) * made.dt, units[order])
    return found


def _armed(events: Events, engine: Engine, name: str, ended: _Ended) -> Floats:
    """Which units can happen again, after the last step."""
    if name not in events.armed:
        return np.ones(events.happenings.events[name].units)
    if name not in events.flowing:
        return engine.value(name, events.armed[name])
    watch = events.happenings.conditions
    assert watch is not None
    own = next(w.units for w in watch.watched if w.event == name)
    plan = events.groups.inputs.plan
    levels = watch.levels(np.array([plan.until]), ended.state[None], plan.pieces()[-1].inputs)
    return np.where(watch.truth(levels)[0][own], 0.0, 1.0)


def _pending(made: Network, engine: Engine, fired: Mapping[str, Fired], ended: _Ended) -> dict[str, Floats] | None:
    """What the events of a run that goes on from here, after the last step, must know."""
    events = made.events
    if events is None:
        return None
    kept, first = {"fixed": np.array([made.dt])}, np.rint(made.plan.t0 / made.dt)
    for name in engine.events:
        if events.happenings.conditions and any(w.event == name for w in events.happenings.conditions.watched):
            kept[f"armed:{name}"] = _armed(events, engine, name, ended)
        if name in events.free:
            steps = engine.value(name, events.free[name])
            kept[f"until:{name}"] = np.where(steps > 0, (first + steps) * made.dt, -np.inf)
    for train, delay in events.happenings.delays.items():
        sent, waits = np.rint(fired[delay.event].time / made.dt), np.rint(delay.delay / made.dt)
        late = sent + waits.max(initial=0) >= first + ended.steps
        units = fired[delay.event].unit[late]
        places = delay.members.of(units)
        steps = np.repeat(sent[late], delay.members.counts(units)) + waits[places]
        arriving = np.stack([steps * made.dt, places.astype(float)], axis=1)
        arriving = np.concatenate([events.pending.get(f"sent:{train}", np.empty((0, 2))), arriving])
        kept[f"sent:{train}"] = arriving[np.rint(arriving[:, 0] / made.dt) >= first + ended.steps]
    return kept
