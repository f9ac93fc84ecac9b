"""LLVM text of functions that branch, and read and write memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole
from neurodyn.backends.ensemble.vector_math.writer import Writer

Place = int | str  # a number that is known, or one that a loop counts
# Up to so many elements are written out one by one.
WRITTEN_OUT = 16


class Body(Writer):
    """The body of one function.

    Places in memory are pointers to vectors, one after the other (`slot`), or to numbers, of which each lane has its
    own (`gather`, `scatter`).
    """

    def block(self, label: str) -> None:
        """Begin a block."""
        self._block = f"at.{label}"
        self.lines.append(f"{self._block}:")

    def jump(self, label: str) -> None:
        """Go on at a block."""
        self.lines.append(f"  br label %at.{label}")

    def fork(self, condition: str, yes: str, no: str) -> None:
        """Go on at one block or another, by a truth value of all lanes together."""
        self.lines.append(f"  br i1 {condition}, label %at.{yes}, label %at.{no}")

    def act(self, text: str) -> None:
        """An instruction without a value."""
        self.lines.append(f"  {text}")

    def each(self, count: int, action: Callable[[Place], None]) -> None:
        """Do something for each number below a count."""

        def without_sums(place: Place, _: Sequence[Real]) -> Sequence[Real]:
            action(place)
            return ()

        self.added(count, (), without_sums)

    def added(
        self, count: int, sums: Sequence[Real], action: Callable[[Place, Sequence[Real]], Sequence[Real]]
    ) -> Sequence[Real]:
        """Carry sums through all numbers below a count; many of them in a loop."""
        if count <= WRITTEN_OUT:
            for place in range(count):
                sums = action(place, sums)
            return sums
        before, label = self._block, f"loop{len(self.lines)}"
        self.jump(label)
        self.block(label)
        first = len(self.lines)
        self.lines += [""] * (1 + len(sums))
        counter, *carried = (f"%v{first + k}" for k in range(1 + len(sums)))
        found = action(counter, [Real(self, name) for name in carried])
        following = self.put(f"add nuw i64 {counter}, 1")
        pairs = [("i64", counter, "0", following)]
        pairs += [(self.reals, *x) for x in zip(carried, (s.name for s in sums), (f.name for f in found), strict=True)]
        for k, (kind, name, begin, again) in enumerate(pairs):
            self.lines[first + k] = f"  {name} = phi {kind} [ {begin}, %{before} ], [ {again}, %{self._block} ]"
        self.fork(self.put(f"icmp ult i64 {following}, {count}"), label, f"{label}.end")
        self.block(f"{label}.end")
        return found

    def room(self, name: str, kind: str, count: int = 1) -> str:
        """Room for values on the stack."""
        align = ", align 64" if kind == self.reals else ""
        self.lines.append(f"  %{name} = alloca {kind if count == 1 else f'[{count} x {kind}]'}{align}")
        return f"%{name}"

    def slot(self, base: str, place: Place) -> str:
        """Where the vector at a place is."""
        return self.put(f"getelementptr inbounds {self.reals}, ptr {base}, i64 {place}") if place else base

    def further(self, place: Place, more: int) -> Place:
        """A place so many further on."""
        if isinstance(place, int):
            return place + more
        return self.put(f"add i64 {place}, {more}") if more else place

    def load(self, base: str, place: Place = 0) -> Real:
        """A vector in memory."""
        return self.real(f"load {self.reals}, ptr {self.slot(base, place)}, align {self.align}")

    def store(self, value: Real | float, base: str, place: Place = 0) -> None:
        """Write a vector."""
        where = self.slot(base, place)
        self.act(f"store {self.reals} {self.number(value).name}, ptr {where}, align {self.align}")

    @property
    def align(self) -> int:
        """What vectors in memory are aligned to."""
        return min(64, 8 * self.width)

    def load_whole(self, base: str) -> Whole:
        return self.whole(f"load {self.wholes}, ptr {base}")

    def store_whole(self, value: Whole | int, base: str) -> None:
        self.act(f"store {self.wholes} {self.integer(value).name}, ptr {base}")

    def load_flag(self, base: str) -> Flag:
        return self.flag(f"load {self.flags}, ptr {base}")

    def store_flag(self, value: Flag, base: str) -> None:
        self.act(f"store {self.flags} {value.name}, ptr {base}")

    def spread(self, number: str, kind: str = "double") -> str:
        """One number in every lane."""
        vector = f"<{self.width} x {kind}>"
        one = self.put(f"insertelement {vector} poison, {kind} {number}, i64 0")
        return self.put(f"shufflevector {vector} {one}, {vector} poison, <{self.width} x i32> zeroinitializer")

    def read(self, base: str, place: Place, after: int = 0) -> Real:
        """The number at a place, so many after it, in every lane."""
        where = self.put(f"getelementptr inbounds double, ptr {base}, i64 {self.further(place, after)}")
        return Real(self, self.spread(self.put(f"load double, ptr {where}, align 8")))

    def given(self, number: str) -> Real:
        """A number that is given to the function, in every lane."""
        return Real(self, self.spread(number))

    def given_whole(self, number: str) -> Whole:
        return Whole(self, self.spread(number, "i64"))

    def beyond(self, places: Whole, more: Place) -> Whole:
        """Places further on."""
        return places + (more if isinstance(more, int) else self.given_whole(more))

    def times(self, whole: Whole, factor: int) -> Whole:
        return self.whole(f"mul {self.wholes} {whole.name}, {self.integer(factor).name}")

    def gather(self, base: str, places: Whole, where: Flag, other: Real | float = 0.0) -> Real:
        """The number at each lane's own place, `other` where it is not wanted."""
        n = self.width
        pointers = self.put(f"getelementptr double, ptr {base}, {self.wholes} {places.name}")
        operands = f"<{n} x ptr> {pointers}, i32 8, {self.flags} {where.name}, {self.reals} {self.number(other).name}"
        return self.real(f"call {self.reals} @llvm.masked.gather.v{n}f64.v{n}p0({operands})")

    def scatter(self, value: Real | Whole, base: str, places: Whole, where: Flag) -> None:
        """Write each lane's number at its own place, where it is wanted."""
        n = self.width
        kind, vector = ("f64", self.reals) if isinstance(value, Real) else ("i64", self.wholes)
        element = "double" if isinstance(value, Real) else "i64"
        pointers = self.put(f"getelementptr {element}, ptr {base}, {self.wholes} {places.name}")
        operands = f"{vector} {value.name}, <{n} x ptr> {pointers}, i32 8, {self.flags} {where.name}"
        self.act(f"call void @llvm.masked.scatter.v{n}{kind}.v{n}p0({operands})")

    def any(self, flag: Flag) -> str:
        """Whether it holds in any lane."""
        return self.put(f"icmp ne i{self.width} {self.mask(flag)}, 0")

    def mask(self, flag: Flag) -> str:
        """Each lane as one bit of a number."""
        return self.put(f"bitcast {self.flags} {flag.name} to i{self.width}")

    def none(self) -> Flag:
        """What holds in no lane."""
        return Flag(self, "zeroinitializer")

    def is_whole(self, op: str, a: Whole, b: Whole | int) -> Flag:
        """A comparison of integers."""
        return self.flag(f"icmp {op} {self.wholes} {a.name}, {self.integer(b).name}")


def function(head: str, body: Writer, attributes: str = "") -> str:
    """The text of a function."""
    return "\n".join([f"define {head} {attributes}{{", *body.lines, "}", ""])
