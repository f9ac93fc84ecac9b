"""The `fixed` backend: fixed steps, array code, and Brian2's order of operations in each step.

Its name says what it is: steps of a length that was asked for, and no error control. It is the reference with which
generated Brian2 networks are compared, and a way to run networks of some thousands of spiking units. It is taken where
it is asked for by name, never in place of another.

Step k leads from k*dt to (k + 1)*dt, and does, in this order, what Brian2's default schedule does:

1. *groups*: states move along their flow, but those that are held; inputs are read at k*dt or within the step.
2. *thresholds*: conditions are read on the moved states; clocks, lists and Poisson trains that are due in the step
   happen too. All of it is dated k*dt.
3. *synapses*: what is due by now arrives, all at once and read on the states before, also without a delay of what has
   just happened. Delays are rounded to whole steps. States that are held, or that an event of this step holds, are not
   reached.
4. *resets*: statements of `set` act together, and read what arrivals have left.

After an event of step k its unit rests, and what it holds stands still, in steps k + 1 to k + n - 1, where n steps are
its refractory period. Bounds of states (`clip`) hold after 1 and after 4.

The language itself knows instants without steps. There conditions are read again after deliveries and resets, at the
same instant, so chains of events without delays end in it; here each link takes a step. There an impulse reaches a
state that its receiver's own event of this instant holds. And a condition that is true for less than a step is seen
there and missed here. The two agree in the limit of small steps, with times of events off by a step at most for each
link, where no two such things meet in an instant: for units that rest or whose conditions are made false by their
resets, and whose impulses set off others after a delay or through a flow. Unlike in Brian2 a condition that stays true
makes an event once, and a train that is due twice in a step counts twice.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurodyn.backends.clock import Clock
from neurodyn.backends.event_runs import in_turn
from neurodyn.backends.fixed_events import StepEvents
from neurodyn.backends.fixed_methods import METHODS, method_of
from neurodyn.backends.outcome import bad_state, interrupted, leap, out_of_memory
from neurodyn.backends.plan import FIXED_STEPS, OWN_VALUES, REDUCE, Floats, Plan
from neurodyn.backends.products.choice import FLOAT32
from neurodyn.backends.progress import Progress
from neurodyn.backends.recorder import recorder
from neurodyn.backends.reduced_steps import Lines
from neurodyn.backends.threads import few_threads
from neurodyn.backends.trajectory import DONE, Outcome, Trajectory
from neurodyn.errors import InputError

SCHEDULE = "state update, conditions, deliveries, resets"


class Fixed:
    """Flows with events in fixed steps, one trial after the other."""

    name = "fixed"
    abilities = frozenset(
        {"flow", "sparse", "trials", OWN_VALUES, "event:reset", "event:delivery", "event:counted"}
        | {"noise:additive", "noise:multiplicative", FIXED_STEPS, FLOAT32, REDUCE}
    )

    def run(self, plan: Plan) -> Trajectory:
        """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
        dt, method = _step(plan), METHODS.of(plan)
        check_grid(plan, dt)
        with np.errstate(all="ignore"), Progress(plan) as progress, few_threads(plan):
            if plan.trials is not None:
                return in_turn(plan, lambda one, watch: _run(one, method, watch), progress)
            return _run(plan, method, progress)


class Walk:
    """One run, without trials: the number of the step that comes next, and the state before it."""

    def __init__(self, plan: Plan, method: str, progress: Progress) -> None:
        self._plan, self._progress, dt = plan, progress, _step(plan)
        self.clock = Clock(dt)
        self.at = self._number(plan.t0), plan.start
        self.method = method_of(plan, method, dt)
        self.events = StepEvents(plan, dt) if "event:reset" in plan.needed else None
        self.recorder = recorder(replace(plan, jumps=False))
        self.reducer = Lines(plan) if plan.reduce else None
        written = [plan.t0, plan.until, *([] if plan.save_at is None else plan.save_at.tolist())]
        self._written: dict[int, float] = {self._number(t): t for t in written}  # as the plan writes the times of steps

    @property
    def t(self) -> float:
        """The time that was reached."""
        return self._written.get(self.at[0], self.at[0] * self.clock.dt)

    def go(self) -> Outcome:
        """Run to the end, or until the state is not finite, or one step has changed it beyond all measure."""
        scale = self._plan.system.layout.scales
        for number, piece in enumerate(self._plan.pieces()):
            self.recorder.enter(number)
            self.method.piece = piece
            self._save()
            for step in range(self._number(piece.begin), self._number(piece.end)):
                state = self._moved(step, self.at[1])
                if not np.isfinite(state).all():
                    return bad_state(self._plan, 0, self.t, state)
                if unstable := leap(self._plan, self.t, self.at[1] / scale, state / scale):
                    return unstable
                if self.reducer is not None:
                    self.reducer.step(piece, self.t, self.clock.dt, self.at[1], state)
                self.at = step + 1, state
                self._save()
                self._progress.at(self.t)
        return DONE

    def _moved(self, step: int, y: Floats) -> Floats:
        if self.events is None:
            return self.method.advance(step, y, None)
        y = self.method.advance(step, y, self.events.held(step))
        return self.events.happen(step, y, self.method.inputs(step))

    def _save(self) -> None:
        if self.recorder.is_next(self.t):
            self.recorder.write(np.array([self.t]), self.at[1][None].copy())

    def scheme(self) -> dict[str, object]:
        """What the recipe tells beside the method."""
        return {"order": SCHEDULE, **self.method.products.scheme()}

    def _number(self, t: float) -> int:
        return round(t / self.clock.dt)


def _run(plan: Plan, method: str, progress: Progress) -> Trajectory:
    walk = Walk(plan, method, progress)
    first = walk.at[0]
    try:
        now = walk.go()
    except KeyboardInterrupt:
        now = interrupted(walk.t)
    except MemoryError as error:
        now = out_of_memory(error, method)
    counts, scheme, events = {"steps": walk.at[0] - first, "rhs": walk.method.calls}, walk.scheme(), walk.events
    found = Trajectory(
        walk.recorder.time,
        walk.recorder.y,
        now,
        method,
        counts,
        walk.t,
        walk.at[1].copy(),
        scheme=scheme,
        reduced=walk.reducer.found() if walk.reducer else {},
    )
    if events is None:
        return found
    told = {**scheme, "delays": "rounded to steps", "rounding": events.rounding}
    counts = {**counts, "events": events.log.count}
    return replace(found, fired=events.log.fired(), pending=events.pending(), counts=counts, scheme=told)


def _step(plan: Plan) -> float:
    if plan.dt is None:
        raise InputError(
            "dt is missing: the fixed backend takes steps of a length that is given.",
            code="missing-option",
            remedy="Give dt, say a hundredth of the fastest time constant, or set it in [bench]; halve it to see how "
            "much it matters.",
        )
    return plan.dt


def check_grid(plan: Plan, dt: float) -> None:
    """Refuse what does not fall on a step: ends of the run, and edges of inputs."""
    if not plan.forward:
        raise InputError(
            "The fixed backend goes forwards in time.",
            code="backward-steps",
            remedy="Give an end after the beginning, or take another backend.",
        )
    clock = Clock(dt)
    for what, t in [("t0", plan.t0), ("until", plan.until), *(("An edge of an input", t) for t in plan.edges())]:
        if clock.number(t) is None:
            raise InputError(
                f"{what}, t = {t:g}, lies between two steps of dt = {dt:g}.",
                code="between-steps",
                remedy=f"Move it to a whole multiple of dt, such as {round(t / dt) * dt:g}, or choose a dt that fits.",
            )
