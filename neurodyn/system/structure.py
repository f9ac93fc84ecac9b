"""What a model's equations amount to: which names vary, every flow and derivative resolved."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sympy import Expr, Idx, Rational

from neurodyn.calculus.chain import Chain
from neurodyn.calculus.letters import name_of
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.scans import find_scans
from neurodyn.calculus.supports import Pair, living_on
from neurodyn.calculus.times import Next
from neurodyn.model.model import Model
from neurodyn.system.claims import Claim, read_claim
from neurodyn.system.delays import Delayed, Delays
from neurodyn.system.diffusion import Diffusion, without
from neurodyn.system.impulses import Impulses
from neurodyn.system.steps import AFTER, Past, Steps

TIME = "t"
Made = TypeVar("Made")
# Variables that an asynchronous step reads beside the states: which unit is updated now, and the order of them all.
UNIT, ORDER = "unit of this update", "order of the updates"


@dataclass(frozen=True, eq=False)
class Structure:
    """A model's equations, resolved; shared by every system built from the model.

    Attributes:
        definitions: every definition, hidden ones (`dE/dv`) included.
        flows: the rate of each state at its own letters, factors divided out, white noise left out; empty for a map, or
            with constraints.
        dynamic: names that vary in a run (they depend on a state, an input or time).
        terms: source texts of the energy's additive terms; term k is the definition `E:k`.
        compiled: what follows from the equations alone, by what it is, filled as it is asked for.
        maps: the value that a step makes of each state (of one unit, if the map is asynchronous); empty for flows.
        steps: resolves new and past values of a map.
        delays: resolves earlier values of a flow that has delays.
        residuals: of a model with constraints, what must be 0: for each state its rate less its flow, under the name of
            the state, and each constraint, under `0:k`. They speak of the rates of states and unknowns, `dx/dt`.
        diffusion: the white noise of flows; the definitions are without it too.
        impulses: the trains of events, left out of definitions and flows, and how they make states jump.
        constrained: of a flow to which a model with constraints was solved, that model's own structure.
        charges: the weights of that model's variables in each state of the flow.
        assumed: expressions of parameters that were divided by, by what was solved for; none of them may be 0.
        unsolved: why a model with constraints is not solved to a flow.
    """

    model: Model
    definitions: Mapping[str, Definition]
    flows: Mapping[str, Definition]
    dynamic: frozenset[str]
    terms: tuple[str, ...]
    chain: Chain
    compiled: dict[Any, Any] = field(default_factory=dict, repr=False)
    maps: Mapping[str, Definition] = field(default_factory=dict)
    steps: Steps | None = None
    delays: Delays | None = None
    residuals: Mapping[str, Definition] = field(default_factory=dict)
    diffusion: Diffusion | None = None
    impulses: Impulses | None = None
    constrained: Structure | None = None
    charges: Mapping[str, Mapping[str, Rational]] = field(default_factory=dict)
    assumed: Mapping[str, Expr] = field(default_factory=dict)
    unsolved: str = ""

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What follows from the equations alone, made when it is first asked for."""
        if key not in self.compiled:
            self.compiled[key] = make()
        found: Made = self.compiled[key]
        return found

    @property
    def derived(self) -> tuple[str, ...]:
        """Definitions that depend on parameters alone: computed once at build."""
        return tuple(n for n in self.model.definitions if n not in self.dynamic)

    @property
    def varying(self) -> dict[str, Definition]:
        """All other definitions, hidden ones included."""
        derived = {*self.derived}
        return {n: d for n, d in self.definitions.items() if n not in derived}

    @property
    def noisy(self) -> bool:
        """Whether white noise drives a state."""
        return self.diffusion is not None and bool(self.diffusion.factors)

    @property
    def asynchronous(self) -> bool:
        """Whether a step updates one unit after the other."""
        return self.model.update == "asynchronous"

    @property
    def pasts(self) -> Mapping[str, Past]:
        """What is read of the past, by the name of its variable."""
        return self.steps.pasts if self.steps else {}

    @property
    def delayed(self) -> Mapping[str, Delayed]:
        """What is read of earlier states and inputs of a flow, by the name of its variable."""
        return self.delays.read if self.delays else {}

    @property
    def remembered(self) -> tuple[str, ...]:
        """The variables that are earlier states: whoever integrates must have kept them."""
        return tuple(name for name, read in self.delayed.items() if name_of(read.of) in self.model.states)

    @property
    def by_trial(self) -> tuple[str, ...]:
        """Variables beside the states that differ between trials."""
        rates = map(rate_name, self.model.variables) if self.residuals else ()
        unit = (UNIT,) if self.asynchronous else ()
        return (*self.model.noise, *self.pasts, *self.remembered, *unit, *rates)

    @property
    def on(self) -> Mapping[str, str]:
        """The support of each quantity that lives on one, hidden definitions included."""
        key = ("on", len(self.definitions), len(self.delayed))  # hidden ones may still come
        if key not in self.compiled:
            on = self.model.names.on
            new = {f"{name}{AFTER}": support for name, support in on.items() if f"{name}{AFTER}" in self.definitions}
            old = {name: on[p.state] for name, p in self.pasts.items() if p.state in on and p.index_set is None}
            old |= {name: d.letters.support for name, d in self.delayed.items() if isinstance(d.letters, Pair)}
            trains = self.impulses.trains.values() if self.impulses else ()
            sent = {train.name: train.support for train in trains if train.support}
            self.compiled[key] = living_on({**on, **new, **old, **sent}, self.definitions)
        found: Mapping[str, str] = self.compiled[key]
        return found

    def placed(self, name: str, letters: tuple[Idx, ...]) -> tuple[Idx, ...]:
        """Letters of a quantity: those of an edge, if it lives on a support."""
        return Pair(letters, self.on[name]) if name in self.on else letters

    def letters(self, name: str) -> tuple[Idx, ...]:
        """The letters of any quantity, hidden ones included."""
        key = ("letters", name)
        if key not in self.compiled:
            known = name in self.model.names.quantities
            letters = self.model.names.letters_of(name) if known else self.definitions[name].letters
            self.compiled[key] = self.placed(name, letters)
        found: tuple[Idx, ...] = self.compiled[key]
        return found

    def role(self, name: str) -> str:
        """What a quantity of the model is: a state, an observable, the energy, ..."""
        kind = self.model.names.quantities[name].kind
        if name == self.model.energy:
            return "energy"
        if kind == "definition":
            return "observable" if name in self.dynamic else "derived"
        return kind

    def along(self, name: str) -> dict[str, Definition]:
        """The definitions of the recursion that a derived parameter is part of; empty where it is in none."""
        if "scans" not in self.compiled:
            self.compiled["scans"] = find_scans({n: self.definitions[n] for n in self.derived})
        scan = self.compiled["scans"].get(name)
        return {n: self.definitions[n] for n in scan.order} if scan else {}

    def claim(self, text: str) -> Claim:
        """A claim as two sides, every derivative and new value resolved; hidden definitions are in `definitions`.

        A claim about the new values of an asynchronous map holds for the update of each single unit: the unit is the
        last of its letters. White noise is left out.
        """
        claim = read_claim(self.model, text)
        left, right, letters = self.chain.resolve(claim.left), self.chain.resolve(claim.right), claim.letters
        if self.steps is not None:
            if left.has(Next) or right.has(Next):
                letters = (*letters, *self.steps.unit)
            left, right = self.steps.resolve(left), self.steps.resolve(right)
            self.steps.update()
        else:
            left, right = without(left, self.model.noise), without(right, self.model.noise)
        if self.delays is not None:
            self.delays.update()
            left, right = self.delays.resolve(left), self.delays.resolve(right)
        return Claim(claim.text, left, claim.relation, right, letters)


def rate_name(name: str) -> str:
    """The name under which the rate of a state or unknown stands in residuals; no text can spell it."""
    return f"d{name}/dt"
