"""What a model's equations amount to: which names vary, every flow and derivative resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Idx

from neurodyn.calculus.chain import Chain
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.nodes import Partial, Rate
from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.system.claims import Claim, read_claim
from neurodyn.system.energy import energy_terms

TIME = "t"


@dataclass(frozen=True, eq=False)
class Structure:
    """A model's equations, resolved; shared by every system built from the model.

    Attributes:
        definitions: every definition, hidden ones (`dE/dv`) included.
        flows: the rate of each state at its own letters, factors divided out.
        dynamic: names that vary in a run (they depend on a state, an input or time).
        terms: source texts of the energy's additive terms; term k is the definition `E:k`.
        compiled: what follows from the equations alone, by what it is, filled as it is asked for.
    """

    model: Model
    definitions: Mapping[str, Definition]
    flows: Mapping[str, Definition]
    dynamic: frozenset[str]
    terms: tuple[str, ...]
    chain: Chain
    compiled: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def derived(self) -> tuple[str, ...]:
        """Definitions that depend on parameters alone: computed once at build."""
        return tuple(n for n in self.model.definitions if n not in self.dynamic)

    def letters(self, name: str) -> tuple[Idx, ...]:
        """The letters of any quantity, hidden ones included."""
        key = ("letters", name)
        if key not in self.compiled:
            known = name in self.model.names.quantities
            self.compiled[key] = self.model.names.letters_of(name) if known else self.definitions[name].letters
        found: tuple[Idx, ...] = self.compiled[key]
        return found

    def claim(self, text: str) -> Claim:
        """A claim as two sides, with every `dA/dB` resolved; hidden definitions are in `chain.definitions`."""
        claim = read_claim(self.model, text)
        return Claim(
            claim.text, self.chain.resolve(claim.left), claim.relation, self.chain.resolve(claim.right), claim.letters
        )


def resolve(model: Model) -> Structure:
    """The structure of a model.

    Raises:
        InputError: when a derivative cannot be taken.
    """
    flows = {n: e for n, e in model.flows.items()}
    unresolved = {n: Definition(e.letters, e.expr / e.factor) for n, e in flows.items()}
    definitions = {**model.definitions, **energy_terms(model)}
    letters = {n: model.names.letters_of(n) for n in model.names.quantities}
    chain = Chain(definitions, letters, unresolved.get, model.wires)
    resolved: dict[str, Definition] = {}
    for name, definition in unresolved.items():
        try:
            resolved[name] = Definition(definition.letters, chain.resolve(definition.expr))
        except (NotImplementedError, TypeError) as error:
            raise InputError(
                f"The derivative cannot be taken: {error}.", code="derivative", place=flows[name].source.place(0)
            ) from None
    for name, definition in definitions.items():
        if definition.expr.has(Partial, Rate):
            chain.definitions[name] = Definition(definition.letters, chain.resolve(definition.expr))
    terms = tuple(energy_texts(model)) if model.energy else ()
    return Structure(model, chain.definitions, resolved, _dynamic(model, chain.definitions), terms, chain)


def energy_texts(model: Model) -> list[str]:
    """The texts of the energy's terms."""
    from neurodyn.system.energy import split_terms

    return [t.text for t in split_terms(model)]


def _dynamic(model: Model, definitions: Mapping[str, Definition]) -> frozenset[str]:
    """Names that depend, through definitions, on a state, an input or time."""
    varying = {TIME, *model.states, *model.inputs}
    depends: dict[str, bool] = {}

    def visit(name: str) -> bool:
        if name in varying:
            return True
        if name not in definitions:
            return False
        if name not in depends:
            depends[name] = False
            expr = definitions[name].expr
            depends[name] = any([visit(n) for n in names_in(expr)]) or expr.has(Rate)
        return depends[name]

    return frozenset(n for n in definitions if visit(n)) | frozenset(varying)
