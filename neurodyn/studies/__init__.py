"""Experiments on one system each: what a figure of a paper or of the README shows, measured."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from neurodyn.errors import InputError
from neurodyn.language.names import near

# A study is a file with a function of the same name; its line here is what `neurodyn list` says.
STUDIES = {
    "digit_recall": "How often a dense memory recalls digits, against the damage of the cue.",
    "habituation": "The hallmarks of habituation, each by a motif that shows it.",
}


class Report(Protocol):
    """What a study returns."""

    def summary(self) -> str:
        """One screen of text."""

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""

    def plot(self) -> Any:
        """The figure."""

    def save(self, path: Any) -> Any:
        """Write a NetCDF file."""


def study(name: str) -> Callable[..., Report]:
    """The study of that name.

    Raises:
        InputError: when there is none.
    """
    if name not in STUDIES:
        raise InputError(
            f"There is no study called {name}.",
            code="unknown-study",
            remedy=near(name, list(STUDIES)) or f"There are: {', '.join(STUDIES)}.",
        )
    found: Callable[..., Report] = getattr(import_module(f"neurodyn.studies.{name}"), name)
    return found
