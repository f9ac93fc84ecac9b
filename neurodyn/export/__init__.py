"""Results and systems in the forms of other tools."""

from neurodyn.export.neo import to_neo

__all__ = ["to_neo"]
