"""From a model's equations to its structure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from neurodyn.calculus.chain import Chain
from neurodyn.calculus.graphs import reaching, uses
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.nodes import Partial, Rate
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.times import Ddt, Lag
from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.system.delays import Delays
from neurodyn.system.diffusion import take_noise
from neurodyn.system.energy import energy_terms
from neurodyn.system.impulses import impulses_of
from neurodyn.system.steps import Steps
from neurodyn.system.structure import TIME, Structure, rate_name


def resolve(model: Model, varying: Collection[str] = ()) -> Structure:
    """The structure of a model; more names than it follows for may vary in a run.

    Raises:
        InputError: when a derivative cannot be taken.
    """
    impulses = impulses_of(model, {**model.definitions, **energy_terms(model)})
    unresolved, definitions = dict(impulses.flows), impulses.definitions
    letters = {n: model.names.letters_of(n) for n in model.names.quantities}
    rates = {n: Definition(letters[n], quantity(rate_name(n), letters[n])) for n in model.variables}
    chain = Chain(definitions, letters, (rates if model.names.implicit else unresolved).get, model.wires)
    resolved = {name: _resolved(model, chain, name, d) for name, d in unresolved.items()}
    maps = {n: _resolved(model, chain, n, Definition(e.letters, e.expr)) for n, e in model.maps.items()}
    impulses = replace(impulses, jumps={n: _resolved(model, chain, n, d) for n, d in impulses.jumps.items()})
    for name, definition in definitions.items():
        if definition.expr.has(Partial, Rate, Ddt):
            chain.definitions[name] = Definition(definition.letters, chain.resolve(definition.expr))
    terms = tuple(energy_texts(model)) if model.energy else ()
    if model.names.implicit:
        return replace(_implicit(model, chain, resolved, rates, terms), impulses=impulses)
    if not model.discrete:
        dynamic = _dynamic(model, chain.definitions, {*model.noise, *model.events, *impulses.carriers, *varying})
        diffusion = take_noise(model, chain.definitions, resolved) if model.noise else None
        unresolved.update(resolved)  # rates that claims ask for later leave the noise out as well
        found = Structure(model, chain.definitions, resolved, dynamic, terms, chain, diffusion=diffusion)
        return _flowing(replace(found, impulses=impulses))
    return _stepwise(model, chain, maps, terms)


def _resolved(model: Model, chain: Chain, name: str, definition: Definition) -> Definition:
    try:
        return Definition(definition.letters, chain.resolve(definition.expr))
    except (NotImplementedError, TypeError) as error:
        raise InputError(
            f"The derivative cannot be taken: {error}.", code="derivative", place=model.source_of(name).place(0)
        ) from None


def _flowing(found: Structure) -> Structure:
    """The structure of a flow, earlier values resolved."""
    model = found.model
    if not any(e.expr.has(Lag) for e in model.equations):
        return found
    delays = Delays(model, found.definitions)
    return replace(
        found,
        definitions=delays.definitions,
        flows={n: Definition(d.letters, delays.resolve(d.expr)) for n, d in found.flows.items()},
        dynamic=found.dynamic | _dynamic(model, delays.definitions, delays.read),
        delays=delays,
        impulses=found.impulses and found.impulses.rewritten(delays.resolve),
        diffusion=found.diffusion and found.diffusion.rewritten(delays.resolve),
    )


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
