"""Text to symbols and back. Nothing that is read is ever executed."""
