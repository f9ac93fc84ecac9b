"""What can be changed about a study: a frozen dataclass, each field with its default and words about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, field, fields
from typing import Any, TypeVar

from neurodyn.errors import InputError
from neurodyn.language.names import near

T = TypeVar("T")


def setting(default: T, about: str) -> T:
    """A field of a study's settings."""
    found: T = field(default=default, metadata={"about": about})
    return found


def described(kind: type[Any]) -> dict[str, tuple[Any, str]]:
    """Default and words of each setting."""
    return {f.name: (f.default, str(f.metadata["about"])) for f in fields(kind)}


def filled(study: str, kind: type[Any], defaults: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    """The settings of a run: what is given, else these defaults, else those of the study.

    Args:
        given: values, or their texts from a command line.

    Raises:
        InputError: for a setting that the study does not have, and a value that it cannot take.
    """
    kinds = {f.name: str(f.type) for f in fields(kind)}
    for name in given:
        if name not in kinds:
            raise InputError(
                f"The study {study} has no setting {name}.",
                code="unknown-setting",
                remedy=near(name, list(kinds)) or (f"It has: {', '.join(kinds)}." if kinds else "It has none."),
            )
    return kind(**{**defaults, **{name: _value(study, name, kinds[name], value) for name, value in given.items()}})


def check_whole(settings: Any, limits: Mapping[str, tuple[int, int]]) -> None:
    """Refuse values, alone or in tuples, that are no whole numbers between the least and the most of their name.

    Raises:
        InputError: for the first of them.
    """
    for name, (least, most) in limits.items():
        given = getattr(settings, name)
        for value in given if isinstance(given, tuple) else (given,):
            if not least <= value <= most or value % 1:
                raise InputError(
                    f"{name} is {value:g}.",
                    code="bad-setting",
                    remedy=f"Give a whole number from {least} to {most:,}.",
                )


def plain(settings: Any) -> dict[str, Any]:
    """Settings as plain data."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(settings).items()}


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


# How a text becomes a value, by the type that a field declares, and what an error calls it.
_READ: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "int": (int, "a whole number"),
    "float": (float, "a number"),
    "str": (str, "text"),
    "tuple[float, ...]": (_numbers, "numbers with commas between them"),
}


def _value(study: str, name: str, kind: str, value: Any) -> Any:
    """The value of a setting, read if it is text."""
    read, called = _READ[kind.removesuffix(" | None")]
    try:
        if isinstance(value, str):
            return read(value)
        return tuple(float(v) for v in value) if read is _numbers else value if value is None else read(value)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"The setting {name} of the study {study} is {value!r}.", code="bad-setting", remedy=f"Give {called}."
        ) from error
