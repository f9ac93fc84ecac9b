"""Signed permutations of states under which a rate keeps its form: they take fixed points to fixed points.

A candidate that numbers do not refute is shown by writing both sides out as sums and products in one canonical form:
the orders of sums and products, and the signs that odd and even functions pass, make no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.written import Written
from neurodyn.program.scalar_graph import Node, TooLarge
from neurodyn.program.scalars import NotUnrolled
from neurodyn.program.spellings import COMMUTATIVE
from neurodyn.system.system import System

Array = NDArray[np.float64]
ODD = frozenset({"tanh", "sin", "tan", "asin", "atan", "sinh", "asinh", "atanh", "erf", "sign", "i1e"})
EVEN = frozenset({"cos", "cosh", "absolute", "logcosh", "i0e"})
POINTS = 3
# Up to so many numbers of state each way to choose signs is tried.
SIGNED = 8
Key = tuple[int, int]  # a sign, and the number of a form; that of 0 is 0


@dataclass(frozen=True, eq=False)
class Symmetry:
    """The map of x to sign * x[place]."""

    place: NDArray[np.intp]
    sign: Array

    def __call__(self, x: Array) -> Array:
        moved: Array = self.sign * x[..., self.place]
        return moved

    def text(self, system: System) -> str:
        """What it does, as far as it does something."""
        name = system.layout.element
        changed = [k for k in range(len(self.place)) if self.place[k] != k or self.sign[k] < 0]
        return ", ".join(f"{name(k)} -> {'-' if self.sign[k] < 0 else ''}{name(int(self.place[k]))}" for k in changed)


def symmetries(of: Enclosure, low: Array, high: Array) -> tuple[Symmetry, ...]:
    """Those of the candidates that are shown; none where the equations cannot be written out."""
    named = {(tuple(s.place), tuple(s.sign)): s for s in _candidates(of.system)}
    named.pop((tuple(range(low.size)), (1.0,) * low.size), None)
    candidates = list(named.values())
    if not candidates:
        return ()
    points = np.random.default_rng(0).uniform(low, high, (POINTS, low.size))
    with np.errstate(all="ignore"):
        moved = of.middle(np.concatenate([s(points) for s in candidates])).reshape(len(candidates), POINTS, -1)
        rates = of.middle(points)
        size = np.abs(rates).max(axis=0)
        close = [
            bool((np.abs(m - s(rates)) <= 1e-9 * s(size) * s.sign).all())
            for s, m in zip(candidates, moved, strict=True)
        ]
    likely = [s for s, is_close in zip(candidates, close, strict=True) if is_close]
    if not likely:
        return ()
    try:
        forms = _Forms(of)
    except (TooLarge, NotUnrolled):
        return ()
    return tuple(_generating(likely, forms))


def _generating(likely: Sequence[Symmetry], forms: _Forms) -> Iterator[Symmetry]:
    """Those that are shown, without permutations that follow from exchanges of two."""
    groups = np.arange(len(likely[0].place))  # numbers of state in the same one may be permuted as one likes
    flipped = False
    for s in likely:
        kept = bool((groups[s.place] == groups).all())
        if kept and ((s.sign > 0).all() or (flipped and (s.sign < 0).all())):
            continue
        if not forms.are_kept_by(s):
            continue
        yield s
        moved = np.flatnonzero(s.place != np.arange(len(s.place)))
        flipped |= not len(moved) and bool((s.sign < 0).all())
        if len(moved) == 2 and (s.sign > 0).all():
            groups[groups == groups[moved[1]]] = groups[moved[0]]


def _candidates(system: System) -> Iterator[Symmetry]:
    """Changes of signs, exchanges of two numbers of state, exchanges and shifts along index sets."""
    size = system.layout.size
    same, plus = np.arange(size), np.ones(size)
    signs = product((1.0, -1.0), repeat=size) if size <= SIGNED else iter([(1.0,) * size, (-1.0,) * size])
    next(signs)
    yield from (Symmetry(same, np.array(s)) for s in signs)
    for i, j in combinations(range(size), 2) if size <= 2 * SIGNED else ():
        place = same.copy()
        place[[i, j]] = j, i
        for a, b in product((1.0, -1.0), repeat=2):
            sign = plus.copy()
            sign[[i, j]] = a, b
            yield Symmetry(place, sign)
    for place in (np.roll(same, 1), *_along_sets(system)):
        yield from (Symmetry(place, sign * plus) for sign in (1.0, -1.0))


def _along_sets(system: System) -> Iterator[NDArray[np.intp]]:
    """The same change of positions in all states over an index set."""
    layout = system.layout
    for name, count in system.sizes.items():
        moves = [np.roll(np.arange(count), 1), np.arange(count)[::-1]]
        for i, j in combinations(range(count), 2) if count <= SIGNED else ():
            moves.append(np.arange(count))
            moves[-1][[i, j]] = j, i
        blocks = {n: np.arange(at, at + int(np.prod(shape))).reshape(shape)
                  for n, shape, at in zip(layout.names, layout.shapes, layout.offsets, strict=True)}  # fmt: skip
        for move in moves:
            moved = {n: _moved(block, system.dims(n), name, move) for n, block in blocks.items()}
            yield np.concatenate([np.empty(0, np.intp), *(block.ravel() for block in moved.values())])


def _moved(block: NDArray[np.intp], dims: Sequence[str], name: str, move: NDArray[np.intp]) -> NDArray[np.intp]:
    for axis, dim in enumerate(dims):
        if dim.removesuffix("_pre") == name:
            block = np.take(block, move, axis=axis)
    return block


@dataclass(eq=False)
class _Forms:
    """Rates written out, each node with a canonical form that has a number."""

    of: Enclosure
    known: dict[Hashable, int] = field(default_factory=lambda: {0: 0})
    sums: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    products: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = self.of.layout.size
        self._written = Written.of(self.of)
        self._rates, self._live = self._written.rates, self._written.graph.live(self._written.rates)
        self._own = self._keys(np.arange(size), np.ones(size))

    def are_kept_by(self, s: Symmetry) -> bool:
        """Whether the rate of the image is the image of the rate."""
        moved = self._keys(s.place, s.sign)
        for k, sign in enumerate(s.sign.tolist()):
            own_sign, own = self._own[self._rates[int(s.place[k])]]
            if moved[self._rates[k]] != (int(sign) * own_sign if own else 1, own):
                return False
        return True

    def _keys(self, place: NDArray[np.intp], sign: Array) -> dict[int, Key]:
        found: dict[int, Key] = {}
        for number in self._live:
            node = self._written.graph.nodes[number]
            if node.op == "state":
                k = int(str(node.data))
                found[number] = int(sign[k]), self._form(("state", int(place[k])))
            else:
                found[number] = self._key(node, [found[a] for a in node.args])
        return found

    def _form(self, what: Hashable) -> int:
        return self.known.setdefault(what, len(self.known))

    def _key(self, node: Node, own: list[Key]) -> Key:
        if not node.args:
            return self._leaf(node)
        if node.op == "negative":
            return self._signed(-own[0][0], own[0][1])
        if node.op in ("add", "subtract"):
            return self._sum(own[0], own[1] if node.op == "add" else (-own[1][0], own[1][1]))
        if node.op == "multiply":
            return self._product(own)
        if node.op in ODD and own[0][1] == 0:
            return 1, 0
        if node.op in ODD or node.op in EVEN:
            return (own[0][0] if node.op in ODD else 1), self._form((node.op, own[0][1]))
        if node.op == "divide":
            return self._signed(own[0][0] * own[1][0], self._form(("divide", own[0][1], own[1][1])) if own[0][1] else 0)
        return 1, self._form((node.op, tuple(sorted(own) if node.op in COMMUTATIVE else own), node.data))

    def _signed(self, sign: int, form: int) -> Key:
        return (sign, form) if form else (1, 0)

    def _leaf(self, node: Node) -> Key:
        if node.op == "time":
            return 1, self._form("time")
        value, turned = self._written.value(node)
        return (1, 0) if value == 0 else (int(np.sign(value)), self._form(("number", abs(value), turned)))

    def _sum(self, *terms: Key) -> Key:
        count = Counter[int]()
        for sign, form in terms:
            for inner, times in self.sums.get(form, ((form, 1),)):
                count[inner] += sign * times
        kept = tuple(sorted((f, n) for f, n in count.items() if n and f))
        if not kept:
            return 1, 0
        sign = 1 if kept[0][1] > 0 else -1
        kept = tuple((f, sign * n) for f, n in kept)
        if len(kept) == 1 and kept[0][1] == 1:
            return sign, kept[0][0]
        form = self._form(("sum", kept))
        self.sums[form] = kept
        return sign, form

    def _product(self, own: Sequence[Key]) -> Key:
        sign = int(np.prod([s for s, _ in own]))
        factors = tuple(sorted(f for _, form in own for f in self.products.get(form, (form,))))
        if 0 in factors:
            return 1, 0
        form = self._form(("product", factors))
        self.products[form] = factors
        return sign, form
