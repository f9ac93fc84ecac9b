"""Trains of impulses in flows: what is smooth stays a flow, what comes with impulses becomes jumps.

The jump of a state is the derivative of its flow by the train, times the impulses that arrive. All of it stays in
symbols: what arrives is a hidden variable for each train, those of an event at once or after a delay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from sympy import Basic, Expr, Idx, S

from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.graphs import in_order, reaching, uses
from neurodyn.calculus.impulses import NotLinear, taken_apart
from neurodyn.calculus.letters import (
    free_letters,
    fresh,
    indices_of,
    name_of,
    names_in,
    quantity,
    references,
    reindex,
    size_of,
)
from neurodyn.calculus.rewrite import Definition, inline, transform
from neurodyn.calculus.times import Lag
from neurodyn.errors import InputError
from neurodyn.language.spell import spell
from neurodyn.model.model import Model


@dataclass(frozen=True)
class Train:
    """Impulses as they arrive.

    Attributes:
        event: whose impulses they are.
        letters: those of the event, then those of the delay that the event does not have; or, of a delay that lives on
            a support, its own in their order.
        sender: those of them that are the event's, in its order.
        delay: of parameters; None for impulses that arrive at once.
        support: on which the train lives, as its delay does; empty for most.
    """

    name: str
    event: str
    letters: tuple[Idx, ...]
    sender: tuple[Idx, ...]
    delay: Expr | None = None
    support: str = ""


@dataclass(frozen=True)
class Impulses:
    """Every train of a model, and what the trains do.

    Attributes:
        definitions, flows: the smooth parts; the factors of the flows are divided out.
        carriers: definitions that hold impulses.
        jumps: by state, what its flow holds of impulses: linear in the trains, which stand for how many arrive.
        trains: by name.
    """

    definitions: Mapping[str, Definition]
    flows: Mapping[str, Definition]
    carriers: frozenset[str] = frozenset()
    jumps: Mapping[str, Definition] = field(default_factory=dict)
    trains: Mapping[str, Train] = field(default_factory=dict)

    def rewritten(self, change: Callable[[Expr], Expr]) -> Impulses:
        """The same with the expressions of jumps changed."""
        return replace(self, jumps={n: Definition(d.letters, change(d.expr)) for n, d in self.jumps.items()})

    def factor(self, state: str, train: str) -> Definition:
        """How far one impulse of a train moves a state: over the letters of the state, then those of the train."""
        jump, letters = self.jumps[state], tuple(fresh(x) for x in self.trains[train].letters)
        return Definition((*jump.letters, *letters), derivative(jump.expr, quantity(train, letters)))


def impulses_of(model: Model, definitions: Mapping[str, Definition]) -> Impulses:
    """The flows and definitions of a model taken apart.

    Raises:
        InputError: where impulses do not enter linearly, or a delay is not that of the unit that sends them.
    """
    flows = {n: Definition(e.letters, e.expr / e.factor) for n, e in model.flows.items()}
    for name in (n for n in model.states if n not in flows and not model.discrete):  # changed by events alone
        flows[name] = Definition(model.names.letters_of(name), S.Zero)
    if not model.events:
        return Impulses(definitions, flows)
    graph, trains = uses(definitions), frozenset(model.events)
    carriers = reaching(graph, trains) & definitions.keys()
    smooth, held = dict(definitions), dict[str, Definition]()
    mixed: set[str] = set()
    for name in in_order(graph, sorted(carriers)):
        if name in carriers:
            letters = definitions[name].letters
            kept, part = _apart(model, name, definitions[name].expr, trains | (held.keys() - mixed), mixed)
            smooth[name], held[name] = Definition(letters, kept), Definition(letters, part)
            mixed |= {name} if kept != 0 else set()
    arriving = _Arrivals(model)
    jumps = {}
    for name, flow in flows.items():
        kept, part = _apart(model, name, flow.expr, trains | (held.keys() - mixed), mixed)
        flows[name] = Definition(flow.letters, kept)
        if part != 0:
            jumps[name] = Definition(flow.letters, arriving.resolved(name, inline(part, held)))
    return Impulses(smooth, flows, frozenset(carriers), jumps, arriving.trains)


def _apart(model: Model, name: str, expr: Expr, trains: frozenset[str], mixed: Collection[str]) -> tuple[Expr, Expr]:
    try:
        return taken_apart(expr, trains, mixed)
    except NotLinear:
        source, equation = model.source_of(name), model.equation(name)
        shown = ", ".join(sorted(n for n in names_in(expr) if n in trains or n in mixed))
        raise InputError(
            f"Impulses enter {name} in a way that is not linear: {shown}.",
            code="impulse-linear",
            remedy="Multiply them by what they should do, and add: dg/dt = -g/tau + w*spike.",
            place=source.place(equation.equals if equation else 0),
        ) from None


class _Arrivals:
    """Puts hidden variables in place of trains."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.trains: dict[str, Train] = {}

    def resolved(self, state: str, part: Expr) -> Expr:
        """What impulses do to a state, in terms of what arrives."""

        def change(node: Basic) -> Basic:
            sent = isinstance(node, Lag) and name_of(node.args[0]) in self._model.events
            return self._delayed(state, *node.args) if sent else node

        part = transform(part, change)
        for name in sorted(names_in(part) & self._model.events.keys()):
            own = self._model.names.letters_of(name)
            self.trains.setdefault(name, Train(name, name, own, own))
        return part

    def _delayed(self, state: str, of: Expr, delay: Expr) -> Expr:
        """The hidden train of a delay, which may depend on the unit that sends, and on others."""
        names, event, at = self._model.names, name_of(of), indices_of(of)
        own = names.letters_of(event)
        sends = {x for x in at if isinstance(x, Idx)}
        if free_letters(delay) and len(sends) < len(at):
            source = self._model.source_of(state)
            raise InputError(
                f"The delay of {event} has letters, so {event} must have a letter of its own in each place.",
                code="impulse-delay",
                remedy=f"Write, say, {event}[j](t - d[i,j]).",
                place=source.place(max(0, source.text.find(event))),
            )
        others = [x for r in references(delay) for x in indices_of(r) if isinstance(x, Idx) and x not in sends]
        others += sorted(free_letters(delay) - sends - set(others), key=str)
        others = list(dict.fromkeys(others))
        letters = [*own]
        for x in others:
            letters.append(self._letter(x, letters))
        here = [*at, *others]
        support, order = self._edges(delay, here)
        here, letters = [here[k] for k in order], [letters[k] for k in order]
        delay = reindex(delay, dict(zip(here, letters, strict=True))) if free_letters(delay) else delay
        name = f"{event}(t - {spell(delay)})"
        self.trains[name] = Train(name, event, tuple(letters), tuple(own), delay, support)
        return quantity(name, here)

    def _edges(self, delay: Expr, here: list[Expr]) -> tuple[str, list[int]]:
        """The support that a delay lives on, if all letters of the train are those of an edge; and their order."""
        for reference in references(delay):
            support, ends = self._model.names.on.get(name_of(reference), ""), list(indices_of(reference))
            if support and sorted(map(str, ends)) == sorted(map(str, here)):
                return support, [here.index(end) for end in ends]
        return "", list(range(len(here)))

    def _letter(self, like: Idx, taken: list[Idx]) -> Idx:
        """A letter of the same index set that is not taken."""
        names = self._model.names
        of_set = [names.letter(x) for x, s in names.letters.items() if s == str(size_of(like))]
        return next((x for x in of_set if x not in taken), fresh(like))
