"""The text of a netlist as cards: continued lines joined, remarks left out, every character with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from neurodyn.errors import InputError, Place

MOST_CHARACTERS = 1_000_000
LONGEST_CARD = 20_000
_REMARK = re.compile(r";|(?:^|(?<=[\s,]))\$|//")
_TOKEN = re.compile(r"\{[^{}]*\}|'[^']*'|[()=]|[^\s{}'\"()=,]+")
_BLANK = re.compile(r"[\s,]*")


@dataclass(frozen=True)
class Card:
    """A line of the netlist with those that continue it.

    Attributes:
        text: without remarks.
        pieces: of each physical line the place in the text where it begins, its number, and the whole line.
        file: named in errors.
    """

    text: str
    pieces: tuple[tuple[int, int, str], ...]
    file: str | None = None

    @property
    def line(self) -> int:
        """The number of the first line."""
        return self.pieces[0][1]

    @property
    def head(self) -> Token:
        """Its first word."""
        at = len(self.text) - len(self.text.lstrip())
        return Token(self, at, self.text.split()[0])

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Words, formulas in braces or quotes, brackets and signs of equality; commas are blanks."""
        found, at = [], _BLANK.match(self.text).end()  # type: ignore[union-attr]
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:
                quoted = self.text[at] == '"'
                remedy = "A formula stands in braces or single quotes." if quoted else "Close braces and quotes."
                what = "cannot stand here" if quoted else "has no partner here"
                self.fail(at, "spice-text", f"{self.text[at]!r} {what}.", remedy)
            found.append(Token(self, at, match[0]))
            at = _BLANK.match(self.text, match.end()).end()  # type: ignore[union-attr]
        return tuple(found)

    def place(self, at: int) -> Place:
        """The place of a character of the text."""
        start, number, raw = next(p for p in reversed(self.pieces) if p[0] <= at)
        indent = len(raw) - len(raw.lstrip())
        return Place(self.file, number, max(0, at - start - indent), raw.strip())

    def fail(self, at: int, code: str, sentence: str, remedy: str = "") -> NoReturn:
        """Refuse what stands there."""
        raise InputError(sentence, code=code, remedy=remedy, place=self.place(at))


@dataclass(frozen=True)
class Token:
    """A word of a card, or a formula in braces or quotes."""

    card: Card
    at: int
    text: str

    @property
    def low(self) -> str:
        """In lower case, as SPICE compares words."""
        return self.text.lower()

    @property
    def is_formula(self) -> bool:
        """Whether it stands in braces or quotes."""
        return self.text[0] in "{'"

    def fail(self, code: str, sentence: str, remedy: str = "") -> NoReturn:
        """Refuse it."""
        self.card.fail(self.at, code, sentence, remedy)


@dataclass(frozen=True)
class Deck:
    """A netlist: its title and its cards."""

    title: str
    cards: tuple[Card, ...]


def read_deck(text: str, file: str | None = None) -> Deck:
    """The cards between the title, which is the first line, and `.end`.

    Raises:
        InputError: for text that is too long or not printable, and for a continued line that continues nothing.
    """
    _check(text, file)
    title, *lines = text.split("\n")
    open_card: list[tuple[int, str, str]] = []
    cards: list[Card] = []
    for number, raw in enumerate(lines, 2):
        code = _without_remark(raw)
        if not code.strip():
            continue
        if code.lstrip().startswith("+"):
            if not open_card:
                Card(raw, ((0, number, raw),), file).fail(
                    raw.index("+"), "spice-continued", "There is no card that this line continues.", "Leave the + out."
                )
            open_card.append((number, raw, code.replace("+", " ", 1)))
            continue
        cards += _joined(open_card, file)
        open_card = [(number, raw, code)]
        if code.split()[0].lower() == ".end":
            open_card = []
            break
    cards += _joined(open_card, file)
    _check_title(title.rstrip("\r"), file)
    return Deck(title.strip().lstrip("*").strip(), tuple(cards))


def _without_remark(raw: str) -> str:
    code = raw.rstrip("\r")
    if code.lstrip().startswith("*"):
        return ""
    found = _REMARK.search(code)
    return code[: found.start()] if found else code


def _joined(lines: list[tuple[int, str, str]], file: str | None) -> list[Card]:
    if not lines:
        return []
    text, pieces = "", []
    for number, raw, code in lines:
        pieces.append((len(text), number, raw.rstrip("\r")))
        text += code + " "
    card = Card(text.rstrip(), tuple(pieces), file)
    if len(text) > LONGEST_CARD:
        card.fail(0, "spice-long", f"This card has {len(text):,} characters; at most {LONGEST_CARD:,} are read.")
    return [card]


def _check(text: str, file: str | None) -> None:
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            f"The netlist has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read.", code="spice-long"
        )
    for number, line in enumerate(text.split("\n")[1:], 2):
        for column, c in enumerate(_without_remark(line)):  # titles and remarks may be in any language
            if not (c.isascii() and (c.isprintable() or c in "\t\r")):
                Card(line, ((0, number, line),), file).fail(
                    column,
                    "spice-character",
                    f"The character U+{ord(c):04X} cannot stand in a netlist.",
                    "Use ASCII letters: u for micro, ohm.",
                )


# A dotted word, or a name with a digit or a node 0 before a value: `Rl out 0 1k` and `R1 a b 1k`, but no sentence.
_LIKE_A_CARD = re.compile(
    r"\s*(\.(?!title\b)[a-z]+\b|[rclvi]\w*\d\w*\s+\S+\s+\S+\s+(dc|ac|[-+.\d{'])|[rclvi]\w*\s+\S+\s+0\s+(dc|ac|[-+.\d{']))",
    re.IGNORECASE,
)


def _check_title(title: str, file: str | None) -> None:
    """A first line that is a card would be lost as the title."""
    if _LIKE_A_CARD.match(title):
        Card(title, ((0, 1, title),), file).fail(
            0, "spice-title", "The first line of a netlist is its title, and this looks like a card.",
            "Write a title above it, or an empty line.",
        )  # fmt: skip
