"""In which order code runs that ought to act together: what reads a state comes before what changes it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Deed:
    """A piece of code that reads some states and adds to one.

    Attributes:
        key: pieces of one key may run as one.
        own: whether each run adds to an element that no other run of the same code reads or adds to.
        after: a state; all that adds to it comes before.
    """

    key: Hashable
    writes: str
    reads: frozenset[str]
    own: bool
    after: str = ""


def gathered(deeds: Sequence[Deed]) -> set[str]:
    """The states whose changes must be added up first, as no order makes all code read what was before."""
    found = {d.writes for d in deeds if d.writes in d.reads and not d.own}
    while True:
        left = without(deeds, found)
        before = _before(left)
        round_about = [n for n in range(len(left)) if n in _reached(n, before)]
        if not round_about:
            return found
        names = {left[n].writes for n in round_about}
        found.add(next(d.writes for d in left if d.writes in names and any(d.writes in o.reads for o in left)))


def without(deeds: Sequence[Deed], names: set[str]) -> list[Deed]:
    """The same where changes of some states go elsewhere first."""
    return [replace(d, writes=later(d.writes)) if d.writes in names else d for d in deeds]


def later(name: str) -> str:
    """Where the changes of a state are gathered."""
    return f"{name} later"


def arranged(deeds: Sequence[Deed]) -> list[list[int]]:
    """Blocks of deeds of one key each, in the order in which they run; as few as a simple rule finds."""
    before, done, blocks = _before(deeds), set[int](), list[list[int]]()
    while len(done) < len(deeds):
        left = [n for n in range(len(deeds)) if n not in done]
        choices = [_together(deeds, before, done, n) for n in left]
        blocks.append(max(choices, key=len))
        done.update(blocks[-1])
    return blocks


def _together(deeds: Sequence[Deed], before: Sequence[set[int]], done: set[int], like: int) -> list[int]:
    """All that can run now as one block with the key of one of them."""
    taken: list[int] = []
    while True:
        for n, deed in enumerate(deeds):
            if n in done or n in taken or deed.key != deeds[like].key:
                continue
            if before[n] - done <= (set(taken) if deed.own else set()):
                taken.append(n)
                break
        else:
            return taken


def _before(deeds: Sequence[Deed]) -> list[set[int]]:
    """Who must run before each of them."""

    def is_before(other: Deed, deed: Deed) -> bool:
        return deed.writes in other.reads or (other.writes == deed.after and not other.after)

    return [{n for n, other in enumerate(deeds) if other is not deed and is_before(other, deed)} for deed in deeds]


def _reached(start: int, before: Sequence[set[int]]) -> set[int]:
    """All that must run before one of them, in the end."""
    found: set[int] = set()
    waiting = list(before[start])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(before[one])
    return found
