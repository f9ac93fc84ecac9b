"""Expressions at concrete positions, as text: all that reduces over units is written out, term by term."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import sympy as sp
from sympy import Expr, Idx, Indexed, S, Symbol

from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.sites import Array
from neurodyn.backends.brian2.text import Unprintable, function_name, text_of
from neurodyn.calculus.letters import free_letters, fresh, indices_of, name_of, names_in, quantity
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.reductions import (
    Count,
    Largest,
    LogSumExp,
    Norm,
    Product,
    Reduction,
    Smallest,
    Softmax,
    Sum,
)
from neurodyn.calculus.supports import Pair

# Where an expression is read: the position of each of its letters.
At = Mapping[Idx, int]
WRITTEN = (Sum, Product, Norm, Count, Largest, Smallest, LogSumExp, Softmax)
# What a condition that varies puts in the place of a term.
NEUTRAL: dict[type, str] = {Sum: "0.0", Norm: "0.0", Count: "0.0", Product: "1.0"}


@dataclass(frozen=True, eq=False)
class Constants:
    """What is constant at each position, as numbers that have names.

    Attributes:
        opened: each reduction with letters of its own.
        on_edges, numbers: the values of parameters on supports, and the number of each edge.
    """

    groups: Groups
    values: dict[sp.Basic, tuple[tuple[Idx, ...], Array]] = field(default_factory=dict)
    names: dict[tuple[sp.Basic, tuple[int, ...]], str] = field(default_factory=dict)
    opened: dict[Reduction, tuple[Expr, sp.Basic, tuple[Idx, ...]]] = field(default_factory=dict)
    on_edges: dict[str, Array] = field(default_factory=dict)
    numbers: dict[str, dict[tuple[int, ...], int]] = field(default_factory=dict)

    def value(self, expr: Expr, at: At) -> float:
        """A constant expression, as its number."""
        letters, values = self._values(expr)
        return float(values[tuple(at[x] for x in letters)])

    def name(self, expr: Expr, at: At) -> str:
        """A constant expression, as a name: its value is no part of the text."""
        context, letters = self.groups.context, self._values(expr)[0]
        key = expr, tuple(at[x] for x in letters)
        if key not in self.names:
            self.names[key] = context.names.fresh("p")
            context.scalars[self.names[key]] = self.value(expr, at)
        return self.names[key]

    def holds(self, condition: sp.Basic, at: At) -> bool:
        """Whether a constant condition is met."""
        return condition is S.true or self.value(Where(condition, S.One, S.Zero), at) != 0

    def is_one(self, expr: Expr) -> bool:
        """Whether a constant expression is evaluated as one: what is on edges is read edge by edge."""
        single = isinstance(expr, Reduction) and len(free_letters(expr)) < 2
        return single or names_in(expr).isdisjoint(self.groups.context.system.structure.on)

    def on_edge(self, name: str, places: tuple[int, ...]) -> str:
        """A parameter on a support, which is 0 beside its edges."""
        context = self.groups.context
        number = self.edges(context.system.structure.on[name]).get(places)
        if number is None:
            return "0.0"
        if name not in self.on_edges:
            own = tuple(fresh(x) for x in context.system.model.names.letters_of(name))
            pair = Pair(own, context.system.structure.on[name])
            self.on_edges[name] = context.evaluate(quantity(name, own), pair)
        found = context.names.give(f"{name}[{places}]", "p")
        context.scalars[found] = float(self.on_edges[name][number])
        return found

    def edges(self, support: str) -> Mapping[tuple[int, ...], int]:
        """The number of each edge of a support, by its positions."""
        if support not in self.numbers:
            ends = self.groups.context.system.wirings[support].ends
            self.numbers[support] = {pair: k for k, pair in enumerate(zip(*(x.tolist() for x in ends), strict=True))}
        return self.numbers[support]

    def open(self, part: Reduction) -> tuple[Expr, sp.Basic, tuple[Idx, ...]]:
        """The body, mask and letters of a reduction: the same each time, so that each is evaluated once."""
        return self.opened.setdefault(part, part.open())

    def _values(self, expr: Expr) -> tuple[tuple[Idx, ...], Array]:
        if expr not in self.values:
            letters = tuple(sorted(free_letters(expr), key=str))
            self.values[expr] = letters, self.groups.context.evaluate(expr, letters)
        return self.values[expr]


@dataclass(frozen=True, eq=False)
class Written:
    """Text at one stage of a step.

    Attributes:
        state: the text of a state at its indices.
        time: that of time.
        prefix: of the names that parts are given.
        named: those names, by the text that each stands for, in the order in which they are computed.
    """

    constants: Constants
    state: Callable[[str, tuple[int, ...]], str]
    time: str
    prefix: str
    named: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """What must run first."""
        return [f"{name} = {text}" for text, name in self.named.items()]

    def text(self, expr: Expr, at: At) -> str:
        """An expression where its letters have these positions."""
        context = self.constants.groups.context
        try:
            return text_of(expr, partial(self._leaf, at=at), context.used)
        except Unprintable as error:
            raise context.refused(f"its equations have no word for {error}") from None

    def _leaf(self, part: Expr, at: At) -> str | None:
        context = self.constants.groups.context
        if isinstance(part, Expr) and context.is_constant(part) and self.constants.is_one(part):
            return None if part.is_number else self.constants.name(part, at)
        if isinstance(part, Where) and not names_in(part.args[0]):
            return self.text(part.args[1 if self.constants.holds(part.args[0], at) else 2], at)
        if isinstance(part, Reduction):
            return self._reduced(part, at)
        if isinstance(part, Symbol | Indexed):
            return self._read(name_of(part), indices_of(part), at)
        if isinstance(part, sp.Function):  # what many units read alike is computed once
            return self._once(text_of(part, lambda x: None if x is part else self._leaf(x, at), context.used))
        return None

    def _read(self, name: str, indices: tuple[Expr, ...], at: At) -> str:
        """The text of time, of a state, or of an input."""
        if name == "t":
            return self.time
        constants, groups = self.constants, self.constants.groups
        places = tuple(round(constants.value(x, at)) for x in indices)
        if name in groups.context.system.structure.on:
            return constants.on_edge(name, places)
        if name in groups.inputs.signals:
            return groups.inputs.element(name, places, groups.context.shape(name))
        return self.state(name, places)

    def _once(self, text: str) -> str:
        return self.named.setdefault(text, f"{self.prefix}{len(self.named)}")

    def _reduced(self, part: Reduction, at: At) -> str:
        """A reduction, term by term."""
        body, mask, letters = self.constants.open(part)
        places = list(self._places(body, mask, letters, at))
        terms = [self._term(type(part), body, mask, place) for place in places]
        if type(part) in NEUTRAL:
            return self._once(_ADDED[type(part)](terms or [NEUTRAL[type(part)]]))
        if not terms:
            raise self.constants.groups.context.refused(f"a {_word(part)} has no terms")
        top = self._extreme("smaller" if isinstance(part, Smallest) else "larger", terms)
        if isinstance(part, Largest | Smallest):
            return top
        total = self._once("(" + " + ".join(f"exp({term} - {top})" for term in terms) + ")")
        if isinstance(part, LogSumExp):
            return self._once(f"({top} + log({total}))")
        own = tuple(round(self.constants.value(x, at)) for x in part.at)
        here = next((term for term, p in zip(terms, places, strict=True) if tuple(p[x] for x in letters) == own), None)
        return "0.0" if here is None else self._once(f"(exp({here} - {top})/{total})")

    def _term(self, kind: type, body: Expr, mask: sp.Basic, at: At) -> str:
        if kind is Count:
            return self._where(self.text(body if mask is S.true else sp.And(mask, body), at), "1.0", "0.0")
        text = self.text(body, at)
        if self._is_decided(mask):
            return text
        if kind not in NEUTRAL:
            word = kind.__name__.lower()
            raise self.constants.groups.context.refused(f"which terms take part in a {word} changes in the run")
        return self._where(self.text(mask, at), text, NEUTRAL[kind])

    def _where(self, condition: str, one: str, other: str) -> str:
        self.constants.groups.context.used.add(("where", 3))
        return f"{function_name('where', 3)}({condition}, {one}, {other})"

    def _extreme(self, word: str, terms: Sequence[str]) -> str:
        """The largest or smallest term, from two at a time."""
        top = terms[0]
        for term in terms[1:]:
            self.constants.groups.context.used.add((word, 2))
            top = self._once(f"{function_name(word, 2)}({top}, {term})")
        return top

    def _is_decided(self, mask: sp.Basic) -> bool:
        """Whether it is known before the run which terms take part."""
        return self.constants.groups.context.is_constant(mask) and self.constants.is_one(mask)

    def _places(self, body: Expr, mask: sp.Basic, letters: tuple[Idx, ...], at: At) -> Iterator[At]:
        """The positions of all terms that may count."""
        context, decided = self.constants.groups.context, self._is_decided(mask)
        place = context.supports().around(body, mask, letters)
        for each in itertools.product(*(range(context.count(x)) for x in letters)):
            here = {**at, **dict(zip(letters, each, strict=True))}
            if decided and not self.constants.holds(mask, here):
                continue
            if place is None or tuple(here[x] for x in place[1:]) in self.constants.edges(place[0]):
                yield here


def _word(part: Reduction) -> str:
    return type(part).__name__.lower()


_ADDED: dict[type, Callable[[Sequence[str]], str]] = {
    Sum: lambda terms: "(" + " + ".join(terms) + ")",
    Count: lambda terms: "(" + " + ".join(terms) + ")",
    Product: lambda terms: "(" + "*".join(terms) + ")",
    Norm: lambda terms: "sqrt(" + " + ".join(f"({term})**2" for term in terms) + ")",
}
