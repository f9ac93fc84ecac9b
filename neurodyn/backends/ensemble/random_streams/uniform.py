"""Uniform numbers in [0, 1): the upper 53 bits of a word."""

from __future__ import annotations


def one() -> str:
    """`@nd_uniform`: the next of a stream."""
    return """define internal double @nd_uniform(ptr %stream) alwaysinline nounwind {
  %word = call i64 @nd_next_word(ptr %stream)
  %upper = lshr i64 %word, 11
  %whole = sitofp i64 %upper to double
  %number = fmul double %whole, 0x3CA0000000000000 ; 2**-53
  ret double %number
}
"""


def loop(kind: str) -> str:
    """`@nd_fill_KIND` by `@nd_KIND`."""
    head = "ptr %out, i64 %stride, i64 %low, i64 %high, i64 %count"
    return f"""define internal void @nd_fill_{kind}({head}) noinline nounwind {{
entry:
  %stream = alloca %nd_stream, align 64
  call void @nd_begin(ptr %stream, i64 %low, i64 %high)
  %any = icmp sgt i64 %count, 0
  br i1 %any, label %body, label %end
body:
  %k = phi i64 [ 0, %entry ], [ %next, %body ]
  %number = call double @nd_{kind}(ptr %stream)
  %place = mul i64 %k, %stride
  %to = getelementptr inbounds double, ptr %out, i64 %place
  store double %number, ptr %to, align 8
  %next = add i64 %k, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %body, label %end
end:
  ret void
}}
"""


def fill() -> str:
    """`@nd_fill_uniform`."""
    return loop("uniform")
