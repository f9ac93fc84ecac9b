"""A network as objects of Brian2."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np

from neurodyn.backends.brian2.device import Device, Report, brian
from neurodyn.backends.brian2.functions import function, in_python
from neurodyn.backends.brian2.junctions import Generator
from neurodyn.backends.brian2.network import Network
from neurodyn.backends.brian2.stage import STEP_LENGTH
from neurodyn.backends.brian2.synapses import Joining
from neurodyn.backends.brian2.targets import NUMPY
from neurodyn.backends.brian2.text import function_name
from neurodyn.backends.brian2.units import Group, Host
from neurodyn.backends.counts import Counts
from neurodyn.backends.plan import Floats

# Brian2's own order; said here, so that no setting of its user's changes it.
SCHEDULE = ["start", "groups", "thresholds", "synapses", "resets", "end"]


class Engine:
    """A network of Brian2.

    Args:
        stride: how many steps lie between two samples of the states.
        device: runs it.
    """

    def __init__(self, network: Network, stride: int, device: Device) -> None:
        self._b2, self._of, self._device = brian(), network, device
        dt = network.plan.dt
        assert dt is not None
        self._dt = dt * self._b2.second
        self._clock = self._b2.Clock(self._dt, name="neurodyn_steps")
        self._namespace = self._names()
        hosts = [h for h in network.groups.all_hosts if any(map(network.groups.is_used, h.members))]
        made = {host.name: self._host(host) for host in hosts}
        self.groups = {g.name: made[host.name] for host in hosts for g in host.members}
        self._link()
        joining = Joining(self._clock, self._dt, self._namespace, network.events.sent if network.events else {})
        for one in network.groups.edges():
            behind, before = (self.groups[end.name] for end in one.ends)
            made[one.name] = self.groups[one.name] = joining.edges(one, before, behind, self._method(one.name))
        self._generators = {g.name: self._generator(g) for g in network.generators}
        ends = {**self.groups, **self._generators}
        synapses = [joining.plain(j, ends[j.source.name], ends[j.target.name]) for j in network.junctions]
        self.events = self._event_monitors()
        self.samples = self._state_monitors(stride)
        things = [*made.values(), *self._generators.values(), *synapses, *device.watched(network.steps, self._dt)]
        noting = [*self._counts(), *chain(*self.events.values()), *self.samples.values()]
        self.net = self._b2.Network(*things, *noting)
        self.net.schedule = SCHEDULE

    def run(self, report: Report) -> int:
        """Go through the steps; how many were taken."""
        return self._device.run(self.net, self._of.steps, self._dt, report)

    def _names(self) -> dict[str, Any]:
        """All that equations may speak of beside their own variables; nothing else is looked up."""
        b2, of = self._b2, self._of
        found: dict[str, Any] = {**of.context.scalars, "t_zero_1": of.plan.t0, "step_1": self._dt, "second": b2.second}
        found[STEP_LENGTH] = of.dt
        for name, values in of.groups.inputs.timed.items():
            # How many values there are is written into the code: a power of two, so that a longer run needs no other.
            more = 0 if of.plan.target == NUMPY else (1 << (len(values) - 1).bit_length()) - len(values)
            padded = np.pad(values, [(0, more), (0, 0)][: values.ndim], mode="edge")
            found[name] = b2.TimedArray(padded, dt=self._dt, name=name)
        for name, (whole, arity) in of.wholes.functions.items():
            found[name] = in_python(b2, whole, ["any"] * arity)
        return found | {function_name(*one): function(b2, *one) for one in of.context.used}

    def _host(self, host: Host) -> Any:
        lines = [line for g in host.members for line in [*g.lines, *(f"{n} : 1 (constant)" for n in g.site.constants)]]
        found = self._b2.NeuronGroup(
            host.size, "\n".join(lines), method=self._method(host.name), clock=self._clock, namespace=self._namespace,
            events={n: _here(host, g, code) for g in host.members for n, code in g.events.items()},
            name=f"neurodyn_{host.name}",
        )  # fmt: skip
        for group in host.members:
            for event in group.late:
                found.set_event_schedule(event, when="after_thresholds", order=2)
            for event, code, when in group.codes:
                found.run_on_event(event, code, when=when, order=1)
            for code, order in group.counted:
                found.run_regularly(code, when="synapses", order=order)
            for order, (code, when) in enumerate(group.regular, 2):
                found.run_regularly(code, when=when, order=order)
            for name, value in {**group.starts, **group.site.constants}.items():
                getattr(found, name)[:] = host.padded(value)
        return found

    def _method(self, name: str) -> Callable[..., str]:
        code = self._of.updates[name]
        return lambda equations, variables=None, options=None: code

    def _link(self) -> None:
        for group in self._of.groups.by_sets.values():
            for name, (other, variable) in group.links.items():
                source = self.groups[other.name]
                index = None if len(source) == 1 else np.zeros(len(self.groups[group.name]), int)
                setattr(self.groups[group.name], name, self._b2.linked_var(source, variable, index=index))

    def _generator(self, one: Generator) -> Any:
        return self._b2.SpikeGeneratorGroup(
            one.units * one.copies, one.places, one.steps * self._dt, clock=self._clock, name=f"neurodyn_{one.name}",
            when="before_thresholds",
        )  # fmt: skip

    def _counts(self) -> list[Any]:
        """What notes, before impulses arrive, how many of those that are counted there are in the step."""
        plan, events = self._of.plan, self._of.events
        if events is None or not events.counted:
            return []
        counts, first = Counts(events.happenings.events, plan, self._of.dt), round(plan.t0 / self._of.dt)
        places = []
        for name, variable in events.counted.items():
            group = self._of.groups.of(name)
            places.append((name, self.groups[group.name].variables[variable], self._of.groups.host(group)))

        def note() -> None:
            step = first + int(self._clock.timestep[:])
            for name, variable, host in places:
                variable.set_value(host.padded(counts.at(name, step).astype(float)))

        return [self._b2.NetworkOperation(note, clock=self._clock, when="before_synapses", name="neurodyn_counts")]

    def _event_monitors(self) -> dict[str, list[Any]]:
        """What notes the events that are not known before, by event; several, for some come twice in a step."""
        known, found = self._of.events.sources if self._of.events else {}, dict[str, list[Any]]()
        for k, (name, one) in enumerate(known.items()):
            names = enumerate(one.events) if isinstance(one.thing, Group) else ()
            for copy, own in names:
                word = f"neurodyn_events_{k}{'_' * bool(copy)}{copy or ''}"
                found.setdefault(name, []).append(self._b2.EventMonitor(self.groups[one.thing.name], own, name=word))
        return found

    def _state_monitors(self, stride: int) -> dict[str, Any]:
        wanted: dict[str, list[str]] = {}
        if stride == self._of.steps:  # what there is to save is known without looking
            return {}
        clock = self._b2.Clock(stride * self._dt, name="neurodyn_samples")
        for state in self._of.plan.system.layout.names:
            group, variables = self._of.variables(state)
            wanted.setdefault(group.name, []).extend(variables)
        units = {g.name: np.arange(g.site.size) for g in self._of.groups.by_sets.values()}
        return {
            name: self._b2.StateMonitor(
                self.groups[name], own, record=units[name], when="start", clock=clock, name=f"neurodyn_samples_{name}"
            )
            for name, own in wanted.items()
        }

    def sampled(self, state: str) -> Floats:
        """A state at all samples but one at the end, (samples, units)."""
        group, variables = self._of.variables(state)
        if not self.samples:
            return np.reshape(self._of.plan.system.layout.unpack(self._of.plan.start)[state], (1, -1))
        return np.concatenate([np.asarray(getattr(self.samples[group.name], own)).T for own in variables], axis=1)

    def now(self, state: str, kind: str = "q") -> Floats:
        """A state where the run has come to, or what else of that kind it has."""
        group, variables = self._of.variables(state, kind)
        return np.concatenate([self._at(group, own) for own in variables])

    def value(self, name: str, variable: str) -> Floats:
        """A variable of the group in which a state or event lives, where the run has come to."""
        return self._at(self._of.groups.of(name), variable)

    def _at(self, group: Group, variable: str) -> Floats:
        return np.array(getattr(self.groups[group.name], variable)[: group.site.size], dtype=float)


def _here(host: Host, group: Group, condition: str) -> str:
    """The condition of an event at the units of a group alone."""
    return f"{condition} and i < {group.site.size}" if host.pads(group) else condition
