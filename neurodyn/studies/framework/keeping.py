"""Parts of a study on disk: each outcome is a file named by a hash of all that it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError
from neurodyn.model.library import library

Outcome = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Store:
    """A folder of outcomes.

    Attributes:
        folder: where they lie; None keeps nothing.
        key: plain data that all parts depend on: the recipe.
    """

    folder: Path | None
    key: Mapping[str, Any]

    def find(self, part: str) -> Outcome | None:
        """The outcome of a part, if it was kept."""
        path = self._path(part)
        if path is None or not path.is_file():
            return None
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                return {name[1:]: file[name] for name in file.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(
                f"{path} holds no outcome of a part.", code="damaged-part", remedy="Delete it, and start again."
            ) from error

    def keep(self, part: str, outcome: Outcome) -> None:
        """Write an outcome, whole or not at all."""
        path = self._path(part)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with unfinished.open("wb") as file:
                arrays: dict[str, Any] = {f"_{name}": array for name, array in outcome.items()}
                np.savez_compressed(file, **arrays)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _path(self, part: str) -> Path | None:
        if self.folder is None:
            return None
        text = json.dumps([self.key, _code(), part], sort_keys=True)
        return self.folder / "parts" / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.npz"


def as_outcome(part: str, found: Mapping[str, ArrayLike]) -> Outcome:
    """What a part returns, as arrays: so an outcome is the same whether it was kept or not."""
    outcome = {str(name): np.asarray(value) for name, value in found.items()}
    for name, array in outcome.items():
        if array.dtype.kind not in "biufcU":
            raise TypeError(f"{name} of the part {part!r} is no array of numbers or texts")
    return outcome


@cache
def _code() -> str:
    """A hash of the code and of the shipped models: what either gave before a change is not taken for what it gives."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).resolve().parents[2].rglob("*.py")):
        digest.update(path.read_bytes())
    for entry in library():
        digest.update(entry.path.read_bytes())
    return digest.hexdigest()
