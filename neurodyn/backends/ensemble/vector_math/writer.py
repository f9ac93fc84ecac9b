"""Writes LLVM instructions on vectors, one value a line.

No instruction carries a fast-math flag, and whatever is to be fused is written `fma`: a function is the same sequence
of IEEE operations on every lane, at every width and on every machine, and so has the same bits.
"""

from __future__ import annotations

import math
import struct

from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole


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

    def rarely(self, where: Flag, function: str, x: Real, usual: tuple[Real, Whole]) -> tuple[Real, Whole]:
        """What `function` makes of x where it must, and what is there already elsewhere.

        The function is called only where some lane needs it, and is given infinity on the others, whose results do not
        depend on that.
        """
        before, rare, after = self._block, f"rare{len(self.lines)}", f"after{len(self.lines)}"
        some = self.put(f"call i1 @llvm.vector.reduce.or.v{self.width}i1({self.flags} {where.name})")
        self.lines += [f"  br i1 {some}, label %{rare}, label %{after}", f"{rare}:"]
        pair = f"{{ {self.reals}, {self.wholes} }}"
        found = self.put(f"call {pair} @nd_{function}({self.reals} {where.choose(x, math.inf).name})")
        real = where.choose(self.real(f"extractvalue {pair} {found}, 0"), usual[0])
        whole = where.choose_whole(self.whole(f"extractvalue {pair} {found}, 1"), usual[1])
        self.lines += [f"  br label %{after}", f"{after}:"]
        self._block = after
        return (
            self.real(f"phi {self.reals} [ {usual[0].name}, %{before} ], [ {real.name}, %{rare} ]"),
            self.whole(f"phi {self.wholes} [ {usual[1].name}, %{before} ], [ {whole.name}, %{rare} ]"),
        )
