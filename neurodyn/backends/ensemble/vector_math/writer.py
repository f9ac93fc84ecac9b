"""Writes LLVM instructions on vectors, one value a line.

No instruction carries a fast-math flag, and whatever is to be fused is written `fma`: a function is the same sequence
of IEEE operations on every lane, at every width and on every machine, and so has the same bits.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole

Value = Real | Whole
Idle = tuple[Real, float]  # a value, and what stands for it on lanes that do not matter


class Writer:
    """The body of one function.

    Args:
        width: how many lanes a vector has.

    Attributes:
        reals, wholes, flags: the LLVM types.
        lines: what was written.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.reals, self.wholes, self.flags = (f"<{width} x {kind}>" for kind in ("double", "i64", "i1"))
        self.lines = ["entry:"]
        self._block = "entry"

    def put(self, text: str) -> str:
        """Write one instruction; its operand."""
        name = f"%v{len(self.lines)}"
        self.lines.append(f"  {name} = {text}")
        return name

    def real(self, text: str) -> Real:
        """An instruction that gives doubles."""
        return Real(self, self.put(text))

    def whole(self, text: str) -> Whole:
        """An instruction that gives integers."""
        return Whole(self, self.put(text))

    def flag(self, text: str) -> Flag:
        """An instruction that gives truth values."""
        return Flag(self, self.put(text))

    def number(self, value: Real | float) -> Real:
        """A value, or one number for all lanes."""
        if isinstance(value, Real):
            return value
        return Real(self, f"splat (double 0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X})")

    def integer(self, value: Whole | int) -> Whole:
        """The same of integers."""
        return value if isinstance(value, Whole) else Whole(self, f"splat (i64 {value})")

    def intrinsic(self, name: str, *values: Real | float) -> Real:
        """An LLVM intrinsic of doubles."""
        operands = ", ".join(f"{self.reals} {self.number(v).name}" for v in values)
        return self.real(f"call {self.reals} @llvm.{name}.v{self.width}f64({operands})")

    def gathered(self, table: str, places: Whole) -> Whole:
        """The words of a table at places, one by one."""
        found = "poison"
        for lane in range(self.width):
            place = self.put(f"extractelement {self.wholes} {places.name}, i64 {lane}")
            word = self.put(f"load i64, ptr {self.put(f'getelementptr inbounds i64, ptr {table}, i64 {place}')}")
            found = self.put(f"insertelement {self.wholes} {found}, i64 {word}, i64 {lane}")
        return Whole(self, found)

    def rarely(self, where: Flag, function: str, given: Sequence[Idle], usual: Sequence[Value]) -> list[Value]:
        """What a function of its own makes of `given` where it must, and what is there already elsewhere.

        The function is called only where some lane needs it, and is given idle values on the others, whose results do
        not depend on that.
        """
        before, rare, after = self._block, f"rare{len(self.lines)}", f"after{len(self.lines)}"
        self.lines += [f"  br i1 {self.some(where)}, label %{rare}, label %{after}", f"{rare}:"]
        kinds = "{ " + ", ".join(map(self.kind, usual)) + " }"
        handed = ", ".join(f"{self.reals} {where.choose(x, idle).name}" for x, idle in given)
        found = self.put(f"call {kinds} @nd_{function}({handed})")
        parts = [type(value)(self, self.put(f"extractvalue {kinds} {found}, {k}")) for k, value in enumerate(usual)]
        mixed = [self._either(where, part, value) for part, value in zip(parts, usual, strict=True)]
        self.lines += [f"  br label %{after}", f"{after}:"]
        self._block = after
        ways = [
            f"[ {value.name}, %{before} ], [ {new.name}, %{rare} ]" for value, new in zip(usual, mixed, strict=True)
        ]
        return [type(v)(self, self.put(f"phi {self.kind(v)} {way}")) for v, way in zip(usual, ways, strict=True)]

    def repeated(self, start: Real, step: Callable[[Real], tuple[Real, Flag]]) -> Real:
        """A value stepped on until no lane asks for more."""
        before, loop, after = self._block, f"loop{len(self.lines)}", f"after{len(self.lines)}"
        self.lines += [f"  br label %{loop}", f"{loop}:"]
        now = self.real("")
        place = len(self.lines) - 1
        then, asks = step(now)
        self.lines[place] += f"phi {self.reals} [ {start.name}, %{before} ], [ {then.name}, %{loop} ]"
        self.lines += [f"  br i1 {self.some(asks)}, label %{loop}, label %{after}", f"{after}:"]
        self._block = after
        return then

    def some(self, where: Flag) -> str:
        """Whether it holds on some lane."""
        return self.put(f"call i1 @llvm.vector.reduce.or.v{self.width}i1({self.flags} {where.name})")

    def kind(self, value: Value) -> str:
        """The LLVM type of a value."""
        return self.reals if isinstance(value, Real) else self.wholes

    @staticmethod
    def _either(where: Flag, yes: Value, no: Value) -> Value:
        if isinstance(yes, Real) and isinstance(no, Real):
            return where.choose(yes, no)
        assert isinstance(yes, Whole) and isinstance(no, Whole)
        return where.choose_whole(yes, no)
