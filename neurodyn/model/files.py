"""Reading files of text, with the errors that all of them share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neurodyn.errors import InputError


@contextmanager
def reading(shown: str) -> Iterator[None]:
    """Refuse a file that cannot be read, or is not UTF-8; `shown` is what it is called.

    Raises:
        InputError: in place of what the system and the decoder raise.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        raise InputError(
            f"{shown} is not UTF-8 text (byte {error.start}).", code="not-utf8", remedy="Save it as UTF-8."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not usable"
        raise InputError(f"{shown} cannot be read: {reason}.", code="unreadable-file") from None
