"""Parameters: what `.param`, the head of a `.subckt` and its calls say, computed where they are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from neurodyn.model.spice.cards import Card, Token
from neurodyn.model.spice.formulas import FUNCTIONS, Formula
from neurodyn.model.spice.numbers import plain_number

LONGEST_CHAIN = 40  # parameters that follow from one another
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)\s*=(?!=)")
_HIDDEN = re.compile(r"\{[^{}]*\}|'[^']*'|\([^()]*\)")


@dataclass(frozen=True)
class Said:
    """`name = formula` on a card: where the name and where the formula stand."""

    card: Card
    name: str
    at: int
    start: int
    stop: int


def assignments(card: Card, at: int) -> tuple[Said, ...]:
    """What a card says behind `at`, as `name = formula` one after the other."""
    text = card.text
    while (hidden := _HIDDEN.sub(lambda m: "\0" * len(m[0]), text)) != text:
        text = hidden
    matches = list(_ASSIGNED.finditer(text, at))
    ends = [*(m.start() for m in matches[1:]), len(text)][: len(matches)]
    return tuple(_said(card, m, end) for m, end in zip(matches, ends, strict=True))


def _said(card: Card, match: re.Match[str], end: int) -> Said:
    name = match[1].lower()
    body = card.text[match.end() : end]
    start, stop = match.end() + len(body) - len(body.lstrip()), match.end() + len(body.rstrip(" \t,"))
    if start >= stop:
        card.fail(match.start(), "spice-no-value", f"{match[1]} has no value.", f"Write {match[1]}=1k, say.")
    if name in FUNCTIONS:
        sentence = f"{match[1]} is a function, so no parameter can have that name."
        card.fail(match.start(), "spice-name", sentence, "Choose another name.")
    if card.text[start] in "{'" and card.text[stop - 1] in "}'":
        start, stop = start + 1, stop - 1
    return Said(card, name, match.start(), start, stop)


@dataclass
class Scope:
    """The parameters that a formula may name: its own, then those around.

    Args:
        said: what is said here, by name.
        outer: the scope of what is around.
        values: numbers that are known.
    """

    said: Mapping[str, Said]
    outer: Scope | None = None
    values: dict[str, float] = field(default_factory=dict)
    _asking: list[str] = field(default_factory=list)

    def value(self, name: str) -> float:
        """The number of a parameter, whose name is in lower case.

        Raises:
            KeyError: where there is none.
        """
        if name in self.values:
            return self.values[name]
        if name not in self.said:
            if self.outer is None:
                raise KeyError(name)
            return self.outer.value(name)
        said = self.said[name]
        if name in self._asking:
            ring = " -> ".join([*self._asking[self._asking.index(name) :], name])
            said.card.fail(said.at, "spice-circle", f"The parameters go round in a circle: {ring}.", "Break it.")
        if len(self._asking) > LONGEST_CHAIN:
            sentence = f"More than {LONGEST_CHAIN} parameters follow from one another here."
            said.card.fail(said.at, "spice-formula", sentence, "Write them in the order in which they follow.")
        self._asking.append(name)
        self.values[name] = self.formula(said.card, said.start, said.stop)
        self._asking.pop()
        return self.values[name]

    def formula(self, card: Card, start: int, stop: int) -> float:
        """The number that a formula says."""
        return Formula(card, start, stop, self.value, self.known).value()

    def number(self, token: Token) -> float:
        """A number, or a formula in braces or quotes."""
        if token.is_formula:
            return self.formula(token.card, token.at + 1, token.at + len(token.text) - 1)
        if token.low in self.known():
            remedy = f"A parameter is written in braces: {{{token.text}}}."
            token.fail("spice-number", f"{token.text} is no number.", remedy)
        return plain_number(token)

    def known(self) -> list[str]:
        """The names of parameters."""
        return [*self.said, *self.values, *(self.outer.known() if self.outer else ())]


def in_order(said: tuple[Said, ...], into: dict[str, Said]) -> None:
    """Take in what a card says; a parameter is said once."""
    for one in said:
        if one.name in into:
            sentence = f"The parameter {one.name} was said in line {into[one.name].card.line} already."
            one.card.fail(one.at, "spice-twice", sentence, "Keep one of the two.")
        into[one.name] = one
