"""Other values for a system: what does not depend on them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError
from neurodyn.system.bind import check_names, reasons, rules_on_values, signal_needs, signal_of
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.edges import plain_edges
from neurodyn.system.quantities import si_values
from neurodyn.system.values import Values
from neurodyn.system.varying import varies

if TYPE_CHECKING:
    from neurodyn.system.system import System


def _keep_wirings(system: System, change: Change) -> None:
    """Edges are structure: compiled code, the layout and results depend on how many there are."""
    for name in change.stale:
        if name in system.wirings:
            raise InputError(
                f"The edges of {name} would change.", code="rewired", remedy="Build the system anew with these values."
            )


@dataclass(frozen=True, eq=False)
class Change:
    """What follows from new values of certain names, whatever the values are.

    Attributes:
        kept, stale: parameters that stay, and those to be computed, in the order of a fresh build.
        rules: what must be checked again.
        signals: the inputs that must be made again.
    """

    kept: tuple[str, ...]
    stale: tuple[str, ...]
    rules: tuple[ValueRule, ...]
    signals: tuple[str, ...]


def rebind(system: System, changed: Mapping[str, Any]) -> System:
    """The system with other values of some parameters and inputs; structure and sizes stay.

    A parameter that is bound to a signal varies from then on, so the system is built anew.
    """
    check_names(system.model, changed)
    if any(name in system.model.parameters and varies(system.model, value) for name, value in changed.items()):
        from neurodyn.system.build import build

        return build(system.model, sizes=system.sizes, values={**system.given, **changed}, seed=system.seed)
    changed = si_values(system.units, changed)
    given = {**system.given, **changed}
    bound = Values(system.structure, system.sizes, given, system.seed, {}, system.formulas)
    # Texts decide what depends on what; numbers do not.
    texts = tuple((name, value) if isinstance(value, str) else name for name, value in given.items())
    change = system.formulas.get(("change", tuple(changed), texts), lambda: _change(bound, changed))
    _keep_wirings(system, change)
    before, known = system.values, bound.known
    for name in change.kept:
        known[name] = before[name]
    with reasons(bound, change.rules):
        for name in change.stale:
            bound.of(name)
    for rule in change.rules:
        rule.check(bound)
    values = {name: known[name] for name in before}
    signals = system.signals
    if change.signals:
        signals = {**signals, **{name: signal_of(bound, name) for name in change.signals}}
    return type(system)(
        system.structure,
        system.sizes,
        values,
        plain_edges(bound, given),
        signals,
        system.layout,
        system.seed,
        system.compiled,
        system.formulas,
        {**{name: told for name, told in system.notes.items() if name not in change.stale}, **bound.notes},
    )


def _change(bound: Values, changed: Mapping[str, Any]) -> Change:
    """Everything that depends on the changed names, directly or through other parameters."""
    model = bound.structure.model
    names = (*model.parameters, *bound.structure.derived)
    touched = {name for name in names if name in changed}
    reads = {name: bound.reads(name) for name in names}
    growing = True
    while growing:
        more = {name for name in names if name not in touched and reads[name] & touched}
        touched |= more
        growing = bool(more)
    rules = tuple(rule for rule in rules_on_values(bound) if rule.needs & touched)
    signals = tuple(name for name in model.inputs if name in changed or signal_needs(bound, name) & touched)
    stale = tuple(n for n in names if n in touched)
    return Change(tuple(n for n in names if n not in touched), stale, rules, signals)
