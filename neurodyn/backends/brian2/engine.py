"""A network as objects of Brian2. The only file that knows Brian2."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from neurodyn.backends.brian2.functions import function
from neurodyn.backends.brian2.groups import Group, Host
from neurodyn.backends.brian2.junctions import Generator, Junction
from neurodyn.backends.brian2.methods import STEP_LENGTH
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

    def __init__(self, network: Network, stride: int) -> None:
        self._b2, self._of = brian(), network
        dt = network.plan.dt
        assert dt is not None
        self._dt = dt * self._b2.second
        self._clock = self._b2.Clock(self._dt, name="neurodyn_steps")
        self._namespace = self._names()
        hosts = [h for h in network.groups.all_hosts if any(g.lines or g.events for g in h.members)]
        made = {host.name: self._host(host) for host in hosts}
        self.groups = {g.name: made[host.name] for host in hosts for g in host.members}
        self._link()
        self._generators = {g.name: self._generator(g) for g in network.generators}
        synapses = [self._synapses(j) for j in network.junctions]
        self.events = self._event_monitors()
        self.samples = self._state_monitors(stride)
        self.net = self._b2.Network(
            *made.values(), *self._generators.values(), *synapses, *self.events.values(), *self.samples.values()
        )
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
        found[STEP_LENGTH] = of.dt
        for name, values in of.groups.inputs.timed.items():
            # How many values there are is written into the code: a power of two, so that a longer run needs no other.
            more = 0 if of.plan.target == NUMPY else (1 << (len(values) - 1).bit_length()) - len(values)
            padded = np.pad(values, [(0, more), (0, 0)][: values.ndim], mode="edge")
            found[name] = b2.TimedArray(padded, dt=self._dt, name=name)
        for name, (whole, arity) in of.wholes.functions.items():
            found[name] = b2.Function(
                whole, arg_units=[1] * arity, return_unit=1, arg_types=["any"] * arity, return_type="float"
            )
        return found | {function_name(*one): function(b2, *one) for one in of.context.used}

    def _host(self, host: Host) -> Any:
        lines = [line for g in host.members for line in [*g.lines, *(f"{n} : 1 (constant)" for n in g.site.constants)]]
        found = self._b2.NeuronGroup(
            host.size, "\n".join(lines), method=self._method(host), clock=self._clock, namespace=self._namespace,
            events={n: _here(host, g, code) for g in host.members for n, code in g.events.items()},
            name=f"neurodyn_{host.name}",
        )  # fmt: skip
        for group in host.members:
            for event, code, when in group.codes:
                found.run_on_event(event, code, when=when, order=1)
            for order, (code, when) in enumerate(group.regular, 2):
                found.run_regularly(code, when=when, order=order)
            for name, value in {**group.starts, **group.site.constants}.items():
                getattr(found, name)[:] = host.padded(value)
        return found

    def _method(self, host: Host) -> Callable[..., str]:
        code = self._of.updates[host.name]
        return lambda equations, variables=None, options=None: code

    def _link(self) -> None:
        for group in self._of.groups.by_sets.values():
            for name, (other, variable) in group.links.items():
                source = self.groups[other.name]
                index = None if len(source) == 1 else np.zeros(len(self.groups[group.name]), int)
                setattr(self.groups[group.name], name, self._b2.linked_var(source, variable, index=index))

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
        units = {g.name: np.arange(g.site.size) for g in self._of.groups.by_sets.values()}
        return {
            name: self._b2.StateMonitor(
                self.groups[name], own, record=units[name], when="start", clock=clock, name=f"neurodyn_samples_{name}"
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
        group = self._of.groups.of(name)
        return np.array(getattr(self.groups[group.name], variable)[: group.site.size], dtype=float)


def _here(host: Host, group: Group, condition: str) -> str:
    """The condition of an event at the units of a group alone."""
    return f"{condition} and i < {group.site.size}" if host.pads(group) else condition
