"""Where a piece of text stands, so that errors can point at it."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.errors import Place


@dataclass(frozen=True)
class Source:
    """One statement or value: its text (comments blanked) and where it stands.

    `lines` are the lines of the surrounding file or block that the text covers, `indent` is the column at
    which it starts in the first of them, and `line` is the number of that line.
    """

    text: str
    comment: str = ""
    lines: tuple[str, ...] = ()
    line: int | None = None
    indent: int = 0
    file: str | None = None

    def place(self, column: int | None = None) -> Place:
        """The place of the character at `column` of the text."""
        if not self.lines:
            return Place(self.file, self.line, column, self.text)
        rest = self.indent + (column or 0)
        for k, line in enumerate(self.lines):
            if rest <= len(line) or k == len(self.lines) - 1:
                number = None if self.line is None else self.line + k
                stripped = line.lstrip()
                shown = None if column is None else max(0, rest - (len(line) - len(stripped)))
                return Place(self.file, number, shown, stripped)
            rest -= len(line) + 1
        raise AssertionError("the loop ends at the last line")
