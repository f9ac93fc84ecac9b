"""Graphs of single numbers as text, with no more brackets than are needed.

Operators are those of C, which the languages of circuit simulators share. What differs is a `Dialect`: a table of
forms, by the name of each operation in a program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from neurodyn.errors import InputError
from neurodyn.exports.scalars import Scalars
from neurodyn.program.scalar_graph import LEAVES

# How tight an operator binds. A sign binds as a sum does: -a*b is the same either way, and a - -b is never written.
OR, AND, EQUAL, COMPARE, SUM, PRODUCT, ATOM = range(7)
_INFIX = {
    "add": ("+", SUM),
    "subtract": ("-", SUM),
    "multiply": ("*", PRODUCT),
    "divide": ("/", PRODUCT),
    "less": ("<", COMPARE),
    "less_equal": ("<=", COMPARE),
    "greater": (">", COMPARE),
    "greater_equal": (">=", COMPARE),
    "equal": ("==", EQUAL),
    "not_equal": ("!=", EQUAL),
    "and": ("&&", AND),
    "or": ("||", OR),
}
# Longer texts that are read more than once get a name of their own.
LONG = 1000
# Longer texts are more than a simulator should be asked to differentiate.
LONGEST = 20_000


@dataclass(frozen=True)
class Piece:
    """A text, and how tight its weakest operator binds."""

    text: str
    rank: int = ATOM

    def within(self, rank: int) -> str:
        """The text as an operand: in brackets where it binds less."""
        return self.text if self.rank >= rank else f"({self.text})"


Form = Callable[..., str]


def called(name: str) -> Callable[..., str]:
    """The spelling of a call of that name."""
    return lambda *own: f"{name}({', '.join(map(bare, own))})"


def bare(text: str) -> str:
    """An argument needs no brackets of its own."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return text[1:-1] if at == len(text) - 1 else text
    return text


@dataclass(frozen=True)
class Dialect:
    """How a language writes what is not an operator.

    Attributes:
        name: what errors call the language.
        forms: texts of operations, made of the texts of their operands, each in brackets where it is no atom.
        time: the text of the time.
        reals: whether whole numbers are written with a point, for the language divides integers as such.
    """

    name: str
    forms: Mapping[str, Form]
    time: str
    reals: bool = False

    def with_time(self, time: str) -> Dialect:
        """The same with another text of the time."""
        return replace(self, time=time)


@dataclass(eq=False)
class Printer:
    """Writes the outputs of a graph.

    Attributes:
        terms: the text of each variable, by its place.
        share: names a text that is read more than once, and returns how it is read from then on; None names none.
    """

    scalars: Scalars
    dialect: Dialect
    terms: Sequence[str]
    share: Callable[[str], str] | None = None

    def texts(self, outputs: Sequence[int]) -> list[str]:
        """The text of each output."""
        graph = self.scalars.graph
        live = graph.live(outputs)
        uses = dict.fromkeys(live, 0)
        for number in (*outputs, *(a for k in live for a in graph.nodes[k].args)):
            uses[number] += 1
        known: dict[int, Piece] = {}
        for number in live:
            piece = self._piece(number, known)
            if self.share and uses[number] > 1 and len(piece.text) > LONG and not self._is_condition(number):
                piece = Piece(self.share(piece.text))
            if len(piece.text) > LONGEST:
                raise InputError(
                    f"An expression is longer than {LONGEST:,} characters, the most for {self.dialect.name}.",
                    code="too-large",
                    remedy="Take smaller sizes, or name parts of it as states.",
                )
            known[number] = piece
        return [known[k].text for k in outputs]

    def _is_condition(self, number: int) -> bool:
        op = self.scalars.graph.nodes[number].op
        return op == "not" or (op in _INFIX and _INFIX[op][1] < SUM)

    def _piece(self, number: int, known: Mapping[int, Piece]) -> Piece:
        node = self.scalars.graph.nodes[number]
        value = self.scalars.number(node)
        if value is not None:
            return written(value, self.dialect.reals)
        if node.op in LEAVES:
            return Piece(self.dialect.time if node.op == "time" else self.terms[int(str(node.data))])
        own = [known[k] for k in node.args]
        if node.op in _INFIX:
            sign, rank = _INFIX[node.op]
            first, second = own[0].within(rank), own[1].within(rank + 1)
            blank = "" if rank == PRODUCT else " "
            return Piece(f"{first}{blank}{sign}{blank}{second}", rank)
        if node.op == "negative":
            return Piece(f"-{own[0].within(PRODUCT)}", SUM)
        if node.op == "power":
            return self._power(own, self.scalars.number(self.scalars.graph.nodes[node.args[1]]))
        form = self.dialect.forms.get(node.op)
        if form is None:
            raise InputError(
                f"{node.op} has no form in {self.dialect.name}.",
                code="no-form",
                remedy="Say it by other functions, or leave the model to our own engines.",
            )
        return Piece(form(*(p.within(ATOM) for p in own)))

    def _power(self, own: Sequence[Piece], exponent: float | None) -> Piece:
        """A power; simulators take the magnitude of its base, so an odd one has a factor of its own."""
        base = own[0].within(ATOM)
        if exponent is not None and exponent == math.floor(exponent) and exponent % 2:
            less = written(exponent - 1, self.dialect.reals).text
            return Piece(f"{base}*pow({own[0].text}, {less})", PRODUCT)
        return Piece(f"pow({own[0].text}, {own[1].text})")


def written(value: float, reals: bool = False) -> Piece:
    """A number; as a real one, with a point, if asked."""
    if not math.isfinite(value):
        raise InputError(
            f"A parameter, or what follows from it, is {value}.",
            code="not-finite",
            remedy="Give values that circuit simulators can read.",
        )
    text = str(int(value)) if not reals and value == int(value) and abs(value) < 1e6 else repr(value)
    return Piece(text, SUM if text.startswith("-") else ATOM)


def opposite(one: str, other: str) -> bool:
    """Whether a text says the negative of another."""
    return one in (f"-{other}", f"-({other})")
