"""Texts into files."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from neurodyn.errors import InputError


def save_text(text: str, path: str | PathLike[str]) -> Path:
    """Write a text into a file.

    Raises:
        InputError: `not-writable`, where it cannot be written.
    """
    target = Path(path)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror or error}.",
            code="not-writable",
            remedy="Choose a folder that exists and that you may write to.",
        ) from error
    return target
