"""The command `neurodyn`, one file per verb."""

from neurodyn.cli.entry import VERBS, main

__all__ = ["VERBS", "main"]
