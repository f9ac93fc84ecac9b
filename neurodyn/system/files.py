"""Values from files: `file("patterns.npy")`, an array of numbers beside the model file. Nothing in it is executed."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from neurodyn.errors import InputError, Place
from neurodyn.language.guard import parse, show_keywords
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.model.model import Model

Array = NDArray[np.float64]
WORD = "file"
SUFFIX = ".npy"


@dataclass(frozen=True)
class FileCall:
    """A call of `file` in a value: the hidden quantity `name` is the array in the file of that path."""

    name: str
    path: str
    source: Source
    random: ClassVar[bool] = False
    arguments: ClassVar[tuple[Expr, ...]] = ()

    def array(self, shape: tuple[int, ...]) -> Array:
        """The array, which fills this shape; one number fills any."""
        found = array_in(located(self.path, self.source), self.source.place(0))
        if found.ndim and found.shape != shape:
            raise InputError(
                f"The array in {self.path} has shape {found.shape}; {shape if shape else 'one number'} is needed.",
                code="file-shape",
                remedy="Leave the sizes of its index sets out, so that it decides them, or write another array.",
                place=self.source.place(0),
            )
        return np.broadcast_to(found, shape)


def read_file_call(reader: Reader, node: ast.Call, hidden: str) -> FileCall:
    """A call of `file`, its path checked: it lies in the folder of the model, or in one below it."""
    path = _path_of(node)
    if path is None:
        reader.fail(node, "file-name", "file takes the name of a file in quotes.", f'Write {WORD}("patterns{SUFFIX}").')
    if not _is_below(path):
        reader.fail(node, "file-name", f"{path} is not below the folder of the model.", "Put it beside the model.")
    if not path.endswith(SUFFIX):
        reader.fail(node, "file-name", f"{path} is no {SUFFIX} file.", "Write it with numpy.save.")
    return FileCall(hidden, path, reader.source)


def _path_of(node: ast.Call) -> str | None:
    if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.Constant):
        return None
    value = node.args[0].value
    return "".join(map(show_keywords, value)) if isinstance(value, str) and value else None


def _is_below(path: str) -> bool:
    """Whether a path leads into a folder, not out of it; in the form that is the same everywhere."""
    parts = PurePosixPath(path)
    return not (parts.is_absolute() or ".." in parts.parts or "\\" in path or ":" in path)


def located(path: str, source: Source) -> Path:
    """Where a file lies: beside the model file, or for a value that stands in none in the working folder."""
    return (Path(source.file).parent if source.file else Path()) / path


def array_in(path: Path, place: Place | None = None) -> Array:
    """The array of numbers in a file."""
    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read: {error.strerror or error}.",
            code="no-file",
            remedy="Check the path.",
            place=place,
        ) from error
    except (ValueError, EOFError) as error:
        raise _no_array(path, place) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise _no_array(path, place)
    return np.asarray(array, dtype=float)


def _no_array(path: Path, place: Place | None) -> InputError:
    return InputError(
        f"{path.name} holds no plain array of real numbers.",
        code="not-an-array",
        remedy="Write it with numpy.save.",
        place=place,
    )


def calls_in(text: str, source: Source) -> Iterator[FileCall]:
    """The calls of `file` in a value, but for those that are refused when the value is read."""
    if WORD not in text:
        return
    placed = value_source(source, text)
    for node in ast.walk(parse(placed)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == WORD:
            path = _path_of(node)
            if path is not None and path.endswith(SUFFIX) and _is_below(path):
                yield FileCall("", path, placed)


def shape_in(text: str, source: Source) -> tuple[int, ...] | None:
    """The shape of the array in the first file that a value reads; None where it reads none."""
    for call in calls_in(text, source):
        return array_in(located(call.path, call.source), call.source.place(0)).shape
    return None


def files_of(model: Model, given: Mapping[str, Any]) -> dict[str, str]:
    """The files that the values of a model are read from, with the hash of what is in them."""
    found: dict[str, str] = {}
    for section in (model.parameters, model.states):
        for declared in section.values():
            told = [given[declared.name]] if declared.name in given else [declared.value, declared.before]
            source = Source("") if declared.name in given else declared.source
            for text in told:
                for call in calls_in(text, source) if isinstance(text, str) else ():
                    path = located(call.path, call.source)
                    found[str(path.resolve())] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
