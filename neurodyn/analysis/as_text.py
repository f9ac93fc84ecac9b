"""What all reports have in common: their text stands for them, at a prompt and in notebooks."""

from __future__ import annotations

import html


class AsText:
    """A report whose text is what `str` makes of it."""

    def __repr__(self) -> str:
        return str(self)

    def summary(self) -> str:
        """The report as text."""
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"
