"""Places to write to, tried before a long run rather than after it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from neurodyn.errors import InputError


def check_output(path: Path, endings: Sequence[str] = ()) -> None:
    """Refuse a file that cannot be written; nothing that is there is touched.

    Files are written beside their place and then moved there, so the folder is what must be writable.
    """
    if endings and path.suffix.lower() not in endings:
        raise InputError(
            f"The result cannot be written as {path.name!r}.",
            code="unknown-ending",
            remedy=f"End the file name with {' or '.join(endings)}.",
        )
    trial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is there and is no file")
        with trial.open("xb"):
            pass
        trial.unlink()
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}.",
            code="not-writable",
            remedy="Choose a folder that exists and that you may write to. Nothing was run.",
        ) from error
