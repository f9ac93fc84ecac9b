"""The form of a rule on values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neurodyn.system.values import Values


@dataclass(frozen=True, eq=False)
class ValueRule:
    """A rule that values must fulfil; it is read from the model once.

    Attributes:
        needs: the parameters that it speaks of; it is checked again when one of them changes.
        check: raises an `InputError` for values that break it.
    """

    needs: frozenset[str]
    check: Callable[[Values], None]
