"""Tables of a report: as lines of text, and for a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Row = Sequence[str]


@dataclass(frozen=True)
class Table:
    """Cells in rows below a head."""

    title: str
    head: Row
    rows: Sequence[Row]

    def lines(self) -> list[str]:
        """The table as text, columns side by side."""
        rows = [self.head, *self.rows]
        widths = [max(len(row[k]) for row in rows) for k in range(len(self.head))]
        return [self.title, *("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)]

    def markdown(self) -> str:
        """The table for a page."""
        rows: Iterable[Row] = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)

    def to_json(self) -> list[dict[str, str]]:
        """A mapping for each row."""
        return [dict(zip(self.head, row, strict=True)) for row in self.rows]
