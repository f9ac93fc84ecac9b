"""The subject: a model whose stimulus and response are known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.model.model import Model
from neurodyn.studies.scorecard.stimuli import Held, Port
from neurodyn.system.build import built
from neurodyn.system.system import System

_WORDS = ("response", "output")


@dataclass(frozen=True, eq=False)
class Subject:
    """A model, where stimuli may go in, and what is looked at.

    Attributes:
        system: the model, built.
        ports: all places where stimuli may go in; the first is the stimulus.
        response: a state, an observable, or an event whose units are counted.
        notes: how stimulus and response were found.
    """

    system: System
    ports: tuple[Port, ...]
    response: str
    notes: tuple[str, ...] = ()
    held: Mapping[str, Held] = field(default_factory=dict)

    @property
    def spiking(self) -> bool:
        """Whether the response is a number of events."""
        return self.response in self.system.model.events

    @property
    def units(self) -> int:
        """How many units the event of the response has."""
        return math.prod(_shape(self.system, self.response))


def subject(model: System | Model | str, given: str = "", response: str = "") -> Subject:
    """A model with its inputs and its response.

    Args:
        given: the name of the stimulus, as `u` or `S[0]`; empty where it is to be found.
        response: the name of the response; empty where it is to be found.
    """
    system = built(model)
    name, note = (response, f"response: {response} (as asked for)") if response else _response(system)
    _check_response(system, name)
    held = {n: _held(system, n) for n in system.signals}
    if not held:
        raise InputError(
            f"{system.name} has no input, so nothing can be habituated to.",
            code="no-input",
            remedy="Declare one in [inputs].",
        )
    ports = tuple(p for n in held for p in _ports(system, n, held[n]))
    return Subject(system, _ordered(ports, given), name, (note,), held)


def _held(system: System, name: str) -> Held:
    bench = system.model.bench
    end = bench.get("until", bench.get("steps", 100))
    return Held.of(system.signals[name], 0.0, abs(float(system.time("until", end))) or 1.0)


def _ports(system: System, name: str, held: Held) -> list[Port]:
    shape = _shape(system, name)
    return [Port(name, shape, place, held.rest) for place in product(*map(range, shape))]


def _shape(system: System, name: str) -> tuple[int, ...]:
    return tuple(system.bound().shape(system.structure.letters(name), None))


def _ordered(ports: tuple[Port, ...], given: str) -> tuple[Port, ...]:
    """The ports with the one that was asked for in front; of an input with letters, its first position."""
    if not given:
        return ports
    wanted = [p for p in ports if given.replace(" ", "") in (str(p), p.name)]
    if not wanted:
        known = list(map(str, ports))
        raise InputError(
            f"There is no input {given}.",
            code="unknown-input",
            remedy=near(given, known) or f"There are: {', '.join(known[:12])}.",
        )
    return (wanted[0], *(p for p in ports if p != wanted[0]))


def _response(system: System) -> tuple[str, str]:
    """The response that a model speaks of, and how it was found: an event; else `y`, else what its words call so."""
    events = list(system.model.events)
    scalars = [n for n in (*system.layout.names, *system.observables) if not system.dims(n)]
    about = {n: system.about(n).lower() for n in scalars}
    ways = {
        "its only event": events,
        "by its name": [n for n in scalars if n == "y" and not events],
        "by its description": [n for n in scalars if about[n] in _WORDS and not events],
        "by the begin of its description": [n for n in scalars if about[n].startswith(_WORDS) and not events],
    }
    for way, candidates in ways.items():
        if len(candidates) == 1:
            return candidates[0], f"response: {candidates[0]} ({way})"
    known = [*events, *(n for n in scalars if n not in events)]
    raise InputError(
        f"{system.name} does not tell which of its quantities is the response.",
        code="no-response",
        remedy=f"Say so: --response, one of {', '.join(known[:20])}.",
    )


def _check_response(system: System, name: str) -> None:
    known = [*system.layout.names, *system.observables, *system.model.events]
    if name not in known:
        raise InputError(
            f"{system.name} has no state, observable or event {name}.",
            code="unknown-response",
            remedy=near(name, known) or f"It has: {', '.join(known[:20])}.",
        )
    if name not in system.model.events and system.dims(name):
        raise InputError(
            f"{name} has letters, and a response is one number.",
            code="no-response",
            remedy="Define an observable of it, such as its sum, and name that.",
        )
