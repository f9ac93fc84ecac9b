"""What a user sets on the command line: `name=value`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import click

from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.model.model import Model
    from neurodyn.system.system import System


def read_settings(texts: Iterable[str]) -> dict[str, Any]:
    """Values by name: numbers, arrays from .npy files, sparse matrices from .npz files, and all else as text for the
    language to read."""
    return {name: _value(name, text) for name, text in read_pairs("--set", texts).items()}


def read_sizes(texts: Iterable[str]) -> dict[str, int]:
    """Sizes by index set."""
    sizes = {}
    for name, text in read_pairs("--size", texts).items():
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise InputError(
                f"The size {name}={text} is not a whole number.", code="bad-size", remedy=f"Write --size {name}=64."
            )
        sizes[name] = int(text)
    return sizes


def read_reductions(texts: Iterable[str]) -> dict[str, str]:
    """What is kept of the path, by name, as text."""
    return read_pairs("--reduce", texts)


SET = click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter, input or state.")
SIZE = click.option("--size", "sizes", multiple=True, metavar="SET=N", help="The size of an index set.")
SEED = click.option("--seed", type=click.IntRange(min=0), metavar="S", help="The seed of draws in the start.")


def given_system(name: str, settings: Iterable[str], sizes: Iterable[str]) -> tuple[System, dict[str, Any]]:
    """The system that a verb is asked about, and the starts that were set."""
    from neurodyn.model.library import load
    from neurodyn.system.build import build

    model = load(name)
    values, start = sort_settings(model, read_settings(settings))
    return build(model, sizes=read_sizes(sizes), values=values), start


@overload
def read_time(text: str) -> float | str: ...
@overload
def read_time(text: None) -> None: ...
def read_time(text: str | None) -> float | str | None:
    """A time: a plain number, or text with a unit for the language to read."""
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def sort_settings(model: Model, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings as values for the build (which knows what to say of an unknown name) and starts for the run.

    In a model with units a bare number is left as text, so that it is refused where a unit belongs.
    """
    from neurodyn.system.units import has_units

    if has_units(model):
        settings = {name: repr(value) if isinstance(value, float) else value for name, value in settings.items()}
    start = {name: value for name, value in settings.items() if name in model.variables}
    return {name: value for name, value in settings.items() if name not in start}, start


def read_pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    """Texts by name, of an option that says NAME=VALUE."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise InputError(
                f"{option} {text!r} sets nothing.", code="bad-setting", remedy=f"Write {option} NAME=VALUE."
            )
        if name in found:
            raise InputError(f"{option} sets {name} twice.", code="set-twice", remedy="Keep one of the two.")
        found[name] = value
    return found


def _value(name: str, text: str) -> Any:
    if text.endswith(".npy"):
        from neurodyn.system.files import array_in

        return array_in(Path(text))
    if text.endswith(".npz"):
        return _sparse(name, Path(text))
    try:
        return float(text)
    except ValueError:
        return text


def _sparse(name: str, path: Path) -> Any:
    """A sparse matrix from a file that `scipy.sparse.save_npz` wrote."""
    from zipfile import BadZipFile

    from scipy.sparse import load_npz

    try:
        matrix = load_npz(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"The values of {name} cannot be read from {path}: {reason}.", code="no-file", remedy="Check the path."
        ) from error
    except (ValueError, KeyError, EOFError, BadZipFile) as error:
        raise InputError(
            f"{path} holds no sparse matrix.", code="not-an-array", remedy="Write it with scipy.sparse.save_npz."
        ) from error
    return matrix


def read_span(option: str, text: str) -> tuple[float, float]:
    """Two different numbers, `LOW..HIGH`."""
    low, _, high = text.partition("..")
    try:
        span = float(low), float(high)
    except ValueError:
        span = (0.0, 0.0)
    if span[0] == span[1] or not all(map(isfinite, span)):
        raise InputError(f"{option} {text} says no span.", code="bad-setting", remedy=f"Write {option} 1..10.")
    return span
