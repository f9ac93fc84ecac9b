"""Vectors of doubles, of integers and of truth values, as they stand in LLVM text: operators write instructions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.vector_math.writer import Writer

MAGIC = 1.5 * 2.0**52  # added to a number below 2**51 in size, it leaves the nearest integer in the low bits
SIGN = 1 << 63
EXPONENT_BIAS, FRACTION_BITS = 1023, 52


@dataclass(frozen=True)
class Real:
    """A vector of doubles: `name` is its LLVM operand."""

    w: Writer
    name: str

    def _two(self, op: str, other: Real | float) -> Real:
        return self.w.real(f"{op} {self.w.reals} {self.name}, {self.w.number(other).name}")

    def __add__(self, other: Real | float) -> Real:
        return self._two("fadd", other)

    def __sub__(self, other: Real | float) -> Real:
        return self._two("fsub", other)

    def __mul__(self, other: Real | float) -> Real:
        return self._two("fmul", other)

    def __truediv__(self, other: Real | float) -> Real:
        return self._two("fdiv", other)

    def __radd__(self, other: float) -> Real:
        return self + other

    def __rsub__(self, other: float) -> Real:
        return self.w.number(other) - self

    def __rmul__(self, other: float) -> Real:
        return self * other

    def __rtruediv__(self, other: float) -> Real:
        return self.w.number(other) / self

    def __neg__(self) -> Real:
        return self.w.real(f"fneg {self.w.reals} {self.name}")

    def _compare(self, op: str, other: Real | float) -> Flag:
        return self.w.flag(f"fcmp {op} {self.w.reals} {self.name}, {self.w.number(other).name}")

    def __lt__(self, other: Real | float) -> Flag:
        return self._compare("olt", other)

    def __le__(self, other: Real | float) -> Flag:
        return self._compare("ole", other)

    def __gt__(self, other: Real | float) -> Flag:
        return self._compare("ogt", other)

    def __ge__(self, other: Real | float) -> Flag:
        return self._compare("oge", other)

    def equals(self, other: Real | float) -> Flag:
        """Where both are numbers and equal."""
        return self._compare("oeq", other)

    def differs(self, other: Real | float) -> Flag:
        """Where they are not equal, or one is no number."""
        return self._compare("une", other)

    def fma(self, factor: Real | float, addend: Real | float) -> Real:
        """self*factor + addend, rounded once."""
        return self.w.intrinsic("fma", self, factor, addend)

    def led(self, coefficients: Sequence[float]) -> Real:
        """The same sum, where the first term is by far the largest: it is added last, and rounded once."""
        return self.polynomial(coefficients[1:]).fma(self, coefficients[0])

    def root(self) -> Real:
        """The square root, correctly rounded."""
        return self.w.intrinsic("sqrt", self)

    def whole_part(self) -> Real:
        """The largest whole number not above."""
        return self.w.intrinsic("floor", self)

    def size(self) -> Real:
        """|self|."""
        return self.w.intrinsic("fabs", self)

    def with_sign_of(self, other: Real) -> Real:
        """The size of this one and the sign of the other."""
        return self.w.intrinsic("copysign", self, other)

    def at_most(self, limit: float) -> Real:
        """The smaller of the two; no number stays no number."""
        bound = self.w.number(limit)
        return (bound < self).choose(bound, self)

    def at_least(self, limit: float) -> Real:
        """The larger of the two; no number stays no number."""
        bound = self.w.number(limit)
        return (bound > self).choose(bound, self)

    def polynomial(self, coefficients: Sequence[float]) -> Real:
        """The sum of coefficients[i]*self**i, paired (after Estrin) so that the chain is short."""
        terms: list[Real | float] = list(coefficients)
        power = self
        while True:
            pairs = [power.fma(b, a) for a, b in zip(terms[::2], terms[1::2], strict=False)]
            terms = [*pairs, *terms[len(pairs) * 2 :]]
            if len(terms) == 1:
                return pairs[0]
            power = power * power

    def is_negative(self) -> Flag:
        """Where the sign is set, that of -0.0 as well."""
        return self.bits().below_zero()

    def bits(self) -> Whole:
        """The same 64 bits."""
        return self.w.whole(f"bitcast {self.w.reals} {self.name} to {self.w.wholes}")


@dataclass(frozen=True)
class Whole:
    """A vector of 64-bit integers."""

    w: Writer
    name: str

    def _two(self, op: str, other: Whole | int) -> Whole:
        return self.w.whole(f"{op} {self.w.wholes} {self.name}, {self.w.integer(other).name}")

    def __add__(self, other: Whole | int) -> Whole:
        return self._two("add", other)

    def __sub__(self, other: Whole | int) -> Whole:
        return self._two("sub", other)

    def __rsub__(self, other: int) -> Whole:
        return self.w.integer(other) - self

    def __and__(self, other: Whole | int) -> Whole:
        return self._two("and", other)

    def __or__(self, other: Whole | int) -> Whole:
        return self._two("or", other)

    def __xor__(self, other: Whole | int) -> Whole:
        return self._two("xor", other)

    def __invert__(self) -> Whole:
        return self ^ -1

    def __mul__(self, other: Whole) -> Whole:
        return self._two("mul", other)

    def __lshift__(self, places: Whole | int) -> Whole:
        return self._two("shl", places)

    def __rshift__(self, places: Whole | int) -> Whole:
        """Zeros come in from the left."""
        return self._two("lshr", places)

    def equals(self, other: Whole | int) -> Flag:
        """Where they are equal."""
        return self.w.flag(f"icmp eq {self.w.wholes} {self.name}, {self.w.integer(other).name}")

    def real(self) -> Real:
        """The double with these bits."""
        return self.w.real(f"bitcast {self.w.wholes} {self.name} to {self.w.reals}")

    def below(self, other: Whole) -> Flag:
        """Where it is less, as numbers from 0 to 2**64."""
        return self.w.flag(f"icmp ult {self.w.wholes} {self.name}, {other.name}")

    def below_zero(self) -> Flag:
        """Where it is negative, as numbers from -2**63 to 2**63."""
        return self.w.flag(f"icmp slt {self.w.wholes} {self.name}, zeroinitializer")

    def converted(self) -> Real:
        """The number, from 0 to 2**64, as a double."""
        return self.w.real(f"uitofp {self.w.wholes} {self.name} to {self.w.reals}")

    def leading_zeros(self) -> Whole:
        """How many bits before the first 1."""
        call = f"@llvm.ctlz.v{self.w.width}i64"
        return self.w.whole(f"call {self.w.wholes} {call}({self.w.wholes} {self.name}, i1 false)")

    def funnel(self, low: Whole, places: Whole | int) -> Whole:
        """The upper half of self and `low`, one behind the other, shifted left."""
        operands = ", ".join(f"{self.w.wholes} {v.name}" for v in (self, low, self.w.integer(places)))
        return self.w.whole(f"call {self.w.wholes} @llvm.fshl.v{self.w.width}i64({operands})")

    def high_product(self, other: Whole) -> Whole:
        """The upper 64 of the 128 bits of a product."""
        wide = f"<{self.w.width} x i128>"
        a, b = (self.w.put(f"zext {self.w.wholes} {v.name} to {wide}") for v in (self, other))
        product = self.w.put(f"mul {wide} {a}, {b}")
        upper = self.w.put(f"lshr {wide} {product}, splat (i128 64)")
        return self.w.whole(f"trunc {wide} {upper} to {self.w.wholes}")

    def power_of_two(self) -> Real:
        """2**n, of an n from -1022 to 1023 that is given by its low bits alone."""
        return ((self + EXPONENT_BIAS) << FRACTION_BITS).real()


@dataclass(frozen=True)
class Flag:
    """A vector of truth values."""

    w: Writer
    name: str

    def choose(self, yes: Real | float, no: Real | float) -> Real:
        """`yes` where it holds, else `no`."""
        a, b = self.w.number(yes).name, self.w.number(no).name
        return self.w.real(f"select {self.w.flags} {self.name}, {self.w.reals} {a}, {self.w.reals} {b}")

    def choose_whole(self, yes: Whole | int, no: Whole | int) -> Whole:
        """The same of integers."""
        a, b = self.w.integer(yes).name, self.w.integer(no).name
        return self.w.whole(f"select {self.w.flags} {self.name}, {self.w.wholes} {a}, {self.w.wholes} {b}")

    def whole(self) -> Whole:
        """1 where it holds, else 0."""
        return self.w.whole(f"zext {self.w.flags} {self.name} to {self.w.wholes}")

    def __and__(self, other: Flag) -> Flag:
        return self.w.flag(f"and {self.w.flags} {self.name}, {other.name}")

    def __or__(self, other: Flag) -> Flag:
        return self.w.flag(f"or {self.w.flags} {self.name}, {other.name}")

    def __xor__(self, other: Flag) -> Flag:
        return self.w.flag(f"xor {self.w.flags} {self.name}, {other.name}")

    def __invert__(self) -> Flag:
        return self.w.flag(f"xor {self.w.flags} {self.name}, splat (i1 true)")
