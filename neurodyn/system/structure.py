"""What a model's equations amount to: which names vary, every flow and derivative resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Idx

from neurodyn.calculus.chain import Chain
from neurodyn.calculus.graphs import reaching, uses
from neurodyn.calculus.letters import name_of, quantity
from neurodyn.calculus.nodes import Partial, Rate
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.scans import find_scans
from neurodyn.calculus.supports import Pair, living_on
from neurodyn.calculus.times import Ddt, Lag, Next
from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.system.claims import Claim, read_claim
from neurodyn.system.delays import Delayed, Delays
from neurodyn.system.energy import energy_terms
from neurodyn.system.steps import AFTER, Past, Steps

TIME = "t"
# Variables that an asynchronous step reads beside the states: which unit is updated now, and the order of them all.
UNIT, ORDER = "unit of this update", "order of the updates"


@dataclass(frozen=True, eq=False)
class Structure:
    """A model's equations, resolved; shared by every system built from the model.

    Attributes:
        definitions: every definition, hidden ones (`dE/dv`) included.
        flows: the rate of each state at its own letters, factors divided out; empty for a map, and with constraints.
        dynamic: names that vary in a run (they depend on a state, an input or time).
        terms: source texts of the energy's additive terms; term k is the definition `E:k`.
        compiled: what follows from the equations alone, by what it is, filled as it is asked for.
        maps: the value that a step makes of each state (of one unit, if the map is asynchronous); empty for flows.
        steps: resolves new and past values of a map.
        delays: resolves earlier values of a flow that has delays.
        residuals: of a model with constraints, what must be 0: for each state its rate less its flow, under the name of
            the state, and each constraint, under `0:k`. They speak of the rates of states and unknowns, `dx/dt`.
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

    @property
    def derived(self) -> tuple[str, ...]:
        """Definitions that depend on parameters alone: computed once at build."""
        return tuple(n for n in self.model.definitions if n not in self.dynamic)

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
        key = ("on", len(self.definitions))  # hidden definitions may still come
        if key not in self.compiled:
            on = self.model.names.on
            new = {f"{name}{AFTER}": support for name, support in on.items() if f"{name}{AFTER}" in self.definitions}
            old = {name: on[p.state] for name, p in self.pasts.items() if p.state in on and p.index_set is None}
            self.compiled[key] = living_on({**on, **new, **old}, self.definitions)
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
        last of its letters.
        """
        claim = read_claim(self.model, text)
        left, right, letters = self.chain.resolve(claim.left), self.chain.resolve(claim.right), claim.letters
        if self.steps is not None:
            if left.has(Next) or right.has(Next):
                letters = (*letters, *self.steps.unit)
            left, right = self.steps.resolve(left), self.steps.resolve(right)
            self.steps.update()
        if self.delays is not None:
            self.delays.update()
            left, right = self.delays.resolve(left), self.delays.resolve(right)
        return Claim(claim.text, left, claim.relation, right, letters)


def resolve(model: Model) -> Structure:
    """The structure of a model.

    Raises:
        InputError: when a derivative cannot be taken.
    """
    flows = {n: e for n, e in model.flows.items()}
    unresolved = {n: Definition(e.letters, e.expr / e.factor) for n, e in flows.items()}
    definitions = {**model.definitions, **energy_terms(model)}
    letters = {n: model.names.letters_of(n) for n in model.names.quantities}
    rates = {n: Definition(letters[n], quantity(rate_name(n), letters[n])) for n in model.variables}
    chain = Chain(definitions, letters, (rates if model.names.implicit else unresolved).get, model.wires)
    resolved = {name: _resolved(model, chain, name, d) for name, d in unresolved.items()}
    maps = {n: _resolved(model, chain, n, Definition(e.letters, e.expr)) for n, e in model.maps.items()}
    for name, definition in definitions.items():
        if definition.expr.has(Partial, Rate, Ddt):
            chain.definitions[name] = Definition(definition.letters, chain.resolve(definition.expr))
    terms = tuple(energy_texts(model)) if model.energy else ()
    if model.names.implicit:
        return _implicit(model, chain, resolved, rates, terms)
    if not model.discrete:
        return _flowing(model, chain, resolved, terms)
    return _stepwise(model, chain, maps, terms)


def rate_name(name: str) -> str:
    """The name under which the rate of a state or unknown stands in residuals; no text can spell it."""
    return f"d{name}/dt"


def _resolved(model: Model, chain: Chain, name: str, definition: Definition) -> Definition:
    try:
        return Definition(definition.letters, chain.resolve(definition.expr))
    except (NotImplementedError, TypeError) as error:
        raise InputError(
            f"The derivative cannot be taken: {error}.", code="derivative", place=model.source_of(name).place(0)
        ) from None


def _flowing(model: Model, chain: Chain, flows: Mapping[str, Definition], terms: tuple[str, ...]) -> Structure:
    """The structure of a flow."""
    if not any(e.expr.has(Lag) for e in model.equations):
        return Structure(model, chain.definitions, flows, _dynamic(model, chain.definitions), terms, chain)
    delays = Delays(model, chain.definitions)
    flows = {n: Definition(d.letters, delays.resolve(d.expr)) for n, d in flows.items()}
    dynamic = _dynamic(model, delays.definitions, delays.read)
    return Structure(model, delays.definitions, flows, dynamic, terms, chain, delays=delays)


def _implicit(
    model: Model, chain: Chain, flows: Mapping[str, Definition], rates: Mapping[str, Definition], terms: tuple[str, ...]
) -> Structure:
    """The structure of a model with constraints."""
    residuals = {}
    for name in model.states:
        own = rates[name].letters
        residuals[name] = Definition(own, rates[name].expr - flows[name].at(own))
    for law in model.constraints:
        residuals[law.name] = _resolved(model, chain, law.name, Definition(law.letters, law.expr))
    dynamic = _dynamic(model, chain.definitions, (*model.unknowns, *map(rate_name, model.variables)))
    return Structure(model, chain.definitions, {}, dynamic, terms, chain, residuals=residuals)


def _stepwise(model: Model, chain: Chain, maps: Mapping[str, Definition], terms: tuple[str, ...]) -> Structure:
    """The structure of a map."""
    steps = Steps(model, chain.definitions, maps)
    if steps.unit:
        new = {n: Definition(d.letters, steps.resolve(d.expr)) for n, d in maps.items()}
    else:
        new = {n: Definition(model.names.letters_of(n), steps.new_value(n)) for n in maps}
    steps.update()
    dynamic = _dynamic(model, steps.definitions, (*model.noise, *steps.pasts))
    structure = Structure(model, steps.definitions, {}, dynamic, terms, chain, maps=new, steps=steps)
    for text in model.claims:
        structure.claim(text)
    return structure


def energy_texts(model: Model) -> list[str]:
    """The texts of the energy's terms."""
    from neurodyn.system.energy import split_terms

    return [t.text for t in split_terms(model)]


def _dynamic(model: Model, definitions: Mapping[str, Definition], more: Iterable[str] = ()) -> frozenset[str]:
    """Names that depend, through definitions, on a state, an input, time, or one of some more."""
    varying = {TIME, *model.states, *model.inputs, *more}
    rates = {n for n, d in definitions.items() if d.expr.has(Rate)}
    return reaching(uses(definitions), varying | rates)
