"""Events have conditions that can be watched, and their impulses enter flows and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import And, Expr, Ge, Gt, Le, Lt, Not, Or
from sympy.logic.boolalg import Boolean

from neurodyn.calculus.graphs import reaching, uses
from neurodyn.calculus.letters import name_of, names_in
from neurodyn.calculus.rewrite import names_reached
from neurodyn.calculus.times import Lag
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.model.event_rules import Rule, field_source
from neurodyn.model.model import Model
from neurodyn.system.claims import read_claim


def check_events(model: Model) -> None:
    """Refuse conditions that have no crossing, and impulses where only values can stand."""
    if not model.events:
        return
    graph = uses(model.definitions)
    varying = reaching(graph, {"t", *model.variables, *model.inputs, *model.events})
    carriers = reaching(graph, model.events) & graph.keys()
    impulses = carriers | model.events.keys()
    for rule in model.rules.values():
        if rule.condition is not None:
            _check_condition(rule, rule.condition, varying)
        for expr, source, what in _readings(rule):
            _refuse(expr, source, impulses, what)
            _refuse_past(model, expr, source, what)
    for claim in model.claims:
        read = read_claim(model, claim)
        source = value_source(model.locate("", "claims"), claim)
        _refuse(read.left, source, impulses, "a claim")
        _refuse(read.right, source, impulses, "a claim")
    if model.energy in carriers:
        _refuse(model.definitions[model.energy].expr, model.source_of(model.energy), impulses, "the energy")
    _check_record(model, carriers)
    _check_delays(model, carriers)


def _readings(rule: Rule) -> Iterator[tuple[Expr, Source, str]]:
    """What an event reads of the model, and where it is written."""
    for word, expr in (("when", rule.condition), ("every", rule.every), ("phase", rule.phase), ("rate", rule.rate)):
        if expr is not None:
            yield expr, field_source(rule.event, word), f"{word} of {rule.event.key}"
    if rule.refractory is not None:
        yield rule.refractory, field_source(rule.event, "refractory"), f"refractory of {rule.event.key}"
    for assignment in rule.sets:
        yield assignment.expr, assignment.source, f"what {rule.event.key} sets"


def _refuse(expr: Expr, source: Source, impulses: frozenset[str], what: str) -> None:
    for name in sorted(names_in(expr) & impulses):
        raise InputError(
            f"{name} is made of impulses, which have no value at an instant, so it cannot stand in {what}.",
            code="impulse-place",
            remedy="Let the impulses drive a state, dg/dt = -g/tau + spike, and read that.",
            place=source.place(max(0, source.text.find(name))),
        )


def _refuse_past(model: Model, expr: Expr, source: Source, what: str) -> None:
    """Events know the states of their instant alone."""
    names = frozenset[str]().union(*(names_reached(n, model.definitions) for n in names_in(expr)))
    reached = (model.definitions[n].expr for n in sorted(names & model.definitions.keys()))
    if any(part.has(Lag) for part in (expr, *reached)):
        raise InputError(
            f"An earlier value cannot be read in {what}.",
            code="event-past",
            remedy="Let it drive a state, and read that.",
            place=source.place(0),
        )


def _check_condition(rule: Rule, condition: Boolean, varying: frozenset[str]) -> None:
    source = field_source(rule.event, "when")
    if not names_in(condition) & varying:
        raise InputError(
            f"The condition of {rule.event.key} never changes.",
            code="event-constant",
            remedy="It must speak of a state, an input or t.",
            place=source.place(0),
        )
    pending = [condition]
    while pending:
        part = pending.pop()
        if isinstance(part, (And, Or, Not)):
            pending += part.args
        elif not isinstance(part, (Gt, Ge, Lt, Le)):
            raise InputError(
                f"The condition of {rule.event.key} is not made of comparisons with < <= > >=, so the instant at which "
                "it becomes true cannot be found.",
                code="event-condition",
                remedy="Write, say, v > v_th, and join comparisons by and, or, not.",
                place=source.place(0),
            )


def _check_record(model: Model, carriers: frozenset[str]) -> None:
    for name in model.bench.get("record", ()):
        if name in model.events and model.events[name].counted:
            raise InputError(
                f"The bench records {name}, whose impulses are counted and have no times.",
                code="impulse-record",
                remedy="Record the state that it drives.",
                place=model.locate("bench", "record").place(0),
            )
        if name in carriers:
            raise InputError(
                f"The bench records {name}, which is made of impulses and has no value at a time.",
                code="impulse-record",
                remedy="Record the event, or the state that it drives.",
                place=model.locate("bench", "record").place(0),
            )


def _check_delays(model: Model, carriers: frozenset[str]) -> None:
    for equation in model.equations:
        for lag in equation.expr.atoms(Lag):
            if name_of(lag.args[0]) in carriers:
                raise InputError(
                    f"{name_of(lag.args[0])} is made of impulses of several kinds, which cannot be delayed together.",
                    code="impulse-delay",
                    remedy="Delay the events themselves: spike[j](t - d).",
                    place=equation.source.place(equation.equals),
                )
