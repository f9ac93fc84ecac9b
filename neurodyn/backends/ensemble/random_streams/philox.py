"""Philox 4x64-10: four words of 64 bits as a function of a counter and a key."""

from __future__ import annotations

ROUNDS = 10
FACTORS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)  # 2**64 times the golden ratio less 1, and sqrt(3) less 1
BLOCKS = 16  # of four words that are made together, so that their rounds overlap
WORDS = 4 * BLOCKS
WORD_BITS = 64

# A stream: its key, the number of the last block, the place of the next word, and words.
STREAM = f"%nd_stream = type {{ i64, i64, i64, i64, [{WORDS} x i64] }}"
QUAD = "{ i64, i64, i64, i64 }"


BEGIN = f"""define internal void @nd_begin(ptr %stream, i64 %low, i64 %high) alwaysinline nounwind {{
  %at_high = getelementptr inbounds i64, ptr %stream, i64 1
  %at_number = getelementptr inbounds i64, ptr %stream, i64 2
  %at_place = getelementptr inbounds i64, ptr %stream, i64 3
  store i64 %low, ptr %stream, align 8
  store i64 %high, ptr %at_high, align 8
  store i64 0, ptr %at_number, align 8
  store i64 {WORDS}, ptr %at_place, align 8
  ret void
}}
"""

MORE = f"""define internal void @nd_more_words(ptr %stream) noinline nounwind {{
entry:
  %at_high = getelementptr inbounds i64, ptr %stream, i64 1
  %at_number = getelementptr inbounds i64, ptr %stream, i64 2
  %at_words = getelementptr inbounds i64, ptr %stream, i64 4
  %low = load i64, ptr %stream, align 8
  %high = load i64, ptr %at_high, align 8
  %number = load i64, ptr %at_number, align 8
  br label %block
block:
  %done = phi i64 [ 0, %entry ], [ %next, %block ]
  %next = add i64 %done, 1
  %counter = add i64 %number, %next
  %quad = call {QUAD} @nd_philox(i64 %counter, i64 0, i64 0, i64 0, i64 %low, i64 %high)
  %place = shl i64 %done, 2
  %first = getelementptr inbounds i64, ptr %at_words, i64 %place
  STORES
  %more = icmp ult i64 %next, {BLOCKS}
  br i1 %more, label %block, label %end
end:
  store i64 %counter, ptr %at_number, align 8
  ret void
}}
"""

NEXT = f"""define internal i64 @nd_next_word(ptr %stream) alwaysinline nounwind {{
entry:
  %at_place = getelementptr inbounds i64, ptr %stream, i64 3
  %at_words = getelementptr inbounds i64, ptr %stream, i64 4
  %old = load i64, ptr %at_place, align 8
  %used = icmp eq i64 %old, {WORDS}
  br i1 %used, label %refill, label %ready
refill:
  call void @nd_more_words(ptr %stream)
  br label %ready
ready:
  %place = phi i64 [ %old, %entry ], [ 0, %refill ]
  %from = getelementptr inbounds i64, ptr %at_words, i64 %place
  %word = load i64, ptr %from, align 8
  %after = add i64 %place, 1
  store i64 %after, ptr %at_place, align 8
  ret i64 %word
}}
"""


def block() -> str:
    """`@nd_philox`: four words from a counter of four and a key of two."""
    lines, counter, key = [], [f"%c{k}" for k in range(4)], ["%k0", "%k1"]
    for turn in range(ROUNDS):
        if turn:
            lines += [f"  %key{turn}_{k} = add i64 {key[k]}, {KEY_STEPS[k]}" for k in range(2)]
            key = [f"%key{turn}_{k}" for k in range(2)]
        lines += _round(turn, counter, key)
        counter = [f"%word{turn}_0", f"%low{turn}_1", f"%word{turn}_1", f"%low{turn}_0"]
    for k, word in enumerate(counter):
        before = f"%quad{k - 1}" if k else "poison"
        lines.append(f"  %quad{k} = insertvalue {QUAD} {before}, i64 {word}, {k}")
    head = ", ".join(f"i64 %{name}" for name in ("c0", "c1", "c2", "c3", "k0", "k1"))
    define = f"define internal {QUAD} @nd_philox({head}) alwaysinline nounwind {{"
    return "\n".join([define, *lines, f"  ret {QUAD} %quad3", "}"])


def _round(turn: int, counter: list[str], key: list[str]) -> list[str]:
    """Two products of 128 bits; their upper halves are mixed with a word and the key, their lower halves are words."""
    lines = []
    for k in range(2):
        name = f"{turn}_{k}"
        lines += [
            f"  %wide{name} = zext i64 {counter[2 * k]} to i128",
            f"  %product{name} = mul i128 %wide{name}, {FACTORS[k]}",
            f"  %upper{name} = lshr i128 %product{name}, {WORD_BITS}",
            f"  %high{name} = trunc i128 %upper{name} to i64",
            f"  %low{name} = trunc i128 %product{name} to i64",
        ]
    for k in range(2):
        lines += [
            f"  %mixed{turn}_{k} = xor i64 %high{turn}_{1 - k}, {counter[2 * k + 1]}",
            f"  %word{turn}_{k} = xor i64 %mixed{turn}_{k}, {key[k]}",
        ]
    return lines


def _stores() -> str:
    """The words of `%quad` to `%first` and on."""
    return "\n".join(
        f"  %word{k} = extractvalue {QUAD} %quad, {k}\n"
        f"  %to{k} = getelementptr inbounds i64, ptr %first, i64 {k}\n"
        f"  store i64 %word{k}, ptr %to{k}, align 8"
        for k in range(4)
    )


def words() -> str:
    """A stream of words as NumPy has it: `@nd_begin` it, then ask for `@nd_next_word`; its first block is number 1."""
    return "\n".join([STREAM, "", block(), "", BEGIN, MORE.replace("  STORES", _stores()), NEXT])
