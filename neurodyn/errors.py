"""The one error family: what is wrong, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where something was written.

    `line` counts from 1 in `file`; `column` counts from 0 in `text`, the offending line itself.
    Any part may be unknown.
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    text: str | None = None

    def at(self, column: int | None) -> Place:
        """The same place, at another column of its text."""
        return replace(self, column=column)

    def __str__(self) -> str:
        head = self.file or ""
        if self.line is not None:
            head = f"{head}:{self.line}" if head else f"line {self.line}"
        if self.text is None:
            return head
        shown, caret = _window(self.text, self.column)
        lines = [head] if head else []
        lines.append("    " + shown)
        if caret is not None:
            lines.append("    " + " " * caret + "^")
        return "\n".join(lines)


def _window(text: str, column: int | None, width: int = 100) -> tuple[str, int | None]:
    """At most `width` characters of the line, around the column."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    if len(text) <= width:
        return text, column
    start = max(0, min((column or 0) - width // 2, len(text) - width))
    shown = ("..." if start else "") + text[start : start + width] + ("..." if start + width < len(text) else "")
    return shown, None if column is None else column - start + (3 if start else 0)


class NeurodynError(Exception):
    """Base of every error that neurodyn raises on purpose.

    Args:
        sentence: what is wrong, one sentence.
        code: a short stable name of the rule that was broken, such as `unknown-name`.
        remedy: how to mend it, one sentence.
        place: where it was written.
    """

    exit_code = 2

    def __init__(self, sentence: str, *, code: str, remedy: str = "", place: Place | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.code, self.remedy, self.place = sentence, code, remedy, place

    def with_place(self, place: Place) -> NeurodynError:
        """This error, told where it happened if it did not know."""
        if self.place is None:
            self.place = place
        return self

    def __str__(self) -> str:
        parts = [self.sentence]
        if self.remedy:
            parts[0] += " " + self.remedy
        where = str(self.place) if self.place else ""
        return "\n".join([*parts, where] if where else parts)


class InputError(NeurodynError):
    """Something that was given (a file, an equation, a value, an option) cannot be used."""


class RunFailed(NeurodynError):
    """A run ended without reaching its end. `result` holds what was computed until then."""

    exit_code = 1

    def __init__(
        self, sentence: str, *, code: str, remedy: str = "", place: Place | None = None, result: Any = None
    ) -> None:
        super().__init__(sentence, code=code, remedy=remedy, place=place)
        self.result = result
