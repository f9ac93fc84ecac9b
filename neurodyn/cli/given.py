"""What a user sets on the command line: `name=value`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError

_MOST_TIMES = 10_000_000

if TYPE_CHECKING:
    from neurodyn.model.model import Model


def read_settings(texts: Iterable[str]) -> dict[str, Any]:
    """Values by name: numbers, arrays from .npy files, and all else as text for the language to read."""
    return {name: _value(name, text) for name, text in _pairs("--set", texts).items()}


def read_sizes(texts: Iterable[str]) -> dict[str, int]:
    """Sizes by index set."""
    sizes = {}
    for name, text in _pairs("--size", texts).items():
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise InputError(
                f"The size {name}={text} is not a whole number.", code="bad-size", remedy=f"Write --size {name}=64."
            )
        sizes[name] = int(text)
    return sizes


def sort_settings(model: Model, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings as values for the build (which knows what to say of an unknown name) and starts for the run."""
    start = {name: value for name, value in settings.items() if name in model.states}
    return {name: value for name, value in settings.items() if name not in start}, start


def read_times(every: float, begin: float, end: float) -> Any:
    """The times from `begin` to `end` in steps of `every`, both ends included."""
    import numpy as np

    steps = abs(end - begin) / every if every > 0 else np.nan
    if not steps < _MOST_TIMES:
        raise InputError(
            f"Saving every {every:g} from {begin:g} to {end:g} is not possible.",
            code="bad-step",
            remedy=f"Give a step above 0 that makes fewer than {_MOST_TIMES:,} times.",
        )
    inner = begin + np.sign(end - begin) * every * np.arange(int(np.ceil(steps - 1e-9)))
    return np.append(inner, end)


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
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
        return _array(name, Path(text))
    try:
        return float(text)
    except ValueError:
        return text


def _array(name: str, path: Path) -> Any:
    """An array of numbers from a file; nothing in the file is executed."""
    import numpy as np

    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise InputError(
            f"The values of {name} cannot be read from {path}: {error.strerror or error}.",
            code="no-file",
            remedy="Check the path.",
        ) from error
    except (ValueError, EOFError) as error:
        raise InputError(
            f"{path} holds no plain array of numbers.", code="not-an-array", remedy="Write it with numpy.save."
        ) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise InputError(
            f"{path} holds no array of real numbers.", code="not-an-array", remedy="Write it with numpy.save."
        )
    return array
