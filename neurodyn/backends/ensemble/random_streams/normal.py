"""Normal numbers by strips under the density, as NumPy draws them.

A word gives a strip (8 bits), a sign and a place across the strip (52 bits). Nearly always the place is within the part
of the strip that lies under the density, and is the number. Else a second word decides by the density itself, or in
strip 0 two words draw from the tail, as often as it takes. `exp` and `log1p` are those of the C library there, as in
NumPy: a number from the tail depends on the last bit.
"""

from __future__ import annotations

import struct

from neurodyn.backends.ensemble.random_streams import uniform
from neurodyn.backends.ensemble.random_streams.strips import EDGES, FRACTION, INVERSE_LAST, LAST, heights, inside

# The next number of a stream.
ONE = """declare double @exp(double)
declare double @log1p(double)

define internal double @nd_normal(ptr %stream) alwaysinline nounwind {
entry:
  br label %draw
draw:
  %word = call i64 @nd_next_word(ptr %stream)
  %strip = and i64 %word, 255
  %sign = shl i64 %word, 55
  %top = and i64 %sign, -9223372036854775808 ; the first bit
  %shifted = lshr i64 %word, 9
  %place = and i64 %shifted, 4503599627370495 ; 2**52 - 1
  %at_unit = getelementptr inbounds double, ptr @nd_strip_units, i64 %strip
  %unit = load double, ptr %at_unit, align 8
  %across = sitofp i64 %place to double
  %size = fmul double %across, %unit
  %bits = bitcast double %size to i64
  %signed = xor i64 %bits, %top
  %number = bitcast i64 %signed to double
  %at_inside = getelementptr inbounds i64, ptr @nd_strip_inside, i64 %strip
  %inside = load i64, ptr %at_inside, align 8
  %under = icmp ult i64 %place, %inside
  br i1 %under, label %end, label %outside, !prof !{!"branch_weights", i32 99, i32 1}
outside:
  %lowest = icmp eq i64 %strip, 0
  br i1 %lowest, label %tail, label %wedge
wedge:
  %taken = call i1 @nd_wedge(ptr %stream, i64 %strip, double %number)
  br i1 %taken, label %end, label %draw
tail:
  %far = call double @nd_tail(ptr %stream, i64 %place)
  br label %end
end:
  %found = phi double [ %number, %draw ], [ %number, %wedge ], [ %far, %tail ]
  ret double %found
}
"""

# Whether a number beyond what lies inside a strip is taken.
WEDGE = """define internal i1 @nd_wedge(ptr %stream, i64 %strip, double %x) noinline nounwind {
  %above = sub i64 %strip, 1
  %at_height = getelementptr inbounds double, ptr @nd_strip_heights, i64 %strip
  %at_above = getelementptr inbounds double, ptr @nd_strip_heights, i64 %above
  %height = load double, ptr %at_height, align 8
  %higher = load double, ptr %at_above, align 8
  %share = call double @nd_uniform(ptr %stream)
  %rise = fsub double %higher, %height
  %part = fmul double %rise, %share
  %drawn = fadd double %part, %height
  %half = fmul double -5.0e-01, %x
  %exponent = fmul double %half, %x
  %density = call double @exp(double %exponent)
  %taken = fcmp olt double %drawn, %density
  ret i1 %taken
}
"""


def _double(value: float) -> str:
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def _table(name: str, kind: str, values: list[str]) -> str:
    body = ", ".join(f"{kind} {value}" for value in values)
    return f"@nd_strip_{name} = private unnamed_addr constant [{len(values)} x {kind}] [{body}]"


def tables() -> str:
    """Of each strip: its width over 2**52, what lies inside, and the density at its edge."""
    return "\n".join(
        [
            _table("units", "double", [_double(edge / FRACTION) for edge in EDGES]),
            _table("inside", "i64", [str(part) for part in inside()]),
            _table("heights", "double", [_double(height) for height in heights()]),
        ]
    )


def fill() -> str:
    """`@nd_fill_normal` and what it calls."""
    return "\n".join([tables(), ONE, WEDGE, _tail(), uniform.loop("normal")])


def _tail() -> str:
    return f"""define internal double @nd_tail(ptr %stream, i64 %place) noinline nounwind {{
entry:
  br label %draw
draw:
  %u = call double @nd_uniform(ptr %stream)
  %v = call double @nd_uniform(ptr %stream)
  %minus_u = fneg double %u
  %minus_v = fneg double %v
  %log_u = call double @log1p(double %minus_u)
  %log_v = call double @log1p(double %minus_v)
  %beyond = fmul double %log_u, {_double(-INVERSE_LAST)}
  %y = fneg double %log_v
  %twice = fadd double %y, %y
  %square = fmul double %beyond, %beyond
  %taken = fcmp ogt double %twice, %square
  br i1 %taken, label %end, label %draw
end:
  %size = fadd double %beyond, {_double(LAST)}
  %negative = fneg double %size
  %bit = and i64 %place, 256
  %left = icmp ne i64 %bit, 0
  %found = select i1 %left, double %negative, double %size
  ret double %found
}}
"""
