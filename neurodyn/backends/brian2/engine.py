"""A network as objects of Brian2. The only file that knows Brian2."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from neurodyn.backends.brian2.functions import function
from neurodyn.backends.brian2.groups import Group
from neurodyn.backends.brian2.junctions import Generator, Junction
from neurodyn.backends.brian2.network import Network
from neurodyn.backends.brian2.targets import NUMPY, brian
from neurodyn.backends.brian2.text import function_name
from neurodyn.backends.plan import Floats

# Brian2's own order; said here, so that no setting of its user's changes it.
SCHEDULE = ["start", "groups", "thresholds", "synapses", "resets", "end"]


class Engine:
    """A network of Brian2.

    Args:
        stride: how many steps lie between two samples of the states.
    """

    def __init__(self, network: Network, method: str, stride: int) -> None:
        self._b2, self._of, self._method = brian(), network, method
        dt = network.plan.dt
        assert dt is not None
        self._dt = dt * self._b2.second
        self._clock = self._b2.Clock(self._dt, name="neurodyn_steps")
        self._namespace = self._names()
        self.groups = {g.name: self._group(g) for g in network.groups.by_sets.values() if g.lines or g.events}
        self._link()
        self._generators = {g.name: self._generator(g) for g in network.generators}
        synapses = [self._synapses(j) for j in network.junctions]
        self.events = self._event_monitors()
        self.samples = self._state_monitors(stride)
        made = [*self.groups.values(), *self._generators.values(), *synapses]
        self.net = self._b2.Network(*made, *self.events.values(), *self.samples.values())
        self.net.schedule = SCHEDULE

    def run(self, report: Callable[[float], None]) -> int:
        """Go through the steps.

        Returns:
            How many steps were taken: Ctrl-C ends a run early, and Brian2 does not say so.
        """

        def told(elapsed: Any, completed: float, start: Any, duration: Any) -> None:
            report(completed)

        with suppress(KeyboardInterrupt):
            self.net.run(self._of.steps * self._dt, report=told, report_period=0.2 * self._b2.second, namespace={})
        return round(float(self.net.t / self._dt))

    def _names(self) -> dict[str, Any]:
        """All that equations may speak of beside their own variables; nothing else is looked up."""
        b2, of = self._b2, self._of
        found: dict[str, Any] = {**of.context.scalars, "t_zero_1": of.plan.t0, "step_1": self._dt, "second": b2.second}
        for name, values in of.groups.inputs.timed.items():
            # How many values there are is written into the code: a power of two, so that a longer run needs no other.
            more = 0 if of.plan.target == NUMPY else (1 << (len(values) - 1).bit_length()) - len(values)
            padded = np.pad(values, [(0, more), (0, 0)][: values.ndim], mode="edge")
            found[name] = b2.TimedArray(padded, dt=self._dt, name=name)
        return found | {function_name(*one): function(b2, *one) for one in of.context.used}

    def _group(self, group: Group) -> Any:
        lines = [*group.lines, *(f"{name} : 1 (constant)" for name in group.site.constants)]
        found = self._b2.NeuronGroup(
            group.site.size, "\n".join(lines), method=self._method, events=dict(group.events), clock=self._clock,
            namespace=self._namespace, name=f"neurodyn_{group.name}",
        )  # fmt: skip
        for event, code, when in group.codes:
            found.run_on_event(event, code, when=when, order=1)
        for order, (code, when) in enumerate(group.regular, 2):
            found.run_regularly(code, when=when, order=order)
        for name, value in {**group.starts, **group.site.constants}.items():
            getattr(found, name)[:] = np.asarray(value)
        return found

    def _link(self) -> None:
        for group in self._of.groups.by_sets.values():
            for name, (other, variable) in group.links.items():
                setattr(self.groups[group.name], name, self._b2.linked_var(self.groups[other.name], variable))

    def _generator(self, one: Generator) -> Any:
        return self._b2.SpikeGeneratorGroup(
            one.units * one.copies, one.places, one.steps * self._dt, clock=self._clock, name=f"neurodyn_{one.name}"
        )

    def _synapses(self, one: Junction) -> Any:
        copies = one.source.copies if isinstance(one.source, Generator) else 1
        things = self._generators if isinstance(one.source, Generator) else self.groups
        lines = [*([one.line] if one.line else []), *(f"{name} : 1 (constant)" for name in one.site.constants)]
        acts: dict[str, Any] = {}
        if one.code:
            acts = {"on_pre": {"impulse": one.code}, "on_event": {"impulse": one.event}}
        shared = one.delay is not None and bool((one.delay == one.delay[0]).all())
        if one.delay is not None and shared:  # one delay of all is much faster than equal ones of each
            acts["delay"] = {"impulse": one.delay[0] * self._dt}
        found = self._b2.Synapses(
            things[one.source.name], self.groups[one.target.name], model="\n".join(lines), clock=self._clock,
            namespace=self._namespace, name=f"neurodyn_{one.name}", **acts,
        )  # fmt: skip
        units = one.source.units if isinstance(one.source, Generator) else 0
        pre = np.concatenate([one.pre + units * k for k in range(copies)])
        found.connect(i=pre, j=np.tile(one.post, copies))
        for name, value in one.site.constants.items():
            getattr(found, name)[:] = np.tile(value, copies)
        if one.delay is not None and not shared:
            found.impulse.delay = np.tile(one.delay, copies) * self._dt
        return found

    def _event_monitors(self) -> dict[str, Any]:
        known = self._of.events.sources if self._of.events else {}
        watched = {name: (source, own) for name, (source, own) in known.items() if isinstance(source, Group)}
        return {
            n: self._b2.EventMonitor(self.groups[source.name], own, name=f"neurodyn_events_{k}")
            for k, (n, (source, own)) in enumerate(watched.items())
        }

    def _state_monitors(self, stride: int) -> dict[str, Any]:
        clock = self._b2.Clock(stride * self._dt, name="neurodyn_samples")
        wanted: dict[str, list[str]] = {}
        for state in self._of.plan.system.layout.names:
            group, variable = self._of.variable(state)
            wanted.setdefault(group.name, []).append(variable)
        return {
            name: self._b2.StateMonitor(
                self.groups[name], own, record=True, when="start", clock=clock, name=f"neurodyn_samples_{name}"
            )
            for name, own in wanted.items()
        }

    def sampled(self, state: str) -> Floats:
        """A state at all samples, (samples, units)."""
        group, variable = self._of.variable(state)
        found: Floats = np.asarray(getattr(self.samples[group.name], variable)).T
        return found

    def now(self, state: str) -> Floats:
        """A state where the run has come to."""
        return self.value(state, self._of.variable(state)[1])

    def value(self, name: str, variable: str) -> Floats:
        """A variable of the group in which a state or event lives, where the run has come to."""
        return np.array(getattr(self.groups[self._of.groups.of(name).name], variable)[:], dtype=float)
