"""One function of compiled code: it is given the table of arrays and the number of the step."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from neurodyn.backends.ensemble.body import Body
from neurodyn.backends.ensemble.spiking.memory import Memory
from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole

ARGUMENTS = "ptr noalias readonly %table, i64 %step"


class Function(Body):
    """The text of a function; what it finds in the table is loaded as it begins.

    Attributes:
        called: the elementary functions that it calls.
    """

    def __init__(self, name: str, memory: Memory) -> None:
        super().__init__(memory.width)
        self.name, self.memory = name, memory
        self.called: set[str] = set()
        self._head: list[str] = []
        self._found: dict[Hashable, str] = {}

    def text(self) -> str:
        """Its definition."""
        (entry, *rest) = self.lines
        lines = [entry, *self._head, *rest]
        return "\n".join([f"define {self.head} nounwind {{", *lines, "  ret void", "}", ""])

    @property
    def head(self) -> str:
        """How it is called."""
        return f"internal void @{self.name}({ARGUMENTS})"

    def room(self, name: str, kind: str, count: int = 1) -> str:
        """Room for a value on the stack."""
        self._head.append(f"  %{name} = alloca {kind}")
        return f"%{name}"

    def pointer(self, key: Hashable) -> str:
        """Where an array begins."""
        if key not in self._found:
            slot = self.memory.slot(key)
            place = self._early(f"getelementptr ptr, ptr %table, i64 {slot}")
            self._found[key] = self._early(f"load ptr, ptr {place}")
        return self._found[key]

    def first(self, key: Hashable, kind: str = "double") -> str:
        """The first number of an array that stands still while the function runs."""
        again = ("first", key)
        if again not in self._found:
            self._found[again] = self._early(f"load {kind}, ptr {self.pointer(key)}")
        return self._found[again]

    def everywhere(self, key: Hashable) -> Real:
        """The first number of an array, in every lane."""
        again = ("everywhere", key)
        if again not in self._found:
            one = self._early(f"insertelement {self.reals} poison, double {self.first(key)}, i64 0")
            lanes = f"<{self.width} x i32> zeroinitializer"
            self._found[again] = self._early(f"shufflevector {self.reals} {one}, {self.reals} poison, {lanes}")
        return Real(self, self._found[again])

    def _early(self, text: str) -> str:
        name = f"%h{len(self._head)}"
        self._head.append(f"  {name} = {text}")
        return name

    def at(self, key: Hashable, place: str, kind: str) -> str:
        """Where a number of an array stands."""
        return self.put(f"getelementptr inbounds {kind}, ptr {self.pointer(key)}, i64 {place}")

    def get(self, key: Hashable, place: str, kind: str) -> str:
        """One number of an array."""
        return self.put(f"load {kind}, ptr {self.at(key, place, kind)}")

    def set(self, key: Hashable, place: str, kind: str, value: str) -> None:
        """Write one number of an array."""
        self.act(f"store {kind} {value}, ptr {self.at(key, place, kind)}")

    def counting(self, label: str, count: str, by: int, action: Callable[[str], None], begin: str = "0") -> None:
        """Do something at `begin`, `begin + by`, ... below a count."""
        counter = self.room(f"count.{label}", "i64")
        self.act(f"store i64 {begin}, ptr {counter}")
        self.jump(f"{label}.next")
        self.block(f"{label}.next")
        now = self.put(f"load i64, ptr {counter}")
        self.fork(self.put(f"icmp slt i64 {now}, {count}"), f"{label}.do", f"{label}.end")
        self.block(f"{label}.do")
        action(now)
        self.act(f"store i64 {self.put(f'add i64 {now}, {by}')}, ptr {counter}")
        self.jump(f"{label}.next")
        self.block(f"{label}.end")

    def where(self, label: str, condition: str, action: Callable[[], None]) -> None:
        """Do something if a condition holds."""
        self.fork(condition, f"{label}.yes", f"{label}.on")
        self.block(f"{label}.yes")
        action()
        self.jump(f"{label}.on")
        self.block(f"{label}.on")

    def numbers(self, first: str) -> Whole:
        """The numbers of the lanes, counted from one on."""
        lanes = ", ".join(f"i64 {k}" for k in range(self.width))
        return self.given_whole(first) + Whole(self, f"<{lanes}>")

    def below(self, first: str, count: str) -> Flag:
        """The lanes whose number is below a count."""
        return self.is_whole("slt", self.numbers(first), self.given_whole(count))

    def run_of(self, key: Hashable, place: str, kind: str) -> str:
        """Numbers from a place on, one in each lane; places are multiples of the width."""
        vector, align = f"<{self.width} x {kind}>", min(64, self.width * {"double": 8, "i32": 4, "i8": 1}[kind])
        return self.put(f"load {vector}, ptr {self.at(key, place, kind)}, align {align}")

    def picked(self, key: Hashable, places: Whole, where: Flag, kind: str) -> str:
        """Numbers at places, one in each lane."""
        n, short = self.width, {"double": "f64", "i32": "i32", "i8": "i8"}[kind]
        size = {"double": 8, "i32": 4, "i8": 1}[kind]
        pointers = self.put(f"getelementptr {kind}, ptr {self.pointer(key)}, {self.wholes} {places.name}")
        operands = f"<{n} x ptr> {pointers}, i32 {size}, {self.flags} {where.name}, <{n} x {kind}> zeroinitializer"
        return self.put(f"call <{n} x {kind}> @llvm.masked.gather.v{n}{short}.v{n}p0({operands})")

    def placed(self, key: Hashable, places: Whole, where: Flag, kind: str, values: str) -> None:
        """Write numbers at places, which differ from one another."""
        n, short = self.width, {"double": "f64", "i32": "i32", "i8": "i8"}[kind]
        size = {"double": 8, "i32": 4, "i8": 1}[kind]
        pointers = self.put(f"getelementptr {kind}, ptr {self.pointer(key)}, {self.wholes} {places.name}")
        operands = f"<{n} x {kind}> {values}, <{n} x ptr> {pointers}, i32 {size}, {self.flags} {where.name}"
        self.act(f"call void @llvm.masked.scatter.v{n}{short}.v{n}p0({operands})")

    def widened(self, numbers: str) -> Whole:
        """Numbers of 32 bits as those of 64."""
        return self.whole(f"sext <{self.width} x i32> {numbers} to {self.wholes}")
