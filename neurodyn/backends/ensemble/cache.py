"""Machine code on disk, so that a model is compiled once for a machine.

A file is written beside its place and then renamed, so that processes that write the same one do not meet. What is
no whole file is compiled again.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import warnings
from functools import cache
from pathlib import Path

from neurodyn.backends.ensemble.machine import Machine

VARIABLE = "NEURODYN_CACHE"
MARK = b"neurodyn code 1\n"
FORM = "small pic"  # how code is laid out


def folder() -> Path:
    """Where code is kept: what the environment says, else the usual place of the system."""
    told = os.environ.get(VARIABLE)
    if told:
        return Path(told)
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "neurodyn"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "neurodyn" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", home / ".cache")) / "neurodyn"


def key(text: str, machine: Machine) -> str:
    """The name of the code of a text."""
    import llvmlite

    whole = "\0".join([FORM, llvmlite.__version__, machine.cpu, machine.features, text])
    return hashlib.sha256(whole.encode()).hexdigest()


def read(name: str) -> bytes | None:
    """The code of a name, if it is there and whole."""
    try:
        found = (folder() / name).read_bytes()
    except OSError:  # where it cannot be read it cannot be written either, which says so
        return None
    mark, digest, code = found[: len(MARK)], found[len(MARK) : len(MARK) + 32], found[len(MARK) + 32 :]
    if mark == MARK and hashlib.sha256(code).digest() == digest:
        return code
    warn(str(folder()), f"{name[:12]} is damaged")
    return None


def write(name: str, code: bytes) -> None:
    """Keep code; where that cannot be, it is compiled anew each time."""
    place = folder()
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place, delete=False) as file:
            file.write(MARK + hashlib.sha256(code).digest() + code)
        os.replace(file.name, place / name)
    except OSError as error:
        warn(str(place), str(error.strerror))


@cache
def warn(place: str, reason: str) -> None:
    """Say once that code cannot be kept there."""
    warnings.warn(
        f"Compiled code cannot be kept in {place} ({reason}), so it is compiled again. "
        f"Set {VARIABLE} to a folder that can be written.",
        RuntimeWarning,
        stacklevel=2,
    )
