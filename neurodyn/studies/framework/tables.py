"""Tables of a report: as lines of text, and for a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap

Row = Sequence[str]
_WIDEST = 72  # characters of a cell on one line of a screen


@dataclass(frozen=True)
class Table:
    """Cells in rows below a head."""

    title: str
    head: Row
    rows: Sequence[Row]

    def lines(self) -> list[str]:
        """The table as text, columns side by side; long cells are wrapped, empty columns left out."""
        kept = [k for k in range(len(self.head)) if any(row[k] for row in self.rows)]
        cells = [[wrap(row[k], _WIDEST) or [""] for k in kept] for row in (self.head, *self.rows)]
        widths = [max(len(line) for row in cells for line in row[k]) for k in range(len(kept))]
        lines = [self.title]
        for row in cells:
            for parts in zip_longest(*row, fillvalue=""):
                lines.append("  ".join(part.ljust(w) for part, w in zip(parts, widths, strict=True)).rstrip())
        return lines

    def markdown(self) -> str:
        """The table for a page."""
        rows: Iterable[Row] = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)

    def to_json(self) -> list[dict[str, str]]:
        """A mapping for each row."""
        return [dict(zip(self.head, row, strict=True)) for row in self.rows]
