"""A straight-line graph of scalars: each node is made once, whoever asks for it.

A node is its number; its operation and what it reads come before it. Node 0 is the number 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from neurodyn.program.spellings import COMMUTATIVE

LEAVES = frozenset({"number", "state", "parameter", "lane", "input", "time"})
STANDING = ("parameter", "lane")  # stands still in a run; beside each its reciprocal
# What rounds correctly wherever it is computed, so that numbers are folded.
EXACT: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negative": lambda a: -a,
    "sqrt": math.sqrt,
}


class TooLarge(Exception):
    """A graph of more nodes than allowed."""


@dataclass(frozen=True)
class Node:
    """One scalar: an operation of `spellings.py`, or one of `LEAVES`, whose data says which."""

    op: str
    args: tuple[int, ...] = ()
    data: Hashable = None


class Graph:
    """The nodes so far, at most so many."""

    def __init__(self, most: int) -> None:
        self.nodes: list[Node] = []
        self._known: dict[Node, int] = {}
        self.most = most
        self.number(0.0)

    def number(self, value: float) -> int:
        """A number; also a truth value, as 1 or 0."""
        return self._node(Node("number", (), float(value).hex()))

    def leaf(self, op: str, place: int) -> int:
        """Element number `place` of the states, the parameters, ..."""
        return self._node(Node(op, (), (place, False) if op in STANDING else place))

    def value(self, node: int) -> float | None:
        """The number that a node is, if it is one."""
        found = self.nodes[node]
        return float.fromhex(str(found.data)) if found.op == "number" else None

    def apply(self, op: str, *args: int) -> int:
        """The node of an operation.

        What is left out changes no bit of any result; but a division by what stands still is a product with its
        reciprocal, which rounds once more.
        """
        numbers = [self.value(a) for a in args]
        if op in EXACT and None not in numbers:
            folded = _folded(op, numbers)
            if folded is not None:
                return self.number(folded)
        same = self._same(op, args, numbers)
        if same is not None:
            return same
        return self._node(Node(op, tuple(sorted(args)) if op in COMMUTATIVE else args))

    def _same(self, op: str, args: Sequence[int], numbers: Sequence[float | None]) -> int | None:
        """A node that there is already, or a simpler one, with the same value."""
        if op == "multiply":
            for k, number in enumerate(numbers):
                if number is not None and abs(number) == 1.0:
                    return args[1 - k] if number > 0 else self.apply("negative", args[1 - k])
        elif op == "divide":
            under = self._reciprocal(args[1])
            return None if under is None else self.apply("multiply", args[0], under)
        elif op == "negative" and self.nodes[args[0]].op == "negative":
            return self.nodes[args[0]].args[0]
        elif op in ("add", "subtract") and self.nodes[args[1]].op == "negative":
            return self.apply("subtract" if op == "add" else "add", args[0], self.nodes[args[1]].args[0])
        elif op == "add" and self.nodes[args[0]].op == "negative":
            return self.apply("subtract", args[1], self.nodes[args[0]].args[0])
        return None

    def _reciprocal(self, node: int) -> int | None:
        """The reciprocal of what stands still."""
        number, found = self.value(node), self.nodes[node]
        if number is not None:
            return self.number(1.0 / number) if number and math.isfinite(1.0 / number) else None
        if found.op not in STANDING or not isinstance(found.data, tuple):
            return None
        return self._node(Node(found.op, (), (found.data[0], not found.data[1])))

    def _node(self, node: Node) -> int:
        found = self._known.get(node)
        if found is None:
            if len(self.nodes) >= self.most:
                raise TooLarge
            found = self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return found

    def total(self, op: str, terms: Sequence[int]) -> int:
        """All terms joined by an operation, as a tree."""
        while len(terms) > 1:
            pairs = [self.apply(op, a, b) for a, b in zip(terms[::2], terms[1::2], strict=False)]
            terms = [*pairs, *terms[len(pairs) * 2 :]]
        return terms[0]

    def dot(self, left: Iterable[int], right: Iterable[int]) -> int:
        """A sum of products, one after the other, so that each is one fused operation."""
        found: int | None = None
        for a, b in zip(left, right, strict=True):
            product = self.apply("multiply", a, b)
            found = product if found is None else self.apply("add", found, product)
        return 0 if found is None else found

    def live(self, outputs: Iterable[int]) -> list[int]:
        """The nodes that these follow from, those that are read first."""
        seen, waiting = set[int](), list(outputs)
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting.extend(self.nodes[node].args)
        return sorted(seen)


def _folded(op: str, numbers: Sequence[float | None]) -> float | None:
    try:
        folded = EXACT[op](*numbers)
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    return folded if math.isfinite(folded) else None
