"""The one guarded way from text to a syntax tree: limits are checked before any symbol exists."""

from __future__ import annotations

import ast
import keyword
import re
import warnings

from neurodyn.errors import InputError
from neurodyn.language.source import Source

LONGEST = 20_000  # characters of one statement
DEEPEST = 60  # brackets inside one another
MOST_NODES_DEEP = 220  # operations in a row
LONGEST_NUMBER = 40  # characters of a number
LARGEST_EXPONENT = 308  # of ten, in a number

_KEPT_KEYWORDS = frozenset({"and", "or", "not", "True", "False", "None"})
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_NUMBER = re.compile(r"(?<![\w.])(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?")
_DOTTED = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_DOT = "\u01c3"  # a letter that stands in for the dot in `part.name`
_FIRST = 0x250  # letters of the IPA block stand in for the first letter of a Python keyword
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def hide_keywords(text: str) -> str:
    """Names that Python would not take as such (`lambda`, `part.name`) get a spelling of equal length.

    Columns stay true.
    """

    def hide(match: re.Match[str]) -> str:
        word = match[0]
        if not keyword.iskeyword(word) or word in _KEPT_KEYWORDS:
            return word
        return chr(_FIRST + _ALPHABET.index(word[0])) + word[1:]

    return _WORD.sub(hide, _DOTTED.sub(lambda match: match[0].replace(".", _DOT), text))


def show_keywords(name: str) -> str:
    """Undo `hide_keywords` for one name."""
    name = name.replace(_DOT, ".")
    code = ord(name[0]) - _FIRST
    return _ALPHABET[code] + name[1:] if 0 <= code < len(_ALPHABET) else name


def parse(source: Source, start: int = 0, stop: int | None = None) -> ast.expr:
    """The syntax tree of `source.text[start:stop]`, as an expression; columns count from the slice.

    Raises:
        InputError: when the text breaks a limit or is no expression.
    """
    text = source.text[start:stop]
    _check_characters(source, text, start)
    _check_size(source, text, start)
    hidden = hide_keywords(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(hidden, mode="eval").body
    except (SyntaxError, ValueError) as error:
        column = max(0, (getattr(error, "offset", None) or 1) - 1)
        raise InputError(
            "This cannot be read as an expression.",
            code="unreadable",
            remedy=_hint(text),
            place=source.place(start + min(column, len(text))),
        ) from None
    except (RecursionError, MemoryError):
        raise _too_deep(source, start) from None
    check_depth(source, tree, start)
    return tree


def column_of(text: str, node: ast.AST) -> int:
    """The column, in characters, of a node parsed from `text` (Python counts bytes)."""
    offset: int = getattr(node, "col_offset", 0)
    return len(hide_keywords(text).encode()[:offset].decode(errors="ignore"))


def _hint(text: str) -> str:
    if re.search(r"\bif\b", text):
        return "A choice is written where(condition, a, b)."
    if re.search(r"\b(lambda|for)\b", text):
        return "Functions are declared as f(z) = ..., and sums bind their index: sum(x[j], j)."
    return "Check brackets, operators and commas near the mark."


def _check_characters(source: Source, text: str, start: int) -> None:
    for k, c in enumerate(text):
        if c == "^":
            raise InputError(
                "^ is not an operator here.",
                code="caret",
                remedy="A power is written **.",
                place=source.place(start + k),
            )
        if not (c.isascii() and (c.isprintable() or c == "\t")):
            raise InputError(
                f"The character U+{ord(c):04X} cannot stand in an equation.",
                code="character",
                remedy="Use ASCII letters: spell Greek letters out (beta).",
                place=source.place(start + k),
            )


def _check_size(source: Source, text: str, start: int) -> None:
    if len(text) > LONGEST:
        raise InputError(
            f"This expression has {len(text):,} characters; at most {LONGEST:,} are read.",
            code="too-long",
            remedy="Sum over an index, or name its parts in equations of their own.",
            place=source.place(start),
        )
    depth = 0
    for k, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if depth > DEEPEST:
            raise _too_deep(source, start + k)
    for number in _NUMBER.finditer(text):
        _check_number(source, number, start)


def _check_number(source: Source, number: re.Match[str], start: int) -> None:
    mantissa, _, exponent = number[0].lower().partition("e")
    if len(mantissa) > LONGEST_NUMBER or (exponent and (len(exponent) > 5 or abs(int(exponent)) > LARGEST_EXPONENT)):
        raise InputError(
            "This number is too long or too large to be read exactly.",
            code="number",
            remedy=f"Write at most {LONGEST_NUMBER} digits and exponents within {LARGEST_EXPONENT}.",
            place=source.place(start + number.start()),
        )


def check_depth(source: Source, tree: ast.expr, start: int) -> None:
    """Refuse a tree in which too many operations lie inside one another."""
    level: list[ast.AST] = [tree]
    for _ in range(MOST_NODES_DEEP):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise _too_deep(source, start)


def _too_deep(source: Source, column: int) -> InputError:
    return InputError(
        "This expression is nested too deeply, or has too many operations in a row.",
        code="too-deep",
        remedy="Give parts of it names in equations of their own.",
        place=source.place(column),
    )
