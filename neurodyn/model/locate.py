"""Where the entries of a model stand, so that errors can point at them."""

from __future__ import annotations

from pathlib import Path

from neurodyn.language.source import Source
from neurodyn.language.unit_text import bracketed_source


class Locate:
    """Finds the line on which an entry stands; for models made in Python there is none."""

    file: str | None = None
    within: tuple[Path, ...] = ()  # the files being read, the outermost circuit first

    def __call__(self, section: str, key: str) -> Source:
        """The source of one entry."""
        return Source(key)

    def block_line(self, key: str, section: str = "") -> int | None:
        """The number of the line on which a text over several lines starts."""
        return None


def value_source(source: Source, text: str) -> Source:
    """The source of an expression given as a value: placed on its line where it is found there."""
    line = source.lines[0] if source.lines else ""
    at = line.find(text, line.find("=") + 1)
    if at < 0:
        return bracketed_source(Source(text, line=source.line, file=source.file))
    return bracketed_source(Source(text, lines=(line,), line=source.line, indent=at, file=source.file))


def key_source(source: Source, key: str) -> Source:
    """The source of a key: placed on its line where it is found there."""
    line = source.lines[0] if source.lines else ""
    at = line.find(key)
    return Source(key, lines=(line,), line=source.line, indent=at, file=source.file) if at >= 0 else Source(key)
