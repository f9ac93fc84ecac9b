"""How hard it is looked, and who is told of the share of it that is done: a bar, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Told = Callable[[float], None]


def nobody(share: float) -> None:
    """Is told, and does nothing."""


def part(told: Told, begin: float, end: float) -> Told:
    """Who is to be told of a part of the work, which goes from one share of the whole to another."""
    return lambda share: told(begin + share * (end - begin))


@dataclass(frozen=True)
class Effort:
    """How hard it is looked.

    Attributes:
        boxes: of a proof, how many pieces are looked at.
        starts, seed: of a search.
        told: is told which share of the work is done.
    """

    boxes: int
    starts: int
    seed: int
    told: Told = nobody
