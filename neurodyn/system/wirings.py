"""Connection rules: which pairs are edges, drawn with NumPy, never as an array over all pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.program.wiring import Wiring

Array = NDArray[np.float64]
Positions = NDArray[np.intp]
Shape = tuple[int, int]
Row = Callable[[int], Array]  # values at every second letter, for one position of the first
MOST_EDGES = 2**28
CHUNK = 1 << 20  # draws that are held at once


@dataclass(frozen=True)
class ConnectionRule:
    """One rule.

    Attributes:
        argument: its name, None where it takes none.
        free: which of the two letters (0, 1) the argument may speak of.
        restricted: whether a restriction may follow: `all` of them, `j != i` alone (`self`), or none.
    """

    argument: str | None
    free: tuple[int, ...] = ()
    restricted: str = ""

    def example(self, word: str) -> str:
        """A call that leaves out edges of units to themselves."""
        return f"{word}({self.argument + ', ' if self.argument else ''}j != i)"


RULES: dict[str, ConnectionRule] = {
    "sparse": ConnectionRule("p", (0, 1), "all"),
    "indegree": ConnectionRule("k", (0,), "self"),
    "outdegree": ConnectionRule("k", (1,), "self"),
    "all_to_all": ConnectionRule(None, (), "all"),
    "one_to_one": ConnectionRule(None),
}


class Unfit(ValueError):
    """A rule that cannot be followed, and how to mend that."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.remedy = remedy


def drawn(rule: str, rng: np.random.Generator, shape: Shape, argument: Any, without_self: bool) -> Wiring:
    """The edges of a rule.

    Args:
        argument: a number; for `sparse` also one that gives a row of probabilities for each first position; for degrees
            an array with one for each position.
        without_self: leaves out edges from a position to itself.
    """
    match rule:
        case "sparse":
            rows = _by_row(rng, shape, argument) if callable(argument) else _bernoulli(rng, shape, float(argument))
            return _joined(rows, shape)
        case "all_to_all":
            return _joined(_bernoulli(rng, shape, 1.0), shape)
        case "one_to_one":
            if shape[0] != shape[1]:
                raise Unfit(f"one_to_one joins {shape[0]} with {shape[1]}", "It needs two sets of one size.")
            return Wiring(np.arange(shape[0]), np.arange(shape[0]), shape)
    size = shape if rule == "indegree" else (shape[1], shape[0])
    degrees = _checked_degrees(rule, argument, size, without_self)
    own, other = _chosen(rng, size, degrees, without_self)
    return Wiring.of(*((own, other) if rule == "indegree" else (other, own)), shape)


def _joined(parts: Iterator[tuple[Positions, Positions]], shape: Shape) -> Wiring:
    """Parts that are in order already."""
    first, second, count = [], [], 0
    for a, b in parts:
        count += len(a)
        if count > MOST_EDGES:
            raise Unfit(f"There are more than {MOST_EDGES:,} edges", "Choose a smaller probability, or smaller sizes.")
        first.append(a)
        second.append(b)
    return Wiring(np.concatenate([*first, _NONE]), np.concatenate([*second, _NONE]), shape)


_NONE = np.empty(0, dtype=np.intp)


def check_probability(p: Array) -> None:
    """Refuse what is no probability."""
    low, high = float(np.min(p)), float(np.max(p))
    if not 0 <= low <= high <= 1:
        raise Unfit(f"The probability is {low if low < 0 else high:g}", "It must be from 0 to 1.")


def _bernoulli(rng: np.random.Generator, shape: Shape, p: float) -> Iterator[tuple[Positions, Positions]]:
    """Each pair with the same probability: the gaps between edges, counted row by row, are geometric."""
    check_probability(np.array(p))
    pairs, last = shape[0] * shape[1], -1
    while p > 0 and last < pairs - 1:
        expected = (pairs - 1 - last) * p
        count = min(CHUNK, int(expected + 4 * np.sqrt(expected) + 16))
        places = last + np.cumsum(rng.geometric(p, count) if p < 1 else np.ones(count, dtype=np.intp))
        last = int(places[-1])
        inside = places[: np.searchsorted(places, pairs)].astype(np.intp)
        yield inside // shape[1], inside % shape[1]


def _by_row(rng: np.random.Generator, shape: Shape, row: Row) -> Iterator[tuple[Positions, Positions]]:
    """Each pair with its own probability, one row after the other."""
    for at in range(shape[0]):
        p = np.broadcast_to(row(at), shape[1])
        check_probability(p)
        second = np.flatnonzero(rng.random(shape[1]) < p)
        yield np.full(len(second), at), second


def nonzero_rows(shape: Shape, row: Row) -> tuple[Wiring, Array]:
    """Where an expression is not 0, and its values there."""
    values: list[Array] = []

    def parts() -> Iterator[tuple[Positions, Positions]]:
        for at in range(shape[0]):
            found = np.broadcast_to(row(at), shape[1])
            second = np.flatnonzero(found)
            values.append(found[second])
            yield np.full(len(second), at), second

    wiring = _joined(parts(), shape)
    return wiring, np.concatenate([*values, np.empty(0)])


def _checked_degrees(rule: str, argument: Any, size: Shape, without_self: bool) -> Positions:
    degrees = np.broadcast_to(np.asarray(argument, dtype=float), size[0])
    most = size[1] - without_self
    if (degrees != np.floor(degrees)).any() or (degrees < 0).any():
        wrong = degrees[(degrees != np.floor(degrees)) | (degrees < 0)][0]
        raise Unfit(f"{rule} is {wrong:g}", "It must be a whole number from 0 on.")
    if (degrees > most).any():
        others = "other than itself " if without_self else ""
        raise Unfit(f"{rule} is {degrees.max():g}, but there are only {most} units {others}to choose", "Choose fewer.")
    if degrees.sum() > MOST_EDGES:
        raise Unfit(f"There are more than {MOST_EDGES:,} edges", "Choose a smaller degree, or smaller sizes.")
    return degrees.astype(np.intp)


def _chosen(
    rng: np.random.Generator, size: Shape, degrees: Positions, without_self: bool
) -> tuple[Positions, Positions]:
    """For each position as many different others as its degree says, every choice equally likely."""
    own = np.repeat(np.arange(size[0]), degrees)
    other = np.empty(len(own), dtype=np.intp)
    starts = np.concatenate(([0], np.cumsum(degrees)))
    most = size[1] - without_self
    for k in np.unique(degrees):
        rows = np.flatnonzero(degrees == k)
        per = max(1, CHUNK // max(1, most if _is_crowded(int(k), most) else int(k)))
        for part in (rows[a : a + per] for a in range(0, len(rows), per)):
            found = _sample(rng, len(part), int(k), most)
            if without_self:  # the positions from its own one on move up by one
                found += found >= part[:, None]
            other[(starts[part][:, None] + np.arange(k)).ravel()] = found.ravel()
    return own, other


def _is_crowded(k: int, most: int) -> bool:
    """Whether so many of k draws are there already that a permutation is faster."""
    return 4 * k > most


def _sample(rng: np.random.Generator, rows: int, k: int, most: int) -> Positions:
    """`rows` times k different numbers below `most`."""
    if _is_crowded(k, most):
        return np.argpartition(rng.random((rows, most)), max(k - 1, 0), axis=1)[:, :k]
    found = np.sort(rng.integers(0, most, (rows, k)), axis=1)
    again = np.arange(rows)
    while len(again):  # what is there already is drawn anew, as if each row went on until it has enough
        part = found[again]
        twice = np.zeros(part.shape, dtype=bool)
        twice[:, 1:] = part[:, 1:] == part[:, :-1]
        part[twice] = rng.integers(0, most, int(twice.sum()))
        found[again] = np.sort(part, axis=1)
        again = again[twice.any(axis=1)]
    return found
