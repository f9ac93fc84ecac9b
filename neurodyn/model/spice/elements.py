"""The elements of a netlist as parts of a circuit: one function for each first letter that is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from neurodyn.language.names import near
from neurodyn.model.spice.blocks import Block
from neurodyn.model.spice.cards import Card, Token
from neurodyn.model.spice.nodes import Names
from neurodyn.model.spice.numbers import NUMBER, quantity
from neurodyn.model.spice.parameters import Scope
from neurodyn.model.spice.waves import Span

MOST_PARTS = 2_000


@dataclass
class Circuit:
    """What has been read: parts by name, and what the start of a run needs.

    Attributes:
        charges: of each capacitor its two nodes, and the voltage that it says it starts with.
        currents: inductors with the currents that they say they start with.
        calls: how many subcircuits were called.
        notes: what was left out, with the line.
    """

    names: Names = field(default_factory=Names)
    span: Span = field(default_factory=Span)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    charges: list[tuple[Token, str, str, float | None]] = field(default_factory=list)
    currents: list[tuple[Token, str, float]] = field(default_factory=list)
    calls: int = 0
    notes: dict[str, int] = field(default_factory=dict)

    def note(self, card: Card, text: str) -> None:
        """Say what was left out."""
        self.notes.setdefault(f"line {card.line}: {text}", card.line)


@dataclass(frozen=True)
class Element:
    """A card that is an element, where it stands."""

    card: Card
    block: Block
    scope: Scope
    circuit: Circuit
    prefix: str
    ports: Mapping[str, str]

    @property
    def name(self) -> Token:
        return self.card.tokens[0]

    def sorted(self, known: Sequence[str]) -> tuple[list[Token], dict[str, tuple[Token, Token]]]:
        """Its words, and what it says as `key=value`; a key that is not known is refused."""
        tokens, words, said = self.card.tokens, list[Token](), dict[str, tuple[Token, Token]]()
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if at + 1 < len(tokens) and tokens[at + 1].text == "=":
                if at + 2 == len(tokens):
                    token.fail("spice-no-value", f"{token.text} has no value.", f"Write {token.text}=1, say.")
                self._check_key(token, known, said)
                said[token.low] = (token, tokens[at + 2])
                at += 3
                continue
            if token.text in "()=":
                token.fail("spice-element", f"{token.text} cannot stand here.", "Leave it out.")
            words.append(token)
            at += 1
        return words, said

    def _check_key(self, key: Token, known: Sequence[str], said: Mapping[str, Any]) -> None:
        if key.low in said:
            key.fail("spice-twice", f"{key.text} stands twice.", "Keep one of the two.")
        if key.low not in known:
            remedy = near(key.low, list(known)) or f"It reads: {', '.join(known)}."
            sentence = f"{key.text} of {self.name.text} is not read, and would change the result."
            key.fail("spice-key", sentence, remedy)

    def nodes(self, words: Sequence[Token], count: int) -> list[str]:
        """Our names of its nodes."""
        if len(words) < count + 1:
            what = {1: "one node", 2: "two nodes", 3: "three nodes", 4: "four nodes"}[count]
            self.name.fail("spice-nodes", f"{self.name.text} needs {what}.", "Write them behind its name.")
        return [self.node(word) for word in words[1 : count + 1]]

    def node(self, word: Token) -> str:
        """Our name of a node."""
        if word.is_formula:
            word.fail("spice-nodes", f"{word.text} is no name of a node.", "Write a name or a number.")
        return self.ports.get(word.low) or self.circuit.names.node(self.prefix, word.text)

    def add(self, model: str, fields: Mapping[str, Any], more: str = "") -> str:
        """Make it a part; the name of the part."""
        if len(self.circuit.parts) >= MOST_PARTS:
            self.card.fail(0, "spice-large", f"The netlist has more than {MOST_PARTS:,} elements.", "Split it.")
        name = self.circuit.names.part(self.prefix, self.name.text + more)
        self.circuit.parts[name] = {"model": model, **fields}
        return name

    def positive(self, token: Token, what: str, smallest: str) -> float:
        """A number above 0."""
        value = self.scope.number(token)
        if value <= 0:
            remedy = f"Join its nodes, or give it a small value such as {smallest}." if not value else "Check its sign."
            token.fail("spice-value", f"{self.name.text} has a {what} of {value:g}.", remedy)
        return value


def _two_ended(e: Element, known: Sequence[str], own: str, what: str, smallest: str) -> tuple[Any, list[str], float]:
    words, said = e.sorted((own, "m", *known))
    nodes = e.nodes(words, 2)
    told = [t for t in (*words[3:], *(said[k][1] for k in (own,) if k in said))]
    if not told:
        e.name.fail("spice-no-value", f"{e.name.text} has no value.", f"Write {e.name.text} a b 1, say.")
    first, *more = told
    if not first.is_formula and not NUMBER.match(first.text) and first.low not in e.scope.known():
        sentence = f"{first.text} is no number: models of resistors, capacitors and inductors are not read."
        first.fail("spice-number", sentence, "Write its value, or a formula in braces: {2*r}.")
    if more:
        more[0].fail("spice-element", f"{more[0].text} cannot stand here.", f"{e.name.text} has one value.")
    count = e.positive(said["m"][1], "multiplicity", "1") if "m" in said else 1.0
    value = e.positive(first, what, smallest)
    return said, nodes, value / count if own in ("r", "l") else value * count


def resistor(e: Element) -> None:
    """R name a b value."""
    _, (p, n), value = _two_ended(e, (), "r", "resistance", "1m")
    e.add("resistor", {"p": p, "n": n, "R": quantity(value, "ohm")})


def capacitor(e: Element) -> None:
    """C name a b value [IC=v]."""
    said, (p, n), value = _two_ended(e, ("ic",), "c", "capacitance", "1f")
    e.add("capacitor", {"p": p, "n": n, "C": quantity(value, "F")})
    charge = e.scope.number(said["ic"][1]) if "ic" in said else None
    e.circuit.charges.append((said["ic"][0] if "ic" in said else e.name, p, n, charge))


def inductor(e: Element) -> None:
    """L name a b value [IC=i]."""
    said, (p, n), value = _two_ended(e, ("ic",), "l", "inductance", "1p")
    name = e.add("inductor", {"p": p, "n": n, "L": quantity(value, "H")})
    if "ic" in said:
        e.circuit.currents.append((said["ic"][0], name, e.scope.number(said["ic"][1])))


Read = Callable[[Element], None]
