"""Results and systems in the forms of other tools."""

from neurodyn.exports.neo import to_neo

__all__ = ["to_neo"]
