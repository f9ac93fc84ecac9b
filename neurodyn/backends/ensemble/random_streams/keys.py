"""The key of a stream from its text, as `neurodyn.system.noise` makes it: the first half of its SHA-256.

A run needs one key for each trial, name and block of steps, so compiled code makes them where it needs them. The text
comes in three parts, each as its length, 8 bytes, and its letters behind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

CHUNK = 64  # bytes that are mixed together
MARKS = 9  # at least so many bytes stand behind the text
ROUNDS = 64


def _primes(count: int) -> list[int]:
    found = list[int]()
    k = 2
    while len(found) < count:
        if all(k % p for p in found):
            found.append(k)
        k += 1
    return found


def _root_bits(prime: int, degree: int) -> int:
    """The first 32 bits behind the point of a root, exactly."""
    scaled = prime << (32 * degree)
    if degree == 2:
        return math.isqrt(scaled) & 0xFFFFFFFF
    found = int(scaled ** (1 / 3))
    while found**3 > scaled:
        found -= 1
    while (found + 1) ** 3 <= scaled:
        found += 1
    return found & 0xFFFFFFFF


def room(length: int) -> int:
    """How many bytes a text of this length takes with its marks."""
    return -(-(length + MARKS) // CHUNK) * CHUNK


CHUNK_TEXT = """define internal void @nd_sha_chunk(ptr %state, ptr %bytes) noinline nounwind {
entry:
  %words = alloca [64 x i32], align 64
  br label %read
read:
  %t = phi i64 [ 0, %entry ], [ %t1, %read ]
  %from = getelementptr i32, ptr %bytes, i64 %t
  %raw = load i32, ptr %from, align 1
  %turned = call i32 @llvm.bswap.i32(i32 %raw)
  %to = getelementptr i32, ptr %words, i64 %t
  store i32 %turned, ptr %to, align 4
  %t1 = add i64 %t, 1
  %unread = icmp ult i64 %t1, 16
  br i1 %unread, label %read, label %more
more:
  %u = phi i64 [ 16, %read ], [ %u1, %more ]
  EARLIER WORDS
  MIXED early %w15 7 18 >>3
  MIXED late %w2 17 19 >>10
  %m1 = add i32 %w16, %early
  %m2 = add i32 %m1, %w7
  %m3 = add i32 %m2, %late
  %mp = getelementptr i32, ptr %words, i64 %u
  store i32 %m3, ptr %mp, align 4
  %u1 = add i64 %u, 1
  %unmixed = icmp ult i64 %u1, 64
  br i1 %unmixed, label %more, label %begin
begin:
  STATE
  br label %round
round:
  %k = phi i64 [ 0, %begin ], [ %k1, %round ]
  CARRIED
  MIXED one %e 6 11 25
  %other = xor i32 %f, %g
  %picked = and i32 %e, %other
  %choice = xor i32 %g, %picked
  %wp = getelementptr i32, ptr %words, i64 %k
  %w = load i32, ptr %wp, align 4
  %cp = getelementptr i32, ptr @nd_sha_roots, i64 %k
  %c.k = load i32, ptr %cp, align 4
  %s1 = add i32 %h, %one
  %s2 = add i32 %s1, %choice
  %s3 = add i32 %w, %c.k
  %s4 = add i32 %s2, %s3
  MIXED zero %a 2 13 22
  %both = and i32 %a, %b
  %either = or i32 %a, %b
  %third = and i32 %c, %either
  %most = or i32 %both, %third
  %grown = add i32 %d, %s4
  %s5 = add i32 %zero, %most
  %new = add i32 %s4, %s5
  %k1 = add i64 %k, 1
  %left = icmp ult i64 %k1, 64
  br i1 %left, label %round, label %end
end:
  ADDED
  ret void
}
"""
KEY_TEXT = """define internal void @nd_stream_key(ARGUMENTS) noinline nounwind {
entry:
  %state = alloca [8 x i32], align 32
  call void @llvm.memset.p0.i64(ptr %room, i8 0, i64 %size, i1 false)
  JOINED
  %mark = getelementptr i8, ptr %room, i64 %c.end
  store i8 -128, ptr %mark, align 1
  %bits = shl i64 %c.end, 3
  %turned = call i64 @llvm.bswap.i64(i64 %bits)
  %marked = add i64 %c.end, 72 ; MARKS + CHUNK - 1
  %whole = and i64 %marked, -64
  %last = sub i64 %whole, 8
  %length = getelementptr i8, ptr %room, i64 %last
  store i64 %turned, ptr %length, align 1
  BEGIN
  br label %chunk
chunk:
  %done = phi i64 [ 0, %entry ], [ %next, %chunk ]
  %bytes = getelementptr i8, ptr %room, i64 %done
  call void @nd_sha_chunk(ptr %state, ptr %bytes)
  %next = add i64 %done, 64
  %more = icmp ult i64 %next, %whole
  br i1 %more, label %chunk, label %end
end:
  HALF
  ret void
}
"""
# What the eight words of the state become in a round.
FOLLOWING = {"a": "%new", "b": "%a", "c": "%b", "d": "%c", "e": "%grown", "f": "%e", "g": "%f", "h": "%g"}


def _mixed(order: re.Match[str]) -> str:
    """Rotations of a word, or a shift of it, joined by exclusive or."""
    name, word, *places = order[1].split()
    lines = []
    for k, place in enumerate(places):
        rotated = f"call i32 @llvm.fshr.i32(i32 {word}, i32 {word}, i32 {place})"
        made = f"lshr i32 {word}, {place[2:]}" if place.startswith(">>") else rotated
        lines.append(f"%{name}.{k} = {made}")
    lines += [f"%{name}.x = xor i32 %{name}.0, %{name}.1", f"%{name} = xor i32 %{name}.x, %{name}.2"]
    return "\n  ".join(lines)


def _each(items: Iterable[object], *lines: str) -> str:
    """Lines for each of some items, for which @@ stands."""
    return "\n  ".join(line.replace("@@", str(item)) for item in items for line in lines)


def _chunk() -> str:
    """`@nd_sha_chunk`: mixes 64 bytes into the state of 8 words."""
    places = {name: k for k, name in enumerate(FOLLOWING)}
    parts = {
        "EARLIER WORDS": _each(
            (2, 7, 15, 16),
            "%u@@ = sub i64 %u, @@",
            "%p@@ = getelementptr i32, ptr %words, i64 %u@@",
            "%w@@ = load i32, ptr %p@@, align 4",
        ),
        "STATE": "\n  ".join(
            f"%at.{x} = getelementptr i32, ptr %state, i64 {k}\n  %{x}0 = load i32, ptr %at.{x}, align 4"
            for x, k in places.items()
        ),
        "CARRIED": "\n  ".join(f"%{x} = phi i32 [ %{x}0, %begin ], [ {y}, %round ]" for x, y in FOLLOWING.items()),
        "ADDED": "\n  ".join(
            f"%{x}9 = add i32 %{x}0, {y}\n  store i32 %{x}9, ptr %at.{x}, align 4" for x, y in FOLLOWING.items()
        ),
    }
    text = re.sub(r"MIXED (.+)", _mixed, CHUNK_TEXT)
    for word, part in parts.items():
        text = text.replace(f"  {word}\n", f"  {part}\n")
    return text


def _key() -> str:
    """`@nd_stream_key`: the key of three texts, one behind the other, as two words.

    `room` has so many bytes as `room()` says of the whole text at least.
    """
    arguments = [*(f"ptr %{name}" for name in (*"abc", "room")), "i64 %size", "ptr %out"]
    joined, place = [], "0"
    for part in "abc":
        joined += [
            f"%{part}.size = load i64, ptr %{part}, align 8",
            f"%{part}.from = getelementptr i8, ptr %{part}, i64 8",
            f"%{part}.to = getelementptr i8, ptr %room, i64 {place}",
            f"call void @llvm.memcpy.p0.p0.i64(ptr %{part}.to, ptr %{part}.from, i64 %{part}.size, i1 false)",
            f"%{part}.end = add i64 {place}, %{part}.size",
        ]
        place = f"%{part}.end"
    begin = "\n  ".join(
        f"%s{k} = getelementptr i32, ptr %state, i64 {k}\n  store i32 {_root_bits(p, 2)}, ptr %s{k}, align 4"
        for k, p in enumerate(_primes(8))
    )
    half = _each(
        range(4),
        "%f@@ = load i32, ptr %s@@, align 4",
        "%g@@ = call i32 @llvm.bswap.i32(i32 %f@@)",
        "%o@@ = getelementptr i32, ptr %out, i64 @@",
        "store i32 %g@@, ptr %o@@, align 4",
    )
    text = KEY_TEXT.replace("ARGUMENTS", ", ".join(arguments)).replace("JOINED", "\n  ".join(joined))
    return text.replace("BEGIN", begin).replace("HALF", half)


def keys() -> str:
    """`@nd_stream_key` and what it calls."""
    roots = ", ".join(f"i32 {_root_bits(p, 3)}" for p in _primes(ROUNDS))
    table = f"@nd_sha_roots = private unnamed_addr constant [{ROUNDS} x i32] [{roots}]"
    return "\n".join([table, _chunk(), _key()])


def draw(kind: str, width: int) -> str:
    """`@nd_draw_KIND`: numbers of the streams of several trials, side by side.

    Args:
        width: one of so many numbers that stand side by side belongs to a trial.
    """
    pointers = ", ".join(f"ptr %{name}" for name in ("out", "beginning", "middle", "ending", "room"))
    wholes = ", ".join(f"i64 %{name}" for name in ("step", "size", "trials", "count"))
    return f"""define internal void @nd_draw_{kind}({pointers}, {wholes}) noinline nounwind {{
entry:
  %key = alloca [2 x i64], align 16
  %second = getelementptr i64, ptr %key, i64 1
  br label %body
body:
  %trial = phi i64 [ 0, %entry ], [ %next, %body ]
  %place = mul i64 %trial, %step
  %own = getelementptr i8, ptr %middle, i64 %place
  call void @nd_stream_key(ptr %beginning, ptr %own, ptr %ending, ptr %room, i64 %size, ptr %key)
  %low = load i64, ptr %key, align 8
  %high = load i64, ptr %second, align 8
  %to = getelementptr double, ptr %out, i64 %trial
  call void @nd_fill_{kind}(ptr %to, i64 {width}, i64 %low, i64 %high, i64 %count)
  %next = add i64 %trial, 1
  %more = icmp slt i64 %next, %trials
  br i1 %more, label %body, label %end
end:
  ret void
}}
"""
